//! A folder of records: `pith/<suffix>.json`, found by every form of id, also without an index.

use std::collections::HashMap;
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
    by_arxiv_id: OnceLock<HashMap<String, Vec<PathBuf>>>,
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
        Ok(Self { root: root.to_owned(), records, by_arxiv_id: OnceLock::new() })
    }

    fn find(&self, query: &Query) -> Result<Found, SourceError> {
        match query {
            Query::Pith(number) => self.read(&self.records.join(format!("{}.json", number.suffix))),
            Query::Prefix { prefix, .. } => {
                let mut suffixes: Vec<Suffix> = self
                    .files()?
                    .filter_map(|path| path.file_stem()?.to_str()?.parse().ok())
                    .filter(|suffix| prefix.matches(suffix))
                    .collect();
                suffixes.sort_unstable();
                match suffixes[..] {
                    [] => Err(SourceError::NotFound),
                    [suffix] => self.find(&Query::Pith(suffix.into())),
                    _ => Err(SourceError::Ambiguous(suffixes)),
                }
            }
            Query::Arxiv(id) => self.find_arxiv(id),
        }
    }

    /// Of several records for one paper, the one of the version that was asked for, else the latest.
    fn find_arxiv(&self, id: &ArxivId) -> Result<Found, SourceError> {
        let index = match self.by_arxiv_id.get() {
            Some(index) => index,
            None => {
                let index = self.index()?;
                self.by_arxiv_id.get_or_init(|| index)
            }
        };
        let paths = index.get(id.id()).ok_or(SourceError::NotFound)?;
        let found: Vec<Found> =
            paths.iter().map(|path| self.read(path)).collect::<Result<_, _>>()?;
        let rank = |found: &Found| {
            let version = found.record.fields().ok().and_then(|fields| fields.source.version());
            (version == id.version(), version)
        };
        found.into_iter().max_by_key(rank).ok_or(SourceError::NotFound)
    }

    fn index(&self) -> Result<HashMap<String, Vec<PathBuf>>, SourceError> {
        let mut index: HashMap<String, Vec<PathBuf>> = HashMap::new();
        for path in self.files()? {
            // A file that is no record cannot be what was asked for; its neighbours still can.
            let Ok(found) = self.read(&path) else { continue };
            let source = found.record.canonical().at(&["source", "id"]);
            if let Some(id) = source.and_then(crate::record::Json::as_str) {
                index.entry(id.to_owned()).or_default().push(path);
            }
        }
        index.values_mut().for_each(|paths| paths.sort_unstable());
        Ok(index)
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

fn unreadable(error: io::Error) -> SourceError {
    SourceError::Unreachable(error.to_string())
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
