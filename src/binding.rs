//! What binds a file to the record whose proof it carries.
//!
//! A genuine proof can be pasted into any file, so a verdict on a file has steps that a verdict on a
//! record has not: the title on page 1 and arXiv's stamp of a PDF, and what a badge shows.

mod stamp;
mod title;

use crate::badge::Embedded;
use crate::id::PithNumber;
use crate::metadata::{Key, Reading};
use crate::pdf::{FirstPage, PdfError};
use crate::record::{CanonicalRecord, Proof, Record};
use crate::trust::Keyring;
use crate::verify::{Outcome, Step, StepName, Verdict, verify};

/// Verifies the proof that a PDF carries, and binds the PDF to it. Nothing is fetched.
pub fn verify_pdf(
    reading: &Reading,
    page: Result<&FirstPage, &PdfError>,
    keys: &Keyring,
) -> Verdict {
    let Some(record) = proof(reading).as_ref().and_then(|proof| Record::from_proof(proof).ok())
    else {
        return without_proof(reading);
    };
    let mut verdict = verify(&record, None, keys);
    if let Some(contradiction) = contradiction(reading, verdict.pith_number) {
        let number = verdict.steps.iter_mut().find(|step| step.step == StepName::Number);
        if let Some(step) = number.filter(|step| step.outcome != Outcome::Failed) {
            *step = contradiction;
        }
    }
    verdict.steps.extend(bind(reading, page, record.fields().ok().as_ref()));
    verdict
}

/// Verifies the proof that a badge carries, and that the badge shows nothing else.
pub fn verify_badge(embedded: &Embedded, keys: &Keyring) -> Verdict {
    let mut verdict = verify(&embedded.record, None, keys);
    verdict.steps.push(match embedded.disagreements().first() {
        Some(shown) if shown.text.is_empty() => {
            Step::failed(StepName::Shown, format!("the badge has no {}", shown.place))
        }
        Some(shown) => {
            let detail = format!("the {} of the badge says {:?}", shown.place, shown.text);
            Step::failed(StepName::Shown, format!("{detail}, which is not the record's"))
        }
        None if !embedded.has_badge() => {
            Step::not_checked(StepName::Shown, "no badge stands beside the proof")
        }
        None => Step::passed(StepName::Shown, "the badge shows what the record says"),
    });
    verdict
}

/// The steps that bind a PDF to the record with these fields (`None`: its schema is not known).
pub fn bind(
    reading: &Reading,
    page: Result<&FirstPage, &PdfError>,
    fields: Option<&CanonicalRecord>,
) -> [Step; 2] {
    let Some(fields) = fields else {
        let reason = "the record's schema is not known";
        return [StepName::TitleOnPage, StepName::Stamp]
            .map(|name| Step::not_checked(name, reason));
    };
    match page {
        Ok(page) => [
            title::check(page, reading, &fields.title_canon_sha256),
            stamp::check(&page.words, &fields.source),
        ],
        Err(error) => [StepName::TitleOnPage, StepName::Stamp]
            .map(|name| Step::not_checked(name, format!("page 1 {error}"))),
    }
}

/// The proof in a PDF, as far as it is there: a part that is missing or contradicts itself is empty.
pub fn proof(reading: &Reading) -> Option<Proof> {
    let text = |key| reading.agreed(key).unwrap_or_default().to_owned();
    reading.agreed(Key::Record)?;
    Some(Proof {
        number: text(Key::Number),
        title: text(Key::Title),
        source: text(Key::Source),
        sha256: text(Key::Sha256),
        record: text(Key::Record),
        key_id: text(Key::KeyId),
        signature: text(Key::Signature),
        signed_at: text(Key::SignedAt),
    })
}

/// Why the values that a PDF states for its number cannot all be right.
fn contradiction(reading: &Reading, number: Option<PithNumber>) -> Option<Step> {
    let failed = |detail| Some(Step::failed(StepName::Number, detail));
    if reading.agreed(Key::Number).is_none() && reading.values(Key::Number).next().is_some() {
        let stated: Vec<_> = reading
            .values(Key::Number)
            .map(|stated| format!("{} in {}", stated.value, stated.place))
            .collect();
        return failed(format!("the PDF contradicts itself: {}", stated.join(", ")));
    }
    let url = number?.url();
    let other = reading.values(Key::Url).find(|stated| stated.value != url)?;
    failed(format!("{} says {}, but the record is at {url}", other.place, other.value))
}

fn without_proof(reading: &Reading) -> Verdict {
    let pith_number = reading.agreed(Key::Number).and_then(|number| number.parse().ok());
    let damaged = reading.values(Key::Record).next().is_some();
    let reason = match (damaged, reading.unreadable.first()) {
        (true, _) => "the record in the PDF cannot be read".to_owned(),
        (false, Some(unreadable)) => unreadable.error.to_string(),
        (false, None) => "the PDF carries no proof".to_owned(),
    };
    let number = contradiction(reading, pith_number).unwrap_or_else(|| match pith_number {
        Some(number) => Step::not_checked(StepName::Number, format!("stated {number}; {reason}")),
        None => Step::not_checked(StepName::Number, "the PDF states no Pith Number"),
    });
    let rest = [StepName::Digest, StepName::Source, StepName::Receipt];
    let mut steps = vec![number];
    steps.extend(rest.map(|name| match damaged {
        true if name == StepName::Digest => Step::failed(name, reason.clone()),
        _ => Step::not_checked(name, reason.clone()),
    }));
    Verdict { pith_number, steps }
}
