//! A computed record beside the registered one of the same paper.
//!
//! A record stays as it was first computed, so a paper that has changed at arXiv since has another number now, and the
//! registered one is still its own. What differs says which of the two happened.

use super::Computed;
use crate::id::PithNumber;
use crate::record::{CanonicalRecord, Record, SchemaError};

/// How a computed record differs from the registered one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The number of the registered record.
    pub registered: PithNumber,
    /// The version that it was computed from.
    pub registered_version: u32,
    /// The fields that differ; empty where both are the same record.
    pub differences: Vec<Difference>,
}

/// A field of the canonical record with its two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where in the record: `metadata.license`.
    pub field: &'static str,
    /// What the registered record says.
    pub registered: String,
    /// What was computed.
    pub computed: String,
}

impl Comparison {
    /// Whether both are the same record.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether the paper has another version now, and nothing else differs.
    pub fn is_only_version(&self) -> bool {
        self.differences.iter().all(|each| each.field == VERSION) && !self.is_same()
    }
}

const VERSION: &str = "source.version";

/// Compares a computed record with the registered one. Whether that one verifies is for [`crate::verify::verify`].
///
/// # Errors
/// [`SchemaError`] where the registered record is not of schema version 1.0.
pub fn compare(computed: &Computed, registered: &Record) -> Result<Comparison, SchemaError> {
    let theirs = registered.fields()?;
    let ours = &computed.fields;
    let version = |fields: &CanonicalRecord| fields.source.version().unwrap_or_default();
    let values = |fields: &CanonicalRecord| {
        [
            ("source.id", fields.source.id().to_owned()),
            (VERSION, version(fields).to_string()),
            ("metadata.title_canon_sha256", fields.title_canon_sha256.clone()),
            ("metadata.abstract_canon_sha256", fields.abstract_canon_sha256.clone()),
            ("metadata.license", fields.license.clone()),
            ("metadata.primary_cat", fields.primary_cat.clone()),
            ("metadata.cross_cats_sorted", fields.cross_cats_sorted.join(" ")),
            ("metadata.submitted_at", fields.submitted_at.to_string()),
        ]
    };
    let pairs = values(&theirs).into_iter().zip(values(ours));
    let differing = pairs.filter(|(theirs, ours)| theirs.1 != ours.1);
    let differences = differing
        .map(|((field, registered), (_, computed))| Difference { field, registered, computed })
        .collect();
    Ok(Comparison {
        registered: theirs.number(&registered.digest()),
        registered_version: version(&theirs),
        differences,
    })
}
