//! Records that verified once, kept by suffix. They are verified again at every use.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Fetching, Found, Source, SourceError, files};
use crate::id::{ArxivId, Query, Suffix};
use crate::record::{Record, canonical_bytes};

/// How long an arXiv id is believed to lead to the same record.
const ALIAS_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder `pith/<suffix>.json` for records and `arxiv/<id>` for the suffix of an id.
///
/// A record cannot change under its suffix, so only the way from an arXiv id to it grows old.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    believe_old_aliases: bool,
}

impl Cache {
    /// A cache in the folder `root`, which is made when the first record is stored. Without a
    /// network, `believe_old_aliases` keeps ids of any age useful.
    pub fn new(root: &Path, believe_old_aliases: bool) -> Self {
        Self { root: root.to_owned(), believe_old_aliases }
    }

    /// Keeps a record that has verified. Whole or not at all, also with other processes beside.
    ///
    /// # Errors
    /// Where the folder cannot be written; the resolved record is good all the same.
    pub fn store(&self, record: &Record) -> io::Result<()> {
        let suffix = Suffix::from_digest(&record.digest());
        self.write(&self.record_path(&suffix), &canonical_bytes(record.document()))?;
        if let Ok(fields) = record.fields() {
            self.write(&self.alias_path(&fields.source), suffix.as_str().as_bytes())?;
        }
        Ok(())
    }

    fn record_path(&self, suffix: &Suffix) -> PathBuf {
        self.root.join("pith").join(format!("{suffix}.json"))
    }

    fn alias_path(&self, id: &ArxivId) -> PathBuf {
        self.root.join("arxiv").join(id.id().replace('/', "_"))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    fn suffix_of(&self, id: &ArxivId) -> Option<Suffix> {
        let path = self.alias_path(id);
        let age = SystemTime::now().duration_since(fs::metadata(&path).ok()?.modified().ok()?);
        let is_fresh = age.is_ok_and(|age| age < ALIAS_LIFETIME);
        if !is_fresh && !self.believe_old_aliases {
            return None;
        }
        fs::read_to_string(path).ok()?.trim().parse().ok()
    }

    fn find(&self, query: &Query) -> Result<Found, SourceError> {
        let suffix = match query {
            Query::Pith(number) => number.suffix,
            Query::Arxiv(id) => self.suffix_of(id).ok_or(SourceError::NotFound)?,
            Query::Prefix { prefix, .. } => {
                // A cache that is not there yet has nothing.
                let paths =
                    files::list(&self.root.join("pith")).map_err(|_| SourceError::NotFound)?;
                let suffixes = paths.filter_map(|path| files::named(&path));
                files::only(suffixes.filter(|suffix| prefix.matches(suffix)).collect())?
            }
        };
        // An entry that cannot be read is as good as none: a source has the record.
        files::read(&self.record_path(&suffix)).map_err(|_| SourceError::NotFound)
    }
}

impl Source for Cache {
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
