//! The hashes of a graph snapshot (protocol.md section 4), as far as their preimages are published.

use data_encoding::HEXLOWER;

use crate::record::{Json, Record, canonical_bytes, has_float, sha256};

use super::{Step, StepName};

/// The parts of a graph snapshot that have a hash.
const PARTS: [&str; 5] = ["claims", "references", "formal_canon", "author_claims", "integrity"];

/// The graph snapshot of a record, a state or an event, or the document itself where it is one. Of a state with
/// several, the last.
pub(super) fn find(document: &Json) -> Option<&Json> {
    let merged = document.at(&["current", "graph_snapshots"]).and_then(Json::as_array);
    let in_event = |event: &'_ Json| event.at(&["payload", "graph_snapshot"]).is_some();
    let last = merged.and_then(|events| events.iter().rfind(|event| in_event(event)));
    let is_snapshot =
        |value: &Json| PARTS.iter().any(|part| value.at(&[part, "snapshot_sha256"]).is_some());
    document
        .get("graph_snapshot")
        .or_else(|| last?.at(&["payload", "graph_snapshot"]))
        .or_else(|| document.at(&["payload", "graph_snapshot"]))
        .or_else(|| is_snapshot(document).then_some(document))
}

/// Checks claims and integrity always, the other parts where they are empty.
pub(super) fn check(record: &Record) -> Step {
    check_document(record.document())
}

/// The same for any document.
pub(super) fn check_document(document: &Json) -> Step {
    let name = StepName::Snapshots;
    let Some(snapshot) = find(document) else {
        return Step::not_checked(name, "there is no graph snapshot");
    };
    let (mut agreed, mut unchecked) = (Vec::new(), Vec::new());
    for part in PARTS {
        let Some(object) = snapshot.get(part) else {
            continue;
        };
        let Some(stated) = object.get("snapshot_sha256").and_then(Json::as_str) else {
            unchecked.push(part);
            continue;
        };
        match payload(part, object) {
            Some(payload) if has_float(&payload) => unchecked.push(part),
            Some(payload) if hash(&payload) == stated => agreed.push(part),
            Some(_) => {
                return Step::failed(
                    name,
                    format!("the hash of {part} is not that of its content"),
                );
            }
            None => unchecked.push(part),
        }
    }
    let reason = format!("{} (only a sample is published)", unchecked.join(", "));
    match (agreed.is_empty(), unchecked.is_empty()) {
        (true, _) => Step::not_checked(name, reason),
        (false, true) => Step::passed(name, agreed.join(", ")),
        (false, false) => {
            Step::passed(name, format!("{}; not checked: {reason}", agreed.join(", ")))
        }
    }
}

/// What is hashed for a part, or `None` where that is not published.
fn payload(part: &str, object: &Json) -> Option<Json> {
    let is_empty = |count| matches!(object.get(count), Some(Json::Integer(0)));
    let empty = || Some(Json::Array(Vec::new()));
    match part {
        "claims" => object.get("items").cloned(),
        "references" if is_empty("count") => empty(),
        "author_claims" if is_empty("count") => empty(),
        "formal_canon" if is_empty("evidence_count") => empty(),
        "integrity" => Some(Json::Object(vec![
            ("findings".into(), object.get("findings")?.clone()),
            ("detectors".into(), object.get("detectors_run")?.clone()),
        ])),
        _ => None,
    }
}

fn hash(payload: &Json) -> String {
    let envelope = Json::Object(vec![("payload".into(), payload.clone())]);
    HEXLOWER.encode(&sha256(&canonical_bytes(&envelope)))
}
