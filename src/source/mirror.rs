//! A folder of records: `pith/<suffix>.json`, found by every form of id, also without an index.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Fetching, Found, Source, SourceError};
use crate::id::{ArxivId, Query, Suffix};
use crate::record::{MAX_BYTES, Record};

/// A mirror on disk.
#[derive(Debug)]
pub struct Mirror {
    root: PathBuf,
    records: PathBuf,
    index: OnceLock<Index>,
}

/// Where the records are, by what is in them, whatever their files are called.
#[derive(Debug, Default)]
struct Index {
    by_arxiv_id: HashMap<String, Vec<PathBuf>>,
    by_suffix: BTreeMap<Suffix, Vec<PathBuf>>,
}

impl Mirror {
    /// Opens the folder `root`; its records are in `root/pith`, or in `root` itself where there is
    /// no such folder.
    ///
    /// # Errors
    /// Where `root` is no folder that can be read.
    pub fn open(root: &Path) -> io::Result<Self> {
        std::fs::read_dir(root)?;
        let inner = root.join("pith");
        let records = if inner.is_dir() { inner } else { root.to_owned() };
        Ok(Self { root: root.to_owned(), records, index: OnceLock::new() })
    }

    fn find(&self, query: &Query) -> Result<Found, SourceError> {
        match query {
            Query::Pith(number) => self.find_suffix(&number.suffix),
            Query::Prefix { prefix, .. } => {
                let named = self.files()?.filter_map(|path| named(&path));
                let mut suffixes: Vec<_> = named.filter(|suffix| prefix.matches(suffix)).collect();
                if suffixes.is_empty() {
                    let indexed = self.index()?.by_suffix.keys();
                    suffixes = indexed.filter(|suffix| prefix.matches(suffix)).copied().collect();
                }
                suffixes.sort_unstable();
                suffixes.dedup();
                match suffixes[..] {
                    [] => Err(SourceError::NotFound),
                    [suffix] => self.find_suffix(&suffix),
                    _ => Err(SourceError::Ambiguous(suffixes)),
                }
            }
            Query::Arxiv(id) => self.find_arxiv(id),
        }
    }

    /// The file of that name, which needs no index; else a file of another name that holds the record.
    fn find_suffix(&self, suffix: &Suffix) -> Result<Found, SourceError> {
        let error = match self.read(&self.records.join(format!("{suffix}.json"))) {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let paths = self.index()?.by_suffix.get(suffix);
        let found = paths.into_iter().flatten().filter_map(|path| self.read(path).ok());
        found.max_by_key(is_well_named).ok_or(error)
    }

    /// Of several records for one paper, one whose file bears its own suffix; of these the one of the
    /// version that was asked for, else the latest. A copy under another name may be anything.
    fn find_arxiv(&self, id: &ArxivId) -> Result<Found, SourceError> {
        let paths = self.index()?.by_arxiv_id.get(id.id()).ok_or(SourceError::NotFound)?;
        let rank = |found: &Found| {
            let version = found.record.fields().ok().and_then(|fields| fields.source.version());
            (is_well_named(found), version == id.version(), version)
        };
        let found = paths.iter().filter_map(|path| self.read(path).ok());
        found.max_by_key(rank).ok_or(SourceError::NotFound)
    }

    /// Made at the first query that needs it.
    fn index(&self) -> Result<&Index, SourceError> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let mut index = Index::default();
        let mut paths: Vec<_> = self.files()?.collect();
        paths.sort_unstable();
        for path in paths {
            // A file that is no record cannot be what was asked for; its neighbours still can.
            let Ok(found) = self.read(&path) else { continue };
            let source = found.record.canonical().at(&["source", "id"]);
            if let Some(id) = source.and_then(crate::record::Json::as_str) {
                index.by_arxiv_id.entry(id.to_owned()).or_default().push(path.clone());
            }
            let suffix = Suffix::from_digest(&found.record.digest());
            index.by_suffix.entry(suffix).or_default().push(path);
        }
        Ok(self.index.get_or_init(|| index))
    }

    fn files(&self) -> Result<impl Iterator<Item = PathBuf>, SourceError> {
        let entries = std::fs::read_dir(&self.records).map_err(unreadable)?;
        Ok(entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json")))
    }

    fn read(&self, path: &Path) -> Result<Found, SourceError> {
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SourceError::NotFound,
            _ => unreadable(error),
        })?;
        file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let record = Record::from_slice(&bytes).map_err(|error| {
            SourceError::Unusable(format!(
                "has a file that is no record: {}: {error}",
                path.display()
            ))
        })?;
        Ok(Found { record, url: path.display().to_string() })
    }
}

/// The suffix that a file is named after, in any case.
fn named(path: &Path) -> Option<Suffix> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// Whether the file is named after the digest of what is in it.
fn is_well_named(found: &Found) -> bool {
    named(Path::new(&found.url)) == Some(Suffix::from_digest(&found.record.digest()))
}

fn unreadable(error: io::Error) -> SourceError {
    // Not unreachable: no network lies between.
    SourceError::Unusable(format!("cannot be read: {}", crate::error::io_message(&error)))
}

impl Source for Mirror {
    fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn fetch<'a>(&'a self, query: &'a Query) -> Fetching<'a> {
        Box::pin(std::future::ready(self.find(query)))
    }
}
