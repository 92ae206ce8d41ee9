//! What opening a file may decode.

use std::collections::HashSet;

use hayro_syntax::object::{
    Dict, FromBytes, MaybeRef, Name, Number, Object, ObjectIdentifier, Stream,
};
use hayro_syntax::reader::{Reader, ReaderExt};
use memchr::memmem;

use super::super::map::Glance;
use super::super::security::Handler;
use super::super::trailer::{Chain, object_at};
use super::super::{ObjectId, PdfError, names};
use super::{Encoded, MAX_TOTAL, check_all, suspects};

/// Entries of the cross-reference data that are looked at before it is believed. A paper has some hundreds; to look at
/// 200,000 would take as long as reading the file.
pub(in crate::pdf) const MAX_LOOKED_AT: usize = 2000;
/// Bytes of a file in which the names of object streams are counted.
const MAX_COUNTED: usize = 1 << 20;
/// Objects that all sections may list, free ones too: hayro-syntax keeps a table of them.
const MAX_OBJECTS: u64 = 3_000_000;
/// Objects that an object stream may hold. hayro-syntax keeps 24 bytes for each, which can be written in four.
const MAX_HELD: i64 = 1_000_000;
/// The type of an object stream.
const OBJECT_STREAM: &[u8] = b"ObjStm";

/// Refuses a file with a cross-reference stream or an object stream that decodes to more than
/// [`MAX_DECODED`](super::MAX_DECODED), and a damaged one with too much of them. hayro-syntax decodes them whole, in a
/// damaged file all that it comes across. `handler` is what the file says of its encryption, and `password` what was
/// typed. Tells whether the file is sound, so that hayro-syntax goes by its cross-reference data.
pub(in crate::pdf) fn check(
    data: &[u8],
    glance: &Glance,
    chain: &Chain,
    handler: Option<&Handler>,
    password: Option<&str>,
) -> Result<bool, PdfError> {
    if chain.listed() > MAX_OBJECTS {
        return Err(PdfError::TooLarge { what: "more than 3,000,000 objects" });
    }
    let tables = chain.streams().filter_map(|offset| object_at(data, offset));
    check_objects(data, &tables.collect::<Vec<_>>(), None, None, usize::MAX)?;
    let listed = chain.object_streams(data).into_iter();
    let listed: Vec<_> = listed.filter_map(|offset| object_at(data, offset)).collect();
    if is_sound(data, glance, chain, listed.len()) {
        // Of these, only what is needed is decoded.
        return check_objects(data, &listed, handler, password, usize::MAX).map(|()| true);
    }
    let found = Found::search(data);
    let handler = found.handler();
    if handler.is_some() && found.may_be_clear() {
        check_objects(data, &found.streams, None, None, MAX_TOTAL)?;
    }
    check_objects(data, &found.streams, handler.as_ref(), password, MAX_TOTAL).map(|()| false)
}

/// Checks the object streams at `places`: the object that each is encrypted under, and where it begins. Together they
/// may decode to `most`.
fn check_objects(
    data: &[u8],
    places: &[(ObjectId, usize)],
    handler: Option<&Handler>,
    password: Option<&str>,
    most: usize,
) -> Result<(), PdfError> {
    let read = |(id, offset): &(ObjectId, usize)| {
        let stream = Stream::from_bytes(data.get(*offset..)?)?;
        Some(Encoded { stream, locked: handler.map(|_| *id) })
    };
    let mut sized = Vec::new();
    for place in places {
        if let Some(stream) = read(place) {
            check_dict(&stream)?;
            sized.push((place, stream.possible()));
        }
    }
    let suspects = suspects(sized, most as u64);
    let cipher = match handler.filter(|_| !suspects.is_empty()) {
        Some(handler) => match handler.open(password) {
            Some(cipher) => Some(cipher),
            // hayro-syntax does not open it either, and says why.
            None => return Ok(()),
        },
        None => None,
    };
    let what = "more than 96 MiB of objects, as far as can be told from a damaged file";
    check_all(suspects.into_iter().filter_map(read), cipher.as_ref(), most, what)
}

/// Whether hayro-syntax goes by the cross-reference data, and does not look for objects itself; `listed` is the number
/// of object streams that they list. In a small file it makes no difference: others must not be there.
fn is_sound(data: &[u8], glance: &Glance, chain: &Chain, listed: usize) -> bool {
    let leads_to_root = |id| chain.leads_to(data, id);
    chain.broken.is_none()
        && chain.newest().and_then(|newest| newest.root).is_some_and(leads_to_root)
        && chain.is_exact(data, glance, MAX_LOOKED_AT)
        && (data.len() > MAX_COUNTED || object_stream_names(data) <= listed)
}

/// How often the type of object streams is named in `data`, or more.
fn object_stream_names(data: &[u8]) -> usize {
    let is_escaped = |at: &usize| {
        let digits = data.get(at + 1..at + 3).unwrap_or_default();
        if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        let before = &data[at.saturating_sub(3 * OBJECT_STREAM.len())..*at];
        let start =
            before.iter().rposition(|byte| *byte == b'/').map(|slash| at - before.len() + slash);
        let name = start.and_then(|start| Name::from_bytes(&data[start..]));
        name.is_some_and(|name| name.as_ref() == OBJECT_STREAM)
    };
    memmem::find_iter(data, OBJECT_STREAM).count()
        + memchr::memchr_iter(b'#', data).filter(is_escaped).count()
}

/// Refuses a stream that holds too many objects, or whose filters stand elsewhere in the file, or their parameters: before
/// it is open, nobody knows what they make of it.
fn check_dict(stream: &Encoded<'_>) -> Result<(), PdfError> {
    let dict = stream.stream.dict();
    if dict.get::<Number>(b"N".as_slice()).is_some_and(|count| count.as_i64() > MAX_HELD) {
        return Err(PdfError::TooLarge { what: "an object stream of more than 1,000,000 objects" });
    }
    let keys = [names::FILTER, b"F", names::DECODE_PARMS, b"DP"];
    let what =
        "the filter of an object stream or a cross-reference stream stands in another object";
    let mut filters = keys.iter().filter_map(|key| dict.get_raw(*key));
    if filters.all(is_here) { Ok(()) } else { Err(PdfError::Damaged { what }) }
}

fn is_here(value: MaybeRef<Object<'_>>) -> bool {
    match value {
        MaybeRef::Ref(_) => false,
        MaybeRef::NotRef(Object::Array(items)) => items.raw_iter().all(is_here),
        MaybeRef::NotRef(Object::Dict(dict)) => dict.entries().all(|(_, value)| is_here(value)),
        MaybeRef::NotRef(_) => true,
    }
}

/// What hayro-syntax may take for object streams in a damaged file.
struct Found<'a> {
    data: &'a [u8],
    /// The objects: where the value of each begins.
    objects: Vec<(ObjectId, usize)>,
    /// The object streams, in the same way; those that stand within an object have its number.
    streams: Vec<(ObjectId, usize)>,
    /// The last dictionary that may be the trailer of an encrypted file.
    trailer: Option<&'a [u8]>,
    /// Whether there is one that may be the trailer of another file.
    has_clear_trailer: bool,
}

impl<'a> Found<'a> {
    /// Looks as hayro-syntax looks: each dictionary with the /Type before a stream is one, and so is each stream whose
    /// object has the number of the object before such a dictionary.
    fn search(data: &'a [u8]) -> Self {
        let mut found = Self {
            data,
            objects: Vec::new(),
            streams: Vec::new(),
            trailer: None,
            has_clear_trailer: false,
        };
        let mut reader = Reader::new(data);
        let mut numbers = HashSet::new();
        while let Some(byte) = reader.peek_byte() {
            let offset = reader.offset();
            if byte.is_ascii_digit()
                && let Some(id) = reader.read_without_context::<ObjectIdentifier>()
            {
                let mut after = reader.clone();
                after.skip_white_spaces_and_comments();
                let value = after.offset();
                if after.skip::<Object<'_>>(false).is_some()
                    && let Some(id) = ObjectId::from_identifier(id)
                {
                    found.objects.push((id, value));
                }
                continue;
            }
            if data[offset..].starts_with(b"<<")
                && let Some(dict) = reader.read_without_context::<Dict<'_>>()
            {
                match dict.contains_key(names::ROOT) {
                    true if dict.contains_key(names::ENCRYPT) => found.trailer = Some(dict.data()),
                    true => found.has_clear_trailer = true,
                    false => {}
                }
                let kind = dict.get::<Name<'_>>(names::TYPE);
                if kind.is_some_and(|name| [OBJECT_STREAM, b"XRef"].contains(&name.as_ref()))
                    && let Some((id, _)) = found.objects.last()
                {
                    numbers.insert(id.number);
                    found.streams.push((*id, offset));
                }
                continue;
            }
            // An object or a dictionary begins after white space, or right after another one.
            reader.forward_while(|byte| !matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' '));
            reader.skip_white_spaces();
        }
        let named = found.objects.iter().filter(|(id, _)| numbers.contains(&id.number));
        found.streams.extend(named);
        found.streams.sort_unstable_by_key(|(_, offset)| *offset);
        found.streams.dedup_by_key(|(_, offset)| *offset);
        found
    }

    /// What the file says of its encryption.
    fn handler(&self) -> Option<Handler> {
        Handler::read(self.trailer?, |id| self.value(id))
    }

    /// Whether hayro-syntax may take a file that says it is encrypted for one that is not: by another trailer, or by its
    /// Catalog alone, where no trailer leads to one.
    fn may_be_clear(&self) -> bool {
        let trailer = self.trailer.and_then(Dict::from_bytes);
        let root = trailer.and_then(|trailer| trailer.get_ref(names::ROOT));
        let root = root.and_then(ObjectId::from_reference).and_then(|id| self.value(id));
        let catalog = root.and_then(Dict::from_bytes);
        self.has_clear_trailer || !catalog.is_some_and(|dict| dict.contains_key(names::PAGES))
    }

    fn value(&self, id: ObjectId) -> Option<&'a [u8]> {
        let place = self.objects.iter().rev().find(|(found, _)| *found == id);
        place.map(|(_, offset)| &self.data[*offset..])
    }
}
