//! Checks of a PDF: what is looked at, why, and what to do, one check a file.
//!
//! A check judges what was read; it reads nothing itself. Its id is its file's name, the name of its
//! fixtures and its anchor in docs/checks.md.

mod badge_missing;
mod metadata_duplicate;
mod number_disagrees;
mod number_malformed;
mod number_missing;
mod pdf_damaged;
mod pdf_encrypted;
mod proof_invalid;
mod proof_missing;
mod stamp_differs;
mod title_differs;
mod xmp_malformed;

use std::fmt;

use serde::Serialize;

use crate::binding;
use crate::id::{PithNumber, Query};
use crate::metadata::{self, Key, Reading};
use crate::pdf::{FirstPage, Pdf, PdfError};
use crate::record::{CanonicalRecord, Record};
use crate::trust::Keyring;
use crate::verify::Verdict;

/// Every check, in the order in which a report shows them.
pub const ALL: [&Check; 12] = [
    &pdf_encrypted::CHECK,
    &pdf_damaged::CHECK,
    &number_missing::CHECK,
    &number_malformed::CHECK,
    &number_disagrees::CHECK,
    &proof_missing::CHECK,
    &proof_invalid::CHECK,
    &title_differs::CHECK,
    &stamp_differs::CHECK,
    &xmp_malformed::CHECK,
    &metadata_duplicate::CHECK,
    &badge_missing::CHECK,
];

/// The check with this id.
pub fn by_id(id: &str) -> Option<&'static Check> {
    ALL.into_iter().find(|check| check.id == id)
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// Works, but not as it should.
    Warning,
    /// Must be put right; the exit status says so.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One check with all of its texts.
#[derive(Debug)]
pub struct Check {
    /// Its name everywhere.
    pub id: &'static str,
    /// The level of its findings.
    pub level: Level,
    /// One line: what is wrong when it fires.
    pub summary: &'static str,
    /// What it looks at.
    pub looks_at: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What an author does about it.
    pub remedy: &'static str,
    run: fn(&Subject<'_>) -> Vec<Finding>,
}

impl Check {
    fn finding(&'static self, message: impl Into<String>) -> Finding {
        Finding {
            check: self.id,
            level: self.level,
            message: message.into(),
            found: None,
            expected: None,
            place: None,
        }
    }
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's id.
    pub check: &'static str,
    /// Its level.
    pub level: Level,
    /// What is wrong, in one sentence. May hold text from the PDF.
    pub message: String,
    /// The value that was found.
    pub found: Option<String>,
    /// The value that belongs there.
    pub expected: Option<String>,
    /// Where.
    pub place: Option<Place>,
}

impl Finding {
    fn found(mut self, value: impl Into<String>) -> Self {
        self.found = Some(value.into());
        self
    }

    fn expected(mut self, value: impl Into<String>) -> Self {
        self.expected = Some(value.into());
        self
    }

    fn at(mut self, place: impl Into<Place>) -> Self {
        self.place = Some(place.into());
        self
    }
}

/// A place in a PDF, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// In words: "Info", "XMP", "xmp:Identifier", "page 1".
    pub part: &'static str,
    /// The page, from 1.
    pub page: Option<usize>,
    /// Number and generation of the object: "12 0".
    pub object: Option<String>,
    /// The line of the XMP packet, from 1.
    pub line: Option<u32>,
}

impl Place {
    const PAGE_1: Self = Self { part: "page 1", page: Some(1), object: None, line: None };
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.part)?;
        match (&self.object, self.line) {
            (Some(object), Some(line)) => write!(f, " (object {object}, line {line})"),
            (Some(object), None) => write!(f, " (object {object})"),
            _ => Ok(()),
        }
    }
}

impl From<metadata::Place> for Place {
    fn from(place: metadata::Place) -> Self {
        let (part, object, line) = match place {
            metadata::Place::Info { object } => ("Info", object, None),
            metadata::Place::Xmp { object, line } => ("XMP", Some(object), Some(line)),
            metadata::Place::Identifier { object, line } => {
                ("xmp:Identifier", Some(object), Some(line))
            }
        };
        Self { part, page: None, object: object.map(|object| object.to_string()), line }
    }
}

/// A PDF with everything that the checks judge.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The file.
    pub pdf: &'a Pdf,
    /// What it states of itself.
    pub reading: Reading,
    /// What page 1 holds.
    pub page: Result<FirstPage, PdfError>,
    /// The proof that it carries, verified and bound to the PDF.
    pub verdict: Verdict,
    /// The fields of the record that it carries.
    pub fields: Option<CanonicalRecord>,
    /// The paper that it should be, where the caller knows.
    pub expected: Option<&'a Query>,
}

impl<'a> Subject<'a> {
    /// Reads everything that the checks need.
    pub fn new(pdf: &'a Pdf, keys: &Keyring, expected: Option<&'a Query>) -> Self {
        let reading = Reading::of(pdf);
        let page = pdf.first_page();
        let verdict = binding::verify_pdf(&reading, page.as_ref(), keys);
        let record = binding::proof(&reading).and_then(|proof| Record::from_proof(&proof).ok());
        let fields = record.and_then(|record| record.fields().ok());
        Self { pdf, reading, page, verdict, fields, expected }
    }

    /// Runs every check.
    pub fn check(&self) -> Vec<Finding> {
        ALL.into_iter().flat_map(|check| (check.run)(self)).collect()
    }

    /// The number that the PDF is about: that of its record, else the first that it states.
    pub fn number(&self) -> Option<PithNumber> {
        self.verdict.pith_number.or_else(|| {
            self.reading.values(Key::Number).find_map(|stated| stated.value.parse().ok())
        })
    }

    fn states_number(&self) -> bool {
        self.reading.values(Key::Number).next().is_some()
    }
}

/// The finding for a file that does not open without a password, which no subject can be made of.
pub fn locked() -> Finding {
    pdf_encrypted::locked()
}
