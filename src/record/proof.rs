//! The part of a record that verifies by itself: what PDFs, badges and pinned files carry.

use super::{CanonicalRecord, Json, Kind, Receipt, Record, RecordError, text_digest};

/// A record and its receipt as plain texts, as XMP properties hold them (product format 1.0). A text
/// that is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// `pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD`
    pub number: String,
    /// The title in arXiv's spelling; it hashes to the record's.
    pub title: String,
    /// `arXiv:2403.01164v1`
    pub source: String,
    /// Lower-case hex of the digest.
    pub sha256: String,
    /// The canonical JSON, byte for byte.
    pub record: String,
    /// Name of the signing key.
    pub key_id: String,
    /// Base64 of the signature.
    pub signature: String,
    /// RFC 3339.
    pub signed_at: String,
}

impl Record {
    /// The proof of this record, or `None` where it has no receipt or its schema is not known.
    pub fn proof(&self) -> Option<Proof> {
        let receipt = self.receipt()?;
        let fields = self.fields().ok()?;
        let digest = self.digest();
        let title = self.title().filter(|title| is_title_of(title, &fields));
        Some(Proof {
            number: fields.number(&digest).to_string(),
            title: title.unwrap_or_default().to_owned(),
            source: fields.source.prefixed(),
            sha256: data_encoding::HEXLOWER.encode(&digest),
            record: String::from_utf8(self.canonical_bytes().to_vec()).ok()?,
            key_id: receipt.key_id.clone(),
            signature: receipt.signature_b64.clone(),
            signed_at: receipt.signed_at.clone().unwrap_or_default(),
        })
    }

    /// The record that a proof holds.
    ///
    /// Its digest is taken over [`Proof::record`] as it came, not over a new serialisation: a proof
    /// that is not canonical does not verify.
    ///
    /// # Errors
    /// [`RecordError`] where [`Proof::record`] is not the JSON of an object.
    pub fn from_proof(proof: &Proof) -> Result<Self, RecordError> {
        let bytes = proof.record.as_bytes();
        if bytes.len() > super::MAX_BYTES {
            return Err(RecordError::TooLarge(bytes.len()));
        }
        let canonical = Json::parse(bytes)?;
        if !matches!(canonical, Json::Object(_)) {
            return Err(RecordError::NoRecord);
        }
        let stated = [
            ("pith_number", &proof.number),
            ("canonical_sha256", &proof.sha256),
            ("source", &proof.source),
        ];
        let mut document: Vec<_> = stated
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (key.into(), value_of(key, text)))
            .collect();
        document.push(("canonical_record".into(), canonical));
        if !proof.title.is_empty() {
            let title = ("title".into(), Json::String(proof.title.as_str().into()));
            document.push(("paper".into(), Json::Object(vec![title])));
        }
        let receipt = (!proof.signature.is_empty()).then(|| Receipt {
            key_id: proof.key_id.clone(),
            signature_b64: proof.signature.clone(),
            signed_at: Some(proof.signed_at.clone()).filter(|at| !at.is_empty()),
            ..Receipt::default()
        });
        Ok(Self {
            kind: Kind::Record,
            document: Json::Object(document),
            canonical_bytes: bytes.to_vec(),
            digest: super::sha256(bytes),
            receipt,
        })
    }

    /// This record reduced to what verifies: number, digest, source, title, canonical record and
    /// receipt, as one line of JSON. Badges and pinned files carry it; [`Record::from_slice`] reads
    /// it. `None` where [`Record::proof`] is.
    pub fn proof_json(&self) -> Option<String> {
        Some(self.proof_document()?.to_string())
    }

    /// The same, not yet written.
    pub(crate) fn proof_document(&self) -> Option<serde_json::Value> {
        let proof = self.proof()?;
        let mut json = serde_json::json!({
            "pith_number": proof.number,
            "canonical_sha256": proof.sha256,
            "source": self.canonical().get("source")?,
            "canonical_record": self.canonical(),
            "receipt": {
                "kind": "pith_receipt",
                "key_id": proof.key_id,
                "algorithm": "ed25519",
                "signed_message": "canonical_sha256_bytes",
                "signed_at": proof.signed_at,
                "signature_b64": proof.signature,
            },
        });
        if let Some(title) = self.title() {
            json["paper"] = serde_json::json!({ "title": title });
        }
        Some(json)
    }
}

/// Whether a title is the record's, and one that XML can hold.
fn is_title_of(title: &str, fields: &CanonicalRecord) -> bool {
    text_digest(title) == fields.title_canon_sha256 && !title.contains(char::is_control)
}

/// A text as it stands in a record: a source as an object. One that is no source stays text, so that
/// it differs from the record's.
fn value_of(key: &str, text: &str) -> Json {
    let source = text.strip_prefix("arXiv:").filter(|_| key == "source");
    let id = source.and_then(|id| id.parse::<crate::id::ArxivId>().ok());
    match id.and_then(|id| Some((id.id().to_owned(), id.version()?))) {
        Some((id, version)) => Json::Object(vec![
            ("id".into(), Json::String(id.into())),
            ("kind".into(), Json::String("arxiv".into())),
            ("version".into(), Json::Integer(version.into())),
        ]),
        None => Json::String(text.into()),
    }
}
