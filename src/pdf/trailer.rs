//! The chain of cross-reference sections, newest first (ISO 32000-2, 7.5.4 to 7.5.8).
//!
//! hayro-syntax resolves objects but keeps trailers to itself. Appending needs them: where the last section
//! stands and of which kind it is, which object numbers are taken, which trailer entries to carry on. Tokens,
//! dictionaries and streams are still read by hayro-syntax. Damage ends the walk and is reported; it is never
//! repaired here.

mod section;

use std::collections::HashSet;

use hayro_syntax::object::{Dict, FromBytes, Object, ObjectIdentifier};
use hayro_syntax::reader::{Reader, ReaderExt};

use super::ObjectId;
use super::map::{Glance, Room};
use section::Entry;
pub(super) use section::{MAX_NUMBER, Section};

/// Sections that a chain may have. hayro-syntax stops at the same number.
const MAX_SECTIONS: usize = 256;

/// Where the newest section says an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    Offset(u64),
    /// In an object stream, and at which place there, from 0.
    InStream {
        stream: u32,
        index: u32,
    },
}

/// What the trailer says of the document information dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Info {
    None,
    Indirect(ObjectId),
    /// Not allowed (7.5.5, table 15), and seen: the dictionary's bytes.
    Direct(Vec<u8>),
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
        self.sections.iter().map(Section::next_number).fold(1, u32::max)
    }

    /// How many entries all sections have.
    pub(super) fn listed(&self) -> u64 {
        self.sections.iter().map(Section::listed).sum()
    }

    /// The place of an object, from the newest section that lists it.
    pub(super) fn place(&self, data: &[u8], number: u32) -> Option<Place> {
        self.listed_at(data, number).map(|(_, place)| place)
    }

    /// The same with the generation, which is 0 in an object stream.
    pub(super) fn listed_at(&self, data: &[u8], number: u32) -> Option<(u16, Place)> {
        let entry = self.sections.iter().find_map(|section| section.entry_of(data, number))?;
        Some((entry.generation, entry.place))
    }

    /// Whether a section lists the object as one that is there, perhaps an older one than the newest section knows.
    pub(super) fn was_listed(&self, data: &[u8], id: ObjectId) -> bool {
        let entries = self.sections.iter().filter_map(|section| section.entry_of(data, id.number));
        let mut there = entries.filter(|entry| entry.place != Place::Free);
        there.any(|entry| entry.generation == id.generation)
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
        let sections = self.sections.iter().filter(|section| section.stream.is_some());
        let entries = sections.flat_map(|section| section.entries(data));
        let numbers: HashSet<u32> = entries
            .filter_map(|entry| match entry.place {
                Place::InStream { stream, .. } => Some(stream),
                Place::Free | Place::Offset(_) => None,
            })
            .collect();
        // An entry of generation 0 that a later section frees stays in hayro-syntax's table.
        let offset = |section: &Section, number| match section.entry_of(data, number)? {
            Entry { place: Place::Offset(offset), generation: 0, .. } => Some(offset),
            _ => None,
        };
        let newest = |number| self.sections.iter().find_map(|section| offset(section, number));
        numbers.into_iter().filter_map(newest).collect()
    }

    /// Whether the objects that stand in the file itself are where the sections say, and can be read there. `limit` of
    /// the entries are looked at.
    pub(super) fn is_exact(&self, data: &[u8], glance: &Glance, limit: usize) -> bool {
        let is_short = |section: &Section| {
            let listed = usize::try_from(section.listed()).unwrap_or(usize::MAX).min(limit);
            section.entries(data).take(listed).count() < listed
        };
        !self.sections.iter().any(is_short) && self.misplaced(data, glance, limit).is_none()
    }

    /// The first object that is not where the sections say, or cannot be read there. `limit` of the entries are looked at.
    pub(super) fn misplaced(&self, data: &[u8], glance: &Glance, limit: usize) -> Option<ObjectId> {
        let current = self.sections.iter().enumerate().flat_map(|(index, section)| {
            let newer = &self.sections[..index];
            let is_current = |entry: &Entry| {
                newer.iter().all(|section| section.place(data, entry.number).is_none())
            };
            section.entries(data).filter(is_current)
        });
        let misplaced = |entry: &Entry| match entry.place {
            // Some programs list what they did not write.
            Place::Offset(0) | Place::Free | Place::InStream { .. } => false,
            Place::Offset(offset) => !is_at(data, glance, offset, entry.id()),
        };
        current.take(limit).find(misplaced).map(|entry| entry.id())
    }

    /// Whether the cross-reference data leads to the object itself, and it can be read there.
    pub(super) fn leads_to(&self, data: &[u8], id: ObjectId) -> bool {
        // The header is a comment, and behind it stands an object too.
        let is_at = |offset, id| offset > 0 && is_at(data, &Glance::default(), offset, id);
        match self.place(data, id.number) {
            Some(Place::Offset(offset)) => is_at(offset, id),
            Some(Place::InStream { stream, .. }) => match self.listed_at(data, stream) {
                Some((generation, Place::Offset(offset))) => {
                    is_at(offset, ObjectId { number: stream, generation })
                }
                _ => false,
            },
            Some(Place::Free) | None => false,
        }
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

/// Whether the object `id` stands at `offset`. Of a stream, its dictionary is looked at alone.
fn is_at(data: &[u8], glance: &Glance, offset: u64, id: ObjectId) -> bool {
    let mut room = Room::new();
    let seen = glance.at(data, offset, &mut room);
    let Some((found, body)) = object_at(seen, 0) else { return false };
    let is_readable = |value: &[u8]| match value.starts_with(b"<<") {
        true => Dict::from_bytes(value).is_some(),
        false => Object::from_bytes(value).is_some(),
    };
    let whole = || Some(&data[usize::try_from(offset).ok()?.checked_add(body)?..]);
    found == id
        // What is longer than a glance is looked at once more.
        && (is_readable(&seen[body..]) || whole().is_some_and(is_readable))
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
