//! pith.json, as `add` writes it beside a paper and `remove` finds it: the record, and what of ours the paper had before.

use std::path::{Path, PathBuf};

use super::{Exit, Failure, files};
use crate::id::PithNumber;
use crate::paper::Before;
use crate::record::{self, Record};

/// The member that says what the paper had before `add`.
const BEFORE: &str = "before_add";

/// The file, with a line feed. `None` where the record has no receipt.
pub(super) fn render(record: &Record, before: &Before) -> Option<String> {
    let mut json = record.proof_document()?;
    if !before.is_empty() {
        json[BEFORE] = serde_json::json!(before);
    }
    Some(format!("{json}\n"))
}

/// The paper that a record is of, where that is not the paper of `new`.
pub(super) fn other_paper(old: &Record, new: &Record) -> Option<String> {
    match (old.fields(), new.fields()) {
        _ if old.digest() == new.digest() => None,
        (Ok(old), Ok(new)) if old.source.same_paper(&new.source) => None,
        (Ok(other), _) => Some(other.source.prefixed()),
        (Err(_), _) => Some("an unknown paper".to_owned()),
    }
}

/// The pith.json beside the paper.
pub(super) struct PinFile {
    pub path: PathBuf,
    pub bytes: Option<Vec<u8>>,
    record: Option<Record>,
}

impl PinFile {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = files::existing(path, record::MAX_BYTES)?;
        let record = bytes.as_deref().and_then(|bytes| Record::from_slice(bytes).ok());
        Ok(Self { path: path.to_owned(), bytes, record })
    }

    /// A file that pins another paper, or is something else, is not replaced unasked.
    pub fn guard(&self, new: &Record, force: bool) -> Result<(), Failure> {
        let wrong = match (&self.bytes, &self.record) {
            (None, _) => return Ok(()),
            _ if force => return Ok(()),
            (Some(_), None) => "it holds no record".to_owned(),
            (Some(_), Some(old)) => match other_paper(old, new) {
                None => return Ok(()),
                Some(other) => format!("it pins the record of {other}"),
            },
        };
        let message = format!("{}: {wrong}, so nothing was written", self.path.display());
        Err(Failure::new(Exit::Wrong, message, Some("to replace it, add --force".into())))
    }

    /// Whether the proof that is pinned is this record's.
    pub fn holds(&self, record: &Record) -> bool {
        self.record.as_ref().is_some_and(|pinned| pinned.proof() == record.proof())
    }

    pub fn is_of_same_paper(&self, number: PithNumber, new: &Record) -> bool {
        let Some(old) = &self.record else { return false };
        match (old.fields(), new.fields()) {
            (Ok(of), Ok(new)) => {
                of.number(&old.digest()).suffix == number.suffix
                    && of.source.same_paper(&new.source)
            }
            _ => false,
        }
    }

    /// What the paper had before `add` wrote this file; `None` where there is none, or another hand wrote it. How the
    /// JSON is laid out does not count.
    pub fn before(&self) -> Option<Before> {
        let record = self.record.as_ref()?;
        let before = record.document().get(BEFORE).map(Before::from_json).unwrap_or_default();
        let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
        let is_ours = value(render(record, &before)?.as_bytes()) == value(self.bytes.as_deref()?);
        is_ours.then_some(before)
    }
}
