//! A mirror is built: verified records as files that any web server can serve, and the way to each by
//! its arXiv id.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::Remedy;
use crate::id::{ArxivId, PithNumber, Suffix};
use crate::record::{Json, Kind, Record, RecordError};
use crate::source::manifest::manifest;
use crate::source::{files, layout};
use crate::trust::Keyring;
use crate::verify::{Status, verify};

/// A folder that becomes a mirror.
///
/// ```
/// use pith::{source::{MirrorBuilder, Verified}, trust::Keyring};
/// # let folder = tempfile::tempdir()?;
/// # let bytes = include_bytes!("../../../tests/records/2403.01164.json");
/// let mut builder = MirrorBuilder::open(folder.path())?;
/// builder.add(&Verified::new(bytes, &Keyring::pinned())?)?;
/// builder.finish(&Keyring::pinned(), None)?;
/// assert!(folder.path().join("pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD.json").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MirrorBuilder {
    root: PathBuf,
    /// How many records have aliases.
    indexed: u64,
}

/// A record that verified, as it will be kept.
#[derive(Debug)]
pub struct Verified {
    suffix: Suffix,
    number: PithNumber,
    id: ArxivId,
    record: Vec<u8>,
    /// Whether it is a record as a registry serves it, with all that stands beside the signed part.
    is_full: bool,
    bundle: Option<Vec<u8>>,
}

/// Why something does not come into a mirror.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifiedError {
    /// It is no record.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// It is one and does not verify.
    #[error("it does not verify: {0}")]
    NotVerified(String),
}

impl Remedy for VerifiedError {
    fn remedy(&self) -> Option<String> {
        match self {
            Self::Record(error) => error.remedy(),
            Self::NotVerified(_) => Some("fetch it again; `pith verify` shows every step".into()),
        }
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It was not there.
    New,
    /// It was there with other things beside its signed part.
    Replaced,
    /// It was there.
    Known,
}

impl Verified {
    /// Verifies a record, a bundle, or a line of `pith resolve --format json`. What is kept of a record
    /// are its bytes as they came.
    ///
    /// # Errors
    /// [`VerifiedError`].
    pub fn new(bytes: &[u8], keys: &Keyring) -> Result<Self, VerifiedError> {
        let bytes = bytes.trim_ascii();
        let (record, bytes) = match Record::from_slice(bytes) {
            Ok(record) => (record, bytes.to_vec()),
            Err(RecordError::NoRecord) => {
                let record = Record::find(&Json::parse(bytes).map_err(RecordError::from)?);
                let record = record.ok_or(RecordError::NoRecord)?;
                let bytes = serde_json::to_vec(record.document()).unwrap_or_default();
                (record, bytes)
            }
            Err(error) => return Err(error.into()),
        };
        let verdict = verify(&record, None, keys);
        let number = verdict.pith_number.filter(|_| verdict.status() == Status::Verified);
        let (Some(number), Ok(fields)) = (number, record.fields()) else {
            let failed: Vec<_> =
                verdict.failures().map(|step| format!("{}: {}", step.step, step.detail)).collect();
            let reason = match failed.is_empty() {
                true => "it has no receipt".to_owned(),
                false => failed.join("; "),
            };
            return Err(VerifiedError::NotVerified(reason));
        };
        let is_bundle = record.kind() == Kind::Bundle;
        let (record, bundle) = match is_bundle {
            true => (record.proof_json().unwrap_or_default().into_bytes(), Some(bytes)),
            false => (bytes, None),
        };
        let is_full = is_full(&record);
        Ok(Self { suffix: number.suffix, number, id: fields.source, record, is_full, bundle })
    }
}

impl MirrorBuilder {
    /// Begins with the folder `root` as it is; it is made where there is none.
    ///
    /// # Errors
    /// Where it cannot be made or read.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join("pith"))?;
        let stated = fs::read(root.join(layout::INDEX)).ok();
        let stated = stated.and_then(|bytes| Json::parse(&bytes).ok());
        let indexed = stated.and_then(|json| layout::indexed_records(&json)).unwrap_or(0);
        Ok(Self { root: root.to_owned(), indexed })
    }

    /// Puts a record in its place. Each file is whole or as it was before.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn add(&mut self, verified: &Verified) -> io::Result<Added> {
        let path = layout::record(&verified.suffix);
        let before = files::bytes(&self.root.join(&path)).ok();
        let added = match &before {
            None => Added::New,
            Some(before) if *before == verified.record => Added::Known,
            // What a registry serves says more than a proof.
            Some(before) if is_full(before) && !verified.is_full => Added::Known,
            Some(_) => Added::Replaced,
        };
        if added != Added::Known {
            self.write(&path, &verified.record)?;
        }
        if let Some(bundle) = &verified.bundle {
            self.write(&layout::bundle(&verified.suffix), bundle)?;
            self.write(&layout::well_known_bundle(&verified.suffix), bundle)?;
        }
        self.indexed += u64::from(self.alias(verified)?);
        Ok(added)
    }

    /// Writes what belongs to the whole: the index, the way to the aliases, the keys, and, for the
    /// address `site` at which the folder will be, the list of mirrors with this one in it. Returns how
    /// many records there are.
    ///
    /// Records that lie in the folder without an alias get one, if they verify by `keys`.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self, keys: &Keyring, site: Option<&str>) -> io::Result<u64> {
        let paths = || files::list(&self.root.join("pith")).map_err(io::Error::other);
        if paths()?.count() as u64 != self.indexed {
            self.indexed = 0;
            for path in paths()?.collect::<Vec<_>>() {
                let verified = files::bytes(&path).ok().and_then(|b| Verified::new(&b, keys).ok());
                if let Some(verified) = verified
                    && files::named(&path) == Some(verified.suffix)
                {
                    self.alias(&verified)?;
                    self.indexed += 1;
                }
            }
        }
        let resolve = json!({ "note": "a site of files: the aliases are under alias_pattern",
            (layout::PATTERN_KEY): layout::ALIAS_PATTERN });
        self.write_json(layout::RESOLVE, &resolve)?;
        let key = &keys.keys()[0];
        self.write_json(layout::KEY, &key.to_json())?;
        if let Some(site) = site {
            self.write_json(layout::MANIFEST, &manifest(site, key))?;
        }
        // The last, and always: whether it is newer than the records tells whether it covers them.
        let index = json!({ "records": self.indexed }).to_string() + "\n";
        files::replace(&self.root.join(layout::INDEX), index.as_bytes())?;
        Ok(self.indexed)
    }

    /// Makes the arXiv id lead to the record, beside others of the same paper. Whether it did not yet.
    fn alias(&self, verified: &Verified) -> io::Result<bool> {
        let path = layout::alias(&verified.id);
        let known = fs::read(self.root.join(&path)).unwrap_or_default();
        let known = Json::parse(&known).ok();
        let mut entries = known.as_ref().map(layout::aliased).unwrap_or_default();
        let entry = (verified.id.version().unwrap_or(1), verified.number);
        if entries.contains(&entry) {
            return Ok(false);
        }
        entries.push(entry);
        self.write(&path, layout::alias_file(entries).as_bytes())?;
        Ok(true)
    }

    fn write_json(&self, path: &str, json: &serde_json::Value) -> io::Result<()> {
        self.write(path, format!("{json}\n").as_bytes())
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.root.join(path);
        if files::bytes(&path).is_ok_and(|before| before == bytes) {
            return Ok(());
        }
        files::replace(&path, bytes)
    }
}

fn is_full(record: &[u8]) -> bool {
    let record = Json::parse(record).ok();
    record.is_some_and(|record| record.get("record_type").is_some())
}
