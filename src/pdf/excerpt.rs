//! The part of a large file's cross-reference data that reading needs.
//!
//! hayro-syntax keeps a table of all objects that a file lists: 25 bytes for each, and half as much again while it
//! grows. What is read of a large file are few of them: no bookmarks, no structure tree, no private data. So such a file
//! is handed over as if it were continued by one more section (ISO 32000-2, 7.5.6) that lists those few, and has no
//! /Prev. Its own bytes stay as they are.
//!
//! Where anything is out of the ordinary, there is no excerpt, and all objects are listed.

mod references;

use std::collections::{BTreeMap, HashMap, HashSet};

use hayro_syntax::object::{Dict, FromBytes, Stream};
use hayro_syntax::reader::{Reader, ReaderExt};

use super::dict::{raw_entries, splice};
use super::map::{Glance, Room};
use super::trailer::{Chain, Place, object_at};
use super::{ObjectId, budget, names};
use references::{References, Role};

/// Objects that an excerpt may list: to find them takes as long as to list some hundred thousand.
const MAX_NEEDED: usize = 4096;
/// Bytes that the object streams in which they are may have, decoded.
const MAX_STREAMS: usize = 4 << 20;
/// Objects that an object stream may hold.
const MAX_HELD: usize = 1 << 16;

/// The section that continues `data`, a sound file that is not encrypted; `None` where all objects are to be listed.
pub(super) fn section(data: &[u8], glance: &Glance, chain: &Chain) -> Option<Vec<u8>> {
    // Of two entries for one object hayro-syntax takes the last.
    if !chain.sections.iter().all(|section| section.in_order) {
        return None;
    }
    let newest = chain.newest()?;
    let mut search = Search {
        data,
        glance,
        chain,
        found: BTreeMap::new(),
        seen: HashSet::new(),
        waiting: References::default(),
        streams: HashMap::new(),
        decoded: 0,
    };
    search.waiting.add(newest.root?, Role::Catalog)?;
    for entry in raw_entries(&newest.trailer)? {
        if [names::INFO, names::ID].contains(&&*entry.key) {
            search.waiting.add_of_value(&newest.trailer[entry.value], Role::Other, 0)?;
        }
    }
    while let Some((id, role)) = search.waiting.next() {
        if search.seen.insert((id, role)) {
            search.visit(id, role)?;
        }
    }
    write(data.len(), chain.next_number(), &newest.trailer, &search.found)
}

/// A search for what can be reached.
struct Search<'a> {
    data: &'a [u8],
    glance: &'a Glance,
    chain: &'a Chain,
    /// The objects: the generation of each, and its place.
    found: BTreeMap<u32, (u16, Place)>,
    seen: HashSet<(ObjectId, Role)>,
    waiting: References,
    streams: HashMap<u32, ObjectStream>,
    /// Bytes of the streams.
    decoded: usize,
}

impl Search<'_> {
    /// Notes an object, and what it leads to. `None` where it is not where it should be, or is one too many.
    fn visit(&mut self, id: ObjectId, role: Role) -> Option<()> {
        let listed = self.chain.listed_at(self.data, id.number);
        match listed.filter(|(generation, _)| *generation == id.generation) {
            // A reference to what is not there is null (7.3.10). hayro-syntax knows no free entries, and so takes what an
            // older section lists; without pages it looks for some among all objects.
            None | Some((_, Place::Free)) => {
                let is_null = role != Role::PageTree && !self.chain.was_listed(self.data, id);
                is_null.then_some(())
            }
            Some((_, place @ Place::Offset(offset))) => {
                self.note(id, place)?;
                let mut room = Room::new();
                let seen = self.glance.at(self.data, offset, &mut room);
                let whole = || self.data.get(usize::try_from(offset).ok()?..);
                // What is longer than a glance is looked at once more.
                let waiting = &mut self.waiting;
                waiting
                    .add_of_object(seen, id, role)
                    .or_else(|| waiting.add_of_object(whole()?, id, role))
            }
            Some((_, place @ Place::InStream { stream, index })) => {
                self.note(id, place)?;
                self.open_stream(stream)?;
                let (number, value) = self.streams.get(&stream)?.object(index)?;
                (number == id.number).then_some(())?;
                self.waiting.add_of_value(value, role, 0)
            }
        }
    }

    fn note(&mut self, id: ObjectId, place: Place) -> Option<()> {
        self.found.insert(id.number, (id.generation, place));
        (self.found.len() <= MAX_NEEDED).then_some(())
    }

    /// Notes and decodes an object stream.
    fn open_stream(&mut self, number: u32) -> Option<()> {
        if self.streams.contains_key(&number) {
            return Some(());
        }
        let (0, place @ Place::Offset(offset)) = self.chain.listed_at(self.data, number)? else {
            return None;
        };
        let (id, body) = object_at(self.data, offset)?;
        (id == ObjectId { number, generation: 0 }).then_some(())?;
        self.note(id, place)?;
        let stream = Stream::from_bytes(self.data.get(body..)?)?;
        let data = budget::decode(&stream, MAX_STREAMS.saturating_sub(self.decoded)).ok()??;
        self.decoded += data.len();
        self.streams.insert(number, ObjectStream::read(stream.dict(), data.into_owned())?);
        Some(())
    }
}

/// An object stream, decoded (7.5.7).
struct ObjectStream {
    data: Vec<u8>,
    /// The number of each object, and where it is.
    objects: Vec<(u32, usize)>,
}

impl ObjectStream {
    fn read(dict: &Dict<'_>, data: Vec<u8>) -> Option<Self> {
        let count = dict.get::<usize>(b"N".as_slice()).filter(|n| *n <= MAX_HELD)?;
        let first = dict.get::<usize>(b"First".as_slice())?;
        let mut reader = Reader::new(&data);
        let mut next = || {
            reader.skip_white_spaces_and_comments();
            reader.read_without_context::<u32>()
        };
        let mut objects = Vec::new();
        for _ in 0..count {
            let (number, offset) = (next()?, next()?);
            objects.push((number, first.checked_add(usize::try_from(offset).ok()?)?));
        }
        Some(Self { data, objects })
    }

    fn object(&self, index: u32) -> Option<(u32, &[u8])> {
        let (number, offset) = *self.objects.get(usize::try_from(index).ok()?)?;
        let mut reader = Reader::new(self.data.get(offset..)?);
        reader.skip_white_spaces_and_comments();
        Some((number, reader.tail()?))
    }
}

/// The section as a cross-reference stream (7.5.8), which stands at `offset`. It has the number 0, which nothing refers to.
fn write(
    offset: usize,
    size: u32,
    trailer: &[u8],
    found: &BTreeMap<u32, (u16, Place)>,
) -> Option<Vec<u8>> {
    // hayro-syntax reads no larger offset.
    let start = i32::try_from(offset + 1).ok()?;
    let mut entries = Vec::with_capacity(found.len() * 9);
    let mut parts: Vec<(u32, u32)> = Vec::new();
    for (number, (generation, place)) in found {
        match parts.last_mut() {
            Some((first, count)) if *first + *count == *number => *count += 1,
            _ => parts.push((*number, 1)),
        }
        let (kind, second, third) = match place {
            Place::Free => (0, 0, 0),
            Place::Offset(offset) => (1, u32::try_from(*offset).ok()?, u32::from(*generation)),
            Place::InStream { stream, index } => (2, *stream, *index),
        };
        entries.push(kind);
        entries.extend(second.to_be_bytes());
        entries.extend(third.to_be_bytes());
    }
    let index: String = parts.iter().map(|(first, count)| format!("{first} {count} ")).collect();
    let length = entries.len();
    let add = format!("/Type/XRef/Size {size}/W[1 4 4]/Index[{index}]/Length {length}");
    let is_kept = |key: &[u8]| [names::ROOT, names::INFO].contains(&key);
    let dict = splice(trailer, |key| !is_kept(key), add.as_bytes())?;
    let mut out = b"\n0 0 obj\n".to_vec();
    out.extend(dict);
    out.extend(b"\nstream\n");
    out.extend(entries);
    out.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").into_bytes());
    Some(out)
}

#[cfg(test)]
mod tests;
