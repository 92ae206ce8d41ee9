//! The files of a registry that hold no record: integrity files and graph snapshots alone.

use super::{Step, StepName, Verdict, events, snapshots};
use crate::record::Json;
use crate::trust::Keyring;

/// Verifies an integrity file or a graph snapshot as far as it can be, which is never enough for "verified", since
/// neither holds a record. `None` for any other document: that is a [`Record`](crate::record::Record), or nothing.
///
/// ```
/// # use pith::{record::Json, trust::Keyring, verify::{Outcome, Status, StepName, verify_part}};
/// let snapshot = br#"{"graph_snapshot": {"claims": {"items": [], "snapshot_sha256":
///     "258153158e38e3291e3d48162225fcdb2d5a3ed65a07baac614ab91432fd4f57"}}}"#;
/// let verdict = verify_part(&Json::parse(snapshot)?, &Keyring::pinned()).expect("it is one");
/// assert_eq!(verdict.outcome(StepName::Snapshots), Some(Outcome::Passed));
/// assert_eq!(verdict.status(), Status::Unverified);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_part(document: &Json, keys: &Keyring) -> Option<Verdict> {
    let has_record = document.get("canonical_record").is_some()
        || document.at(&["current", "canonical_record"]).is_some()
        || document.get("metadata").is_some();
    if has_record {
        return None;
    }
    let has_digest = |event: &Json| event.get("payload_sha256").is_some();
    let events = document.get("events").and_then(Json::as_array);
    if events.is_some_and(|events| events.iter().any(has_digest)) || is_integrity(document) {
        return Some(integrity(document, keys));
    }
    snapshots::find(document).is_some().then(|| snapshot(document, keys))
}

fn is_integrity(document: &Json) -> bool {
    document.get("events").is_some()
        && matches!(document.get("integrity"), Some(Json::Object(_)))
        && document.get("arxiv_id").is_some()
}

/// `/pith/<arXiv id>/integrity.json`.
fn integrity(document: &Json, keys: &Keyring) -> Verdict {
    let mut steps = without_record(document);
    steps.push(snapshots::check_document(document));
    let none = || Step::not_checked(StepName::Events, "there are none");
    steps.push(events::check(document, keys).unwrap_or_else(none));
    Verdict { pith_number: stated(document), steps }
}

/// A graph snapshot, alone or in an object that holds it.
fn snapshot(document: &Json, keys: &Keyring) -> Verdict {
    let mut steps = without_record(document);
    steps.push(snapshots::check_document(document));
    steps.extend(events::check(document, keys));
    Verdict { pith_number: stated(document), steps }
}

fn stated(document: &Json) -> Option<crate::id::PithNumber> {
    document.get("pith_number")?.as_str()?.parse().ok()
}

/// What a record would be checked for.
fn without_record(document: &Json) -> Vec<Step> {
    let number = match stated(document) {
        Some(number) => {
            format!("{number} is stated, and no record stands here from which it follows")
        }
        None => "no record stands here from which one follows".into(),
    };
    let source = match document.get("arxiv_id").and_then(Json::as_str) {
        Some(id) => format!("arXiv:{id} is stated, and nothing here is signed that names it"),
        None => "no record stands here that names one".into(),
    };
    vec![
        Step::not_checked(StepName::Number, number),
        Step::not_checked(StepName::Source, source),
        Step::not_checked(StepName::Receipt, "there is no receipt"),
    ]
}
