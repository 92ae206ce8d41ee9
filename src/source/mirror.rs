//! A folder of records: `pith/<suffix>.json`, found by every form of id, also without an index.

mod build;
mod index;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Candidates, Fetching, Found, Source, SourceError, Validator, files, layout};
use crate::id::{ArxivId, Query, Suffix};
use crate::record::Json;
pub use build::{Added, MirrorBuilder, Verified, VerifiedError};
use index::{ByArxivId, Misnamed};

/// A mirror on disk.
#[derive(Debug)]
pub struct Mirror {
    root: PathBuf,
    records: PathBuf,
    /// Whether the files of aliases, as `pith mirror build` writes them, cover every record.
    has_all_aliases: OnceLock<bool>,
    by_arxiv_id: OnceLock<ByArxivId>,
    misnamed: OnceLock<Misnamed>,
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
        Ok(Self {
            root: root.to_owned(),
            records,
            has_all_aliases: OnceLock::new(),
            by_arxiv_id: OnceLock::new(),
            misnamed: OnceLock::new(),
        })
    }

    /// The candidates for `query`. What takes a look at every file is done when nothing else was good
    /// enough.
    fn find(&self, query: &Query) -> Result<Candidates<'_>, SourceError> {
        match query {
            Query::Pith(number) => self.find_suffix(number.suffix),
            Query::Prefix { prefix, .. } => {
                let named = files::list(&self.records)?.filter_map(|path| files::named(&path));
                let mut suffixes: Vec<_> = named.filter(|suffix| prefix.matches(suffix)).collect();
                if suffixes.is_empty() && !self.has_all_aliases() {
                    suffixes = self.misnamed().suffixes().filter(|s| prefix.matches(s)).collect();
                }
                self.find_suffix(files::only(suffixes)?)
            }
            Query::Arxiv(id) => self.find_arxiv(id),
        }
    }

    /// The file of that name; then files of other names that hold the record.
    fn find_suffix(&self, suffix: Suffix) -> Result<Candidates<'_>, SourceError> {
        let named = files::read(&self.records.join(format!("{suffix}.json")));
        if self.has_all_aliases() {
            return named.map(|found| Box::new(std::iter::once(found)) as Candidates<'_>);
        }
        let others =
            move || self.misnamed().of_suffix(&suffix).filter_map(|path| files::read(path).ok());
        first_of(named, std::iter::once_with(others).flatten())
    }

    /// Those of the alias; then every record of that paper in any file. A file that bears the suffix of
    /// its record comes before one of another name, which may be any copy; of these the version that
    /// was asked for, then the latest.
    fn find_arxiv(&self, id: &ArxivId) -> Result<Candidates<'_>, SourceError> {
        let aliased = self.alias(id).into_iter();
        let mut aliased = aliased
            .filter_map(|suffix| files::read(&self.records.join(format!("{suffix}.json"))).ok());
        let first = aliased.next().ok_or(SourceError::NotFound);
        if self.has_all_aliases() {
            return first
                .map(|first| Box::new(std::iter::once(first).chain(aliased)) as Candidates<'_>);
        }
        let id = id.clone();
        let scanned = move || {
            self.by_arxiv_id()
                .of_paper(&id)
                .into_iter()
                .filter_map(|name| files::read(&self.records.join(name.file())).ok())
        };
        first_of(first, aliased.chain(std::iter::once_with(scanned).flatten()))
    }

    /// The suffixes in the file of an alias: the version that was asked for, then the latest.
    fn alias(&self, id: &ArxivId) -> Vec<Suffix> {
        let bytes = std::fs::read(self.root.join(layout::alias(id))).unwrap_or_default();
        let Ok(document) = Json::parse(&bytes) else { return Vec::new() };
        let mut records = layout::aliased(&document);
        records.sort_by_key(|(version, _)| Some(*version) != id.version());
        records.into_iter().map(|(_, number)| number.suffix).collect()
    }

    /// The file that has the record, where a look at names is enough to tell. It is not verified.
    pub fn file_of(&self, query: &Query) -> Option<PathBuf> {
        let suffix = match query {
            Query::Pith(number) => number.suffix,
            Query::Arxiv(id) => match self.alias(id)[..] {
                [suffix] => suffix,
                _ => return None,
            },
            Query::Prefix { .. } => return None,
        };
        let path = self.records.join(format!("{suffix}.json"));
        path.is_file().then_some(path)
    }

    /// Where the bundle of a record is, if there is one.
    pub fn bundle_of(&self, suffix: &Suffix) -> PathBuf {
        self.root.join(layout::bundle(suffix))
    }

    /// Whether there are as many records as aliases were written for, and none came or went since: then a
    /// look at every file would find nothing more. In a copy that did not keep the times, it may be that
    /// every file is looked at for nothing.
    fn has_all_aliases(&self) -> bool {
        *self.has_all_aliases.get_or_init(|| {
            let path = self.root.join(layout::INDEX);
            let modified = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
            let is_newest = modified(&path) >= modified(&self.records);
            let bytes = std::fs::read(&path).unwrap_or_default();
            let stated = Json::parse(&bytes).ok().and_then(|json| layout::indexed_records(&json));
            stated.is_some_and(|stated| {
                is_newest && files::list(&self.records).is_ok_and(|l| l.count() as u64 == stated)
            })
        })
    }

    fn by_arxiv_id(&self) -> &ByArxivId {
        self.by_arxiv_id.get_or_init(|| ByArxivId::of(&self.records))
    }

    fn misnamed(&self) -> &Misnamed {
        self.misnamed.get_or_init(|| Misnamed::in_folder(&self.records))
    }
}

/// The first candidate and the rest; where there is no candidate at all, why the first was none.
fn first_of<'a>(
    first: Result<Found, SourceError>,
    mut rest: impl Iterator<Item = Found> + Send + 'a,
) -> Result<Candidates<'a>, SourceError> {
    let first = first.or_else(|error| rest.next().ok_or(error))?;
    Ok(Box::new(std::iter::once(first).chain(rest)))
}

impl Source for Mirror {
    fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn fetch<'a>(&'a self, query: &'a Query, _: Option<&'a Validator>) -> Fetching<'a> {
        Box::pin(std::future::ready(self.find(query)))
    }
}
