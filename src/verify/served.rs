//! What is served beside the canonical record and says the same again must agree with it.

use data_encoding::HEXLOWER;

use crate::id::{PithNumber, Suffix};
use crate::record::{CanonicalRecord, Json, Record, Timestamp};

use super::{Fields, Step, StepName, UNKNOWN_SCHEMA};

/// Licence, categories, dates and schema version, wherever the document repeats them.
pub(super) fn check(record: &Record, fields: Fields<'_>) -> Step {
    let name = StepName::Served;
    let Ok(fields) = fields else {
        return Step::not_checked(name, UNKNOWN_SCHEMA);
    };
    let document = record.document();
    let mut compared = 0;
    if let Some(version) = document.get("schema_version") {
        compared += 1;
        if version.as_str() != Some("1.0") {
            return Step::failed(name, "schema_version differs from what is signed");
        }
    }
    let snapshot = document.get("graph_snapshot");
    let papers = [document.get("paper"), snapshot.and_then(|snapshot| snapshot.get("paper"))];
    for paper in papers.into_iter().flatten().filter(|paper| **paper != Json::Null) {
        if !matches!(paper, Json::Object(_)) {
            return Step::failed(name, "paper is no object");
        }
        match compare_paper(paper, fields) {
            Ok(count) => compared += count,
            Err(key) => {
                return Step::failed(name, format!("paper.{key} differs from what is signed"));
            }
        }
    }
    let canonical_source = record.canonical().get("source");
    if let Some(source) = snapshot.and_then(|snapshot| snapshot.get("source")) {
        compared += 1;
        if !canonical_source.is_some_and(|canonical| same_object(source, canonical)) {
            return Step::failed(name, "graph_snapshot.source differs from what is signed");
        }
    }
    if repeated_records(document).any(|other| !same_object(other, record.canonical())) {
        return Step::failed(name, "two canonical records stand in it, and they differ");
    }
    for event in created_events(document) {
        let digest = HEXLOWER.encode(&record.digest());
        let number = fields.number(&record.digest()).to_string();
        let repeated = [
            ("payload.canonical_sha256", event.at(&["payload", "canonical_sha256"]), &digest),
            ("subject_pith_number", event.get("subject_pith_number"), &number),
        ];
        for (key, stated, expected) in repeated {
            match stated {
                None | Some(Json::Null) => {}
                Some(Json::String(stated)) if stated == expected => compared += 1,
                Some(_) => {
                    return Step::failed(name, format!("{key} of an event is not the record's"));
                }
            }
        }
    }
    match compared {
        0 => Step::not_checked(name, "nothing is served beside the record"),
        count => Step::passed(name, format!("{count} values agree with the record")),
    }
}

/// The events of a bundle that created the record. Of others the meaning is not known.
fn created_events(document: &Json) -> impl Iterator<Item = &Json> {
    let events = document.get("events").and_then(Json::as_array).unwrap_or_default();
    let kind =
        |event: &Json| event.get("event_type").and_then(Json::as_str) == Some("record_created");
    events.iter().filter(move |event| kind(event))
}

/// The canonical records in the events of a bundle.
fn repeated_records(document: &Json) -> impl Iterator<Item = &Json> {
    created_events(document).filter_map(|event| event.at(&["payload", "canonical_record"]))
}

/// The number of values of a `paper` object that agree, or the key of the first that does not.
fn compare_paper(paper: &Json, fields: &CanonicalRecord) -> Result<usize, &'static str> {
    let mut compared = 0;
    let mut expect = |key: &'static str, agrees: &dyn Fn(&Json) -> bool| match paper.get(key) {
        None | Some(Json::Null) => Ok(()),
        Some(value) if agrees(value) => {
            compared += 1;
            Ok(())
        }
        Some(_) => Err(key),
    };
    expect("license", &|value| value.as_str() == Some(&fields.license))?;
    expect("primary_cat", &|value| value.as_str() == Some(&fields.primary_cat))?;
    expect("cross_cats", &|value| same_cats(value, &fields.cross_cats_sorted))?;
    expect("submitted_at", &|value| {
        value.as_str().and_then(Timestamp::parse).as_ref() == Some(&fields.submitted_at)
    })?;
    Ok(compared)
}

fn same_cats(value: &Json, sorted: &[String]) -> bool {
    let Some(items) = value.as_array() else {
        return false;
    };
    let mut cats: Vec<_> = items.iter().map(Json::as_str).collect();
    cats.sort_unstable();
    cats.into_iter().eq(sorted.iter().map(|cat| Some(cat.as_str())))
}

/// Equality of JSON without regard to the order of members.
pub(super) fn same_object(a: &Json, b: &Json) -> bool {
    a == b || crate::record::canonical_bytes(a) == crate::record::canonical_bytes(b)
}

/// The aliases of protocol.md section 4; kinds that are not known are counted, not judged.
pub(super) fn check_aliases(record: &Record, fields: Fields<'_>, digest: &[u8; 32]) -> Step {
    let name = StepName::Aliases;
    let Ok(fields) = fields else {
        return Step::not_checked(name, UNKNOWN_SCHEMA);
    };
    let document = record.document();
    let lists = [
        document.get("aliases"),
        document.get("source_aliases"),
        document.at(&["current", "source_aliases"]),
    ];
    let lists = lists.into_iter().flatten().filter(|list| **list != Json::Null);
    if lists.clone().any(|list| list.as_array().is_none()) {
        return Step::failed(name, "the aliases are no list");
    }
    let aliases = lists.filter_map(Json::as_array).flatten();
    let (mut agreed, mut unknown) = (0, 0);
    for alias in aliases {
        let text = |key| alias.get(key).and_then(Json::as_str);
        let (Some(kind), Some(value)) = (text("alias_kind"), text("alias_value")) else {
            unknown += 1;
            continue;
        };
        match expected_alias(kind, fields, digest) {
            None => unknown += 1,
            Some(expected) if expected == value => agreed += 1,
            Some(expected) => {
                let detail = format!("{kind} is {value}, but the record's is {expected}");
                return Step::failed(name, detail);
            }
        }
    }
    match (agreed, unknown) {
        (0, 0) => Step::not_checked(name, "there are none"),
        (0, _) => Step::not_checked(name, format!("{unknown} of unknown kinds")),
        (_, 0) => Step::passed(name, format!("{agreed} follow from the record")),
        _ => Step::passed(
            name,
            format!("{agreed} follow from the record; {unknown} of unknown kinds not checked"),
        ),
    }
}

fn expected_alias(kind: &str, fields: &CanonicalRecord, digest: &[u8; 32]) -> Option<String> {
    let number = PithNumber::from(Suffix::from_digest(digest));
    let head = |length: usize| number.suffix.as_str()[..length].to_owned();
    Some(match kind {
        "arxiv" => fields.source.id().to_owned(),
        "arxiv_version" => fields.source.to_string(),
        "doi" => fields.source.doi(),
        "pith_short_8" => head(8),
        "pith_short_12" => head(12),
        "pith_short_16" => head(16),
        _ => return None,
    })
}
