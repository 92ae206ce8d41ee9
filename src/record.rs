//! A record as served, and what can be read out of it without believing any of it.
//!
//! Records, bundles, states and proofs (protocol.md sections 2 to 5) all hold a canonical record and
//! perhaps a receipt; they differ only in where. This module finds them. It judges nothing: that is
//! [`crate::verify`].

mod canonical;
mod json;
mod proof;
mod timestamp;

pub use canonical::{CanonicalRecord, SchemaError, canonical_bytes, canonical_text, text_digest};
pub(crate) use canonical::{has_float, is_hex_digest, sha256};
pub use json::{Json, JsonError};
pub use proof::Proof;
pub use timestamp::Timestamp;

use crate::error::Remedy;

/// The most bytes that a record may have. Real ones have 7 to 15 kB.
pub const MAX_BYTES: usize = 2_000_000;

/// Why bytes are not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// More than [`MAX_BYTES`].
    #[error("it has {0} bytes; a record has at most {MAX_BYTES}")]
    TooLarge(usize),
    /// Not JSON, or JSON that is nested too deeply.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// JSON without a canonical record where one belongs.
    #[error("it is JSON, but holds no Pith record (no canonical_record)")]
    NoRecord,
}

impl Remedy for RecordError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::TooLarge(_) | Self::NoRecord => {
                "a record is what https://pith.science/pith/<suffix>.json serves".into()
            }
            Self::Json(error) => return error.remedy(),
        })
    }
}

/// Which of the protocol's files a record was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `/pith/<suffix>.json`, and what this program writes: a record with its receipt.
    Record,
    /// `bundle.json`: a record and its events.
    Bundle,
    /// `state.json`: the merged state, which carries no receipt.
    State,
    /// A canonical record alone.
    Canonical,
}

/// The receipt beside a record (protocol.md section 3), each field as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Name of the signing key: `pith-v1-2026-05`.
    pub key_id: String,
    /// Base64 of the 64 bytes of the signature.
    pub signature_b64: String,
    /// RFC 3339.
    pub signed_at: Option<String>,
    /// `ed25519`.
    pub algorithm: Option<String>,
    /// `canonical_sha256_bytes`.
    pub signed_message: Option<String>,
    /// Hex of the digest that the receipt speaks of.
    pub canonical_sha256: Option<String>,
    /// Hex of the first 16 bytes of SHA-256 of the key.
    pub public_key_fingerprint: Option<String>,
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    kind: Kind,
    document: Json,
    canonical_bytes: Vec<u8>,
    digest: [u8; 32],
    receipt: Option<Receipt>,
}

/// Where a document holds its canonical record, which need not be one of the protocol.
fn place_of(document: &Json) -> Option<(Kind, &Json)> {
    let inner = document.get("canonical_record");
    let mut keys = ["metadata", "schema_version", "source"].into_iter();
    if inner.is_none() && keys.all(|key| document.get(key).is_some()) {
        return Some((Kind::Canonical, document));
    }
    if let Some(canonical) = document.at(&["current", "canonical_record"]) {
        return Some((Kind::State, canonical));
    }
    let kind = document.get("bundle_type").map_or(Kind::Record, |_| Kind::Bundle);
    Some((kind, inner?))
}

impl Record {
    /// Reads a record, bundle, state or bare canonical record.
    ///
    /// # Errors
    /// [`RecordError`] where the bytes are too many, not JSON, or hold no canonical record.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_BYTES {
            return Err(RecordError::TooLarge(bytes.len()));
        }
        Self::from_json(Json::parse(bytes)?)
    }

    /// Reads a record from JSON that is parsed already; see [`Record::from_slice`].
    ///
    /// # Errors
    /// [`RecordError::NoRecord`].
    pub fn from_json(document: Json) -> Result<Self, RecordError> {
        let (kind, canonical) = place_of(&document).ok_or(RecordError::NoRecord)?;
        if !matches!(canonical, Json::Object(_)) {
            return Err(RecordError::NoRecord);
        }
        let canonical_bytes = canonical_bytes(canonical);
        let digest = sha256(&canonical_bytes);
        let receipt = receipt_of(&document).map(read_receipt);
        Ok(Self { kind, document, canonical_bytes, digest, receipt })
    }

    /// The record in an answer that holds one at its top level or one level down, as a resolver's
    /// answer does (protocol.md section 5).
    pub fn find(document: &Json) -> Option<Self> {
        let children = match document {
            Json::Object(members) => members.iter().map(|(_, value)| value).collect(),
            Json::Array(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        std::iter::once(document)
            .chain(children)
            .find_map(|candidate| Self::from_json(candidate.clone()).ok())
    }

    /// Which file it was found in.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The whole document, every field in the order in which it came.
    pub fn document(&self) -> &Json {
        &self.document
    }

    /// The canonical record as JSON, its schema not yet checked.
    pub fn canonical(&self) -> &Json {
        place_of(&self.document).expect("a record was read from it").1
    }

    /// The bytes that are hashed and signed.
    pub fn canonical_bytes(&self) -> &[u8] {
        &self.canonical_bytes
    }

    /// SHA-256 of [`Record::canonical_bytes`], computed and not read.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The fields of the canonical record.
    ///
    /// # Errors
    /// [`SchemaError`] where it is not of schema version 1.0.
    pub fn fields(&self) -> Result<CanonicalRecord, SchemaError> {
        CanonicalRecord::from_json(self.canonical())
    }

    /// The receipt, where there is one.
    pub fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }

    /// The paper's title as served; verify it before showing it as the paper's.
    pub fn title(&self) -> Option<&str> {
        self.document.at(&["paper", "title"]).and_then(Json::as_str)
    }

    /// The authors as served, which no signature covers.
    pub fn authors(&self) -> Option<&str> {
        self.document.at(&["paper", "authors_text"]).and_then(Json::as_str)
    }
}

/// A served record carries its receipt at the top, a bundle in the event that created the record.
fn receipt_of(document: &Json) -> Option<&Json> {
    let created =
        |event: &&Json| event.get("event_type").and_then(Json::as_str) == Some("record_created");
    document.get("receipt").filter(|receipt| matches!(receipt, Json::Object(_))).or_else(|| {
        let events = document.get("events")?.as_array()?;
        events.iter().find(created)?.at(&["payload", "receipt"])
    })
}

fn read_receipt(receipt: &Json) -> Receipt {
    // Another type is kept as a text that no check takes for the right one.
    let field = |key| match receipt.get(key) {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text.to_string()),
        Some(_) => Some("(no text)".to_owned()),
    };
    Receipt {
        key_id: field("key_id").unwrap_or_default(),
        signature_b64: field("signature_b64").unwrap_or_default(),
        signed_at: field("signed_at"),
        algorithm: field("algorithm"),
        signed_message: field("signed_message"),
        canonical_sha256: field("canonical_sha256"),
        public_key_fingerprint: field("public_key_fingerprint"),
    }
}

#[cfg(test)]
mod tests;
