//! Whom to believe: signing keys, the pinned one first, and what a receipt's signature says.
//!
//! ```
//! use pith::{record::Record, trust::Keyring};
//! # let served = include_bytes!("../tests/records/2403.01164.json");
//! let record = Record::from_slice(served)?;
//! let receipt = record.receipt().expect("a registry signs its records");
//! let key = Keyring::pinned().check(receipt, &record.digest())?.key_id.clone();
//! assert_eq!(key, "pith-v1-2026-05");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bulk;
mod file;

pub use bulk::BulkKeyring;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};

use crate::error::Remedy;
use crate::record::{Json, JsonError, Receipt, Timestamp};

/// The key that is compiled in (protocol.md section 3).
const PINNED_KEY_ID: &str = "pith-v1-2026-05";
const PINNED_KEY_B64: &str = "stVStoiQhXFxp4s2pdzPNoqVNBMojDU/fJ2db5S3CbM=";
const PINNED_ORIGIN: &str = "compiled in";

/// The most bytes that a file of keys may have.
pub const MAX_BYTES: usize = 1_000_000;

/// An Ed25519 signing key of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in receipts.
    pub key_id: String,
    key: VerifyingKey,
    /// SHA-256 of the key.
    digest: [u8; 32],
    /// First moment at which it may sign.
    pub valid_from: Option<Timestamp>,
    /// Last moment at which it may sign.
    pub valid_until: Option<Timestamp>,
    /// Nothing that it signed counts any more, whenever it did.
    pub is_withdrawn: bool,
    /// Who said that it is to be believed: `compiled in`, or the name of a file.
    pub origin: String,
}

impl Key {
    /// A key that is believed whenever it signed.
    fn new(key_id: String, key: VerifyingKey, origin: String) -> Self {
        let digest = crate::record::sha256(key.as_bytes());
        let (valid_from, valid_until, is_withdrawn) = (None, None, false);
        Self { key_id, key, digest, valid_from, valid_until, is_withdrawn, origin }
    }

    /// Hex of the first 16 bytes of SHA-256 of the key.
    pub fn fingerprint(&self) -> String {
        HEXLOWER.encode(&self.digest[..16])
    }

    /// The same digest in base32: its first 26 characters.
    pub fn fingerprint_base32(&self) -> String {
        let mut text = BASE32_NOPAD.encode(&self.digest);
        text.truncate(26);
        text
    }

    /// The 32 bytes of the key in base64.
    pub fn base64(&self) -> String {
        BASE64.encode(self.key.as_bytes())
    }

    /// The same in hex.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(self.key.as_bytes())
    }

    /// The key as a manifest of mirrors shows it (protocol.md section 5); [`Keyring::add_json`] reads it.
    pub fn to_json(&self) -> serde_json::Value {
        let time = |time: &Option<Timestamp>| time.as_ref().map(ToString::to_string);
        let mut json = serde_json::json!({
            "key_id": self.key_id,
            "algorithm": "ed25519",
            "format": "raw",
            "public_key_b64": self.base64(),
            "public_key_hex": self.hex(),
            "fingerprint_sha256_hex": self.fingerprint(),
            "fingerprint_sha256_b32_first128bits": self.fingerprint_base32(),
            "rotates_at": time(&self.valid_until),
        });
        if let Some(from) = time(&self.valid_from) {
            json["valid_from"] = from.into();
        }
        if self.is_withdrawn {
            json["status"] = "revoked".into();
        }
        json
    }

    /// Believes it no longer than `other`, the same key from elsewhere, is believed.
    fn narrow(&mut self, other: Self) {
        let (from, until) = (other.valid_from, other.valid_until);
        let is_narrower = other.is_withdrawn && !self.is_withdrawn
            || from > self.valid_from
            || until.is_some()
                && self.valid_until.as_ref().is_none_or(|own| until.as_ref() < Some(own));
        if is_narrower {
            self.origin = format!("{}, bounds from {}", self.origin, other.origin);
        }
        self.valid_from = self.valid_from.take().max(from);
        self.valid_until = match (self.valid_until.take(), until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.is_withdrawn |= other.is_withdrawn;
    }

    /// Whether it may have signed at the stated time.
    fn check_window(&self, signed_at: Option<&str>) -> Result<(), ReceiptError> {
        let key_id = self.key_id.clone();
        if self.is_withdrawn {
            return Err(ReceiptError::Withdrawn { key_id });
        }
        if self.valid_from.is_none() && self.valid_until.is_none() {
            return Ok(());
        }
        let Some(at) = signed_at.and_then(Timestamp::parse) else {
            return Err(ReceiptError::Timeless { key_id });
        };
        let signed_at = at.to_string();
        match (&self.valid_from, &self.valid_until) {
            (Some(from), _) if at < *from => {
                Err(ReceiptError::TooEarly { key_id, signed_at, valid_from: from.to_string() })
            }
            (_, Some(until)) if at > *until => {
                Err(ReceiptError::Retired { key_id, signed_at, valid_until: until.to_string() })
            }
            _ => Ok(()),
        }
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
        let origin = PINNED_ORIGIN.to_owned();
        Self { keys: vec![Key::new(key_id, key, origin)] }
    }

    /// All keys, the pinned one first.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Adds every key in `bytes`, which came from `origin`: one `public_key` object, a list of them, or
    /// a mirrors manifest (protocol.md section 5). `valid_from`, `valid_until` and `rotates_at` (RFC
    /// 3339) bound a key, a `status` of `retired` or `revoked` withdraws it. A key that is known already
    /// gets the bounds that it did not have.
    ///
    /// # Errors
    /// [`TrustError`]; then nothing was added.
    pub fn add_json(&mut self, bytes: &[u8], origin: &str) -> Result<usize, TrustError> {
        if bytes.len() > MAX_BYTES {
            return Err(TrustError::TooLarge);
        }
        let document = Json::parse(bytes)?;
        let mut found = Vec::new();
        file::collect(&document, origin, &mut found)?;
        if found.is_empty() {
            return Err(TrustError::NoKey);
        }
        let mut keys = self.keys.clone();
        let count = found.len();
        for key in found {
            match keys.iter_mut().find(|known| known.key_id == key.key_id) {
                Some(known) if known.key != key.key => {
                    let problem = "another key has this key_id already";
                    return Err(TrustError::BadKey { key_id: key.key_id, problem });
                }
                Some(known) => known.narrow(key),
                None => keys.push(key),
            }
        }
        self.keys = keys;
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
        key.check_window(receipt.signed_at.as_deref())?;
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
    #[error("signed by the unknown key {0:?}, neither the pinned one nor given with --trust")]
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
    /// Signed before the key was valid.
    #[error("signed at {signed_at}, before the key {key_id} was valid (from {valid_from})")]
    TooEarly {
        /// The key's name.
        key_id: String,
        /// The stated time.
        signed_at: String,
        /// The first moment of the key.
        valid_from: String,
    },
    /// Signed after the key was retired.
    #[error("signed at {signed_at}, after the key {key_id} was retired ({valid_until})")]
    Retired {
        /// The key's name.
        key_id: String,
        /// The stated time.
        signed_at: String,
        /// The last moment of the key.
        valid_until: String,
    },
    /// No readable time, and a key that is valid for a time only.
    #[error("the receipt states no time of signing, and the key {key_id} is valid for a time only")]
    Timeless {
        /// The key's name.
        key_id: String,
    },
    /// A key that is not believed any more at all.
    #[error("signed by the key {key_id}, which is withdrawn: nothing that it signed counts")]
    Withdrawn {
        /// The key's name.
        key_id: String,
    },
}

impl ReceiptError {
    /// Whether it is the key that is not believed, and not the receipt that is wrong.
    pub fn is_of_key(&self) -> bool {
        self.remedy().is_some()
    }
}

impl Remedy for ReceiptError {
    fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::UnknownKey(_) => {
                "if you know whose it is and believe it, give it with --trust FILE"
            }
            Self::TooEarly { .. } => "see the key's validity with `pith trust list`",
            Self::Retired { .. } | Self::Withdrawn { .. } => {
                "fetch the record again: the registry signs it anew with its current key"
            }
            Self::Timeless { .. } => "fetch the record again, with its whole receipt",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

fn verifying_key(bytes: &[u8]) -> Option<VerifyingKey> {
    let bytes: &[u8; 32] = bytes.try_into().ok()?;
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    (!key.is_weak()).then_some(key)
}

#[cfg(test)]
mod tests;
