//! The signatures of a file: their kind, who is said to have signed, how much of the file they cover
//! (ISO 32000-2, 12.7.5.5 and 12.8). Nothing is verified.

use hayro_syntax::object::{self, Array, Dict, Name, Number};

use super::deadline::Allowance;
use super::{ObjectId, Pdf, Signatures, form, names, read, text_string};

/// Form fields that are looked at.
const MAX_FIELDS: usize = 10_000;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureKind {
    /// Somebody approves of what it covers.
    Approval,
    /// The author certifies the file; /P of DocMDP: 1 allows no change, 2 filling in of forms, 3 annotations too.
    Certification(u8),
    /// A time stamp of the whole file.
    Timestamp,
}

/// A signature field that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What it is for.
    pub kind: SignatureKind,
    /// The field's partial name.
    pub field: Option<String>,
    /// /Name, the signer as the signing program wrote it; the certificate may say another.
    pub signer: Option<String>,
    /// Where the bytes that it covers end; they begin with the file.
    pub end: Option<u64>,
    /// The field's object, or that of its value.
    pub object: Option<ObjectId>,
}

impl Pdf {
    /// The signatures in the order of the form's fields. Nothing is verified here.
    #[must_use]
    pub fn signature_list(&self) -> &[Signature] {
        &self.signed.0
    }

    /// What of the file is signed.
    #[must_use]
    pub fn signatures(&self) -> Signatures {
        Signatures { count: self.signed.0.len(), doc_mdp: self.signed.1 }
    }
}

/// The signatures, and what they allow: /P of the DocMDP transform where the file is certified, or 1 where one locks it.
pub(super) fn find(file: &hayro_syntax::Pdf) -> (Vec<Signature>, Option<u8>) {
    let (mut found, mut is_locked) = (Vec::new(), false);
    let mut left = Allowance::new(MAX_FIELDS);
    let Some(catalog) = file.xref().get::<Dict<'_>>(file.xref().root_id()) else {
        return (found, None);
    };
    form::each_field(&catalog, &mut left, |field, _| {
        let Some(signature) = signature(field) else { return };
        is_locked |= lock(field) == Some(1);
        found.push(signature);
    });
    let permission = if is_locked { Some(1) } else { read::doc_mdp(&catalog) };
    (found, permission)
}

/// /P of the lock that came with a signature (table 236): what may change from then on.
fn lock(field: &Dict<'_>) -> Option<u8> {
    field.get::<Dict<'_>>(names::LOCK)?.get::<u8>(names::PERMISSION)
}

fn signature(field: &Dict<'_>) -> Option<Signature> {
    let kind = field.get::<Name<'_>>(names::FIELD_TYPE)?;
    (kind.as_ref() == names::SIGNATURE).then_some(())?;
    let value = field.get::<Dict<'_>>(names::VALUE)?;
    let text = |dict: &Dict<'_>, key: &[u8]| {
        let text = text_string::decode(&dict.get::<object::String<'_>>(key)?);
        (!text.trim().is_empty()).then_some(text)
    };
    let is_timestamp =
        value.get::<Name<'_>>(names::TYPE).is_some_and(|name| name.as_ref() == b"DocTimeStamp");
    let kind = match super::read::permission(&value) {
        Some(permission) => SignatureKind::Certification(permission),
        None if is_timestamp => SignatureKind::Timestamp,
        None => SignatureKind::Approval,
    };
    let range = value.get::<Array<'_>>(names::BYTE_RANGE);
    let range: Vec<i64> = range
        .into_iter()
        .flat_map(|range| range.iter::<Number>().map(|n| n.as_i64()).take(4).collect::<Vec<_>>())
        .collect();
    let end = match range[..] {
        [0, _, start, length] => start.checked_add(length).and_then(|end| u64::try_from(end).ok()),
        _ => None,
    };
    let object = field.obj_id().or(value.obj_id()).and_then(ObjectId::from_identifier);
    Some(Signature { kind, field: text(field, b"T"), signer: text(&value, b"Name"), end, object })
}
