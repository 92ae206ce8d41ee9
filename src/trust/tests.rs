use super::*;

const PUBLISHED: &str = r#"{"mirrors":[{"name":"pith.science","public_key":{
    "key_id":"pith-v1-2026-05","algorithm":"ed25519","format":"raw",
    "public_key_b64":"stVStoiQhXFxp4s2pdzPNoqVNBMojDU/fJ2db5S3CbM=",
    "public_key_hex":"b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3",
    "fingerprint_sha256_b32_first128bits":"RVFV5Z2OI2J3ZUO7ERDEBCYNKS",
    "fingerprint_sha256_hex":"8d4b5ee74e4693bcd1df2446408b0d54","rotates_at":null}}]}"#;

#[test]
fn the_pinned_key_has_its_published_fingerprints() {
    let keys = Keyring::pinned();
    assert_eq!(keys.keys()[0].fingerprint(), "8d4b5ee74e4693bcd1df2446408b0d54");
    assert_eq!(keys.keys()[0].fingerprint_base32(), "RVFV5Z2OI2J3ZUO7ERDEBCYNKS");
}

#[test]
fn a_manifest_of_mirrors_holds_keys() {
    let mut keys = Keyring::pinned();
    assert_eq!(keys.add_json(PUBLISHED.as_bytes(), "keys.json"), Ok(1));
    assert_eq!(keys.keys().len(), 1, "the pinned key is not added twice");
}

#[test]
fn a_key_that_contradicts_itself_is_refused() {
    let problem = |from: &str, to: &str| {
        let text = PUBLISHED.replace(from, to);
        assert_ne!(text, PUBLISHED);
        Keyring::pinned().add_json(text.as_bytes(), "keys.json").unwrap_err().to_string()
    };
    assert!(problem("b2d552", "c2d552").ends_with("its base64 and hex forms differ"));
    assert!(problem("8d4b5e", "9d4b5e").ends_with("its fingerprint is not that of the key"));
    assert!(problem("RVFV5", "AVFV5").ends_with("its base32 fingerprint is not that of the key"));
    assert!(problem("ed25519", "rsa").ends_with("its algorithm is not ed25519"));
    assert!(problem("null", "\"soon\"").contains("its validity is not a time"));
    let other = r#"{"key_id":"pith-v1-2026-05","public_key_hex":
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}"#;
    let error = Keyring::pinned().add_json(other.as_bytes(), "keys.json").unwrap_err();
    assert!(error.to_string().ends_with("another key has this key_id already"));
    assert_eq!(Keyring::pinned().add_json(b"{}", "keys.json"), Err(TrustError::NoKey));
}
