//! What the codes of a font show: from its ToUnicode map, its encoding and its widths (ISO 32000-2, 9.6 to 9.10).
//!
//! Only what a page shows is looked up, and no font program is read but the clear text at its start. Of a simple font
//! that leaves a question open, hayro-interpret tells all codes; of a composite font, it reads the whole page.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::io::Read;

use hayro_interpret::InterpreterCache;
use hayro_interpret::hayro_cmap::{self, BfString, CMap};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};
use hayro_syntax::page::Page;

use super::glyph::Shown;
use super::{budget, glyph_names, interpret, names};

/// Bytes of a font program that may stand before its encrypted part. An encoding has 256 lines.
const MAX_HEAD: u64 = 32 << 10;

/// The fonts of a page, each read when it is first used.
pub(super) struct Fonts<'a> {
    fonts: Vec<Font<'a>>,
    /// By where a font's dictionary stands in memory.
    known: HashMap<usize, usize>,
    page: &'a Page<'a>,
    /// Bytes that further ToUnicode maps may have.
    maps: usize,
    /// hayro-interpret's, once it has been asked; `None` where it must not be.
    cache: OnceCell<Option<InterpreterCache<'a>>>,
}

impl<'a> Fonts<'a> {
    pub(super) fn new(page: &'a Page<'a>) -> Self {
        let (fonts, known) = (Vec::new(), HashMap::new());
        Self { fonts, known, page, maps: budget::MAX_MAPS, cache: OnceCell::new() }
    }

    /// The index of the font that `fonts` has under `name`; `None` where only hayro-interpret knows what to do.
    pub(super) fn find(&mut self, fonts: &Dict<'a>, name: &Name<'_>) -> Option<usize> {
        let dict = fonts.get::<Dict<'a>>(name)?;
        let key = dict.data().as_ptr() as usize;
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        let font = Font::read(fonts, name, dict, &mut self.maps)?;
        self.known.insert(key, self.fonts.len());
        self.fonts.push(font);
        Some(self.fonts.len() - 1)
    }

    /// Whether the font's glyphs are drawings (9.6.4).
    pub(super) fn is_bitmap(&self, font: usize) -> bool {
        matches!(&self.fonts[font].codes, Codes::Simple(simple) if simple.kind == Kind::Type3)
    }

    /// The next code of `bytes`: how many bytes it has, and what it shows.
    pub(super) fn next(&mut self, font: usize, bytes: &[u8]) -> Option<(u32, usize, &Shown)> {
        let Font { codes, fonts, name } = &mut self.fonts[font];
        match codes {
            Codes::Simple(simple) => {
                let code = *bytes.first()?;
                if simple.slots[usize::from(code)] == 0
                    && simple.fill(code, &mut self.maps).is_none()
                {
                    let new = || budget::page::check_to_interpret(self.page).ok();
                    let cache = self.cache.get_or_init(|| new().map(|()| InterpreterCache::new()));
                    let xref = self.page.xref();
                    simple.replace(interpret::codes(fonts, name, cache.as_ref()?, xref))?;
                }
                let slot = usize::from(simple.slots[usize::from(code)]);
                Some((u32::from(code), 1, simple.shown.get(slot.checked_sub(1)?)?))
            }
            Codes::Composite(composite) => {
                let (code, length) = match bytes {
                    [first, second, ..] => (u32::from(u16::from_be_bytes([*first, *second])), 2),
                    _ => (0, 1),
                };
                let Composite { to_unicode, widths, default, shown } = composite.as_mut();
                let shown = shown.entry(code).or_insert_with(|| {
                    let unicode = to_unicode.as_ref().and_then(|map| map.lookup_bf_string(code));
                    let width = widths.get(&code).copied().unwrap_or(*default);
                    Shown::new(unicode.as_ref(), None, Some(width))
                });
                Some((code, length, shown))
            }
        }
    }
}

struct Font<'a> {
    codes: Codes<'a>,
    /// Where hayro-interpret finds it.
    fonts: Dict<'a>,
    name: Vec<u8>,
}

enum Codes<'a> {
    Simple(Box<Simple<'a>>),
    Composite(Box<Composite>),
}

impl<'a> Font<'a> {
    fn read(fonts: &Dict<'a>, name: &Name<'_>, dict: Dict<'a>, maps: &mut usize) -> Option<Self> {
        let codes = match dict.get::<Name<'_>>(names::SUBTYPE)?.as_ref() {
            b"Type0" => Codes::Composite(Box::new(Composite::read(&dict, maps)?)),
            b"Type1" | b"MMType1" => Codes::Simple(Box::new(Simple::new(dict, Kind::Type1))),
            b"TrueType" => Codes::Simple(Box::new(Simple::new(dict, Kind::TrueType))),
            b"Type3" => Codes::Simple(Box::new(Simple::new(dict, Kind::Type3))),
            _ => return None,
        };
        Some(Self { codes, fonts: fonts.clone(), name: name.as_ref().to_vec() })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Type1,
    TrueType,
    Type3,
}

/// A font with codes of one byte (9.6).
struct Simple<'a> {
    kind: Kind,
    dict: Dict<'a>,
    /// One more than the place of each code in `shown`; 0 where it has not been looked up.
    slots: [u16; 256],
    shown: Vec<Shown>,
    details: Option<Details<'a>>,
}

impl<'a> Simple<'a> {
    fn new(dict: Dict<'a>, kind: Kind) -> Self {
        Self { kind, dict, slots: [0; 256], shown: Vec::new(), details: None }
    }

    /// Looks a code up; `None` where its font leaves open what it shows.
    fn fill(&mut self, code: u8, maps: &mut usize) -> Option<()> {
        if self.kind == Kind::Type3 {
            return None;
        }
        if self.details.is_none() {
            self.details = Some(Details::read(&self.dict, maps)?);
        }
        let details = self.details.as_mut()?;
        let width = details.width(code);
        let unicode = details.unicode(code, self.kind, &self.dict)?;
        self.shown.push(Shown::new(unicode.as_ref(), None, Some(width)));
        self.slots[usize::from(code)] = u16::try_from(self.shown.len()).ok()?;
        Some(())
    }

    /// Takes what hayro-interpret says of all codes; `None` where it does not know all.
    fn replace(&mut self, shown: Vec<Shown>) -> Option<()> {
        (shown.len() == self.slots.len()).then_some(())?;
        self.shown = shown;
        self.slots = std::array::from_fn(|code| code as u16 + 1);
        Some(())
    }
}

/// What a simple font's dictionary says of its codes.
struct Details<'a> {
    first: usize,
    widths: Vec<f32>,
    missing_width: f32,
    to_unicode: Option<CMap>,
    /// A later name of a code replaces an earlier one.
    differences: Vec<(u8, Name<'a>)>,
    base: Base,
}

/// What names the codes without a difference.
enum Base {
    /// StandardEncoding, WinAnsiEncoding or MacRomanEncoding, which agree on ASCII.
    Standard,
    /// The font program; not read so far.
    Program,
    /// The font program's own list.
    Listed(HashMap<u8, Vec<u8>>),
    Unknown,
}

impl<'a> Details<'a> {
    fn read(dict: &Dict<'a>, maps: &mut usize) -> Option<Self> {
        let first = dict.get::<usize>(b"FirstChar".as_slice())?;
        let last = dict.get::<usize>(b"LastChar".as_slice())?;
        let count = last.checked_sub(first)?.checked_add(1)?;
        let widths = dict.get::<Array<'_>>(b"Widths".as_slice())?;
        let descriptor = dict.get::<Dict<'_>>(b"FontDescriptor".as_slice()).unwrap_or_default();
        let (differences, base) = encoding(dict);
        Some(Self {
            first,
            widths: widths.iter::<f32>().take(count.min(256)).collect(),
            missing_width: descriptor.get::<f32>(b"MissingWidth".as_slice()).unwrap_or(0.0),
            to_unicode: to_unicode(dict, maps)?,
            differences,
            base,
        })
    }

    fn width(&self, code: u8) -> f32 {
        let at = usize::from(code).checked_sub(self.first);
        at.and_then(|at| self.widths.get(at)).copied().unwrap_or(self.missing_width)
    }

    /// The characters of a code, if it has any; the outer `None` where that is not known here.
    fn unicode(&mut self, code: u8, kind: Kind, dict: &Dict<'a>) -> Option<Option<BfString>> {
        let mapped = self.to_unicode.as_ref().and_then(|map| map.lookup_bf_string(code.into()));
        if let Some(mapped) = mapped
            && mapped != BfString::Char('\0')
        {
            return Some(Some(mapped));
        }
        if kind != Kind::Type1 {
            return None;
        }
        let difference = self.differences.iter().rev().find(|(known, _)| *known == code);
        if let Some((_, name)) = difference {
            return named(name.as_ref());
        }
        if matches!(self.base, Base::Program) {
            self.base = program_encoding(dict).unwrap_or(Base::Unknown);
        }
        match &self.base {
            Base::Standard => glyph_names::ascii(code).map(|text| character(text).into()),
            Base::Listed(list) => list.get(&code).map_or(Some(None), |name| named(name)),
            Base::Program | Base::Unknown => None,
        }
    }
}

fn character(text: &str) -> BfString {
    BfString::String(text.to_owned())
}

/// The characters of a glyph's name; the outer `None` where the name is not known here.
fn named(name: &[u8]) -> Option<Option<BfString>> {
    if name == b".notdef" {
        return Some(None);
    }
    glyph_names::character(name).map(|text| Some(character(text)))
}

/// The ToUnicode map, if there is one, which takes its length from `left`; the outer `None` where it is one that only
/// hayro-interpret reads.
fn to_unicode(dict: &Dict<'_>, left: &mut usize) -> Option<Option<CMap>> {
    match dict.get::<Object<'_>>(b"ToUnicode".as_slice()) {
        None | Some(Object::Null(_)) => Some(None),
        Some(Object::Stream(stream)) => {
            let data = budget::decode(&stream, *left).ok()??;
            *left = left.saturating_sub(data.len());
            CMap::parse(&data, hayro_cmap::load_embedded).map(Some)
        }
        Some(_) => None,
    }
}

fn encoding<'a>(dict: &Dict<'a>) -> (Vec<(u8, Name<'a>)>, Base) {
    let base = |name: Option<Name<'_>>| match name.as_deref() {
        Some(b"WinAnsiEncoding" | b"MacRomanEncoding" | b"StandardEncoding") => Base::Standard,
        Some(b"MacExpertEncoding") => Base::Unknown,
        _ => Base::Program,
    };
    let key = b"Encoding".as_slice();
    let Some(encoding) = dict.get::<Dict<'a>>(key) else {
        return (Vec::new(), base(dict.get::<Name<'_>>(key)));
    };
    let mut differences = Vec::new();
    let mut code = 0_i64;
    let list = encoding.get::<Array<'a>>(b"Differences".as_slice());
    for entry in list.iter().flat_map(|list| list.iter::<Object<'a>>()) {
        match entry {
            Object::Number(number) => code = number.as_i64(),
            Object::Name(name) => {
                if let Ok(code) = u8::try_from(code) {
                    differences.push((code, name));
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    (differences, base(encoding.get::<Name<'_>>(b"BaseEncoding".as_slice())))
}

/// The encoding that a Type 1 font program begins with: `dup 65 /A put`, or the standard one.
fn program_encoding(dict: &Dict<'_>) -> Option<Base> {
    let descriptor = dict.get::<Dict<'_>>(b"FontDescriptor".as_slice())?;
    let program = descriptor.get::<Stream<'_>>(b"FontFile".as_slice())?;
    let head = head(&program)?;
    let find = |from: usize, word: &[u8]| {
        let at = head.get(from..)?.windows(word.len()).position(|window| window == word)?;
        Some(from + at + word.len())
    };
    let start = find(0, b"/Encoding")?;
    let end = find(start, b"eexec")?;
    let mut words = head[start..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if words.clone().next()? == b"StandardEncoding" {
        return Some(Base::Standard);
    }
    let mut list = HashMap::new();
    while let Some(word) = words.next() {
        match word {
            b"dup" => {
                let code = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
                let name = words.next()?.strip_prefix(b"/")?;
                list.insert(code, name.to_vec());
                (words.next()? == b"put").then_some(())?;
            }
            b"def" | b"readonly" => break,
            _ => {}
        }
    }
    Some(Base::Listed(list))
}

/// The start of a font program, as far as its clear text may go.
fn head(program: &Stream<'_>) -> Option<Vec<u8>> {
    let raw = program.raw_data();
    let mut head = Vec::new();
    let filter = program.dict().get::<Object<'_>>(names::FILTER);
    let filter = match filter {
        Some(Object::Array(filters)) if program.filters().len() == 1 => filters.iter().next(),
        filter => filter,
    };
    match filter {
        None | Some(Object::Null(_)) => head.extend(raw.iter().take(MAX_HEAD as usize)),
        Some(Object::Name(name)) if name.as_ref() == b"FlateDecode" => {
            // What is read before damage is as good as any.
            let _ = flate2::read::ZlibDecoder::new(&*raw).take(MAX_HEAD).read_to_end(&mut head);
        }
        Some(_) => return None,
    }
    Some(head)
}

/// A font with codes of two bytes that are its glyphs' numbers (9.7, Identity-H).
struct Composite {
    to_unicode: Option<CMap>,
    widths: HashMap<u32, f32>,
    default: f32,
    shown: HashMap<u32, Shown>,
}

impl Composite {
    /// `None` for fonts with other codes, for vertical ones, and where what is not embedded counts.
    fn read(dict: &Dict<'_>, maps: &mut usize) -> Option<Self> {
        let encoding = dict.get::<Name<'_>>(b"Encoding".as_slice())?;
        (encoding.as_ref() == b"Identity-H").then_some(())?;
        let fonts = dict.get::<Array<'_>>(b"DescendantFonts".as_slice())?;
        let font = fonts.iter::<Dict<'_>>().next()?;
        let descriptor = font.get::<Dict<'_>>(b"FontDescriptor".as_slice())?;
        let files = [&b"FontFile"[..], b"FontFile2", b"FontFile3"];
        files.into_iter().any(|key| descriptor.contains_key(key)).then_some(())?;
        let to_unicode = to_unicode(dict, maps)?;
        if to_unicode.is_none() {
            let system = font.get::<Dict<'_>>(b"CIDSystemInfo".as_slice())?;
            let ordering = system.get::<PdfString<'_>>(b"Ordering".as_slice())?;
            (ordering.as_bytes() == b"Identity").then_some(())?;
        }
        let widths = match font.get::<Array<'_>>(names::WIDTHS) {
            Some(widths) => composite_widths(&widths)?,
            None => HashMap::new(),
        };
        let default = font.get::<f32>(b"DW".as_slice()).unwrap_or(1000.0);
        Some(Self { to_unicode, widths, default, shown: HashMap::new() })
    }
}

/// `first [w w ...]` and `first last w`, one after the other (9.7.4.3).
fn composite_widths(list: &Array<'_>) -> Option<HashMap<u32, f32>> {
    let mut widths = HashMap::new();
    let mut entries = list.iter::<Object<'_>>();
    let number = |object: Object<'_>| u32::try_from(object.into_number()?.as_i64()).ok();
    while let Some(first) = entries.next() {
        let first = number(first)?;
        match entries.next()? {
            Object::Array(list) => widths.extend((first..).zip(list.iter::<f32>())),
            last => {
                let last = number(last)?.min(0xffff);
                let width = entries.next()?.into_number()?.as_f32();
                widths.extend((first..=last).map(|code| (code, width)));
            }
        }
    }
    Some(widths)
}
