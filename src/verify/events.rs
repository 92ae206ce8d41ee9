//! The events of a registry: what bundles, states and integrity files tell of them, and what can be checked.
//!
//! An event of an integrity file is signed over its `payload_sha256`. How a payload becomes that digest is not published,
//! so such a signature says that the registry signed something, and not that it signed this payload (protocol.md 5).

use data_encoding::HEXLOWER_PERMISSIVE;

use super::{Step, StepName};
use crate::record::{Json, Receipt};
use crate::trust::Keyring;

/// The step about events, where the document has any or counts them.
pub(super) fn check(document: &Json, keys: &Keyring) -> Option<Step> {
    let name = StepName::Events;
    let Some(events) = document.get("events") else {
        return counted(document);
    };
    let Some(events) = events.as_array() else {
        return Some(Step::failed(name, "the events are no list"));
    };
    let (mut signed, mut unknown) = (0, Vec::new());
    for event in events {
        let kind = event.get("event_type").and_then(Json::as_str).unwrap_or("no type");
        if event.get("payload_sha256").is_some() {
            if let Err(reason) = signature(event, keys) {
                let id = event.get("event_id").map_or(String::new(), id);
                return Some(Step::failed(name, format!("{kind}{id}: {reason}")));
            }
            signed += 1;
        } else if kind != "record_created" && !unknown.contains(&kind) {
            // What created the record is looked at by other steps.
            unknown.push(kind);
        }
    }
    let unknown = unknown.join(", ");
    let good = format!(
        "{signed} of {signed} signatures are good; not checked: the payloads (how they become payload_sha256 is not published)"
    );
    let unsigned = format!("{unknown} (how these are signed is not published)");
    match (signed, unknown.is_empty()) {
        (0, true) => None,
        (0, false) => Some(Step::not_checked(name, unsigned)),
        (_, true) => Some(Step::passed(name, good)),
        (_, false) => Some(Step::passed(name, format!("{good}, {unsigned}"))),
    }
}

/// What a state says of events that it does not hold.
fn counted(document: &Json) -> Option<Step> {
    let count = |key| match document.get(key) {
        Some(Json::Integer(count)) => Some(*count),
        _ => None,
    };
    let all = count("event_count")?;
    let word = |key, word: &str| count(key).map(|count| format!("{count} {word}"));
    let words = [
        word("valid_event_count", "valid"),
        word("invalid_event_count", "invalid"),
        word("equivocation_count", "equivocations"),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    let mut detail = format!(
        "the registry counts {all} events ({}), which are not in this file: its bundle has them",
        words.join(", ")
    );
    let merged = document.at(&["current", "graph_snapshots"]).and_then(Json::as_array);
    if let Some(merged) = merged.filter(|merged| !merged.is_empty()) {
        detail.push_str(&format!("; ids and signers of {} graph snapshots", merged.len()));
    }
    Some(Step::not_checked(StepName::Events, detail))
}

/// Checks an event's signature as a receipt over the digest of its payload.
fn signature(event: &Json, keys: &Keyring) -> Result<(), String> {
    let text = |key: &str| match event.get(key).and_then(Json::as_str) {
        Some(text) => Ok(text),
        None => Err(format!("it has no {key}")),
    };
    let digest = HEXLOWER_PERMISSIVE.decode(text("payload_sha256")?.as_bytes()).ok();
    let digest = digest.and_then(|digest| <[u8; 32]>::try_from(digest).ok());
    let digest = digest.ok_or("payload_sha256 is not 64 characters of hex")?;
    let receipt = Receipt {
        key_id: text("signing_key_id")?.to_owned(),
        signature_b64: text("signature_b64")?.to_owned(),
        signed_at: text("created_at").ok().map(str::to_owned),
        ..Receipt::default()
    };
    keys.check(&receipt, &digest).map(|_| ()).map_err(|error| error.to_string())
}

fn id(id: &Json) -> String {
    match id {
        Json::Integer(number) => format!(" {number}"),
        Json::String(text) => format!(" {text}"),
        _ => String::new(),
    }
}
