//! A bound on what reading decodes: hayro decodes cross-reference data, fonts, forms and content without one.
//!
//! Decoding everything twice would cost more than the reading. Deflate makes a byte into 1032 at most, so what is small
//! enough needs no look; only what could be too large is decoded here, up to a limit, before hayro does.

use std::collections::HashSet;

use hayro_syntax::object::{Dict, FromBytes, MaybeRef, Name, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Page;
use hayro_syntax::reader::{Reader, ReaderExt};

use super::trailer::{Chain, object_at};
use super::{MAX_DECODED, ObjectId, PdfError, names, read};

/// The most bytes that a filter makes of one: deflate's longest match, 258 bytes, in two bits.
const RATIO: u64 = 1032;
/// What all streams together may come to before each is decoded to know. A page's fonts have half a megabyte.
const MAX_POSSIBLE: u64 = 1 << 30;
/// Objects that a page may lead to.
const MAX_OBJECTS: usize = 20_000;
/// What all streams may come to.
const MAX_TOTAL: usize = 2 * MAX_DECODED;

/// Refuses a page whose content, fonts, forms and patterns decode to more than is read here.
pub(super) fn check(page: &Page<'_>) -> Result<(), PdfError> {
    check_all(&streams(page)?, "more than 128 MiB of content")
}

/// Refuses a file with a cross-reference stream or an object stream that decodes to more than [`MAX_DECODED`].
/// hayro-syntax decodes them whole, in a damaged file all that it comes across.
pub(super) fn check_structure(data: &[u8], chain: &Chain) -> Result<(), PdfError> {
    let stream_at =
        |offset| object_at(data, offset).and_then(|(_, at)| Stream::from_bytes(data.get(at..)?));
    let check_each = |mut streams: Vec<Stream<'_>>| {
        streams.iter().try_for_each(check_filters)?;
        streams.retain(|stream| possible(stream) > MAX_DECODED as u64);
        streams.iter().try_for_each(|stream| decoded(stream).map(drop))
    };
    check_each(chain.streams().filter_map(stream_at).collect())?;
    let sound = chain.broken.is_none()
        && chain.newest().and_then(|newest| newest.root).is_some_and(|id| chain.leads_to(data, id));
    if sound {
        return check_each(chain.object_streams(data).into_iter().filter_map(stream_at).collect());
    }
    let streams = possible_object_streams(data);
    streams.iter().try_for_each(check_filters)?;
    check_all(&streams, "more than 128 MiB of objects, as far as can be told from a damaged file")
}

/// Refuses a stream whose filters stand elsewhere in the file: before it is open, nobody knows what they make of it.
fn check_filters(stream: &Stream<'_>) -> Result<(), PdfError> {
    let is_here = |value: MaybeRef<Object<'_>>| match value {
        MaybeRef::Ref(_) => false,
        MaybeRef::NotRef(Object::Array(items)) => {
            items.raw_iter().all(|item| matches!(item, MaybeRef::NotRef(_)))
        }
        MaybeRef::NotRef(_) => true,
    };
    let what =
        "the filter of an object stream or a cross-reference stream stands in another object";
    match [names::FILTER, b"F"].iter().all(|key| stream.dict().get_raw(*key).is_none_or(is_here)) {
        true => Ok(()),
        false => Err(PdfError::Damaged { what }),
    }
}

/// Refuses streams of which one decodes to more than [`MAX_DECODED`], or that come to more than [`MAX_TOTAL`] together,
/// which is `what`.
fn check_all(streams: &[Stream<'_>], what: &'static str) -> Result<(), PdfError> {
    let possible: Vec<u64> = streams.iter().map(possible).collect();
    let total = possible.iter().fold(0_u64, |sum, size| sum.saturating_add(*size));
    let mut known = 0;
    for (stream, size) in streams.iter().zip(possible) {
        if total > MAX_POSSIBLE || size > MAX_DECODED as u64 {
            known += decoded(stream)?;
        }
        if known > MAX_TOTAL {
            return Err(PdfError::TooLarge { what });
        }
    }
    Ok(())
}

/// How many bytes a stream decodes to, 0 where it is damaged: hayro reads on up to where the damage is. Of filters one
/// after the other that may be far.
fn decoded(stream: &Stream<'_>) -> Result<usize, PdfError> {
    match read::decoded_length(stream) {
        Err(error @ PdfError::TooLarge { .. }) => Err(error),
        Err(_) if stream.filters().len() > 1 => {
            Err(PdfError::TooLarge { what: "a damaged stream that may have more than 64 MiB" })
        }
        length => Ok(length.unwrap_or(0)),
    }
}

/// What hayro-syntax may take for object streams in a damaged file, looked for as it looks: each dictionary with their
/// /Type before a stream, and each stream whose object has the number of the object before such a dictionary.
fn possible_object_streams(data: &[u8]) -> Vec<Stream<'_>> {
    let mut reader = Reader::new(data);
    let (mut objects, mut numbers) = (Vec::new(), HashSet::new());
    let mut streams = Vec::new();
    while let Some(byte) = reader.peek_byte() {
        let offset = reader.offset();
        if byte.is_ascii_digit()
            && let Some(id) = reader.read_without_context::<ObjectIdentifier>()
        {
            let mut after = reader.clone();
            after.skip_white_spaces_and_comments();
            let value = after.offset();
            if after.skip::<Object<'_>>(false).is_some() {
                objects.push((id.obj_number, value));
            }
            continue;
        }
        if data[offset..].starts_with(b"<<")
            && let Some(dict) = reader.read_without_context::<Dict<'_>>()
        {
            if dict.get::<Name<'_>>(names::TYPE).is_some_and(|name| name.as_ref() == b"ObjStm") {
                numbers.extend(objects.last().map(|(number, _)| *number));
                streams.push(offset);
            }
            continue;
        }
        // An object or a dictionary begins after white space, or right after another one.
        reader.forward_while(|byte| !matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' '));
        reader.skip_white_spaces();
    }
    let named = objects.iter().filter(|(number, _)| numbers.contains(number));
    streams.extend(named.map(|(_, offset)| *offset));
    streams.sort_unstable();
    streams.dedup();
    streams.into_iter().filter_map(|offset| Stream::from_bytes(&data[offset..])).collect()
}

/// The most bytes that a stream can decode to.
fn possible(stream: &Stream<'_>) -> u64 {
    let filters = u32::try_from(stream.filters().len()).unwrap_or(u32::MAX);
    (stream.raw_data().len() as u64).saturating_mul(RATIO.saturating_pow(filters))
}

/// Every stream that drawing the page may decode; images are not drawn.
fn streams<'a>(page: &Page<'a>) -> Result<Vec<Stream<'a>>, PdfError> {
    let mut streams = Vec::new();
    let mut seen = HashSet::new();
    let resources = page.resources();
    let mut open: Vec<Object<'a>> = [
        &resources.ext_g_states,
        &resources.fonts,
        &resources.color_spaces,
        &resources.x_objects,
        &resources.patterns,
        &resources.shadings,
    ]
    .into_iter()
    .map(|dict| Object::Dict(dict.clone()))
    .collect();
    open.extend(page.raw().get::<Object<'a>>(names::CONTENTS));
    let mut visited = 0;
    while let Some(object) = open.pop() {
        visited += 1;
        if visited > MAX_OBJECTS {
            return Err(PdfError::TooLarge { what: "more than 20,000 objects" });
        }
        let mut follow = |value: MaybeRef<Object<'a>>| match value {
            MaybeRef::NotRef(value @ (Object::Dict(_) | Object::Array(_))) => open.push(value),
            MaybeRef::NotRef(_) => {}
            MaybeRef::Ref(reference) => {
                if seen.insert(ObjectId::from_reference(reference)) {
                    open.extend(page.xref().get::<Object<'a>>(reference.into()));
                }
            }
        };
        match object {
            Object::Dict(dict) => values(&dict).for_each(&mut follow),
            Object::Array(array) => array.raw_iter().for_each(&mut follow),
            Object::Stream(stream) if is_image(stream.dict()) => {}
            Object::Stream(stream) => {
                values(stream.dict()).for_each(&mut follow);
                streams.push(stream);
            }
            _ => {}
        }
    }
    Ok(streams)
}

/// The values of a dictionary, but not those that lead away from what is drawn.
fn values<'a>(dict: &Dict<'a>) -> impl Iterator<Item = MaybeRef<Object<'a>>> {
    const ELSEWHERE: [&[u8]; 5] =
        [names::PARENT, names::PERMISSION, names::METADATA, b"PieceInfo", b"OC"];
    let entries: Vec<_> = dict.entries().collect();
    entries
        .into_iter()
        .filter(|(key, _)| !ELSEWHERE.contains(&key.as_ref()))
        .map(|(_, value)| value)
}

fn is_image(dict: &Dict<'_>) -> bool {
    dict.get::<Name<'_>>(names::SUBTYPE).is_some_and(|name| name.as_ref() == b"Image")
}
