//! What a file says of itself: Info entries, metadata streams, signatures, damage.

use hayro_syntax::object::{Array, Dict, FromBytes, Name, ObjRef, Object, Stream};
use lopdf::Dictionary;

use super::dict::raw_entries;
use super::trailer::Info;
use super::{Damage, MAX_DECODED, ObjectId, Pdf, PdfError, guard, names, text_string};

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
    /// 3 annotations too (12.8.2.2).
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
    /// string, name nor number are left out. Empty where there is no Info dictionary.
    ///
    /// # Errors
    /// [`PdfError::Damaged`] where the dictionary is named and cannot be read.
    pub fn info(&self) -> Result<Vec<InfoEntry>, PdfError> {
        const WHAT: &str = "its Info dictionary cannot be read";
        guard::guard(WHAT, || match self.info_place() {
            Info::None => Some(Vec::new()),
            Info::Indirect(id) => match self.file.xref().get::<Object<'_>>(id.identifier()) {
                // A reference to an object that does not exist is null (7.3.10).
                None | Some(Object::Null(_)) => Some(Vec::new()),
                Some(object) => {
                    info_entries(&object.into_dict()?, Some(id), self.encryption.is_some())
                }
            },
            Info::Direct(bytes) => info_entries(&Dict::from_bytes(&bytes)?, None, false),
        })?
        .ok_or(PdfError::Damaged { what: WHAT })
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
            .collect()
    }

    fn packet(&self, id: ObjectId) -> Result<Vec<u8>, PdfError> {
        const WHAT: &str = "its metadata stream cannot be read";
        guard::guard(WHAT, || {
            let stream = self
                .file
                .xref()
                .get::<Stream<'_>>(id.identifier())
                .ok_or(PdfError::Damaged { what: WHAT })?;
            decode(&stream, "a metadata stream of more than 64 MiB")
        })?
    }

    /// What of the file is signed. Nothing is verified here.
    #[must_use]
    pub fn signatures(&self) -> Signatures {
        guard::guard("its form cannot be read", || {
            let doc_mdp = self.catalog().as_ref().and_then(doc_mdp);
            Signatures { count: self.signature_list().len(), doc_mdp }
        })
        .unwrap_or_default()
    }

    /// Whether the Catalog has /OutputIntents (14.11.5). arXiv does not stamp such a file.
    #[must_use]
    pub fn has_output_intents(&self) -> bool {
        guard::guard("its Catalog cannot be read", || {
            self.catalog().is_some_and(|catalog| catalog.contains_key(names::OUTPUT_INTENTS))
        })
        .unwrap_or_default()
    }

    /// What was unreadable or inconsistent and was got around. Empty for a sound file.
    #[must_use]
    pub fn damage(&self) -> Vec<Damage> {
        let mut damage = Vec::new();
        let mut note = |what: String, object| damage.push(Damage { what, object });
        if let Some(reason) = self.chain.broken {
            note(format!("the cross-reference data cannot be read: {reason}"), None);
        } else if let Some(root) = self.chain.newest().and_then(|section| section.root)
            && !guard::guard("", || self.chain.leads_to(self.bytes(), root)).unwrap_or_default()
        {
            note("the cross-reference data does not lead to the Catalog".to_owned(), Some(root));
        }
        if !self.bytes().starts_with(b"%PDF-") {
            note("the file does not start with %PDF-".to_owned(), None);
        }
        if let Err(error) = self.info() {
            note(error.to_string(), None);
        }
        for stream in self.metadata_streams() {
            if let Err(error) = stream.packet {
                note(error.to_string(), Some(stream.object));
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
) -> Option<Vec<InfoEntry>> {
    let bytes = dict.data();
    let raw = raw_entries(bytes)?;
    let mut entries = Vec::new();
    for (index, entry) in raw.iter().enumerate() {
        let last = raw[index + 1..].iter().all(|later| later.key != entry.key);
        let value = match last {
            // By the dictionary: it decrypts, and follows references.
            true => dict.get::<Object<'_>>(&entry.key),
            false if encrypted => None,
            false => Object::from_bytes(&bytes[entry.value.clone()]),
        };
        let value = match value {
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
    Some(entries)
}

/// Decodes a stream within [`MAX_DECODED`]: hayro-syntax decrypts, lopdf decodes, because only lopdf's filters
/// take a limit.
fn decode(stream: &Stream<'_>, too_large: &'static str) -> Result<Vec<u8>, PdfError> {
    let too_large = PdfError::TooLarge { what: too_large };
    let raw = stream.raw_data();
    if raw.len() > MAX_DECODED {
        return Err(too_large);
    }
    if stream.filters().is_empty() {
        return Ok(raw.into_owned());
    }
    let mut dict = Dictionary::new();
    for key in [&b"Filter"[..], b"DecodeParms"] {
        if let Some(value) =
            stream.dict().get::<Object<'_>>(key).and_then(|value| filter_value(&value, 0))
        {
            dict.set(key, value);
        }
    }
    let stream = lopdf::Stream::new(dict, raw.into_owned());
    stream.get_plain_content_with_limit(MAX_DECODED).map_err(|error| match error {
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => too_large,
        _ => PdfError::Damaged { what: "a stream cannot be decoded" },
    })
}

/// The values that /Filter and /DecodeParms may have (7.3.8.2), in lopdf's terms.
fn filter_value(value: &Object<'_>, depth: usize) -> Option<lopdf::Object> {
    Some(match value {
        Object::Name(name) => lopdf::Object::Name(name.to_vec()),
        Object::Number(number) => lopdf::Object::Integer(number.as_i64()),
        Object::Array(array) if depth < 2 => {
            let null = |item| filter_value(&item, depth + 1).unwrap_or(lopdf::Object::Null);
            lopdf::Object::Array(array.iter::<Object<'_>>().map(null).collect())
        }
        Object::Dict(dict) if depth < 2 => {
            let mut out = Dictionary::new();
            for key in dict.keys() {
                let value =
                    dict.get::<Object<'_>>(&*key).and_then(|value| filter_value(&value, depth + 1));
                out.set(key.to_vec(), value.unwrap_or(lopdf::Object::Null));
            }
            lopdf::Object::Dictionary(out)
        }
        _ => return None,
    })
}

fn doc_mdp(catalog: &Dict<'_>) -> Option<u8> {
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

/// The decoded length of a content stream.
pub(super) fn decoded_length(stream: &Stream<'_>) -> Result<usize, PdfError> {
    decode(stream, "a stream of more than 64 MiB").map(|decoded| decoded.len())
}

/// What the decoded length of a stream cannot be more than, where that is known without decoding it: Deflate makes
/// of one byte at most 1032.
pub(super) fn decoded_limit(stream: &Stream<'_>) -> Option<usize> {
    let filter = stream.dict().get::<Name<'_>>(names::FILTER)?;
    (filter.as_ref() == b"FlateDecode").then(|| stream.raw_data().len().saturating_mul(1032))
}
