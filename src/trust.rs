//! Whom to believe: signing keys, the pinned one first, and what a receipt's signature says.

mod bulk;

pub use bulk::BulkKeyring;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use ed25519_dalek::{Signature, VerifyingKey};

use crate::error::Remedy;
use crate::record::{Json, JsonError, Receipt, Timestamp};

/// The key that is compiled in (protocol.md section 3).
const PINNED_KEY_ID: &str = "pith-v1-2026-05";
const PINNED_KEY_B64: &str = "stVStoiQhXFxp4s2pdzPNoqVNBMojDU/fJ2db5S3CbM=";

/// The most bytes that a file of keys may have.
pub const MAX_BYTES: usize = 1_000_000;

/// An Ed25519 signing key of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in receipts.
    pub key_id: String,
    key: VerifyingKey,
    /// First moment at which it may sign.
    pub valid_from: Option<Timestamp>,
    /// Last moment at which it may sign.
    pub valid_until: Option<Timestamp>,
}

impl Key {
    /// Hex of the first 16 bytes of SHA-256 of the key.
    pub fn fingerprint(&self) -> String {
        HEXLOWER.encode(&self.digest()[..16])
    }

    /// The same digest in base32: its first 26 characters.
    pub fn fingerprint_base32(&self) -> String {
        let mut text = BASE32_NOPAD.encode(&self.digest());
        text.truncate(26);
        text
    }

    /// The 32 bytes of the key in base64.
    pub fn base64(&self) -> String {
        BASE64.encode(self.key.as_bytes())
    }

    fn digest(&self) -> [u8; 32] {
        crate::record::sha256(self.key.as_bytes())
    }

    fn check_signature(
        &self,
        digest: &[u8; 32],
        signature: &Signature,
    ) -> Result<(), ReceiptError> {
        let checked = self.key.verify_strict(digest, signature);
        checked.map_err(|_| ReceiptError::Signature { key_id: self.key_id.clone() })
    }
}

/// Why a file of keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// More than [`MAX_BYTES`].
    #[error("it is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// Not JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// No object with a key_id and a key.
    #[error("it holds no key (an object with key_id and public_key_b64 or public_key_hex)")]
    NoKey,
    /// A key that contradicts itself or cannot be read.
    #[error("key {key_id:?}: {problem}")]
    BadKey {
        /// The key's name.
        key_id: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Remedy for TrustError {
    fn remedy(&self) -> Option<String> {
        Some("give the registry's public_key object, as its pith-mirrors.json shows it".into())
    }
}

/// The keys whose receipts are believed.
#[derive(Clone, Debug)]
pub struct Keyring {
    keys: Vec<Key>,
}

impl Keyring {
    /// The pinned key alone.
    pub fn pinned() -> Self {
        let bytes = BASE64.decode(PINNED_KEY_B64.as_bytes()).expect("the pinned key is base64");
        let key = verifying_key(&bytes).expect("the pinned key is a point of the curve");
        let key_id = PINNED_KEY_ID.to_owned();
        Self { keys: vec![Key { key_id, key, valid_from: None, valid_until: None }] }
    }

    /// All keys, the pinned one first.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Adds every key in `bytes`: one `public_key` object, a list of them, or a mirrors manifest
    /// (protocol.md section 5). `valid_from`, `valid_until` and `rotates_at` (RFC 3339) bound a key.
    ///
    /// # Errors
    /// [`TrustError`]; then nothing was added.
    pub fn add_json(&mut self, bytes: &[u8]) -> Result<usize, TrustError> {
        if bytes.len() > MAX_BYTES {
            return Err(TrustError::TooLarge);
        }
        let document = Json::parse(bytes)?;
        let mut found = Vec::new();
        collect_keys(&document, &mut found)?;
        if found.is_empty() {
            return Err(TrustError::NoKey);
        }
        for key in &found {
            let same_name = self.keys.iter().find(|known| known.key_id == key.key_id);
            if same_name.is_some_and(|known| known.key != key.key) {
                let problem = "another key has this key_id already";
                return Err(TrustError::BadKey { key_id: key.key_id.clone(), problem });
            }
        }
        let count = found.len();
        for key in found {
            if !self.keys.iter().any(|known| known.key_id == key.key_id) {
                self.keys.push(key);
            }
        }
        Ok(count)
    }

    /// Checks a receipt over `digest`: names, fingerprint, validity, and the signature strictly
    /// (RFC 8032 without malleable or small-order forms).
    ///
    /// # Errors
    /// [`ReceiptError`], the first thing that is wrong.
    pub fn check(&self, receipt: &Receipt, digest: &[u8; 32]) -> Result<&Key, ReceiptError> {
        let (key, signature) = self.named(receipt, digest)?;
        key.check_signature(digest, &signature)?;
        check_window(key, receipt)?;
        Ok(key)
    }

    /// The key that a receipt names, and its signature, not yet checked.
    fn named(
        &self,
        receipt: &Receipt,
        digest: &[u8; 32],
    ) -> Result<(&Key, Signature), ReceiptError> {
        let other = |expected: &'static str| {
            move |found: &String| (found != expected).then(|| found.clone())
        };
        if let Some(found) = receipt.algorithm.as_ref().and_then(other("ed25519")) {
            return Err(ReceiptError::Algorithm(found));
        }
        if let Some(found) =
            receipt.signed_message.as_ref().and_then(other("canonical_sha256_bytes"))
        {
            return Err(ReceiptError::Message(found));
        }
        let stated = receipt.canonical_sha256.as_ref();
        if stated.is_some_and(|hex| *hex != HEXLOWER.encode(digest)) {
            return Err(ReceiptError::OtherRecord);
        }
        let key = self
            .keys
            .iter()
            .find(|key| key.key_id == receipt.key_id)
            .ok_or_else(|| ReceiptError::UnknownKey(receipt.key_id.clone()))?;
        let fingerprint = receipt.public_key_fingerprint.as_ref();
        if fingerprint.is_some_and(|stated| *stated != key.fingerprint()) {
            return Err(ReceiptError::Fingerprint { key_id: key.key_id.clone() });
        }
        let bytes = BASE64
            .decode(receipt.signature_b64.as_bytes())
            .map_err(|_| ReceiptError::NotASignature)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| ReceiptError::NotASignature)?;
        Ok((key, signature))
    }
}

impl Default for Keyring {
    fn default() -> Self {
        Self::pinned()
    }
}

/// Why a receipt is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Another signature algorithm.
    #[error("the algorithm is {0:?}, not \"ed25519\"")]
    Algorithm(String),
    /// Another message than the digest's bytes.
    #[error("the signed message is {0:?}, not \"canonical_sha256_bytes\"")]
    Message(String),
    /// The receipt names another digest.
    #[error("the receipt is for another record (its canonical_sha256 differs)")]
    OtherRecord,
    /// A key that is neither pinned nor given with `--trust`.
    #[error("signed by the unknown key {0:?}; it is neither the pinned key nor given with --trust")]
    UnknownKey(String),
    /// The stated fingerprint is not the key's.
    #[error("the fingerprint is not that of the key {key_id}")]
    Fingerprint {
        /// The key's name.
        key_id: String,
    },
    /// Not base64 of 64 bytes.
    #[error("the signature is not base64 of 64 bytes")]
    NotASignature,
    /// A signature that does not fit digest and key.
    #[error("the signature is not one of the key {key_id} over this record")]
    Signature {
        /// The key's name.
        key_id: String,
    },
    /// Signed before or after the key's validity, or at no stated time.
    #[error("signed at {signed_at}, when the key {key_id} was not valid")]
    Window {
        /// The key's name.
        key_id: String,
        /// The stated time.
        signed_at: String,
    },
}

fn check_window(key: &Key, receipt: &Receipt) -> Result<(), ReceiptError> {
    if key.valid_from.is_none() && key.valid_until.is_none() {
        return Ok(());
    }
    let at = receipt.signed_at.as_deref().and_then(Timestamp::parse);
    let inside = at.is_some_and(|at| {
        key.valid_from.as_ref().is_none_or(|from| *from <= at)
            && key.valid_until.as_ref().is_none_or(|until| at <= *until)
    });
    if inside {
        return Ok(());
    }
    let signed_at = receipt.signed_at.clone().unwrap_or_else(|| "no stated time".into());
    Err(ReceiptError::Window { key_id: key.key_id.clone(), signed_at })
}

fn verifying_key(bytes: &[u8]) -> Option<VerifyingKey> {
    let bytes: &[u8; 32] = bytes.try_into().ok()?;
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    (!key.is_weak()).then_some(key)
}

/// Every object with a key_id and a key, wherever it stands. [`Json::parse`] has bounded the depth.
fn collect_keys(value: &Json, found: &mut Vec<Key>) -> Result<(), TrustError> {
    match value {
        Json::Array(items) => items.iter().try_for_each(|item| collect_keys(item, found)),
        Json::Object(members) => {
            let has = |key| value.get(key).is_some();
            if has("key_id") && (has("public_key_b64") || has("public_key_hex")) {
                found.push(read_key(value)?);
                return Ok(());
            }
            members.iter().try_for_each(|(_, member)| collect_keys(member, found))
        }
        _ => Ok(()),
    }
}

fn read_key(object: &Json) -> Result<Key, TrustError> {
    let text = |key| object.get(key).and_then(Json::as_str);
    let key_id = text("key_id").unwrap_or_default().to_owned();
    let bad = |problem| TrustError::BadKey { key_id: key_id.clone(), problem };
    if text("algorithm").is_some_and(|algorithm| algorithm != "ed25519") {
        return Err(bad("its algorithm is not ed25519"));
    }
    let from_b64 = text("public_key_b64").map(|b64| BASE64.decode(b64.as_bytes()));
    let from_hex = text("public_key_hex").map(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()));
    let bytes = match (from_b64, from_hex) {
        (Some(Ok(a)), Some(Ok(b))) if a != b => return Err(bad("its base64 and hex forms differ")),
        (Some(Ok(bytes)), None | Some(Ok(_))) | (None, Some(Ok(bytes))) => bytes,
        _ => return Err(bad("it is neither base64 nor hex")),
    };
    let verifying = verifying_key(&bytes).ok_or(bad("it is not an Ed25519 key"))?;
    let time = |name| match object.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(Timestamp::parse)
            .map(Some)
            .ok_or(bad("its validity is not a time of the form YYYY-MM-DDTHH:MM:SSZ")),
    };
    let valid_until = time("valid_until")?.or(time("rotates_at")?);
    let valid_from = time("valid_from")?;
    let key = Key { key_id: key_id.clone(), key: verifying, valid_from, valid_until };
    let stated = text("fingerprint_sha256_hex");
    if stated.is_some_and(|hex| !hex.to_ascii_lowercase().starts_with(&key.fingerprint())) {
        return Err(bad("its fingerprint is not that of the key"));
    }
    let stated = text("fingerprint_sha256_b32_first128bits");
    if stated.is_some_and(|text| text != key.fingerprint_base32()) {
        return Err(bad("its base32 fingerprint is not that of the key"));
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
