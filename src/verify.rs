//! A record and the keys make a verdict: every step with its outcome, the passed ones too.
//!
//! Pure computation over what was read; nothing is fetched here, and nothing is repaired.

mod document;
mod events;
mod served;
mod snapshots;

pub use document::verify_part;

use std::fmt;

use data_encoding::HEXLOWER;

use crate::error::Remedy;
use crate::id::{PithNumber, Query};
use crate::record::{CanonicalRecord, Json, Record, SchemaError, text_digest};
use crate::trust::{BulkKeyring, Key, Keyring, ReceiptError};

/// What a registry serves beside a record and nothing signs (protocol.md section 3).
pub const NOT_COVERED: [&str; 7] = [
    "authors",
    "abstract excerpt",
    "headline",
    "verdicts and claims of the registry",
    "dates of aliases",
    "citation counts",
    "links",
];

/// The name of a step, as it stands in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepName {
    /// The canonical record has the keys and types of its schema version.
    Schema,
    /// Suffix and year follow from the record.
    Number,
    /// SHA-256 of the canonical bytes is the stated digest.
    Digest,
    /// The record is of the paper that was asked for.
    Source,
    /// The served title hashes to the record's.
    Title,
    /// The receipt's signature, key id, fingerprint and pinned key.
    Receipt,
    /// What is served beside the record agrees with it.
    Served,
    /// The aliases follow from the record.
    Aliases,
    /// The hashes of the graph snapshot.
    Snapshots,
    /// The signatures of the registry's events.
    Events,
    /// The record's title stands on page 1 of the PDF.
    TitleOnPage,
    /// arXiv's stamp on the PDF names the record's source.
    Stamp,
    /// The badge shows the number, the source and the title of its record.
    Shown,
}

impl StepName {
    /// The word for it, as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Number => "number",
            Self::Digest => "digest",
            Self::Source => "source",
            Self::Title => "title",
            Self::Receipt => "receipt",
            Self::Served => "served",
            Self::Aliases => "aliases",
            Self::Snapshots => "snapshots",
            Self::Events => "events",
            Self::TitleOnPage => "title-on-page",
            Self::Stamp => "stamp",
            Self::Shown => "shown",
        }
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Checked and right.
    Passed,
    /// Checked and wrong.
    Failed,
    /// Nothing to check, or no way to; the detail says which.
    NotChecked,
}

impl Outcome {
    /// The word for it, as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotChecked => "not-checked",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One step of a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub step: StepName,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found, or why it was not checked. May hold text from outside.
    pub detail: String,
}

impl Step {
    pub(crate) fn passed(step: StepName, detail: impl Into<String>) -> Self {
        Self { step, outcome: Outcome::Passed, detail: detail.into() }
    }

    pub(crate) fn failed(step: StepName, detail: impl Into<String>) -> Self {
        Self { step, outcome: Outcome::Failed, detail: detail.into() }
    }

    pub(crate) fn not_checked(step: StepName, detail: impl Into<String>) -> Self {
        Self { step, outcome: Outcome::NotChecked, detail: detail.into() }
    }
}

/// The sum of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Number, digest, receipt and source passed, and nothing failed.
    Verified,
    /// Something failed.
    Failed,
    /// Nothing failed, but there was too little to verify.
    Unverified,
}

impl Status {
    /// The word for it, as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Unverified => "unverified",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is known of a record after looking at it.
///
/// ```
/// use pith::{record::Record, trust::Keyring, verify::{Outcome, Status, StepName, verify}};
/// # let served = include_str!("../tests/records/2403.01164.json");
/// let record = Record::from_slice(served.as_bytes())?;
/// let verdict = verify(&record, Some(&"arXiv:2403.01164".parse()?), &Keyring::pinned());
/// assert_eq!(verdict.status(), Status::Verified);
/// assert_eq!(verdict.outcome(StepName::Receipt), Some(Outcome::Passed));
///
/// let later = served.replace("\"submitted_at\":\"2024", "\"submitted_at\":\"2025");
/// let later = verify(&Record::from_slice(later.as_bytes())?, None, &Keyring::pinned());
/// assert_eq!(later.status(), Status::Failed);
/// assert!(later.failures().any(|step| step.step == StepName::Digest));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The number that follows from the record, where its schema is known.
    pub pith_number: Option<PithNumber>,
    /// Every step, in the order in which it was taken.
    pub steps: Vec<Step>,
}

impl Verdict {
    /// Verified, failed or unverified.
    pub fn status(&self) -> Status {
        let passed = |name| self.outcome(name) == Some(Outcome::Passed);
        if self.steps.iter().any(|step| step.outcome == Outcome::Failed) {
            Status::Failed
        } else if [StepName::Number, StepName::Digest, StepName::Receipt, StepName::Source]
            .into_iter()
            .all(passed)
        {
            Status::Verified
        } else {
            Status::Unverified
        }
    }

    /// How the step `name` ended, where it was taken.
    pub fn outcome(&self, name: StepName) -> Option<Outcome> {
        self.steps.iter().find(|step| step.step == name).map(|step| step.outcome)
    }

    /// The steps that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.outcome == Outcome::Failed)
    }
}

/// Verifies `record`, which was asked for as `asked` (`None`: it was found in a file).
pub fn verify(record: &Record, asked: Option<&Query>, keys: &Keyring) -> Verdict {
    let digest = record.digest();
    let receipt = record.receipt().map(|receipt| keys.check(receipt, &digest));
    judge(record, asked, digest, receipt, keys)
}

/// Verifies many records at once, each as [`verify`] does: the work on signatures by the same key is shared, and still
/// each is checked on its own. Some hundred at a time are enough.
pub fn verify_all(records: &[Record], keys: &BulkKeyring<'_>) -> Vec<Verdict> {
    let digests: Vec<_> = records.iter().map(Record::digest).collect();
    let receipts: Vec<_> = records
        .iter()
        .zip(&digests)
        .filter_map(|(record, digest)| Some((record.receipt()?, *digest)))
        .collect();
    let mut checked = keys.check_all(&receipts).into_iter();
    let all = records.iter().zip(digests);
    all.map(|(record, digest)| {
        let receipt = record.receipt().and_then(|_| checked.next());
        judge(record, None, digest, receipt, keys.keys())
    })
    .collect()
}

fn judge(
    record: &Record,
    asked: Option<&Query>,
    digest: [u8; 32],
    receipt: Option<Result<&Key, ReceiptError>>,
    keys: &Keyring,
) -> Verdict {
    let fields = record.fields();
    let number = fields.as_ref().ok().map(|fields| fields.number(&digest));
    let fields = match &fields {
        Ok(fields) => Ok(fields),
        Err(error) => Err(error),
    };
    let mut steps = vec![
        schema(fields),
        check_number(record, number),
        check_digest(record, &digest),
        source(record, fields, number, asked),
        title(record, fields),
        receipt_step(receipt),
        served::check(record, fields),
        served::check_aliases(record, fields, &digest),
        snapshots::check(record),
    ];
    steps.extend(events::check(record.document(), keys));
    Verdict { pith_number: number, steps }
}

type Fields<'a> = Result<&'a CanonicalRecord, &'a SchemaError>;

const UNKNOWN_SCHEMA: &str = "the record's schema is not known";

fn schema(fields: Fields<'_>) -> Step {
    match fields {
        Ok(_) => Step::passed(StepName::Schema, "schema version 1.0"),
        Err(error @ SchemaError::UnknownVersion(_)) => {
            Step::not_checked(StepName::Schema, error.to_string())
        }
        Err(error) => Step::failed(StepName::Schema, error.to_string()),
    }
}

fn check_number(record: &Record, number: Option<PithNumber>) -> Step {
    let name = StepName::Number;
    let Some(number) = number else {
        return Step::not_checked(name, UNKNOWN_SCHEMA);
    };
    let document = record.document();
    let stated = |key| document.get(key).map(|value| value.as_str().unwrap_or_default());
    let Some(full) = stated("pith_number") else {
        return Step::not_checked(name, format!("none is stated; the record's is {number}"));
    };
    // Without a year, the suffix alone is a number of the same record (protocol.md section 1).
    let agrees = full == number.to_string() || full == PithNumber::from(number.suffix).to_string();
    if !agrees {
        return Step::failed(name, format!("stated {full}, but the record's is {number}"));
    }
    match stated("short_pith_number") {
        Some(short) if short != number.short() => {
            Step::failed(name, format!("stated {short}, but the record's is {}", number.short()))
        }
        _ => Step::passed(name, number.to_string()),
    }
}

fn check_digest(record: &Record, digest: &[u8; 32]) -> Step {
    let name = StepName::Digest;
    let computed = HEXLOWER.encode(digest);
    match record.document().get("canonical_sha256") {
        None => Step::not_checked(name, format!("none is stated; the record's is {computed}")),
        Some(Json::String(stated)) if *stated == computed => {
            Step::passed(name, format!("SHA-256 {computed}"))
        }
        Some(stated) => Step::failed(
            name,
            format!(
                "stated {}, but the record hashes to {computed}",
                stated.as_str().unwrap_or("another type")
            ),
        ),
    }
}

fn source(
    record: &Record,
    fields: Fields<'_>,
    number: Option<PithNumber>,
    asked: Option<&Query>,
) -> Step {
    let name = StepName::Source;
    let (Ok(fields), Some(number)) = (fields, number) else {
        return Step::not_checked(name, UNKNOWN_SCHEMA);
    };
    let source = fields.source.prefixed();
    // A state has no source of its own beside the canonical record.
    let canonical = record.canonical().get("source");
    if let Some(stated) = record.document().get("source")
        && !canonical.is_some_and(|canonical| served::same_object(stated, canonical))
    {
        return Step::failed(name, format!("the source stated beside the record is not {source}"));
    }
    match asked {
        None => Step::passed(name, source),
        Some(Query::Arxiv(id)) if !id.same_paper(&fields.source) => {
            Step::failed(name, format!("asked for arXiv:{id}, but the record is of {source}"))
        }
        Some(Query::Arxiv(id)) if id.version().is_some() && *id != fields.source => Step::passed(
            name,
            format!(
                "{source}; asked for v{}: a record stays at the version it was first computed from",
                id.version().unwrap_or(1)
            ),
        ),
        Some(Query::Arxiv(_)) => Step::passed(name, source),
        Some(query) => {
            let (year, same) = match query {
                Query::Pith(asked) => (asked.year, asked.suffix == number.suffix),
                Query::Prefix { year, prefix } => (*year, prefix.matches(&number.suffix)),
                Query::Arxiv(_) => unreachable!("handled above"),
            };
            if same && (year.is_none() || year == number.year) {
                Step::passed(name, source)
            } else {
                Step::failed(name, format!("asked for {query}, but the record is {number}"))
            }
        }
    }
}

fn title(record: &Record, fields: Fields<'_>) -> Step {
    let name = StepName::Title;
    let served = record.document().at(&["paper", "title"]);
    if served.is_some_and(|title| !matches!(title, Json::String(_) | Json::Null)) {
        return Step::failed(name, "the title beside the record is no text");
    }
    match (record.title(), fields) {
        (_, Err(_)) => Step::not_checked(name, UNKNOWN_SCHEMA),
        (None, _) => Step::not_checked(name, "no title stands beside the record"),
        (Some(title), Ok(fields)) if text_digest(title) == fields.title_canon_sha256 => {
            Step::passed(name, title)
        }
        (Some(title), Ok(_)) => Step::failed(
            name,
            format!("\"{title}\" is not the title in the record (its hash differs)"),
        ),
    }
}

fn receipt_step(receipt: Option<Result<&Key, ReceiptError>>) -> Step {
    let name = StepName::Receipt;
    match receipt {
        None => Step::not_checked(name, "there is no receipt"),
        Some(Ok(key)) => {
            Step::passed(name, format!("signed by {} ({})", key.key_id, key.fingerprint()))
        }
        Some(Err(error)) => {
            let remedy = error.remedy().map_or(String::new(), |remedy| format!("; {remedy}"));
            Step::failed(name, format!("{error}{remedy}"))
        }
    }
}

#[cfg(test)]
mod tests;
