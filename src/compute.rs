//! From arXiv's metadata to the canonical record and its Pith Number, without asking anybody.
//!
//! A Pith Number is computed, not issued (protocol.md sections 1 and 2): whoever has a paper's metadata has its
//! number. This module reads the forms in which arXiv publishes metadata and makes the record. It signs nothing: a
//! computed record is not one that a registry has vouched for.
//!
//! ```
//! use pith::compute::{Metadata, Options, compute};
//! let line = br#"{"id": "hep-th/0703252", "title": "Black Hole Deconstruction", "license": null,
//!     "abstract_canon_sha256": "0178b71347f42a4a445fd92a6ca35ea4eec536fb27564386fa4beb022abc45fb",
//!     "categories": "hep-th", "versions": [{"version": "v1", "created": "Wed, 28 Mar 2007 17:45:23 GMT"}]}"#;
//! let metadata = Metadata::from_json(line)?;
//! let computed = compute(&metadata, &Options::default())?;
//! assert_eq!(computed.number().to_string(), "pith:2007:PK67SBAVI3PBQMN37G6J5ZSHQT");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod against;
mod atom;
mod json;
mod metadata;
mod oai;
mod xml;

pub use against::{Comparison, Difference, compare};
pub use metadata::{Metadata, MetadataError, Text};
pub use xml::{FeedError, Item, Papers};

use data_encoding::HEXLOWER;

use crate::error::Remedy;
use crate::id::PithNumber;
use crate::record::{CanonicalRecord, sha256};

/// The most bytes of one paper's metadata; that of the largest collaborations has some 100 kB.
pub const MAX_BYTES: usize = 2_000_000;

/// What to compute otherwise than the metadata says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The record as it would be at this version; the current one where it is not given. Only the version's number
    /// changes: what title, abstract, licence and categories were then, the metadata does not say.
    pub version: Option<u32>,
    /// This licence instead of the metadata's; empty where arXiv has none.
    pub license: Option<String>,
}

/// A record that was computed, with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// What the record says.
    pub fields: CanonicalRecord,
    /// The bytes that are hashed.
    pub canonical_bytes: Vec<u8>,
    /// SHA-256 of them.
    pub digest: [u8; 32],
    /// The title as it was given, with white space as it came; `None` where only its hash was.
    pub title: Option<String>,
    /// What was done although nobody has confirmed that the registry does the same.
    pub doubts: Vec<&'static str>,
}

impl Computed {
    /// The Pith Number of the record.
    pub fn number(&self) -> PithNumber {
        self.fields.number(&self.digest)
    }

    /// The digest in lower-case hex.
    pub fn sha256(&self) -> String {
        HEXLOWER.encode(&self.digest)
    }
}

/// Why there is no record for metadata that was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// A form of metadata that has no licence at all, and none was given.
    #[error("arXiv's Atom answer does not tell the paper's licence, and the record needs it")]
    NoLicense,
    /// A version that the metadata does not know.
    #[error("version {asked} was asked for, and the metadata is of versions 1 to {current}")]
    Version {
        /// The version that was asked for.
        asked: u32,
        /// The newest one that the metadata knows.
        current: u32,
    },
}

impl Remedy for ComputeError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoLicense => {
                "give --license URL as the paper's page at arXiv links it (\"\" where there is none), or use the OAI-PMH answer with metadataPrefix=arXivRaw".into()
            }
            Self::Version { .. } => "give a smaller --version, or fetch the metadata again".into(),
        })
    }
}

/// Makes the canonical record of a paper at the version that was asked for.
///
/// # Errors
/// [`ComputeError`] where the licence is not known, or not such a version.
pub fn compute(metadata: &Metadata<'_>, options: &Options) -> Result<Computed, ComputeError> {
    let current = metadata.version;
    let version = options.version.unwrap_or(current);
    if version == 0 || version > current {
        return Err(ComputeError::Version { asked: version, current });
    }
    let license = options.license.as_deref().or(metadata.license.as_deref());
    let license = license.ok_or(ComputeError::NoLicense)?.to_owned();
    let mut cross_cats_sorted = metadata.cross_categories.clone();
    cross_cats_sorted.sort_unstable();
    let fields = CanonicalRecord {
        source: metadata.id.with_version(Some(version)),
        submitted_at: metadata.submitted_at.clone(),
        license,
        primary_cat: metadata.primary_category.clone(),
        cross_cats_sorted,
        title_canon_sha256: metadata.title.digest(),
        abstract_canon_sha256: metadata.abstract_text.digest(),
    };
    let canonical_bytes = fields.to_bytes();
    let digest = sha256(&canonical_bytes);
    let doubt = |text: &Text<'_>, doubt| (!text.is_confirmed()).then_some(doubt);
    let doubts = [
        doubt(
            &metadata.title,
            "the title is not ASCII: nobody has confirmed how the registry hashes such a text",
        ),
        doubt(
            &metadata.abstract_text,
            "the abstract is not ASCII: nobody has confirmed how the registry hashes such a text",
        ),
    ];
    Ok(Computed {
        fields,
        canonical_bytes,
        digest,
        title: metadata.title.plain().map(str::to_owned),
        doubts: doubts.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests;
