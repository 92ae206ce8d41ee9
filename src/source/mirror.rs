//! A folder of records: `pith/<suffix>.json`, found by every form of id, also without an index.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Fetching, Found, Source, SourceError, files};
use crate::id::{ArxivId, Query, Suffix};

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
                let named = files::list(&self.records)?.filter_map(|path| files::named(&path));
                let mut suffixes: Vec<_> = named.filter(|suffix| prefix.matches(suffix)).collect();
                if suffixes.is_empty() {
                    let indexed = self.index()?.by_suffix.keys();
                    suffixes = indexed.filter(|suffix| prefix.matches(suffix)).copied().collect();
                }
                self.find_suffix(&files::only(suffixes)?)
            }
            Query::Arxiv(id) => self.find_arxiv(id),
        }
    }

    /// The file of that name, which needs no index; else a file of another name that holds the record.
    fn find_suffix(&self, suffix: &Suffix) -> Result<Found, SourceError> {
        let error = match files::read(&self.records.join(format!("{suffix}.json"))) {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let paths = self.index()?.by_suffix.get(suffix);
        let found = paths.into_iter().flatten().filter_map(|path| files::read(path).ok());
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
        let found = paths.iter().filter_map(|path| files::read(path).ok());
        found.max_by_key(rank).ok_or(SourceError::NotFound)
    }

    /// Made at the first query that needs it.
    fn index(&self) -> Result<&Index, SourceError> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let mut index = Index::default();
        let mut paths: Vec<_> = files::list(&self.records)?.collect();
        paths.sort_unstable();
        for path in paths {
            // A file that is no record cannot be what was asked for; its neighbours still can.
            let Ok(found) = files::read(&path) else { continue };
            let source = found.record.canonical().at(&["source", "id"]);
            if let Some(id) = source.and_then(crate::record::Json::as_str) {
                index.by_arxiv_id.entry(id.to_owned()).or_default().push(path.clone());
            }
            let suffix = Suffix::from_digest(&found.record.digest());
            index.by_suffix.entry(suffix).or_default().push(path);
        }
        Ok(self.index.get_or_init(|| index))
    }
}

/// Whether the file is named after the digest of what is in it.
fn is_well_named(found: &Found) -> bool {
    files::named(Path::new(&found.url)) == Some(Suffix::from_digest(&found.record.digest()))
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
