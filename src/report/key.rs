//! A signing key as a line of JSON.

use serde::Serialize;

use crate::trust::Key;

/// A key that is believed (`pith.trust/1`).
#[derive(Debug, Serialize)]
pub struct KeyJson<'a> {
    schema: &'static str,
    key_id: &'a str,
    algorithm: &'static str,
    public_key_b64: String,
    fingerprint_sha256_hex: String,
    fingerprint_sha256_b32_first128bits: String,
    valid_from: Option<String>,
    valid_until: Option<String>,
    withdrawn: bool,
    origin: &'a str,
}

impl<'a> KeyJson<'a> {
    /// The key and where it came from.
    pub fn new(key: &'a Key) -> Self {
        Self {
            schema: "pith.trust/1",
            key_id: &key.key_id,
            algorithm: "ed25519",
            public_key_b64: key.base64(),
            fingerprint_sha256_hex: key.fingerprint(),
            fingerprint_sha256_b32_first128bits: key.fingerprint_base32(),
            valid_from: key.valid_from.as_ref().map(ToString::to_string),
            valid_until: key.valid_until.as_ref().map(ToString::to_string),
            withdrawn: key.is_withdrawn,
            origin: &key.origin,
        }
    }
}
