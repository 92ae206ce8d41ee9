//! The real vectors of tests/vectors: every line is reproduced.

use data_encoding::HEXLOWER;
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
