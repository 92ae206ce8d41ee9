//! Sources in a .zip, .tar, .tar.gz or .gz, read into memory within bounds. Nothing is unpacked to disk.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::tree::{MAX_FILES, Tree, clean_path};
use crate::error::Remedy;

/// The most bytes that the files of an archive may have together, unpacked.
const MAX_TOTAL: u64 = 128 << 20;

/// Why an archive is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Neither of the kinds.
    #[error("it is no .zip, .tar, .tar.gz or .gz")]
    Unknown,
    /// It is cut off, or its parts contradict each other.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// More files than a paper has.
    #[error("the archive holds more than {MAX_FILES} files, which no paper does")]
    TooMany,
    /// More bytes than a paper has.
    #[error("unpacked, the archive has more than {} MiB, which no paper has", MAX_TOTAL >> 20)]
    TooLarge,
    /// A name that leads elsewhere.
    #[error("the archive holds a file named {0:?}, which lies outside of it")]
    Outside(String),
    /// A link, which might lead anywhere.
    #[error("the archive holds {0:?}, which is a link and no file")]
    Link(String),
    /// A file twice.
    #[error("the archive holds {0:?} twice")]
    Twice(String),
    /// A file that needs a password.
    #[error("{0:?} in the archive is encrypted")]
    Encrypted(String),
    /// Nothing in it.
    #[error("there is no file in the archive")]
    Empty,
}

impl Remedy for ArchiveError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Unknown => "give a folder, a .tex file, or an archive of the sources".into(),
            Self::Damaged(_) | Self::Empty => {
                "pack the sources anew: pith pack DIR -o OUT.tar.gz".into()
            }
            Self::TooMany | Self::TooLarge => "pack the sources of the paper alone".into(),
            Self::Outside(_) => "pack the paper's folder from within, without .. and /".into(),
            Self::Link(_) => "put the file itself into the archive".into(),
            Self::Twice(_) => "pack it once".into(),
            Self::Encrypted(_) => "pack it without a password".into(),
        })
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Whether a file of this name is taken for an archive.
pub fn is_archive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // A PDF that is packed holds no sources.
    !name.ends_with(".pdf.gz")
        && [".zip", ".tar", ".tar.gz", ".tgz", ".gz"].iter().any(|end| name.ends_with(end))
}

/// Reads an archive whole; its kind is told from its bytes. A .gz of one file, as arXiv serves a paper of one
/// file, holds `main.tex`.
///
/// # Errors
/// [`ArchiveError`].
pub fn read_archive(bytes: &[u8]) -> Result<Tree, ArchiveError> {
    let mut files = Files::default();
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        files.zip(bytes)?;
    } else if bytes.starts_with(b"\x1f\x8b") {
        let unpacked = gunzip(bytes)?;
        match is_tar(&unpacked) {
            true => files.tar(&unpacked)?,
            false => files.add("main.tex", unpacked)?,
        }
    } else if is_tar(bytes) {
        files.tar(bytes)?;
    } else {
        return Err(ArchiveError::Unknown);
    }
    if files.files.is_empty() {
        return Err(ArchiveError::Empty);
    }
    Ok(Tree::Memory(within(files.files)))
}

/// The members of a .gz, one after the other. What tapes fill up with zeros ends there, as it does for gzip.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let (mut rest, mut unpacked) = (bytes, Vec::new());
    while rest.iter().any(|byte| *byte != 0) {
        let mut decoder = GzDecoder::new(rest);
        let left = MAX_TOTAL + 1 - unpacked.len() as u64;
        decoder.by_ref().take(left).read_to_end(&mut unpacked)?;
        if unpacked.len() as u64 > MAX_TOTAL {
            return Err(ArchiveError::TooLarge);
        }
        rest = decoder.into_inner();
    }
    Ok(unpacked)
}

/// The magic of POSIX and GNU; or an old header, whose checksum holds.
fn is_tar(bytes: &[u8]) -> bool {
    let Some(head) = bytes.get(..512) else { return false };
    if &head[257..262] == b"ustar" {
        return true;
    }
    let stated = std::str::from_utf8(&head[148..156]).ok().map(|t| t.trim_matches(['\0', ' ']));
    let sum = |range: &[u8]| range.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let sum = sum(&head[..148]) + 8 * u64::from(b' ') + sum(&head[156..]);
    stated.and_then(|text| u64::from_str_radix(text, 8).ok()) == Some(sum) && head[0] != 0
}

#[derive(Default)]
struct Files {
    files: BTreeMap<String, Vec<u8>>,
    total: u64,
}

impl Files {
    fn name(&self, name: &str) -> Result<String, ArchiveError> {
        if self.files.len() >= MAX_FILES {
            return Err(ArchiveError::TooMany);
        }
        let clean = clean_path(name).filter(|_| !name.split('/').any(|part| part == ".."));
        clean.ok_or_else(|| ArchiveError::Outside(name.to_owned()))
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), ArchiveError> {
        let name = self.name(name)?;
        self.total += bytes.len() as u64;
        if self.total > MAX_TOTAL {
            return Err(ArchiveError::TooLarge);
        }
        match self.files.insert(name.clone(), bytes) {
            Some(_) => Err(ArchiveError::Twice(name)),
            None => Ok(()),
        }
    }

    /// Reads what is left of the bound and one byte more, whatever size the archive states.
    fn content(&self, reader: impl Read) -> Result<Vec<u8>, ArchiveError> {
        let left = MAX_TOTAL - self.total;
        let mut bytes = Vec::new();
        reader.take(left + 1).read_to_end(&mut bytes)?;
        match bytes.len() as u64 > left {
            true => Err(ArchiveError::TooLarge),
            false => Ok(bytes),
        }
    }

    fn tar(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let mut archive = tar::Archive::new(bytes);
        for (count, entry) in archive.entries()?.enumerate() {
            // Folders count too: a list of a million of them is no paper.
            if count > 2 * MAX_FILES {
                return Err(ArchiveError::TooMany);
            }
            let entry = entry?;
            let kind = entry.header().entry_type();
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if kind.is_dir() || kind.is_pax_global_extensions() || is_of_a_system(&name) {
                continue;
            }
            if !kind.is_file() && !kind.is_contiguous() {
                return Err(ArchiveError::Link(name));
            }
            let content = self.content(entry)?;
            self.add(&name, content)?;
        }
        Ok(())
    }

    fn zip(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let damaged = |error: zip::result::ZipError| ArchiveError::Damaged(error.to_string());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.len() > 2 * MAX_FILES {
            return Err(ArchiveError::TooMany);
        }
        if let Some(name) = named_twice(bytes, archive.central_directory_start()) {
            return Err(ArchiveError::Twice(name));
        }
        for index in 0..archive.len() {
            let name = {
                let entry = archive.by_index_raw(index).map_err(damaged)?;
                let name = entry.name().map_err(damaged)?.replace('\\', "/");
                if entry.is_dir() || name.ends_with('/') || is_of_a_system(&name) {
                    continue;
                }
                if entry.encrypted() {
                    return Err(ArchiveError::Encrypted(name));
                }
                if entry.is_symlink() {
                    return Err(ArchiveError::Link(name));
                }
                name
            };
            let entry = archive.by_index(index).map_err(damaged)?;
            let content = self.content(entry)?;
            self.add(&name, content)?;
        }
        Ok(())
    }
}

/// A name that the central directory of a .zip, which begins at `start`, holds twice: programs differ in which of the
/// files they take (APPNOTE 4.3.12).
fn named_twice(bytes: &[u8], start: u64) -> Option<String> {
    const HEADER: usize = 46;
    let mut rest = bytes.get(usize::try_from(start).ok()?..)?;
    let mut names = HashSet::new();
    while rest.starts_with(b"PK\x01\x02") {
        let length =
            |at: usize| Some(usize::from(u16::from_le_bytes([*rest.get(at)?, *rest.get(at + 1)?])));
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let text = rest.get(HEADER..HEADER + name)?;
        if !names.insert(text) {
            return Some(String::from_utf8_lossy(text).into_owned());
        }
        rest = rest.get(HEADER + name + extra + comment..)?;
    }
    None
}

/// What macOS and Windows put into archives beside the files.
fn is_of_a_system(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.split('/').any(|part| part.starts_with("._"))
}

/// An archive of a folder holds that folder: its name is no part of the paper's names.
fn within(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let mut folders = files.keys().map(|name| name.split_once('/').map(|(folder, _)| folder));
    let first = folders.next().flatten().map(str::to_owned);
    match first {
        Some(folder) if folders.all(|other| other == Some(&folder)) => {
            let cut = folder.len() + 1;
            files.into_iter().map(|(name, bytes)| (name[cut..].to_owned(), bytes)).collect()
        }
        _ => files,
    }
}
