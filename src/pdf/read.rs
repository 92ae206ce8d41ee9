//! What a file says of itself: Info entries, metadata streams, signatures, damage.

use hayro_syntax::object::{Array, Dict, FromBytes, Name, ObjRef, Object, Stream};
use lopdf::Dictionary;

use super::budget::structure::MAX_LOOKED_AT;
use super::dict::raw_entries;
use super::trailer::{Info, Place, Section, object_at};
use super::{Damage, ObjectId, Pdf, PdfError, convert, guard, names, security, text_string};

/// Bytes that a metadata stream may have, decoded (16 MiB): its XML takes ten times as much while it is read. 5 MB of
/// editing history are known.
const MAX_PACKET: usize = 16 << 20;
/// Entries that an Info dictionary may have. Others have some ten.
const MAX_ENTRIES: usize = 1_000;
/// Bytes that a value of the Info dictionary may have (1 MiB).
const MAX_VALUE: usize = 1 << 20;

const BAD_INFO: &str = "its Info dictionary cannot be read";
/// Of an Info dictionary that is named.
pub(super) const UNREADABLE_INFO: PdfError = PdfError::Damaged { what: BAD_INFO };

/// One entry of the document information dictionary (ISO 32000-2, 14.3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfoEntry {
    /// The key, without the slash. Not valid UTF-8: with U+FFFD.
    pub key: String,
    /// The text string, decoded; of a name, the name; of a number, its digits.
    pub value: String,
    /// The object that holds the dictionary; `None` where it stands in the trailer itself.
    pub object: Option<ObjectId>,
}

/// A metadata stream that the Catalog names (ISO 32000-2, 14.3.2).
#[derive(Debug)]
pub struct MetadataStream {
    /// The stream's object.
    pub object: ObjectId,
    /// The packet, decoded and decrypted; or why it could not be.
    pub packet: Result<Vec<u8>, PdfError>,
}

/// What of a file is signed (ISO 32000-2, 12.8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Signature fields that have a value: approval, certification and timestamp signatures.
    pub count: usize,
    /// /P of the DocMDP transform where the file is certified: 1 allows no change, 2 filling in of forms,
    /// 3 annotations too (12.8.2.2). 1 also where a signature locks the file (table 236).
    pub doc_mdp: Option<u8>,
}

impl Pdf {
    pub(super) fn catalog(&self) -> Option<Dict<'_>> {
        let xref = self.file.xref();
        xref.get::<Dict<'_>>(xref.root_id())
    }

    pub(super) fn catalog_id(&self) -> Option<ObjectId> {
        ObjectId::from_identifier(self.file.xref().root_id())
    }

    pub(super) fn pages_id(&self) -> Option<ObjectId> {
        self.catalog()?.get_ref(names::PAGES).and_then(ObjectId::from_reference)
    }

    /// What the newest trailer says of the Info dictionary. Of a file without a readable trailer, what its last
    /// cross-reference stream or `trailer` keyword says.
    pub(super) fn info_place(&self) -> Info {
        if let Some(section) = self.chain.newest() {
            return section.info.clone();
        }
        let data = self.bytes();
        let trailer = data.windows(7).rposition(|window| window == b"trailer").and_then(|at| {
            let tail = data[at + 7..].trim_ascii_start();
            Dict::from_bytes(tail)?.get_ref(names::INFO)
        });
        let stream = || {
            let streams = self.file.objects().into_iter().filter_map(|object| object.into_stream());
            streams.filter_map(|stream| stream.dict().get_ref(names::INFO)).last()
        };
        trailer
            .or_else(stream)
            .and_then(ObjectId::from_reference)
            .map_or(Info::None, Info::Indirect)
    }

    /// The Info dictionary's entries in their order, duplicate keys kept (14.3.3). Values that are neither
    /// string, name nor number are left out, and those of more than 1 MiB. Empty where there is no Info dictionary.
    ///
    /// # Errors
    /// [`PdfError::Damaged`] where the dictionary is named and cannot be read; [`PdfError::TooLarge`] where it has more
    /// than 1,000 entries.
    pub fn info(&self) -> Result<Vec<InfoEntry>, PdfError> {
        guard::guard(BAD_INFO, || match self.info_place() {
            Info::None => Ok(Vec::new()),
            Info::Indirect(id) => match self.file.xref().get::<Object<'_>>(id.identifier()) {
                // A reference to an object that does not exist is null (7.3.10).
                None | Some(Object::Null(_)) => Ok(Vec::new()),
                Some(object) => {
                    let dict = object.into_dict().ok_or(UNREADABLE_INFO)?;
                    info_entries(&dict, Some(id), self.encryption.is_some())
                }
            },
            Info::Direct(bytes) => {
                info_entries(&Dict::from_bytes(&bytes).ok_or(UNREADABLE_INFO)?, None, false)
            }
        })?
    }

    /// The metadata streams that the Catalog names, in their order. More than one means a duplicate /Metadata
    /// key, of which exiftool takes the first, and poppler, qpdf and hayro-syntax the last. Empty where there is
    /// none.
    #[must_use]
    pub fn metadata_streams(&self) -> Vec<MetadataStream> {
        guard::guard("its Catalog cannot be read", || {
            self.metadata_ids()
                .into_iter()
                .map(|object| MetadataStream { object, packet: self.packet(object) })
                .collect()
        })
        .unwrap_or_default()
    }

    /// The packet that most readers take: of the last /Metadata key of the Catalog.
    #[must_use]
    pub fn xmp(&self) -> Option<MetadataStream> {
        self.metadata_streams().pop()
    }

    /// The references of the Catalog's /Metadata keys. One to an object that does not exist is null (7.3.10).
    pub(super) fn metadata_ids(&self) -> Vec<ObjectId> {
        let Some(catalog) = self.catalog() else {
            return Vec::new();
        };
        let bytes = catalog.data();
        raw_entries(bytes)
            .unwrap_or_default()
            .into_iter()
            .filter(|entry| entry.key == names::METADATA)
            .filter_map(|entry| ObjectId::from_reference(ObjRef::from_bytes(&bytes[entry.value])?))
            .filter(|id| !self.is_absent(*id))
            .collect()
    }

    /// Whether no section has an object. hayro-syntax keeps some that a later section frees.
    fn is_absent(&self, id: ObjectId) -> bool {
        self.chain.broken.is_none()
            && match self.chain.place(self.bytes(), id.number) {
                Some(Place::Free) => true,
                None => self.file.xref().get::<Object<'_>>(id.identifier()).is_none(),
                Some(Place::Offset(_) | Place::InStream { .. }) => false,
            }
    }

    fn packet(&self, id: ObjectId) -> Result<Vec<u8>, PdfError> {
        const WHAT: &str = "its metadata stream cannot be read";
        guard::guard(WHAT, || {
            let stream = self.metadata_stream(id).ok_or(PdfError::Damaged { what: WHAT })?;
            decode(&stream)
        })?
    }

    fn metadata_stream(&self, id: ObjectId) -> Option<Stream<'_>> {
        let stream = self.file.xref().get::<Stream<'_>>(id.identifier())?;
        if !self.clear_metadata || security::crypt_filter(stream.dict()).is_some() {
            return Some(stream);
        }
        // hayro-syntax does not know /EncryptMetadata and decrypts what was never encrypted.
        let data = self.bytes();
        let Place::Offset(offset) = self.chain.place(data, id.number)? else { return Some(stream) };
        let (_, body) = object_at(data, offset)?;
        Stream::from_bytes(data.get(body..)?)
    }

    /// Resolves every object that is read later on, but for page 1 and the signatures.
    pub(super) fn look_at_all(&self) {
        if let Info::Indirect(id) = self.info_place() {
            let _ = self.file.xref().get::<Dict<'_>>(id.identifier());
        }
        for id in self.metadata_ids() {
            let _ = self.metadata_stream(id);
        }
    }

    /// Whether the Catalog has /OutputIntents (14.11.5). arXiv does not stamp such a file.
    #[must_use]
    pub fn has_output_intents(&self) -> bool {
        guard::guard("its Catalog cannot be read", || {
            self.catalog().is_some_and(|catalog| catalog.contains_key(names::OUTPUT_INTENTS))
        })
        .unwrap_or_default()
    }

    /// What a section that is appended builds on, and the cross-reference data does not lead to.
    pub(super) fn missed(&self, newest: &Section) -> Option<(&'static str, Option<ObjectId>)> {
        let mut needed = vec![("the Catalog", newest.root), ("the page tree", self.pages_id())];
        if let Info::Indirect(id) = newest.info {
            // Listed, and not there: hayro-syntax looks for all objects itself then, and would not do so any more with a
            // new one in its place.
            let place = self.chain.place(self.bytes(), id.number);
            let is_listed = matches!(place, Some(Place::Offset(_) | Place::InStream { .. }));
            let is_there = || self.file.xref().get::<Object<'_>>(id.identifier()).is_some();
            needed.extend((is_listed || is_there()).then_some(("the Info dictionary", Some(id))));
        }
        let metadata = self.metadata_ids().into_iter();
        needed.extend(metadata.map(|id| ("the metadata stream", Some(id))));
        let leads =
            |id: Option<ObjectId>| id.is_some_and(|id| self.chain.leads_to(self.bytes(), id));
        needed.into_iter().find(|(_, id)| !leads(*id))
    }

    /// The first object to which the cross-reference data does not lead, of those that were looked at on opening.
    fn misplaced(&self) -> Option<(&'static str, Option<ObjectId>)> {
        let find = || self.chain.misplaced(self.bytes(), &self.glance, MAX_LOOKED_AT);
        let found = if self.is_sound { None } else { guard::guard("", find).unwrap_or_default() };
        found.map(|id| ("one of its objects", Some(id)))
    }

    /// What was unreadable or inconsistent and was got around. Empty for a sound file.
    #[must_use]
    pub fn damage(&self) -> Vec<Damage> {
        let mut damage = Vec::new();
        let mut note = |what: String, object| damage.push(Damage { what, object });
        let newest = self.chain.newest();
        let missed = || guard::guard("", || self.missed(newest?)).unwrap_or_default();
        if let Some(reason) = self.chain.broken {
            note(format!("the cross-reference data cannot be read: {reason}"), None);
        } else if newest.is_some_and(|newest| newest.root.is_none()) {
            note("the trailer does not name the Catalog".to_owned(), None);
        } else if let Some((what, object)) = missed().or_else(|| self.misplaced()) {
            note(format!("the cross-reference data does not lead to {what}"), object);
        }
        if !self.bytes().starts_with(b"%PDF-") {
            note("the file does not start with %PDF-".to_owned(), None);
        }
        if !super::has_end(self.bytes()) {
            let end = "there is no %%EOF at its end: it is cut off, or something stands behind it";
            note(end.to_owned(), None);
        }
        if let Err(error) = self.info() {
            note(error.reason(), None);
        }
        for stream in self.metadata_streams() {
            if let Err(error) = stream.packet {
                note(error.reason(), Some(stream.object));
            }
        }
        if self.page_count() == 0 {
            note("it has no pages".to_owned(), None);
        }
        damage
    }
}

fn info_entries(
    dict: &Dict<'_>,
    object: Option<ObjectId>,
    encrypted: bool,
) -> Result<Vec<InfoEntry>, PdfError> {
    let bytes = dict.data();
    let raw = raw_entries(bytes).ok_or(UNREADABLE_INFO)?;
    if raw.len() > MAX_ENTRIES {
        return Err(PdfError::TooLarge { what: "an Info dictionary of more than 1,000 entries" });
    }
    let mut entries = Vec::new();
    for (index, entry) in raw.iter().enumerate() {
        if entry.value.len() > MAX_VALUE {
            continue;
        }
        let last = raw[index + 1..].iter().all(|later| later.key != entry.key);
        let value = match last {
            // By the dictionary: it decrypts, and follows references.
            true => dict.get::<Object<'_>>(&entry.key),
            false if encrypted => None,
            false => Object::from_bytes(&bytes[entry.value.clone()]),
        };
        let value = match value {
            Some(Object::String(text)) if text.len() > MAX_VALUE => continue,
            Some(Object::String(text)) => text_string::decode(&text),
            Some(Object::Name(name)) => String::from_utf8_lossy(&name).into_owned(),
            Some(Object::Number(number)) => number.as_f64().to_string(),
            _ => continue,
        };
        entries.push(InfoEntry {
            key: String::from_utf8_lossy(&entry.key).into_owned(),
            value,
            object,
        });
    }
    Ok(entries)
}

/// Decodes a metadata stream within [`MAX_PACKET`]: hayro-syntax decrypts, lopdf decodes, because only lopdf's filters
/// take a limit.
fn decode(stream: &Stream<'_>) -> Result<Vec<u8>, PdfError> {
    let too_large = PdfError::TooLarge { what: "a metadata stream of more than 16 MiB" };
    let raw = stream.raw_data();
    if raw.len() > MAX_PACKET {
        return Err(too_large);
    }
    // A crypt filter comes first (7.4.10), and hayro-syntax has applied it.
    let applied = usize::from(security::crypt_filter(stream.dict()).is_some());
    if stream.filters().len() <= applied {
        return Ok(raw.into_owned());
    }
    let mut dict = Dictionary::new();
    for key in [names::FILTER, names::DECODE_PARMS] {
        match stream.dict().get::<Object<'_>>(key).and_then(|value| convert::object(&value)) {
            Some(lopdf::Object::Array(values)) => {
                dict.set(key, values.into_iter().skip(applied).collect::<Vec<_>>());
            }
            Some(value) => dict.set(key, value),
            None => {}
        }
    }
    let stream = lopdf::Stream::new(dict, raw.into_owned());
    stream.get_plain_content_with_limit(MAX_PACKET).map_err(|error| match error {
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => too_large,
        _ => PdfError::Damaged { what: "a stream cannot be decoded" },
    })
}

/// /P of the DocMDP transform of a certified file.
pub(super) fn doc_mdp(catalog: &Dict<'_>) -> Option<u8> {
    permission(&catalog.get::<Dict<'_>>(names::PERMS)?.get::<Dict<'_>>(names::DOC_MDP)?)
}

/// /P of the DocMDP transform of a signature, where it has one.
pub(super) fn permission(signature: &Dict<'_>) -> Option<u8> {
    let references = signature.get::<Array<'_>>(names::REFERENCE)?;
    let transform = references.iter::<Dict<'_>>().find(|reference| {
        reference
            .get::<Name<'_>>(names::TRANSFORM_METHOD)
            .is_some_and(|name| name.as_ref() == names::DOC_MDP)
    })?;
    let parameters = transform.get::<Dict<'_>>(names::TRANSFORM_PARAMS);
    // The default is 2 (table 257).
    Some(parameters.and_then(|parameters| parameters.get::<u8>(names::PERMISSION)).unwrap_or(2))
}
