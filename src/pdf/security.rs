//! The standard security handler (ISO 32000-2, 7.6.4) for what is appended.
//!
//! hayro-syntax decrypts what it reads and keeps the key to itself. lopdf derives the key anew from the encryption
//! dictionary, and encrypts; no algorithm is written here. Strings and streams are encrypted under the number and
//! generation of the object that they stand in (7.6.3), so what keeps its object keeps its bytes.

use hayro_syntax::object::{Array, Dict, FromBytes, Name, Stream, String as PdfString};
use lopdf::encryption::PasswordAlgorithm;
use lopdf::encryption::crypt_filters::{CryptFilter, IdentityCryptFilter};
use lopdf::{Dictionary, Document, EncryptionState, Object};

use super::trailer::{Chain, Place, object_at};
use super::{ObjectId, convert, dict, names};

/// The crypt filter that encrypts nothing (7.6.6, table 26).
pub(super) const IDENTITY: &[u8] = b"Identity";

/// What a file says of its encryption.
pub(super) struct Handler {
    /// Nothing but the encryption dictionary and the first part of /ID, which lopdf derives keys from.
    document: Document,
}

impl Handler {
    /// `None` where the newest trailer names no encryption dictionary that can be read.
    pub(super) fn of(data: &[u8], chain: &Chain) -> Option<Self> {
        Self::read(&chain.newest()?.trailer, |id| {
            let Place::Offset(offset) = chain.place(data, id.number)? else { return None };
            let (found, body) = object_at(data, offset)?;
            if found == id { data.get(body..) } else { None }
        })
    }

    /// Reads the encryption dictionary that `trailer` names; `value` is what begins with the value of an object.
    pub(super) fn read<'a>(
        trailer: &[u8],
        value: impl Fn(ObjectId) -> Option<&'a [u8]>,
    ) -> Option<Self> {
        let trailer = Dict::from_bytes(trailer)?;
        let encrypt = match trailer.get_ref(names::ENCRYPT).and_then(ObjectId::from_reference) {
            // From the bytes: the strings of this dictionary are not encrypted (7.6.2).
            Some(id) => convert::dictionary(&Dict::from_bytes(value(id)?)?),
            None => convert::dictionary(&trailer.get::<Dict<'_>>(names::ENCRYPT)?),
        };
        let mut document = Document::new();
        document.objects.insert((1, 0), Object::Dictionary(encrypt));
        document.trailer.set(names::ENCRYPT, Object::Reference((1, 0)));
        let id = first_identifier(&trailer, value).unwrap_or_default();
        document.trailer.set(names::ID, Object::Array(vec![Object::string_literal(id)]));
        Some(Self { document })
    }

    fn dictionary(&self) -> Option<&Dictionary> {
        self.document.get_encrypted().ok()
    }

    /// Whether metadata streams are left as they are (7.6.4.1, /EncryptMetadata). Known from version 4 on.
    pub(super) fn has_clear_metadata(&self) -> bool {
        self.dictionary().is_some_and(|dict| {
            let version = dict.get(b"V").and_then(Object::as_i64).unwrap_or_default();
            let encrypted = dict.get(b"EncryptMetadata").and_then(Object::as_bool).unwrap_or(true);
            version >= 4 && !encrypted
        })
    }

    /// The password that hayro-syntax opens the file with, from one that a person types: the owner's or the
    /// user's, in the encoding of the handler's revision. hayro-syntax knows user passwords only up to revision 4,
    /// and takes bytes as they are.
    pub(super) fn resolve(&self, typed: &str) -> Resolved {
        let Ok(algorithm) = PasswordAlgorithm::try_from(&self.document) else {
            return Resolved::Unsupported;
        };
        let Ok(password) = algorithm.sanitize_password(typed) else { return Resolved::Wrong };
        let Ok(mut resolved) =
            algorithm.resolve_password_for_key_derivation(&self.document, &password)
        else {
            return Resolved::Wrong;
        };
        if resolved != password {
            // The user's, recovered from /O by the owner's, and filled up to 32 bytes (7.6.4.3.2).
            let opens = |end: &usize| {
                algorithm.authenticate_user_password(&self.document, &resolved[..*end]).is_ok()
            };
            resolved.truncate((0..resolved.len()).find(opens).unwrap_or(resolved.len()));
        }
        match String::from_utf8(resolved) {
            Ok(password) => Resolved::Password(password),
            Err(_) => Resolved::NotAscii,
        }
    }

    /// What the file is encrypted with: it opens without a password, or with the one that was typed.
    pub(super) fn open(&self, typed: Option<&str>) -> Option<Cipher> {
        self.cipher("").or_else(|| match self.resolve(typed?) {
            Resolved::Password(password) => self.cipher(&password),
            Resolved::Wrong | Resolved::Unsupported | Resolved::NotAscii => None,
        })
    }

    /// What encrypts, with the password that hayro-syntax opened the file with.
    pub(super) fn cipher(&self, password: &str) -> Option<Cipher> {
        let state = EncryptionState::decode(&self.document, password.as_bytes()).ok()?;
        Some(Cipher { state, clear_metadata: self.has_clear_metadata() })
    }
}

/// What became of a typed password.
pub(super) enum Resolved {
    /// Try this one.
    Password(String),
    /// It opens nothing.
    Wrong,
    /// It may be right, and cannot be tried: the algorithm is unknown.
    Unsupported,
    /// It, or the user's that the owner's leads to, has characters outside of ASCII, up to revision 4.
    NotAscii,
}

/// The first part of /ID, from the bytes: it is never encrypted (7.6.2).
fn first_identifier<'a>(
    trailer: &Dict<'_>,
    value: impl Fn(ObjectId) -> Option<&'a [u8]>,
) -> Option<Vec<u8>> {
    let first = |array: Array<'_>| Some(array.flex_iter().next::<PdfString<'_>>()?.to_vec());
    match trailer.get_ref(names::ID).and_then(ObjectId::from_reference) {
        Some(id) => first(Array::from_bytes(value(id)?)?),
        None => first(trailer.get::<Array<'_>>(names::ID)?),
    }
}

/// The crypt filter that a stream names as its first filter (7.4.10); Identity where it names the filter alone.
pub(super) fn crypt_filter(stream: &Dict<'_>) -> Option<Vec<u8>> {
    let (filter, parameters) = match stream.get::<Array<'_>>(names::FILTER) {
        Some(filters) => {
            let parameters = stream.get::<Array<'_>>(names::DECODE_PARMS);
            (
                filters.flex_iter().next::<Name<'_>>()?,
                parameters.and_then(|parameters| parameters.flex_iter().next::<Dict<'_>>()),
            )
        }
        None => {
            (stream.get::<Name<'_>>(names::FILTER)?, stream.get::<Dict<'_>>(names::DECODE_PARMS))
        }
    };
    (filter.as_ref() == names::CRYPT).then(|| {
        let name = parameters.and_then(|parameters| parameters.get::<Name<'_>>(names::NAME));
        name.map_or(IDENTITY.to_vec(), |name| name.to_vec())
    })
}

/// Encrypts strings and streams, and decrypts streams.
pub(super) struct Cipher {
    state: EncryptionState,
    clear_metadata: bool,
}

impl Cipher {
    pub(super) fn string(&self, id: ObjectId, plain: &[u8]) -> Option<Vec<u8>> {
        apply(&*self.state.get_string_filter(), &self.state, id, plain)
    }

    /// The bytes of a stream before they were encrypted, which `stream` still has as they are in the file.
    pub(super) fn open(&self, id: ObjectId, stream: &Stream<'_>) -> Option<Vec<u8>> {
        let encrypted = stream.raw_data();
        let by = |filter: &dyn CryptFilter| {
            filter.decrypt(&object_key(filter, &self.state, id)?, &encrypted).ok()
        };
        match crypt_filter(stream.dict()).as_deref() {
            None => by(&*self.state.get_stream_filter()),
            Some(IDENTITY) => Some(encrypted.into_owned()),
            Some(name) => by(&**self.state.crypt_filters().get(name)?),
        }
    }

    /// A dictionary whose strings are not encrypted yet, with all of them encrypted.
    pub(super) fn strings(&self, id: ObjectId, plain: &[u8]) -> Option<Vec<u8>> {
        dict::replace_strings(plain, |string| {
            Some(format!("<{}>", data_encoding::HEXUPPER.encode(&self.string(id, string)?)))
        })
    }

    /// The content of a metadata stream, and the crypt filter that its dictionary must name. `named` is what the
    /// stream named that it replaces.
    pub(super) fn metadata(
        &self,
        id: ObjectId,
        named: Option<Vec<u8>>,
        plain: &[u8],
    ) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        // Said with a filter too: hayro-syntax and others go by that alone.
        let named = named.or_else(|| self.clear_metadata.then(|| IDENTITY.to_vec()));
        let encrypted = match named.as_deref() {
            None => apply(&*self.state.get_stream_filter(), &self.state, id, plain)?,
            Some(IDENTITY) => apply(&IdentityCryptFilter, &self.state, id, plain)?,
            Some(name) => apply(&**self.state.crypt_filters().get(name)?, &self.state, id, plain)?,
        };
        Some((encrypted, named))
    }
}

fn apply(
    filter: &dyn CryptFilter,
    state: &EncryptionState,
    id: ObjectId,
    plain: &[u8],
) -> Option<Vec<u8>> {
    filter.encrypt(&object_key(filter, state, id)?, plain).ok()
}

fn object_key(filter: &dyn CryptFilter, state: &EncryptionState, id: ObjectId) -> Option<Vec<u8>> {
    filter.compute_key(state.file_encryption_key(), (id.number, id.generation)).ok()
}
