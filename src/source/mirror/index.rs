//! Folders without an index: what is in their files, found by looking at each. In memory, a record
//! costs some 48 bytes.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use serde::Deserialize;

use crate::id::{ArxivId, Suffix};
use crate::record::Record;
use crate::source::files;

/// The name of a file of a record.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// `<suffix>.json`, in upper case.
    Suffix(Suffix),
    /// Anything else.
    Other(OsString),
}

impl Name {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?;
        let suffix = files::named(path).filter(|suffix| name == &*format!("{suffix}.json"));
        Some(suffix.map_or_else(|| Self::Other(name.to_owned()), Self::Suffix))
    }

    /// The name with its extension.
    pub fn file(&self) -> PathBuf {
        match self {
            Self::Suffix(suffix) => format!("{suffix}.json").into(),
            Self::Other(name) => name.into(),
        }
    }

    fn is_suffix(&self) -> bool {
        match self {
            Self::Suffix(_) => true,
            Self::Other(name) => files::named(Path::new(name)).is_some(),
        }
    }
}

/// Which files hold records of a paper.
#[derive(Debug)]
pub(super) struct ByArxivId {
    /// In order.
    files: Vec<(u64, u32, Name)>,
}

impl ByArxivId {
    /// A file that is no record cannot be what was asked for; its neighbours still can.
    pub fn of(folder: &Path) -> Self {
        let mut files = in_all_files(folder, |name, bytes| {
            let source = peek(bytes)?;
            Some((hash(&source.id), source.version, name))
        });
        files.sort_unstable();
        Self { files }
    }

    /// The best first. A name may be of a paper that only has the same hash.
    pub fn of_paper(&self, id: &ArxivId) -> Vec<&Name> {
        let hash = hash(id.id());
        let start = self.files.partition_point(|(other, ..)| *other < hash);
        let mut files: Vec<_> =
            self.files[start..].iter().take_while(|(other, ..)| *other == hash).collect();
        let asked = id.version();
        files.sort_by_key(|(_, version, name)| {
            let rank = (name.is_suffix(), Some(*version) == asked, *version);
            std::cmp::Reverse(rank)
        });
        files.into_iter().map(|(_, _, name)| name).collect()
    }
}

/// The files that are not named after the record in them.
#[derive(Debug)]
pub(super) struct Misnamed {
    /// In order.
    files: Vec<(Suffix, PathBuf)>,
}

impl Misnamed {
    pub fn in_folder(folder: &Path) -> Self {
        let mut files = in_all_files(folder, |name, bytes| {
            let suffix = Suffix::from_digest(&Record::from_slice(bytes).ok()?.digest());
            (name != Name::Suffix(suffix)).then(|| (suffix, folder.join(name.file())))
        });
        files.sort_unstable();
        Self { files }
    }

    pub fn suffixes(&self) -> impl Iterator<Item = Suffix> {
        self.files.iter().map(|(suffix, _)| *suffix)
    }

    /// The files with the record of `suffix`.
    pub fn of_suffix(&self, suffix: &Suffix) -> impl Iterator<Item = &Path> + use<'_> {
        let start = self.files.partition_point(|(other, _)| other < suffix);
        let suffix = *suffix;
        let same = self.files[start..].iter().take_while(move |(other, _)| *other == suffix);
        same.map(|(_, path)| &**path)
    }
}

/// What `look` sees in the files of a folder, on all cores, in any order.
fn in_all_files<T: Send>(folder: &Path, look: impl Fn(Name, &[u8]) -> Option<T> + Sync) -> Vec<T> {
    let Ok(paths) = files::list(folder) else { return Vec::new() };
    let mut names: Vec<_> = paths.filter_map(|path| Name::of(&path)).collect();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = names.len().div_ceil(cores).max(1);
    let look = &look;
    thread::scope(|scope| {
        let mut threads = Vec::new();
        while !names.is_empty() {
            let names = names.split_off(names.len().saturating_sub(share));
            threads.push(scope.spawn(move || {
                let seen = names.into_iter().filter_map(|name| {
                    let bytes = files::bytes(&folder.join(name.file())).ok()?;
                    look(name, &bytes)
                });
                seen.collect::<Vec<_>>()
            }));
        }
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// Only compared within this process.
fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[derive(Deserialize)]
struct SourceId {
    id: String,
    version: u32,
}

#[derive(Deserialize)]
struct Canonical {
    source: SourceId,
}

#[derive(Deserialize)]
struct Current {
    canonical_record: Canonical,
}

/// As much of a record, bundle, state or canonical record as tells its paper.
#[derive(Deserialize)]
struct Peek {
    canonical_record: Option<Canonical>,
    current: Option<Current>,
    source: Option<SourceId>,
}

/// The paper that a file claims to be of. This is a guess: the record is read anew when it is used.
fn peek(bytes: &[u8]) -> Option<SourceId> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let peek: Peek = serde_json::from_slice(bytes).ok()?;
    let canonical = peek.current.map(|current| current.canonical_record);
    canonical.or(peek.canonical_record).map(|canonical| canonical.source).or(peek.source)
}
