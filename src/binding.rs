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

/// How many of the values that contradict each other are named.
const MAX_NAMED: usize = 4;
/// Bytes of a value that is shown.
const LONG: usize = 80;

/// Verifies the proof that a PDF carries, and binds the PDF to it. Nothing is fetched.
pub fn verify_pdf(
    reading: &Reading,
    page: Result<&FirstPage, &PdfError>,
    keys: &Keyring,
) -> Verdict {
    let record = proof(reading).and_then(|proof| Record::from_proof(&proof).ok());
    let mut verdict = match &record {
        Some(record) => verify(record, None, keys),
        None => without_proof(reading),
    };
    let contradictions: Vec<_> = contradictions(reading).collect();
    for step in &mut verdict.steps {
        // Of values that contradict each other none was taken.
        let contradiction = contradictions.iter().find(|failed| failed.step == step.step).cloned();
        let is_open = step.step == StepName::Number && step.outcome != Outcome::Failed;
        let address = is_open.then(|| other_address(reading, verdict.pith_number)).flatten();
        if let Some(failed) = contradiction.or(address) {
            *step = failed;
        }
    }
    let is_proof = |step: &Step| matches!(step.step, StepName::Digest | StepName::Receipt);
    if verdict.failures().any(is_proof) {
        // A record that nobody signed gives the PDF no number.
        verdict.pith_number = stated_number(reading).or(verdict.pith_number);
    }
    if let Some(record) = record {
        verdict.steps.extend(bind(reading, page, record.fields().ok().as_ref()));
    }
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

/// What a PDF states in two ways, which cannot both be right: the steps that fail for it.
fn contradictions(reading: &Reading) -> impl Iterator<Item = Step> {
    let keys = Key::ALL.into_iter().filter(|key| reading.contradicts(*key));
    keys.map(|key| contradiction(reading, key))
}

fn contradiction(reading: &Reading, key: Key) -> Step {
    let step = match key {
        Key::Number | Key::Url => StepName::Number,
        Key::Title => StepName::Title,
        Key::Source => StepName::Source,
        Key::Sha256 | Key::Record => StepName::Digest,
        Key::KeyId | Key::Signature | Key::SignedAt => StepName::Receipt,
    };
    let stated = reading.values(key).take(MAX_NAMED).map(|stated| match stated.value.len() {
        ..=LONG => format!("{} in {}", stated.value, stated.place),
        _ => stated.place.to_string(),
    });
    let stated: Vec<_> = stated.collect();
    let what = match key {
        Key::Number => String::new(),
        _ => format!(" on its {}", key.name()),
    };
    Step::failed(step, format!("the PDF contradicts itself{what}: {}", stated.join(", ")))
}

/// An address that is not that of the record `number`.
fn other_address(reading: &Reading, number: Option<PithNumber>) -> Option<Step> {
    let url = number?.url();
    let other = reading.values(Key::Url).find(|stated| stated.value != url)?;
    let detail = format!("{} says {}, but the record is at {url}", other.place, other.value);
    Some(Step::failed(StepName::Number, detail))
}

fn stated_number(reading: &Reading) -> Option<PithNumber> {
    reading.agreed(Key::Number)?.parse().ok()
}

fn without_proof(reading: &Reading) -> Verdict {
    let pith_number = stated_number(reading);
    let damaged = reading.values(Key::Record).next().is_some();
    let reason = match (damaged, reading.unreadable.first()) {
        (true, _) => "the record in the PDF cannot be read".to_owned(),
        (false, Some(unreadable)) => unreadable.error.to_string(),
        (false, None) => "the PDF carries no proof".to_owned(),
    };
    let number = match pith_number {
        Some(number) => Step::not_checked(StepName::Number, format!("stated {number}; {reason}")),
        None => Step::not_checked(StepName::Number, "the PDF states no Pith Number"),
    };
    let rest = [StepName::Digest, StepName::Source, StepName::Receipt];
    let mut steps = vec![number];
    steps.extend(rest.map(|name| match damaged {
        true if name == StepName::Digest => Step::failed(name, reason.clone()),
        _ => Step::not_checked(name, reason.clone()),
    }));
    Verdict { pith_number, steps }
}
