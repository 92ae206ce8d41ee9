//! What an object leads to, as far as it is read.

use hayro_syntax::object::{Array, FromBytes, MaybeRef, ObjRef, Object};

use super::super::dict::{RawEntry, has_references, raw_entries};
use super::super::trailer::object_at;
use super::super::{ObjectId, names};

/// Dictionaries and arrays within each other.
const MAX_DEPTH: usize = 32;
/// References that may be followed, to the same object more than once.
const MAX_REFERENCES: usize = 1 << 14;
/// Bytes that may be gone through, those within others once for each level (4 MiB: some hundredths of a second).
const MAX_BYTES: usize = 4 << 20;
/// What of the Catalog is read, by this module and by hayro-syntax.
const READ_OF_CATALOG: [&[u8]; 8] = [
    names::ADDITIONAL_ACTIONS,
    names::ACRO_FORM,
    names::METADATA,
    names::NAMES,
    names::OC_PROPERTIES,
    names::OPEN_ACTION,
    names::PAGES,
    names::PERMS,
];
/// What of the Catalog's /Names is read.
const READ_OF_NAMES: [&[u8]; 1] = [names::JAVASCRIPT];
/// What of a node of the page tree is read, and of a page.
const READ_OF_PAGES: [&[u8]; 11] = [
    names::ADDITIONAL_ACTIONS,
    names::ANNOTS,
    names::CONTENTS,
    b"CropBox",
    b"Group",
    names::KIDS,
    b"MediaBox",
    names::METADATA,
    names::RESOURCES,
    b"Rotate",
    names::TYPE,
];

/// What an object is, as far as it says what of it is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Catalog,
    Names,
    /// The root of the page tree.
    PageTree,
    /// Another node of it, or a page.
    Page,
    Other,
}

impl Role {
    /// Whether what stands under `key` is read.
    fn reads(self, key: &[u8]) -> bool {
        match self {
            Self::Catalog => READ_OF_CATALOG.contains(&key),
            Self::Names => READ_OF_NAMES.contains(&key),
            Self::PageTree | Self::Page => READ_OF_PAGES.contains(&key),
            Self::Other => true,
        }
    }

    /// Whether there are pages where they should be. If not, hayro-syntax looks for some among all objects.
    fn is_usual(self, dict: &[u8], entries: &[RawEntry]) -> bool {
        let only = |key: &[u8]| {
            let mut values = entries.iter().filter(|entry| entry.key == key);
            let first = values.next().map(|entry| &dict[entry.value.clone()]);
            first.filter(|_| values.next().is_none())
        };
        match self {
            Self::Catalog => only(names::PAGES).is_some_and(|v| ObjRef::from_bytes(v).is_some()),
            Self::PageTree => only(names::KIDS).is_some_and(|kids| kids.starts_with(b"[")),
            Self::Names | Self::Page | Self::Other => true,
        }
    }

    /// What the value of `key` is.
    fn of_value(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Catalog, names::NAMES) => Self::Names,
            (Self::Catalog, names::PAGES) => Self::PageTree,
            (Self::PageTree | Self::Page, names::KIDS) => Self::Page,
            _ => Self::Other,
        }
    }
}

/// References that are to be followed. All that adds to them gives `None` where it is too much, or where something
/// cannot be read.
#[derive(Default)]
pub(super) struct References {
    waiting: Vec<(ObjectId, Role)>,
    /// How many there were.
    count: usize,
    /// Bytes that were gone through.
    bytes: usize,
}

impl References {
    pub(super) fn next(&mut self) -> Option<(ObjectId, Role)> {
        self.waiting.pop()
    }

    pub(super) fn add(&mut self, id: ObjectId, role: Role) -> Option<()> {
        self.waiting.push((id, role));
        self.count += 1;
        (self.count <= MAX_REFERENCES).then_some(())
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.bytes += bytes;
        (self.bytes <= MAX_BYTES).then_some(())
    }

    /// Adds those of the object that stands at the start of `bytes`, which must be `id`.
    pub(super) fn add_of_object(&mut self, bytes: &[u8], id: ObjectId, role: Role) -> Option<()> {
        let (found, body) = object_at(bytes, 0)?;
        let end = bytes.len().min(body + MAX_BYTES);
        if found == id { self.add_of_value(&bytes[body..end], role, 0) } else { None }
    }

    /// Adds those of a value, which stands within `depth` others; of a stream, those of its dictionary.
    pub(super) fn add_of_value(&mut self, value: &[u8], role: Role, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        if value.starts_with(b"<<") {
            let entries = raw_entries(value)?;
            self.spend(entries.last().map_or(0, |entry| entry.span.end))?;
            if !role.is_usual(value, &entries) {
                return None;
            }
            let mut read = entries.iter().filter(|entry| role.reads(&entry.key));
            return read.try_for_each(|RawEntry { key, value: range, .. }| {
                self.add_of_value(&value[range.clone()], role.of_value(key), depth + 1)
            });
        }
        if let Some(reference) = ObjRef::from_bytes(value) {
            return self.add(ObjectId::from_reference(reference)?, role);
        }
        match Object::from_bytes(value)? {
            Object::Array(array) => self.add_of_array(&array, role, depth),
            _ => (role != Role::PageTree).then_some(()),
        }
    }

    fn add_of_array(&mut self, array: &Array<'_>, role: Role, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH || role == Role::PageTree {
            return None;
        }
        self.spend(array.data().len())?;
        if !has_references(array.data()) {
            return Some(());
        }
        array.raw_iter().try_for_each(|item| match item {
            MaybeRef::Ref(reference) => self.add(ObjectId::from_reference(reference)?, role),
            MaybeRef::NotRef(Object::Dict(dict)) => self.add_of_value(dict.data(), role, depth + 1),
            MaybeRef::NotRef(Object::Array(array)) => self.add_of_array(&array, role, depth + 1),
            MaybeRef::NotRef(_) => Some(()),
        })
    }
}
