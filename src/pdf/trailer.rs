//! The chain of cross-reference sections, newest first (ISO 32000-2, 7.5.4 to 7.5.8).
//!
//! hayro-syntax resolves objects but keeps trailers to itself. Appending needs them: where the last section
//! stands and of which kind it is, which object numbers are taken, which trailer entries to carry on. Tokens,
//! dictionaries and streams are still read by hayro-syntax. Damage ends the walk and is reported; it is never
//! repaired here.

use std::collections::HashSet;
use std::sync::OnceLock;

use hayro_syntax::object::{
    Array, Dict, FromBytes, Name, Number, Object, ObjectIdentifier, Stream,
};
use hayro_syntax::reader::{Reader, ReaderExt};

use super::{ObjectId, names};

/// Sections that a chain may have. hayro-syntax stops at the same number.
const MAX_SECTIONS: usize = 256;
/// Bytes of one entry of a cross-reference table (7.5.4).
const TABLE_ENTRY: u64 = 20;

/// Where the newest section says an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    Offset(u64),
    InStream(u32),
}

/// What the trailer says of the document information dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Info {
    None,
    Indirect(ObjectId),
    /// Not allowed (7.5.5, table 15), and seen: the dictionary's bytes.
    Direct(Vec<u8>),
}

/// One cross-reference section with its trailer.
pub(super) struct Section {
    /// Offset of `xref`, or of the cross-reference stream's object.
    pub offset: u64,
    /// The cross-reference stream, where it is one.
    pub stream: Option<ObjectId>,
    pub size: Option<u32>,
    pub prev: Option<u64>,
    pub root: Option<ObjectId>,
    pub info: Info,
    /// Whether there is an /Encrypt.
    pub encrypted: bool,
    /// The bytes of the trailer dictionary; of a cross-reference stream, of its dictionary.
    pub trailer: Vec<u8>,
    hybrid: Option<u64>,
    subsections: Vec<Subsection>,
    widths: [usize; 3],
    decoded: OnceLock<Option<Vec<u8>>>,
}

struct Subsection {
    first: u32,
    count: u32,
    /// Table: offset in the file. Stream: index of the first entry.
    at: u64,
}

/// All sections, newest first, or as many as could be read.
pub(super) struct Chain {
    pub sections: Vec<Section>,
    /// Why the walk ended early.
    pub broken: Option<&'static str>,
}

impl Chain {
    pub(super) fn read(data: &[u8]) -> Self {
        let mut chain = Self { sections: Vec::new(), broken: None };
        if let Err(reason) = chain.walk(data) {
            chain.broken = Some(reason);
        }
        chain
    }

    fn walk(&mut self, data: &[u8]) -> Result<(), &'static str> {
        let mut next = Some(last_startxref(data).ok_or("there is no startxref")?);
        let mut visited = Vec::new();
        while let Some(offset) = next {
            if visited.contains(&offset) {
                return Err("the cross-reference sections form a loop");
            }
            if visited.len() >= MAX_SECTIONS {
                return Err("there are more than 256 cross-reference sections");
            }
            visited.push(offset);
            let section = Section::read(data, offset).ok_or(if visited.len() == 1 {
                "startxref does not lead to a cross-reference section"
            } else {
                "/Prev does not lead to a cross-reference section"
            })?;
            next = section.prev;
            let hybrid = section.hybrid;
            self.sections.push(section);
            // A hybrid file's stream is looked up after its table and before /Prev (7.5.8.4).
            if let Some(offset) = hybrid {
                let mut stream = Section::read(data, offset)
                    .ok_or("/XRefStm does not lead to a cross-reference stream")?;
                stream.prev = None;
                self.sections.push(stream);
            }
        }
        Ok(())
    }

    pub(super) fn newest(&self) -> Option<&Section> {
        self.sections.first()
    }

    /// The lowest number that no section has used, not even for itself. /Size alone is not enough: a file
    /// whose /Size is too small would have objects overwritten.
    pub(super) fn next_number(&self) -> u32 {
        let mut next = 1;
        for section in &self.sections {
            next = next.max(section.size.unwrap_or(0));
            if let Some(stream) = section.stream {
                next = next.max(stream.number.saturating_add(1));
            }
            for part in &section.subsections {
                next = next.max(part.first.saturating_add(part.count));
            }
        }
        next
    }

    /// The place of an object, from the newest section that lists it.
    pub(super) fn place(&self, data: &[u8], number: u32) -> Option<Place> {
        self.sections.iter().find_map(|section| section.place(data, number))
    }

    /// Where the cross-reference streams stand, newest first.
    pub(super) fn streams(&self) -> impl Iterator<Item = u64> {
        self.sections
            .iter()
            .filter(|section| section.stream.is_some())
            .map(|section| section.offset)
    }

    /// Where the object streams stand that hold objects (7.5.7). Decodes the cross-reference streams.
    pub(super) fn object_streams(&self, data: &[u8]) -> Vec<u64> {
        let mut numbers = HashSet::new();
        for section in self.sections.iter().filter(|section| section.stream.is_some()) {
            for part in &section.subsections {
                let entries = part.at..part.at + u64::from(part.count);
                // A damaged file lists more than it has.
                let places = entries.map_while(|index| section.stream_place(data, index));
                numbers.extend(places.filter_map(|place| match place {
                    Place::InStream(number) => Some(number),
                    Place::Free | Place::Offset(_) => None,
                }));
            }
        }
        let offset = |number| match self.place(data, number)? {
            Place::Offset(offset) => Some(offset),
            Place::Free | Place::InStream(_) => None,
        };
        numbers.into_iter().filter_map(offset).collect()
    }

    /// Whether the cross-reference data leads to the object itself.
    pub(super) fn leads_to(&self, data: &[u8], id: ObjectId) -> bool {
        match self.place(data, id.number) {
            Some(Place::Offset(offset)) => {
                object_at(data, offset).is_some_and(|(found, _)| found == id)
            }
            Some(Place::InStream(container)) => {
                matches!(self.place(data, container), Some(Place::Offset(offset))
                    if object_at(data, offset).is_some_and(|(found, _)| found.number == container))
            }
            Some(Place::Free) | None => false,
        }
    }
}

impl Section {
    fn read(data: &[u8], offset: u64) -> Option<Self> {
        let start = usize::try_from(offset).ok()?;
        let mut reader = Reader::new(data.get(start..)?);
        reader.skip_white_spaces_and_comments();
        if reader.forward_tag(b"xref").is_some() {
            Self::read_table(data, offset, start + reader.offset())
        } else {
            Self::read_stream(data, offset)
        }
    }

    fn read_table(data: &[u8], offset: u64, body: usize) -> Option<Self> {
        let mut reader = Reader::new(data);
        reader.jump(body);
        let mut subsections = Vec::new();
        loop {
            reader.skip_white_spaces_and_comments();
            if reader.forward_tag(b"trailer").is_some() {
                break;
            }
            let first = reader.read_without_context::<u32>()?;
            reader.skip_white_spaces();
            let count = reader.read_without_context::<u32>()?;
            reader.skip_white_spaces();
            let at = reader.offset() as u64;
            let length = u64::from(count) * TABLE_ENTRY;
            reader.jump(
                usize::try_from(at.checked_add(length)?).ok().filter(|end| *end <= data.len())?,
            );
            subsections.push(Subsection { first, count, at });
        }
        reader.skip_white_spaces_and_comments();
        let trailer = Dict::from_bytes(reader.tail()?)?;
        let mut section = Self::from_trailer(offset, &trailer)?;
        section.subsections = subsections;
        section.hybrid = offset_value(&trailer, names::XREF_STM);
        Some(section)
    }

    fn read_stream(data: &[u8], offset: u64) -> Option<Self> {
        let (id, body) = object_at(data, offset)?;
        let stream = Stream::from_bytes(data.get(body..)?)?;
        let dict = stream.dict();
        (dict.get::<Name<'_>>(names::TYPE)?.as_ref() == b"XRef").then_some(())?;
        let mut section = Self::from_trailer(offset, dict)?;
        section.stream = Some(id);
        section.widths = dict.get::<[u8; 3]>(names::WIDTHS)?.map(usize::from);
        let parts: Vec<(u32, u32)> = match dict.get::<Array<'_>>(names::INDEX) {
            Some(index) => index.iter::<(u32, u32)>().collect(),
            None => vec![(0, section.size?)],
        };
        let mut at = 0_u64;
        for (first, count) in parts {
            section.subsections.push(Subsection { first, count, at });
            at += u64::from(count);
        }
        Some(section)
    }

    fn from_trailer(offset: u64, trailer: &Dict<'_>) -> Option<Self> {
        let bytes = trailer.data();
        let raw = |key: &[u8]| {
            super::dict::raw_entries(bytes)?
                .into_iter()
                .rev()
                .find(|entry| entry.key == key)
                .map(|entry| bytes[entry.value].to_vec())
        };
        let info = match (trailer.get_ref(names::INFO), raw(names::INFO)) {
            (Some(reference), _) => Info::Indirect(ObjectId::from_reference(reference)?),
            (None, Some(direct)) if direct.starts_with(b"<<") => Info::Direct(direct),
            _ => Info::None,
        };
        Some(Self {
            offset,
            stream: None,
            size: trailer.get::<Number>(names::SIZE).and_then(|n| u32::try_from(n.as_i64()).ok()),
            prev: offset_value(trailer, names::PREV),
            root: trailer.get_ref(names::ROOT).and_then(ObjectId::from_reference),
            info,
            encrypted: raw(names::ENCRYPT).is_some_and(|value| value != b"null"),
            trailer: bytes.to_vec(),
            hybrid: None,
            subsections: Vec::new(),
            widths: [0; 3],
            decoded: OnceLock::new(),
        })
    }

    /// The lowest offset of the objects that this section itself lists; `None` where it lists none, or more
    /// than `limit`.
    pub(super) fn lowest_offset(&self, data: &[u8], limit: u64) -> Option<u64> {
        let listed: u64 = self.subsections.iter().map(|part| u64::from(part.count)).sum();
        if listed > limit {
            return None;
        }
        let numbers = self
            .subsections
            .iter()
            .flat_map(|part| part.first..part.first.saturating_add(part.count));
        let offset = |number| match self.place(data, number)? {
            Place::Offset(offset) => Some(offset),
            Place::Free | Place::InStream(_) => None,
        };
        numbers.filter_map(offset).min()
    }

    fn place(&self, data: &[u8], number: u32) -> Option<Place> {
        let part = self
            .subsections
            .iter()
            .find(|part| number >= part.first && number - part.first < part.count)?;
        let index = u64::from(number - part.first);
        if self.stream.is_some() {
            self.stream_place(data, part.at + index)
        } else {
            table_place(data, part.at, index)
        }
    }

    fn stream_place(&self, data: &[u8], index: u64) -> Option<Place> {
        let table = self.decoded.get_or_init(|| {
            let (_, body) = object_at(data, self.offset)?;
            Some(Stream::from_bytes(data.get(body..)?)?.decoded_data().ok()?.into_owned())
        });
        let [kind, second, third] = self.widths;
        let width = kind + second + third;
        let start = usize::try_from(index).ok()?.checked_mul(width)?;
        let entry = table.as_ref()?.get(start..start.checked_add(width)?)?;
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)))
        };
        let value = number(&entry[kind..kind + second])?;
        // A missing type means 1 (7.5.8.3).
        match if kind == 0 { 1 } else { number(&entry[..kind])? } {
            0 => Some(Place::Free),
            1 => Some(Place::Offset(value)),
            2 => Some(Place::InStream(u32::try_from(value).ok()?)),
            _ => None,
        }
    }
}

fn table_place(data: &[u8], at: u64, index: u64) -> Option<Place> {
    let start = usize::try_from(at.checked_add(index * TABLE_ENTRY)?).ok()?;
    let entry = data.get(start..start + TABLE_ENTRY as usize)?;
    match entry[17] {
        b'n' => Some(Place::Offset(std::str::from_utf8(&entry[..10]).ok()?.parse().ok()?)),
        b'f' => Some(Place::Free),
        _ => None,
    }
}

/// The identifier of the object at `offset`, and the offset of its value.
pub(super) fn object_at(data: &[u8], offset: u64) -> Option<(ObjectId, usize)> {
    let start = usize::try_from(offset).ok()?;
    let mut reader = Reader::new(data);
    reader.jump(start);
    reader.skip_white_spaces_and_comments();
    let id = reader.read_without_context::<ObjectIdentifier>()?;
    reader.skip_white_spaces_and_comments();
    Some((ObjectId::from_identifier(id)?, reader.offset()))
}

/// The value of the last `startxref` (7.5.5).
pub(super) fn last_startxref(data: &[u8]) -> Option<u64> {
    const KEYWORD: &[u8] = b"startxref";
    let at = data.windows(KEYWORD.len()).rposition(|window| window == KEYWORD)?;
    let mut reader = Reader::new(data);
    reader.jump(at + KEYWORD.len());
    reader.skip_white_spaces_and_comments();
    match Object::from_bytes(reader.tail()?)? {
        Object::Number(number) => u64::try_from(number.as_i64()).ok(),
        _ => None,
    }
}

fn offset_value(trailer: &Dict<'_>, key: &[u8]) -> Option<u64> {
    trailer.get::<Number>(key).and_then(|number| u64::try_from(number.as_i64()).ok())
}
