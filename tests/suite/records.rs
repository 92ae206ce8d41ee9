//! The real records, for every test that needs one.

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signer, SigningKey};
use pith::record::{Record, text_digest};
use serde_json::{Value, json};

pub const HETEGEN: &str = include_str!("../records/2403.01164.json");
pub const HETEGEN_SUFFIX: &str = "WKFOJ2ECV52KUJR3SCIBSQ4GYD";
pub const SURVEY: &str = include_str!("../records/2404.14294.json");
pub const SURVEY_SUFFIX: &str = "7YXM6JRYOH4O5NBMCHKEPDPSW2";
pub const SERVING: &str = include_str!("../records/2606.29708.json");
pub const SERVING_SUFFIX: &str = "MI552NCCD4HBZDJQTKS7H6AWNY";

/// The first record under another title, signed by a key of the tests, and the file for `--trust` that
/// makes it believed.
pub fn signed(title: &str) -> (String, String) {
    let mut record: Value = serde_json::from_str(HETEGEN).unwrap();
    let mut canonical = record["canonical_record"].take();
    canonical["metadata"]["title_canon_sha256"] = json!(text_digest(title));
    let bare = Record::from_slice(canonical.to_string().as_bytes()).unwrap();
    let key = SigningKey::from_bytes(&[7; 32]);
    let signed = json!({
        "canonical_record": canonical,
        "canonical_sha256": HEXLOWER.encode(&bare.digest()),
        "pith_number": bare.fields().unwrap().number(&bare.digest()).to_string(),
        "source": canonical["source"],
        "paper": { "title": title, "authors_text": title },
        "receipt": {
            "key_id": "test",
            "signature_b64": BASE64.encode(&key.sign(&bare.digest()).to_bytes()),
            "signed_at": "2026-07-05T07:51:43Z",
        },
    });
    let public = BASE64.encode(key.verifying_key().as_bytes());
    let trust = json!({ "key_id": "test", "public_key_b64": public });
    (signed.to_string(), trust.to_string())
}

/// A folder mirror of the three records.
pub fn mirror() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("pith");
    std::fs::create_dir(&records).unwrap();
    for (suffix, text) in
        [(HETEGEN_SUFFIX, HETEGEN), (SURVEY_SUFFIX, SURVEY), (SERVING_SUFFIX, SERVING)]
    {
        std::fs::write(records.join(format!("{suffix}.json")), text).unwrap();
    }
    folder
}
