//! Records that verified once, kept by suffix. They are verified again at every use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Found, SourceError, Validator, files, layout};
use crate::id::{ArxivId, Query, Suffix};
use crate::record::{Json, Record, canonical_bytes};

/// How long an arXiv id is believed to lead to the same record.
const ALIAS_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder `pith/<suffix>.json` for records and `arxiv/<id>.json` for the suffix of an id.
///
/// A record cannot change under its suffix, so only the way from an arXiv id to it grows old. Any
/// number of processes may use one folder: files are replaced whole.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    believe_old_aliases: bool,
}

/// What the cache has for a query.
pub(super) struct Kept {
    pub found: Found,
    /// Whether nobody has to be asked if it is still so.
    pub is_fresh: bool,
    pub suffix: Suffix,
}

/// Why the cache has nothing to give.
pub(super) enum Miss {
    /// Nothing, or nothing unambiguous.
    None(SourceError),
    /// A file that is no record.
    Damaged(Suffix, String),
}

impl Cache {
    /// A cache in the folder `root`, which is made when the first record is stored. Without a
    /// network, `believe_old_aliases` keeps ids of any age useful.
    pub fn new(root: &Path, believe_old_aliases: bool) -> Self {
        Self { root: root.to_owned(), believe_old_aliases }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps a record that has verified, and what tells whether its id still leads to it. Whole or not
    /// at all, also with other processes beside.
    ///
    /// # Errors
    /// Where the folder cannot be written; the resolved record is good all the same.
    pub fn store(&self, record: &Record, validator: Option<&Validator>) -> io::Result<()> {
        let suffix = Suffix::from_digest(&record.digest());
        files::replace(&self.record_path(&suffix), &canonical_bytes(record.document()))?;
        match record.fields() {
            Ok(fields) => {
                files::replace(&self.alias_path(&fields.source), &alias(&suffix, validator))
            }
            Err(_) => Ok(()),
        }
    }

    pub(super) fn look_up(&self, query: &Query) -> Result<Kept, Miss> {
        let alias = match query {
            Query::Pith(number) => Alias::fresh(number.suffix),
            Query::Arxiv(id) => self.alias(id).ok_or(Miss::None(SourceError::NotFound))?,
            Query::Prefix { prefix, .. } => {
                let folder = self.root.join("pith");
                // A cache that is not there yet has nothing.
                let paths = files::list(&folder).map_err(|_| Miss::None(SourceError::NotFound))?;
                let suffixes = paths.filter_map(|path| files::named(&path));
                let suffixes = suffixes.filter(|suffix| prefix.matches(suffix)).collect();
                Alias::fresh(files::only(suffixes).map_err(Miss::None)?)
            }
        };
        let found = files::read(&self.record_path(&alias.suffix)).map_err(|error| match error {
            SourceError::Unusable(message) => Miss::Damaged(alias.suffix, message),
            error => Miss::None(error),
        })?;
        let found = Found { validator: alias.validator, ..found };
        Ok(Kept { found, is_fresh: alias.is_fresh, suffix: alias.suffix })
    }

    /// Takes an entry out. Another process may have put it right just now; then it is fetched again.
    pub(super) fn drop_entry(&self, query: &Query, suffix: &Suffix) {
        let _ = fs::remove_file(self.record_path(suffix));
        if let Query::Arxiv(id) = query {
            let _ = fs::remove_file(self.alias_path(id));
        }
    }

    fn record_path(&self, suffix: &Suffix) -> PathBuf {
        self.root.join(layout::record(suffix))
    }

    fn alias_path(&self, id: &ArxivId) -> PathBuf {
        self.root.join("arxiv").join(id.id().replace('/', "_") + ".json")
    }

    fn alias(&self, id: &ArxivId) -> Option<Alias> {
        let path = self.alias_path(id);
        let modified = fs::metadata(&path).ok()?.modified().ok()?;
        // A time to come is that of a clock that was wrong.
        let age = SystemTime::now().duration_since(modified);
        let is_fresh = self.believe_old_aliases || age.is_ok_and(|age| age < ALIAS_LIFETIME);
        let document = Json::parse(&fs::read(path).ok()?).ok()?;
        let text = |key| document.get(key).and_then(Json::as_str);
        let validator = text("address").zip(text("etag")).map(|(address, etag)| Validator {
            address: address.to_owned(),
            etag: etag.to_owned(),
        });
        Some(Alias { suffix: text("suffix")?.parse().ok()?, is_fresh, validator })
    }
}

/// Where an id leads.
struct Alias {
    suffix: Suffix,
    is_fresh: bool,
    validator: Option<Validator>,
}

impl Alias {
    fn fresh(suffix: Suffix) -> Self {
        Self { suffix, is_fresh: true, validator: None }
    }
}

fn alias(suffix: &Suffix, validator: Option<&Validator>) -> Vec<u8> {
    let mut alias = serde_json::json!({ "suffix": suffix.as_str() });
    if let Some(Validator { address, etag }) = validator {
        alias["address"] = address.as_str().into();
        alias["etag"] = etag.as_str().into();
    }
    alias.to_string().into_bytes()
}
