//! One cross-reference section: a table or a stream, with its trailer (ISO 32000-2, 7.5.4 to 7.5.8).

use std::sync::OnceLock;

use hayro_syntax::object::{Array, Dict, FromBytes, Name, Number, Stream};
use hayro_syntax::reader::{Reader, ReaderExt};

use super::super::{MAX_DECODED, ObjectId, budget, dict, names};
use super::{Info, Place, object_at};

/// The highest number that every reader takes for an object's (ISO 32000-1, table C.1).
pub(in crate::pdf) const MAX_NUMBER: u32 = 8_388_607;
/// Bytes of one entry of a cross-reference table (7.5.4).
const TABLE_ENTRY: u64 = 20;

/// One cross-reference section with its trailer.
pub(in crate::pdf) struct Section {
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
    pub(super) hybrid: Option<u64>,
    subsections: Vec<Subsection>,
    /// Whether the subsections are in the order of their numbers, and none shares one with another.
    pub(in crate::pdf) in_order: bool,
    widths: [usize; 3],
    decoded: OnceLock<Option<Vec<u8>>>,
}

/// What a section says of one object.
pub(super) struct Entry {
    pub(super) number: u32,
    /// 0 for what is in an object stream.
    pub(super) generation: u16,
    pub(super) place: Place,
}

impl Entry {
    pub(super) fn id(&self) -> ObjectId {
        ObjectId { number: self.number, generation: self.generation }
    }
}

struct Subsection {
    first: u32,
    count: u32,
    /// Table: offset in the file. Stream: index of the first entry.
    at: u64,
}

impl Section {
    pub(super) fn read(data: &[u8], offset: u64) -> Option<Self> {
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
        let mut section = Self::from_trailer(offset, &trailer)?.with(subsections);
        section.hybrid = offset_value(&trailer, names::XREF_STM);
        Some(section)
    }

    fn read_stream(data: &[u8], offset: u64) -> Option<Self> {
        let (id, body) = object_at(data, offset)?;
        let stream = Stream::from_bytes(data.get(body..)?)?;
        let dict = stream.dict();
        (dict.get::<Name<'_>>(names::TYPE)?.as_ref() == b"XRef").then_some(())?;
        let section = Self::from_trailer(offset, dict)?;
        // Required (table 17), and other programs do not read a file where it is not.
        let size = section.size?;
        let widths = dict.get::<[u8; 3]>(names::WIDTHS)?.map(usize::from);
        let parts: Vec<(u32, u32)> = match dict.get::<Array<'_>>(names::INDEX) {
            Some(index) => index.iter::<(u32, u32)>().collect(),
            None => vec![(0, size)],
        };
        let mut subsections = Vec::new();
        let mut at = 0_u64;
        for (first, count) in parts {
            subsections.push(Subsection { first, count, at });
            at += u64::from(count);
        }
        Some(Self { stream: Some(id), widths, ..section.with(subsections) })
    }

    fn from_trailer(offset: u64, trailer: &Dict<'_>) -> Option<Self> {
        let bytes = trailer.data();
        let raw = |key: &[u8]| {
            dict::raw_entries(bytes)?
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
            in_order: true,
            widths: [0; 3],
            decoded: OnceLock::new(),
        })
    }

    fn with(self, subsections: Vec<Subsection>) -> Self {
        let is_before = |a: &Subsection, b: &Subsection| {
            a.first.checked_add(a.count).is_some_and(|end| end <= b.first)
        };
        Self { in_order: subsections.is_sorted_by(is_before), subsections, ..self }
    }

    /// How many entries this section should have.
    pub(super) fn listed(&self) -> u64 {
        self.subsections.iter().map(|part| u64::from(part.count)).sum()
    }

    /// The lowest number above all that this section uses: by its entries, its own, and its /Size. A /Size that leaves
    /// no number is not believed.
    pub(super) fn next_number(&self) -> u32 {
        let own = self.stream.map_or(0, |stream| stream.number.saturating_add(1));
        let size = self.size.filter(|size| *size < MAX_NUMBER).unwrap_or(0);
        let ends = self.subsections.iter().map(|part| part.first.saturating_add(part.count));
        ends.fold(own.max(size), u32::max)
    }

    /// The lowest offset of the objects that this section itself lists; `None` where it lists none, or more
    /// than `limit`.
    pub(in crate::pdf) fn lowest_offset(&self, data: &[u8], limit: u64) -> Option<u64> {
        if self.listed() > limit {
            return None;
        }
        let offset = |entry: Entry| match entry.place {
            Place::Offset(offset) => Some(offset),
            Place::Free | Place::InStream { .. } => None,
        };
        self.entries(data).filter_map(offset).min()
    }

    /// All entries; of a section that lists more than it has, those that it has.
    pub(super) fn entries(&self, data: &[u8]) -> impl Iterator<Item = Entry> {
        self.subsections.iter().flat_map(move |part| {
            (part.first..part.first.saturating_add(part.count))
                .map_while(move |number| self.entry(data, part, number))
        })
    }

    pub(super) fn place(&self, data: &[u8], number: u32) -> Option<Place> {
        Some(self.entry_of(data, number)?.place)
    }

    pub(super) fn entry_of(&self, data: &[u8], number: u32) -> Option<Entry> {
        let lists = |part: &&Subsection| number >= part.first && number - part.first < part.count;
        let part = match self.in_order {
            // Some programs write a subsection for each object.
            true => {
                let behind = self.subsections.partition_point(|part| part.first <= number);
                self.subsections[..behind].last().filter(lists)?
            }
            false => self.subsections.iter().find(lists)?,
        };
        self.entry(data, part, number)
    }

    fn entry(&self, data: &[u8], part: &Subsection, number: u32) -> Option<Entry> {
        let index = u64::from(number - part.first);
        let (place, generation) = match self.stream {
            Some(_) => self.stream_entry(data, part.at + index)?,
            None => table_entry(data, part.at, index)?,
        };
        Some(Entry { number, generation, place })
    }

    fn stream_entry(&self, data: &[u8], index: u64) -> Option<(Place, u16)> {
        let table = self.decoded.get_or_init(|| {
            let (_, body) = object_at(data, self.offset)?;
            let stream = Stream::from_bytes(data.get(body..)?)?;
            Some(budget::decode(&stream, MAX_DECODED).ok()??.into_owned())
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
            1 => {
                let generation = number(&entry[kind + second..])?;
                Some((Place::Offset(value), u16::try_from(generation).ok()?))
            }
            2 => {
                let index = u32::try_from(number(&entry[kind + second..])?).ok()?;
                Some((Place::InStream { stream: u32::try_from(value).ok()?, index }, 0))
            }
            _ => Some((Place::Free, 0)),
        }
    }
}

fn table_entry(data: &[u8], at: u64, index: u64) -> Option<(Place, u16)> {
    let start = usize::try_from(at.checked_add(index * TABLE_ENTRY)?).ok()?;
    let entry = data.get(start..start + TABLE_ENTRY as usize)?;
    let digits = |range: std::ops::Range<usize>| std::str::from_utf8(&entry[range]).ok();
    let place = match entry[17] {
        b'n' => Place::Offset(digits(0..10)?.parse().ok()?),
        _ => Place::Free,
    };
    Some((place, digits(11..16)?.parse().ok()?))
}

fn offset_value(trailer: &Dict<'_>, key: &[u8]) -> Option<u64> {
    trailer.get::<Number>(key).and_then(|number| u64::try_from(number.as_i64()).ok())
}
