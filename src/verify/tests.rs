use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};

use super::*;

const SEED: &str = include_str!("../../tests/records/2403.01164.json");
const SEED_WITH_CLAIMS: &str = include_str!("../../tests/records/2404.14294.json");
const SIGNATURE: &str =
    "uHdk7TLPbR5wpCZM4udeo+fgn2haRqv573qL0aRW7ZfoYHA+kL3PLhgW+oSvueItEikCllwmdtjlkzS9ZNtHDg==";

fn verdict(text: &str, asked: Option<&str>) -> Verdict {
    let record = Record::from_slice(text.as_bytes()).unwrap();
    let asked = asked.map(|asked| asked.parse().unwrap());
    verify(&record, asked.as_ref(), &Keyring::pinned())
}

fn failed_steps(verdict: &Verdict) -> Vec<String> {
    verdict.failures().map(|step| step.step.to_string()).collect()
}

#[test]
fn real_records_verify() {
    let seed = include_str!("../../tests/records/2606.29708.json");
    for (text, asked) in
        [(SEED, "2403.01164"), (SEED_WITH_CLAIMS, "2404.14294v3"), (seed, "2606.29708")]
    {
        let verdict = verdict(text, Some(asked));
        assert_eq!(verdict.status(), Status::Verified, "{verdict:?}");
        assert!(verdict.steps.iter().all(|step| step.outcome == Outcome::Passed), "{verdict:?}");
    }
}

/// One change to the real record, and the steps that it breaks: these and no others.
#[test]
fn each_step_is_broken_by_its_own_fixture() {
    let flipped = SIGNATURE.replace("uHdk", "uHdl");
    let short_signature = &BASE64.encode(&[0; 63]);
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("one flipped bit in the signature", SIGNATURE, &flipped, &["receipt"]),
        ("a signature of 63 bytes", SIGNATURE, short_signature, &["receipt"]),
        (
            "another key's name",
            "\"key_id\":\"pith-v1-2026-05\"",
            "\"key_id\":\"pith-v2\"",
            &["receipt"],
        ),
        ("another fingerprint", "8d4b5ee7", "8d4b5ee8", &["receipt"]),
        ("another algorithm", "\"ed25519\"", "\"rsa\"", &["receipt"]),
        ("wrong year", "\"pith:2024:WKFO", "\"pith:2023:WKFO", &["number"]),
        ("wrong suffix", "\"pith:2024:WKFO", "\"pith:2024:WKFA", &["number"]),
        ("wrong short form", "\"pith:WKFOJ2EC\"", "\"pith:WKFOJ2ED\"", &["number"]),
        ("a number that is no text", "\"pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD\"", "7", &["number"]),
        (
            "wrong digest",
            "\"canonical_sha256\":\"b28ae4e882af74aa263b9090194386c0fbba48f6ff6193e3a004aee35b542495\",\"source\"",
            "\"canonical_sha256\":\"a28ae4e882af74aa263b9090194386c0fbba48f6ff6193e3a004aee35b542495\",\"source\"",
            &["digest"],
        ),
        (
            "a receipt of another record",
            "\"canonical_sha256\":\"b28ae4e882af74aa263b9090194386c0fbba48f6ff6193e3a004aee35b542495\",\"last",
            "\"canonical_sha256\":\"a28ae4e882af74aa263b9090194386c0fbba48f6ff6193e3a004aee35b542495\",\"last",
            &["receipt"],
        ),
        (
            "swapped title",
            "\"paper\":{\"title\":\"HeteGen:",
            "\"paper\":{\"title\":\"HomoGen:",
            &["title"],
        ),
        (
            "another source beside it",
            "\"source\":{\"kind\":\"arxiv\",\"id\":\"2403.01164\",\"version\":1},\"attestation_state\"",
            "\"source\":{\"kind\":\"arxiv\",\"id\":\"2403.01165\",\"version\":1},\"attestation_state\"",
            &["source"],
        ),
        (
            "another licence beside it",
            "\"license\":\"http://arxiv.org/licenses/nonexclusive-distrib/1.0/\",\"headline\"",
            "\"license\":\"http://creativecommons.org/licenses/by/4.0/\",\"headline\"",
            &["served"],
        ),
        (
            "another category beside it",
            "\"primary_cat\":\"cs.PF\",\"authors_text\"",
            "\"primary_cat\":\"cs.LG\",\"authors_text\"",
            &["served"],
        ),
        (
            "another alias",
            "\"alias_value\":\"2403.01164v1\"",
            "\"alias_value\":\"2403.01164v2\"",
            &["aliases"],
        ),
        (
            "another short alias",
            "\"alias_value\":\"WKFOJ2ECV52K\"",
            "\"alias_value\":\"WKFOJ2ECV52L\"",
            &["aliases"],
        ),
        (
            "a paper that is no object",
            "\"paper\":{\"title\"",
            "\"paper\":7,\"p\":{\"title\"",
            &["served"],
        ),
        (
            "a title that is no text",
            "\"paper\":{\"title\":\"HeteGen: ",
            "\"paper\":{\"title\":7,\"t\":\"",
            &["title"],
        ),
        ("aliases that are no list", "\"aliases\":[", "\"aliases\":7,\"a\":[", &["aliases"]),
        ("an algorithm that is no text", "\"ed25519\"", "7", &["receipt"]),
        ("claims that came in later", "\"items\":[]", "\"items\":[{}]", &["snapshots"]),
        (
            "another date in the record",
            "\"submitted_at\":\"2024-03-02T10:37:21Z\",\"cross_cats_sorted\"",
            "\"submitted_at\":\"2024-03-02T10:37:22Z\",\"cross_cats_sorted\"",
            &["number", "digest", "receipt", "served", "aliases"],
        ),
        (
            "version as text",
            "\"kind\":\"arxiv\",\"version\":1},\"metadata\"",
            "\"kind\":\"arxiv\",\"version\":\"1\"},\"metadata\"",
            &["schema", "digest", "receipt"],
        ),
    ];
    for (name, from, to, expected) in cases {
        let text = SEED.replace(from, to);
        assert_ne!(text, SEED, "{name}: the text to change is not in the record");
        let verdict = verdict(&text, Some("2403.01164"));
        assert_eq!(failed_steps(&verdict), *expected, "{name}: {verdict:#?}");
        assert_eq!(verdict.status(), Status::Failed, "{name}");
    }
}

#[test]
fn missing_receipt_leaves_it_unverified() {
    let text = SEED.replace("\"receipt\":{", "\"no_receipt\":{");
    let verdict = verdict(&text, None);
    assert_eq!(verdict.outcome(StepName::Receipt), Some(Outcome::NotChecked));
    assert_eq!(verdict.status(), Status::Unverified);
}

#[test]
fn unknown_schema_is_said_and_not_judged() {
    let text = SEED.replace(
        "},\"schema_version\":\"1.0\"},\"receipt\"",
        "},\"schema_version\":\"2.0\"},\"receipt\"",
    );
    let verdict = verdict(&text, None);
    for step in [StepName::Schema, StepName::Number, StepName::Source, StepName::Title] {
        assert_eq!(verdict.outcome(step), Some(Outcome::NotChecked), "{step}");
    }
    assert_eq!(verdict.pith_number, None);
}

#[test]
fn another_papers_record_is_not_what_was_asked_for() {
    for asked in [
        "2404.14294",
        "pith:2023:WKFOJ2ECV52KUJR3SCIBSQ4GYD",
        "7YXM6JRYOH4O5NBMCHKEPDPSW2",
        "7YXM6JRY",
    ] {
        let verdict = verdict(SEED, Some(asked));
        assert_eq!(failed_steps(&verdict), ["source"], "{asked}");
    }
    for asked in ["2403.01164v7", "pith:2024:WKFOJ2EC", "WKFOJ2ECV52KUJR3"] {
        assert_eq!(verdict(SEED, Some(asked)).status(), Status::Verified, "{asked}");
    }
}

#[test]
fn a_bare_canonical_record_is_unverified_but_has_a_number() {
    let record = Record::from_slice(SEED.as_bytes()).unwrap();
    let verdict = verdict(std::str::from_utf8(record.canonical_bytes()).unwrap(), None);
    assert_eq!(verdict.status(), Status::Unverified);
    assert_eq!(verdict.pith_number.unwrap().to_string(), "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD");
}

#[test]
fn references_of_which_a_sample_is_served_are_not_checked() {
    let verdict = verdict(SEED_WITH_CLAIMS, None);
    let step = verdict.steps.iter().find(|step| step.step == StepName::Snapshots).unwrap();
    assert!(
        step.detail.starts_with("claims, author_claims; not checked: references"),
        "{}",
        step.detail
    );
    let tampered = SEED_WITH_CLAIMS.replace("\"claim_id\":\"C1\"", "\"claim_id\":\"C9\"");
    assert_eq!(failed_steps(&self::verdict(&tampered, None)), ["snapshots"]);
}

/// A key of another registry: unknown at first, then given with a window of validity.
#[test]
fn other_keys_count_only_when_given_and_only_inside_their_window() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let record = Record::from_slice(SEED.as_bytes()).unwrap();
    let signature = BASE64.encode(&key.sign(&record.digest()).to_bytes());
    let text = SEED
        .replace(SIGNATURE, &signature)
        .replace("\"key_id\":\"pith-v1-2026-05\"", "\"key_id\":\"test\"")
        .replace("8d4b5ee74e4693bcd1df2446408b0d54", "\u{0}")
        .replace("\"public_key_fingerprint\":\"\u{0}\"", "\"public_key_fingerprint\":null");
    let record = Record::from_slice(text.as_bytes()).unwrap();
    assert_eq!(failed_steps(&verify(&record, None, &Keyring::pinned())), ["receipt"]);
    let public = BASE64.encode(key.verifying_key().as_bytes());
    for (window, expected) in [
        ("", Status::Verified),
        (",\"valid_from\":\"2026-01-01T00:00:00Z\",\"rotates_at\":null", Status::Verified),
        (",\"valid_from\":\"2026-08-01T00:00:00Z\"", Status::Failed),
        (",\"rotates_at\":\"2026-07-01T00:00:00+00:00\"", Status::Failed),
    ] {
        let mut keys = Keyring::pinned();
        let file = format!("{{\"key_id\":\"test\",\"public_key_b64\":\"{public}\"{window}}}");
        keys.add_json(file.as_bytes(), "keys.json").unwrap();
        assert_eq!(verify(&record, None, &keys).status(), expected, "{window}");
    }
}

#[test]
fn a_proof_verifies_by_itself_over_the_bytes_as_they_came() {
    let record = Record::from_slice(SEED.as_bytes()).unwrap();
    let proof = record.proof().unwrap();
    let check = |proof| verify(&Record::from_proof(&proof).unwrap(), None, &Keyring::pinned());
    assert_eq!(check(proof.clone()).status(), Status::Verified);
    let spaced = crate::record::Proof { record: proof.record.replace(",", ", "), ..proof.clone() };
    assert_eq!(failed_steps(&check(spaced)), ["number", "digest", "receipt"]);
    let other = crate::record::Proof { source: "arXiv:2403.01164v2".into(), ..proof.clone() };
    assert_eq!(failed_steps(&check(other)), ["source"]);
    let unsigned = crate::record::Proof { signature: String::new(), ..proof };
    assert_eq!(check(unsigned).status(), Status::Unverified);
    let json = record.proof_json().unwrap();
    assert_eq!(verdict(&json, Some("2403.01164")).status(), Status::Verified);
}

/// A bundle of protocol.md section 5 around the real record.
fn bundle(subject: &str, digest: &str) -> Verdict {
    let record = Record::from_slice(SEED.as_bytes()).unwrap();
    let json = |value: &crate::record::Json| serde_json::to_value(value).unwrap();
    let document = record.document();
    let bundle = serde_json::json!({
        "bundle_type": "pith_open_graph_bundle",
        "pith_number": "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD",
        "canonical_record": json(record.canonical()),
        "canonical_sha256": HEXLOWER.encode(&record.digest()),
        "source": json(document.get("source").unwrap()),
        "events": [{
            "event_type": "record_created",
            "subject_pith_number": subject,
            "payload": {
                "canonical_record": json(record.canonical()),
                "canonical_sha256": digest,
                "receipt": json(document.get("receipt").unwrap()),
            },
        }],
    });
    verdict(&bundle.to_string(), Some("2403.01164"))
}

#[test]
fn what_a_bundles_events_repeat_must_agree() {
    let record = Record::from_slice(SEED.as_bytes()).unwrap();
    let (number, digest) =
        ("pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD", HEXLOWER.encode(&record.digest()));
    assert_eq!(bundle(number, &digest).status(), Status::Verified);
    assert_eq!(failed_steps(&bundle("pith:2024:7YXM6JRYOH4O5NBMCHKEPDPSW2", &digest)), ["served"]);
    assert_eq!(failed_steps(&bundle(number, &"0".repeat(64))), ["served"]);
}
