//! What a run found, in the forms that people and programs read. One form a file; nothing is printed
//! here.

mod compute;
mod excerpt;
mod github;
mod json;
mod key;
mod sarif;
mod text;

pub use compute::{Beside, ComputeJson, Registered};
pub use github::github;
pub use json::{CheckJson, ErrorJson, RecordJson, VerdictJson, line};
pub use key::KeyJson;
pub use sarif::Sarif;
pub use text::{Counts, Text, verdict, wrap};

use std::path::PathBuf;

use crate::check::{Finding, Level, Outcome};
use crate::id::PithNumber;
use crate::latex::is_archive_name;
use crate::verify::Verdict;

/// What the checks found in one file.
#[derive(Debug)]
pub struct FileReport {
    /// The file as it was named, or found in a folder.
    pub path: PathBuf,
    /// What came out, or why the file could not be checked.
    pub outcome: Result<Checked, Unchecked>,
}

/// A file that was checked.
#[derive(Debug)]
pub struct Checked {
    /// The number that the file is about.
    pub pith_number: Option<PithNumber>,
    /// The proof that it carries.
    pub verdict: Verdict,
    /// What the checks say.
    pub outcome: Outcome,
    /// Other facts for the reader, such as a pinned record that was not used.
    pub notes: Vec<String>,
    /// Why the record could not be compared, where it was to be and no source could be reached.
    pub unreached: Option<String>,
}

/// A file that could not be checked.
#[derive(Debug)]
pub struct Unchecked {
    /// Why, without the file's name.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// What could be said all the same: that it is encrypted.
    pub findings: Vec<Finding>,
}

impl FileReport {
    /// The file's name, for people and as text. What is not valid Unicode becomes U+FFFD.
    pub fn input(&self) -> String {
        self.path.display().to_string()
    }

    /// The findings, also of a file that could not be read.
    pub fn findings(&self) -> &[Finding] {
        match &self.outcome {
            Ok(checked) => &checked.outcome.findings,
            Err(unchecked) => &unchecked.findings,
        }
    }

    /// Why the record could not be compared, where no source could be reached.
    pub fn unreached(&self) -> Option<&str> {
        self.outcome.as_ref().ok()?.unreached.as_deref()
    }

    /// Whether the file is an archive, so that what is found lies in it.
    pub(crate) fn is_archive(&self) -> bool {
        is_archive_name(&self.path.to_string_lossy())
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.findings().iter().any(|finding| finding.level == Level::Error)
    }
}
