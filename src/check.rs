//! Checks of a PDF and of a paper's sources: what is looked at, why, and what to do, one check a file.
//!
//! A check judges what was read; it reads nothing itself. Its id is its file's name, the name of its
//! fixtures and its anchor in docs/checks.md.

mod badge_hidden;
mod badge_link;
mod badge_missing;
mod badge_target;
mod fonts_not_embedded;
mod info_xmp_disagree;
mod levels;
mod metadata_duplicate;
mod number_disagrees;
mod number_malformed;
mod number_missing;
mod output_intent;
mod pdf_damaged;
mod pdf_encrypted;
mod pdf_javascript;
mod pdf_signed;
mod pdfoutput_in_sty;
mod pin_invalid;
mod proof_invalid;
mod proof_missing;
mod record_differs;
mod sources;
mod stale_revision;
mod stamp_differs;
mod sty_missing;
mod sty_modified;
mod sty_outdated;
mod tex_number_disagrees;
mod tex_number_malformed;
mod tex_number_missing;
mod title_differs;
mod xmp_malformed;

use std::fmt;

use serde::Serialize;

use crate::binding;
use crate::id::{PithNumber, Query, Suffix};
use crate::metadata::{self, Key, Reading};
use crate::pdf::{FirstPage, Link, ObjectId, Pdf, PdfError};
use crate::record::{CanonicalRecord, Record};
use crate::trust::Keyring;
use crate::verify::Verdict;
pub use levels::{Levels, Setting};
pub use sources::{Beside, Pin, Sources, StyFile};

/// Every check, in the order in which a report shows them.
pub const ALL: [&Check; 29] = [
    &pdf_encrypted::CHECK,
    &pdf_damaged::CHECK,
    &pdf_signed::CHECK,
    &pdf_javascript::CHECK,
    &number_missing::CHECK,
    &number_malformed::CHECK,
    &number_disagrees::CHECK,
    &stale_revision::CHECK,
    &proof_missing::CHECK,
    &proof_invalid::CHECK,
    &record_differs::CHECK,
    &title_differs::CHECK,
    &stamp_differs::CHECK,
    &xmp_malformed::CHECK,
    &metadata_duplicate::CHECK,
    &info_xmp_disagree::CHECK,
    &badge_missing::CHECK,
    &badge_target::CHECK,
    &badge_hidden::CHECK,
    &fonts_not_embedded::CHECK,
    &output_intent::CHECK,
    &sty_missing::CHECK,
    &sty_modified::CHECK,
    &sty_outdated::CHECK,
    &tex_number_missing::CHECK,
    &tex_number_malformed::CHECK,
    &tex_number_disagrees::CHECK,
    &pin_invalid::CHECK,
    &pdfoutput_in_sty::CHECK,
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
    /// What there must be, so that it can be run.
    needs: &'static [Need],
    run: Run,
}

/// What a check judges, and how.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// A PDF.
    Pdf(fn(&Subject<'_>) -> Vec<Finding>),
    /// A paper's sources; the error says why there is nothing to judge.
    Sources(fn(&Sources<'_>) -> Result<Vec<Finding>, &'static str>),
}

impl Check {
    /// Whether it judges a paper's sources, and not a PDF.
    pub fn is_of_sources(&self) -> bool {
        matches!(self.run, Run::Sources(_))
    }

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

/// Something without which a check has nothing to judge.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// A Pith Number in the PDF.
    Number,
    /// A record in the PDF.
    Proof,
    /// Page 1, read to its end.
    Page,
    /// An XMP packet.
    Packet,
    /// A record from elsewhere, to compare with.
    Record,
}

impl Need {
    /// Why the check cannot be run.
    fn missing(self, subject: &Subject<'_>) -> Option<&'static str> {
        let reading = &subject.reading;
        let (is_there, reason) = match self {
            Self::Number => (subject.number().is_some(), "the PDF states no number"),
            Self::Proof => {
                (reading.values(Key::Record).next().is_some(), "the PDF carries no record")
            }
            Self::Page => (subject.page.is_ok(), "page 1 cannot be read"),
            Self::Packet => (!reading.packets.is_empty(), "the PDF has no XMP packet"),
            Self::Record => (
                subject.pinned.is_some() || subject.registered.is_some(),
                "there is no record to compare with; give --mirror",
            ),
        };
        (!is_there).then_some(reason)
    }
}

/// What running the checks gave.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The checks that found nothing.
    pub passed: Vec<&'static str>,
    /// Those that were not run, and why.
    pub not_run: Vec<(&'static str, &'static str)>,
}

impl Outcome {
    /// Runs a check, unless it is off, and files what it says.
    fn add(
        &mut self,
        check: &Check,
        levels: &Levels,
        run: impl FnOnce() -> Result<Vec<Finding>, &'static str>,
    ) {
        let setting = levels.get(check.id);
        if setting == Some(Setting::Off) {
            self.not_run.push((check.id, "it is switched off"));
            return;
        }
        let mut findings = match run() {
            Ok(findings) => findings,
            Err(reason) => return self.not_run.push((check.id, reason)),
        };
        if let Some(Setting::At(level)) = setting {
            findings.iter_mut().for_each(|finding| finding.level = level);
        }
        if findings.is_empty() {
            self.passed.push(check.id);
        }
        self.findings.append(&mut findings);
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

/// A place in a PDF or in a source, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// In words: "Info", "XMP", "xmp:Identifier", "page 1", "source".
    pub part: &'static str,
    /// The page, from 1.
    pub page: Option<usize>,
    /// Number and generation of the object: "12 0".
    pub object: Option<String>,
    /// The line of the XMP packet or of the source, from 1.
    pub line: Option<u32>,
    /// The source: its path, or its name in the archive.
    pub file: Option<String>,
    /// The column in the source, from 1, in characters.
    pub column: Option<u32>,
    /// How many characters are meant.
    pub length: Option<u32>,
    /// The line of the source.
    pub excerpt: Option<String>,
}

impl Place {
    const PAGE_1: Self = Self {
        part: "page 1",
        page: Some(1),
        object: None,
        line: None,
        file: None,
        column: None,
        length: None,
        excerpt: None,
    };

    fn of_link(link: &Link) -> Self {
        Self { object: link.object.map(|object| object.to_string()), ..Self::PAGE_1 }
    }

    fn of_packet(object: ObjectId) -> Self {
        Self { part: "XMP", object: Some(object.to_string()), ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            f.write_str(file)?;
            return match (self.line, self.column) {
                (Some(line), Some(column)) => write!(f, ":{line}:{column}"),
                _ => Ok(()),
            };
        }
        f.write_str(self.part)?;
        if let (Some(page), "page") = (self.page, self.part) {
            write!(f, " {page}")?;
        }
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
        let object = object.map(|object| object.to_string());
        Self { part, object, line, ..Self::default() }
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
    /// The record that is pinned for the paper, which verified, and the name of its file.
    pinned: Option<(&'a str, &'a Record)>,
    /// What is wrong with the pinned record, which is then not compared with.
    pin_fault: Option<Finding>,
    /// What a source has for the number of the PDF.
    pub registered: Option<Registered>,
}

/// What a source has for a number.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The source.
    pub name: String,
    /// The record, which has verified; `None` where the source knows no such number.
    pub record: Option<Record>,
}

impl<'a> Subject<'a> {
    /// Reads everything that the checks need.
    pub fn new(pdf: &'a Pdf, keys: &Keyring, expected: Option<&'a Query>) -> Self {
        let reading = Reading::of(pdf);
        let page = pdf.first_page();
        let verdict = binding::verify_pdf(&reading, page.as_ref(), keys);
        let record = binding::proof(&reading).and_then(|proof| Record::from_proof(&proof).ok());
        let fields = record.and_then(|record| record.fields().ok());
        Self {
            pdf,
            reading,
            page,
            verdict,
            fields,
            expected,
            pinned: None,
            pin_fault: None,
            registered: None,
        }
    }

    /// Takes the record that is pinned for the paper. One that does not verify is a finding, and nothing more.
    pub fn pin(&mut self, pin: &'a Pin, keys: &Keyring) {
        self.pin_fault = pin_invalid::fault(pin, keys);
        self.pinned = match &pin.record {
            Ok(record) if self.pin_fault.is_none() => Some((&pin.name, record)),
            _ => None,
        };
    }

    /// Runs every check at the level that it comes with.
    pub fn check(&self) -> Vec<Finding> {
        self.check_at(&Levels::default()).findings
    }

    /// Runs every check that is not off.
    pub fn check_at(&self, levels: &Levels) -> Outcome {
        let mut outcome = Outcome::default();
        for check in ALL {
            let Run::Pdf(run) = check.run else { continue };
            outcome.add(check, levels, || {
                match check.needs.iter().find_map(|need| need.missing(self)) {
                    Some(reason) => Err(reason),
                    None => Ok(run(self)),
                }
            });
        }
        if let Some(fault) = &self.pin_fault {
            outcome.add(&pin_invalid::CHECK, levels, || Ok(vec![fault.clone()]));
        }
        outcome
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

/// The finding for a file that does not open without a password, which no subject can be made of;
/// `None` where that check is off.
pub fn locked(levels: &Levels) -> Option<Finding> {
    let finding = pdf_encrypted::locked();
    match levels.get(finding.check) {
        Some(Setting::Off) => None,
        Some(Setting::At(level)) => Some(Finding { level, ..finding }),
        None => Some(finding),
    }
}

/// The part of a number that badges show.
fn head(number: &PithNumber) -> &str {
    &number.suffix.as_str()[..8]
}

/// The suffix that follows from a record.
fn number_of(record: &Record) -> Suffix {
    Suffix::from_digest(&record.digest())
}
