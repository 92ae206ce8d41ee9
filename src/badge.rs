//! Badges: a verified record as a few lines for a README, a page, a bibliography or a paper.
//!
//! A badge links to the record's page and says "verified" only where the record verified while the
//! badge was made. The SVG and HTML forms carry the record's proof, so that [`proofs_in`] and
//! [`crate::verify::verify`] can say the same again later, offline. Nothing here writes files.

mod format;
mod json_ld;
mod layout;
mod read;
mod template;

pub use format::{Format, NameError, Style};
pub use read::{Carrier, Embedded, MAX_BYTES, ReadError, Shown, proofs_in};

use crate::error::Remedy;
use crate::id::{ArxivId, PithNumber};
use crate::record::Record;
use crate::verify::{Outcome, Status, StepName, Verdict};

/// The namespace of the proof in an SVG badge, and the type of the work that holds it in JSON-LD.
pub const NAMESPACE: &str = "https://pith.science/schemas/pith-badge/1.0/";

/// What a badge says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    number: PithNumber,
    source: ArxivId,
    primary_category: String,
    license: String,
    submitted_on: String,
    title: Option<String>,
    authors: Option<String>,
    verified: bool,
    proof: Option<String>,
}

/// Why a record gets no badge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadgeError {
    /// A step failed; a badge would spread the error.
    #[error("the record does not verify ({step}: {detail})")]
    Failed {
        /// The first step that failed.
        step: StepName,
        /// What was found. May hold text from outside.
        detail: String,
    },
    /// The record's schema is not known, so nobody can say which number is its own.
    #[error("the record's schema is not known, so its Pith Number is not either")]
    UnknownSchema,
}

impl Remedy for BadgeError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Failed { .. } => "fetch the record again, or from another mirror".into(),
            Self::UnknownSchema => "a newer version of pith may know it".into(),
        })
    }
}

impl Badge {
    /// The badge of `record`, for which `verdict` was reached.
    ///
    /// The title is on it only where the verdict says that it is the record's. The authors are what
    /// the registry serves, and no verdict covers them: no format shows them as verified.
    ///
    /// # Errors
    /// [`BadgeError`] where the verdict is that something failed, or names no number.
    pub fn new(record: &Record, verdict: &Verdict) -> Result<Self, BadgeError> {
        if let Some(failure) = verdict.failures().next() {
            let (step, detail) = (failure.step, failure.detail.clone());
            return Err(BadgeError::Failed { step, detail });
        }
        let fields = record.fields().map_err(|_| BadgeError::UnknownSchema)?;
        let number = fields.number(&record.digest());
        if verdict.pith_number != Some(number) {
            return Err(BadgeError::UnknownSchema);
        }
        let verified = verdict.status() == Status::Verified;
        let title_passed = verdict.outcome(StepName::Title) == Some(Outcome::Passed);
        Ok(Self {
            number,
            source: fields.source,
            primary_category: fields.primary_cat,
            license: fields.license,
            submitted_on: fields.submitted_at.date().to_owned(),
            title: record.title().filter(|_| title_passed).map(str::to_owned),
            authors: record.authors().map(str::to_owned),
            verified,
            proof: record.proof_json().filter(|_| verified),
        })
    }

    /// The Pith Number.
    pub fn number(&self) -> PithNumber {
        self.number
    }

    /// The paper: arXiv id and version.
    pub fn source(&self) -> &ArxivId {
        &self.source
    }

    /// The paper's title, where it is the record's.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Whether the record verified.
    pub fn verified(&self) -> bool {
        self.verified
    }

    /// The page that every format links to.
    pub fn url(&self) -> String {
        self.number.url()
    }

    /// The badge as `format` has it, with a final line end. `style` matters to SVG and HTML only.
    pub fn render(&self, format: Format, style: Style) -> String {
        template::render(self, format, style)
    }
}

#[cfg(test)]
mod tests;
