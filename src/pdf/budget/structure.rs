//! What opening a file may decode.

use std::collections::HashSet;

use hayro_syntax::object::{Dict, FromBytes, MaybeRef, Name, Object, ObjectIdentifier, Stream};
use hayro_syntax::reader::{Reader, ReaderExt};

use super::super::map::Glance;
use super::super::security::Handler;
use super::super::trailer::{Chain, object_at};
use super::super::{ObjectId, PdfError, names};
use super::{Encoded, MAX_TOTAL, check_all, suspects};

/// What the streams of one kind together may come to before each is decoded to know.
const UNSEEN: u64 = MAX_TOTAL as u64;
/// Entries of the cross-reference data that are looked at before it is believed. A paper has some hundreds; to look at
/// 200,000 would take as long as reading the file.
const MAX_LOOKED_AT: usize = 2000;

/// Refuses a file with a cross-reference stream or an object stream that decodes to more than
/// [`MAX_DECODED`](super::MAX_DECODED), or with too much of them. hayro-syntax decodes them whole, in a damaged file
/// all that it comes across. `handler` is what the file says of its encryption, and `password` what was typed.
pub(in crate::pdf) fn check(
    data: &[u8],
    glance: &Glance,
    chain: &Chain,
    handler: Option<&Handler>,
    password: Option<&str>,
) -> Result<(), PdfError> {
    let tables = chain.streams().filter_map(|offset| stream_at(data, offset));
    let tables: Vec<_> = tables.map(|(_, stream)| Encoded::open(stream)).collect();
    check_filters(&tables)?;
    check_all(&suspects(&tables, UNSEEN), None, "more than 128 MiB of cross-reference data")?;

    let (found, what) = if is_sound(data, glance, chain) {
        let streams = chain.object_streams(data).into_iter();
        let streams = streams.filter_map(|offset| stream_at(data, offset)).collect();
        let encrypted = chain.sections.iter().any(|section| section.encrypted);
        (Found { streams, encrypted }, "more than 128 MiB of objects")
    } else {
        let what = "more than 128 MiB of objects, as far as can be told from a damaged file";
        (Found::search(data), what)
    };
    let lock = |(id, stream)| Encoded { stream, locked: found.encrypted.then_some(id) };
    let streams: Vec<_> = found.streams.into_iter().map(lock).collect();
    check_filters(&streams)?;
    let suspects = suspects(&streams, UNSEEN);
    if suspects.is_empty() || !found.encrypted {
        return check_all(&suspects, None, what);
    }
    let what_is_locked = "encrypted objects that may have more than 64 MiB";
    let handler = handler.ok_or(PdfError::TooLarge { what: what_is_locked })?;
    match handler.open(password) {
        Some(cipher) => check_all(&suspects, Some(&cipher), what),
        // hayro-syntax does not open it either, and says why.
        None => Ok(()),
    }
}

/// Whether hayro-syntax goes by the cross-reference data, and does not look for objects itself.
fn is_sound(data: &[u8], glance: &Glance, chain: &Chain) -> bool {
    let leads_to_root = |id| chain.leads_to(data, id);
    chain.broken.is_none()
        && chain.newest().and_then(|newest| newest.root).is_some_and(leads_to_root)
        && chain.is_exact(data, glance, MAX_LOOKED_AT)
}

fn stream_at(data: &[u8], offset: u64) -> Option<(ObjectId, Stream<'_>)> {
    let (id, body) = object_at(data, offset)?;
    Some((id, Stream::from_bytes(data.get(body..)?)?))
}

/// Refuses streams whose filters stand elsewhere in the file: before it is open, nobody knows what they make of them.
fn check_filters(streams: &[Encoded<'_>]) -> Result<(), PdfError> {
    let is_here = |value: MaybeRef<Object<'_>>| match value {
        MaybeRef::Ref(_) => false,
        MaybeRef::NotRef(Object::Array(items)) => {
            items.raw_iter().all(|item| matches!(item, MaybeRef::NotRef(_)))
        }
        MaybeRef::NotRef(_) => true,
    };
    let what =
        "the filter of an object stream or a cross-reference stream stands in another object";
    let mut filters = streams.iter().flat_map(|stream| {
        let dict = stream.stream.dict();
        [names::FILTER, b"F"].into_iter().filter_map(|key| dict.get_raw(key))
    });
    if filters.all(is_here) { Ok(()) } else { Err(PdfError::Damaged { what }) }
}

/// The object streams of a file.
struct Found<'a> {
    /// Each with the object that it is encrypted under.
    streams: Vec<(ObjectId, Stream<'a>)>,
    encrypted: bool,
}

impl<'a> Found<'a> {
    /// What hayro-syntax may take for object streams in a damaged file, looked for as it looks: each dictionary with
    /// their /Type before a stream, and each stream whose object has the number of the object before such a dictionary.
    fn search(data: &'a [u8]) -> Self {
        let mut reader = Reader::new(data);
        let (mut objects, mut numbers) = (Vec::new(), HashSet::new());
        let mut streams = Vec::new();
        let mut encrypted = false;
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
                    objects.push((id, value));
                }
                continue;
            }
            if data[offset..].starts_with(b"<<")
                && let Some(dict) = reader.read_without_context::<Dict<'_>>()
            {
                encrypted |= dict.contains_key(names::ROOT) && dict.contains_key(names::ENCRYPT);
                let kind = dict.get::<Name<'_>>(names::TYPE);
                if kind.is_some_and(|name| name.as_ref() == b"ObjStm")
                    && let Some((id, _)) = objects.last()
                {
                    numbers.insert(id.number);
                    streams.push((*id, offset));
                }
                continue;
            }
            // An object or a dictionary begins after white space, or right after another one.
            reader.forward_while(|byte| !matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' '));
            reader.skip_white_spaces();
        }
        streams.extend(objects.into_iter().filter(|(id, _)| numbers.contains(&id.number)));
        streams.sort_unstable_by_key(|(_, offset)| *offset);
        streams.dedup_by_key(|(_, offset)| *offset);
        let read = |(id, offset)| Some((id, Stream::from_bytes(&data[offset..])?));
        Self { streams: streams.into_iter().filter_map(read).collect(), encrypted }
    }
}
