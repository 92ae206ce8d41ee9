//! What drawing page 1 may decode.

use std::collections::HashSet;

use hayro_syntax::Filter;
use hayro_syntax::object::{Dict, MaybeRef, Name, Object, Stream};
use hayro_syntax::page::Page;

use super::super::dict::has_references;
use super::super::{MAX_DECODED, ObjectId, PdfError, names};
use super::{Encoded, MAX_MAPS, MAX_TOTAL, check_all, decode, suspects};

/// Objects that a page may lead to.
const MAX_OBJECTS: usize = 20_000;
const TOO_MANY: PdfError = PdfError::TooLarge { what: "more than 20,000 objects" };

/// Refuses a page whose own content decodes to more than is read here.
pub(in crate::pdf) fn check(page: &Page<'_>) -> Result<(), PdfError> {
    // A misplaced object has hayro-syntax look through the file, once, and then others may be found for the same numbers,
    // filters too. So all are looked up before any is measured or decoded.
    Reach::of(page)?;
    // In memory all at once.
    let contents = suspects(sized(contents(page)?), MAX_DECODED as u64);
    check_all(contents, None, MAX_DECODED, "more than 48 MiB of content")
}

/// Refuses a page whose content, fonts, forms and patterns decode to more than hayro-interpret should keep. After [`check`].
pub(in crate::pdf) fn check_to_interpret(page: &Page<'_>) -> Result<(), PdfError> {
    let reach = Reach::of(page)?;
    let maps = suspects(sized(reach.maps), MAX_MAPS as u64);
    check_all(maps, None, MAX_MAPS, "more than 4 MiB of ToUnicode maps")?;
    let streams = suspects(sized(reach.streams), MAX_TOTAL as u64);
    let what = "more than 96 MiB of content, fonts and drawings";
    check_all(streams, None, MAX_TOTAL, what)
}

fn sized(streams: Vec<Encoded<'_>>) -> Vec<(Encoded<'_>, u64)> {
    let possible: Vec<u64> = streams.iter().map(Encoded::possible).collect();
    streams.into_iter().zip(possible).collect()
}

/// Whether the page's own content is not all there, or cannot be decoded whole: what is read of it may be wrong. After
/// [`check`].
pub(in crate::pdf) fn is_damaged(page: &Page<'_>) -> bool {
    let (Ok(streams), listed) = (contents(page), listed(page)) else { return false };
    if streams.len() < listed {
        return true;
    }
    // One stream is decoded already.
    if let ([Encoded { stream, .. }], Some(decoded)) = (&*streams, page.page_stream())
        && *stream.filters() == [Filter::FlateDecode]
        && decode::has_checksum_of(&stream.raw_data(), decoded)
    {
        return false;
    }
    !streams.iter().all(Encoded::is_sound)
}

/// How many streams /Contents lists, those too that are not there.
fn listed(page: &Page<'_>) -> usize {
    match page.raw().get::<Object<'_>>(names::CONTENTS) {
        Some(Object::Array(parts)) => parts.raw_iter().count(),
        _ => usize::from(page.raw().contains_key(names::CONTENTS)),
    }
}

/// The streams of the page's own content (ISO 32000-2, 7.7.3.3).
fn contents<'a>(page: &Page<'a>) -> Result<Vec<Encoded<'a>>, PdfError> {
    let streams: Vec<Stream<'a>> = match page.raw().get::<Object<'a>>(names::CONTENTS) {
        Some(Object::Stream(stream)) => vec![stream],
        Some(Object::Array(parts)) if parts.raw_iter().count() > MAX_OBJECTS => {
            return Err(TOO_MANY);
        }
        Some(Object::Array(parts)) => parts.iter().collect(),
        _ => Vec::new(),
    };
    Ok(streams.into_iter().map(Encoded::open).collect())
}

/// What the keys of a dictionary are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Keys {
    /// Those that ISO 32000 defines.
    Defined,
    /// The kinds of resources (7.8.3).
    Kinds,
    /// Names that the file chose: of resources, or of glyphs.
    Own,
    /// Those of a map from codes to characters (9.10.3).
    Map,
}

impl Keys {
    /// What the keys of the value of `key` are; `None` where it leads away from what is drawn.
    fn below(self, key: &[u8]) -> Option<Self> {
        const ELSEWHERE: [&[u8]; 4] =
            [names::PARENT, names::PERMISSION, names::METADATA, b"PieceInfo"];
        match (self, key) {
            (Self::Kinds, _) => Some(Self::Own),
            (Self::Own, _) => Some(Self::Defined),
            (Self::Defined, names::RESOURCES) => Some(Self::Kinds),
            (Self::Defined, b"CharProcs") => Some(Self::Own),
            (Self::Defined, b"ToUnicode") => Some(Self::Map),
            (Self::Defined | Self::Map, _) => (!ELSEWHERE.contains(&key)).then_some(Self::Defined),
        }
    }
}

/// Every stream that drawing the page may decode. Images are not drawn, and only looked up.
struct Reach<'a> {
    /// The ToUnicode maps of fonts.
    maps: Vec<Encoded<'a>>,
    /// All others.
    streams: Vec<Encoded<'a>>,
}

impl<'a> Reach<'a> {
    fn of(page: &Page<'a>) -> Result<Self, PdfError> {
        let mut reach = Self { maps: Vec::new(), streams: Vec::new() };
        let (mut seen, mut counted) = (HashSet::new(), HashSet::new());
        let resources = page.resources();
        let mut open: Vec<(Object<'a>, Keys)> = [
            &resources.ext_g_states,
            &resources.fonts,
            &resources.color_spaces,
            &resources.x_objects,
            &resources.patterns,
            &resources.shadings,
        ]
        .into_iter()
        .map(|dict| (Object::Dict(dict.clone()), Keys::Own))
        .collect();
        let contents = page.raw().get::<Object<'a>>(names::CONTENTS);
        let catalog = page.xref().get::<Dict<'a>>(page.xref().root_id());
        let layers =
            catalog.and_then(|catalog| catalog.get::<Object<'a>>(b"OCProperties".as_slice()));
        open.extend(contents.into_iter().chain(layers).map(|object| (object, Keys::Defined)));
        let mut visited = 0;
        while let Some((object, keys)) = open.pop() {
            visited += 1;
            if visited > MAX_OBJECTS {
                return Err(TOO_MANY);
            }
            let mut follow = |value: MaybeRef<Object<'a>>, keys| match value {
                MaybeRef::NotRef(value @ (Object::Dict(_) | Object::Array(_))) => {
                    open.push((value, keys));
                }
                MaybeRef::NotRef(_) => {}
                MaybeRef::Ref(reference) => {
                    if seen.insert((ObjectId::from_reference(reference), keys)) {
                        let value = page.xref().get::<Object<'a>>(reference.into());
                        open.extend(value.map(|value| (value, keys)));
                    }
                }
            };
            let mut follow_all = |dict: &Dict<'a>, keys: Keys| {
                for (key, value) in dict.entries() {
                    if let Some(keys) = keys.below(key.as_ref()) {
                        follow(value, keys);
                    }
                }
            };
            match object {
                Object::Dict(dict) if dict.len() > MAX_OBJECTS => return Err(TOO_MANY),
                Object::Dict(dict) if has_references(dict.data()) => follow_all(&dict, keys),
                Object::Array(array) if has_references(array.data()) => {
                    array.raw_iter().for_each(|value| follow(value, keys));
                }
                Object::Stream(stream) => {
                    follow_all(stream.dict(), Keys::Defined);
                    if !is_image(stream.dict()) && counted.insert(stream.obj_id()) {
                        let kind =
                            if keys == Keys::Map { &mut reach.maps } else { &mut reach.streams };
                        kind.push(Encoded::open(stream));
                    }
                }
                _ => {}
            }
        }
        Ok(reach)
    }
}

fn is_image(dict: &Dict<'_>) -> bool {
    dict.get::<Name<'_>>(names::SUBTYPE).is_some_and(|name| name.as_ref() == b"Image")
}
