//! The real vectors of tests/vectors: every line is reproduced.

use data_encoding::HEXLOWER;
use pith::compute::{Metadata, Options, compute};
use pith::id::Suffix;
use pith::record::{Json, Receipt, Record, text_digest};
use pith::trust::Keyring;

fn lines(name: &str) -> Vec<Json> {
    let path = format!("{}/tests/vectors/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<_> = text.lines().map(|line| Json::parse(line.as_bytes()).unwrap()).collect();
    assert!(!lines.is_empty());
    lines
}

fn text<'a>(line: &'a Json, key: &str) -> &'a str {
    line.get(key).and_then(Json::as_str).unwrap()
}

#[test]
fn records_have_their_numbers() {
    for line in lines("records") {
        let record = Record::from_json(line.clone()).unwrap();
        let fields = record.fields().unwrap();
        assert_eq!(fields.source.id(), text(&line, "arxiv"));
        assert_eq!(HEXLOWER.encode(&record.digest()), text(&line, "canonical_sha256"));
        assert_eq!(fields.number(&record.digest()).to_string(), text(&line, "pith_number"));
    }
}

#[test]
fn titles_and_abstracts_have_their_digests() {
    for line in lines("titles") {
        assert_eq!(text_digest(text(&line, "title")), text(&line, "title_canon_sha256"));
    }
    for line in lines("abstracts") {
        assert_eq!(text_digest(text(&line, "abstract")), text(&line, "abstract_canon_sha256"));
    }
}

#[test]
fn receipts_are_signed_by_the_pinned_key() {
    for line in lines("receipts") {
        let digest = HEXLOWER.decode(text(&line, "canonical_sha256").as_bytes()).unwrap();
        let mut digest: [u8; 32] = digest.try_into().unwrap();
        assert_eq!(Suffix::from_digest(&digest).as_str(), text(&line, "suffix"));
        let receipt = Receipt {
            key_id: "pith-v1-2026-05".into(),
            signature_b64: text(&line, "signature_b64").into(),
            ..Receipt::default()
        };
        Keyring::pinned().check(&receipt, &digest).unwrap();
        digest[0] ^= 1;
        Keyring::pinned().check(&receipt, &digest).unwrap_err();
    }
}

/// Every record is computed anew from what is known of its paper: title and abstract where a vector has them, else
/// their hashes.
#[test]
fn records_are_computed_from_metadata() {
    let (titles, abstracts) = (lines("titles"), lines("abstracts"));
    let known = |list: &[Json], id: &str, key: &str| {
        let line = list.iter().find(|line| text(line, "arxiv") == id)?;
        Some(text(line, key).to_owned())
    };
    let mut from_text = 0;
    for line in lines("records") {
        let record = Record::from_json(line.clone()).unwrap();
        let expected = record.fields().unwrap();
        let id = expected.source.id();
        let mut fields = serde_json::json!({
            "id": id,
            "version": expected.source.version(),
            "submitted_at": expected.submitted_at.to_string(),
            "license": expected.license,
            "primary_cat": expected.primary_cat,
            "cross_cats": expected.cross_cats_sorted.iter().rev().collect::<Vec<_>>(),
            "title_canon_sha256": expected.title_canon_sha256,
            "abstract_canon_sha256": expected.abstract_canon_sha256,
        });
        for (key, found) in [
            ("title", known(&titles, id, "title")),
            ("abstract", known(&abstracts, id, "abstract")),
        ] {
            if let Some(found) = found {
                fields.as_object_mut().unwrap().remove(&format!("{key}_canon_sha256"));
                fields[key] = found.into();
                from_text += 1;
            }
        }
        let json = fields.to_string();
        let metadata =
            Metadata::from_json(json.as_bytes()).unwrap_or_else(|e| panic!("{json}: {e}"));
        let computed = compute(&metadata, &Options::default()).unwrap();
        assert_eq!(computed.sha256(), text(&line, "canonical_sha256"), "{json}");
        assert_eq!(computed.number().to_string(), text(&line, "pith_number"));
        assert_eq!(computed.canonical_bytes, record.canonical_bytes());
    }
    assert_eq!(from_text, 14, "titles and abstracts of papers whose records are known");
}
