//! Files of records, `<suffix>.json`: what a folder and the cache have in common.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Found, SourceError};
use crate::id::Suffix;
use crate::record::{MAX_BYTES, Record};

/// Reads the record in a file.
pub(super) fn read(path: &Path) -> Result<Found, SourceError> {
    let record = Record::from_slice(&bytes(path)?).map_err(|error| {
        SourceError::Unusable(format!("has a file that is no record: {}: {error}", path.display()))
    })?;
    Ok(Found { record, url: path.display().to_string(), validator: None })
}

/// The bytes of a file, no more of them than show that it is too long for a record.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, SourceError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound,
        _ => unreadable(error),
    })?;
    let length = file.metadata().map_or(0, |metadata| metadata.len()) as usize;
    let mut bytes = Vec::with_capacity(length.min(MAX_BYTES) + 1);
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// Puts `bytes` in the place of a file, whole or not at all, and makes the folders above it. Everyone
/// may read it whom the umask lets: a web server is another user.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The files of JSON in a folder, in any order.
pub(super) fn list(folder: &Path) -> Result<impl Iterator<Item = PathBuf> + use<>, SourceError> {
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    Ok(entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json")))
}

/// The suffix that a file is named after, in any case.
pub(super) fn named(path: &Path) -> Option<Suffix> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// The one suffix that a short form stands for.
pub(super) fn only(mut suffixes: Vec<Suffix>) -> Result<Suffix, SourceError> {
    suffixes.sort_unstable();
    suffixes.dedup();
    match suffixes[..] {
        [] => Err(SourceError::NotFound),
        [suffix] => Ok(suffix),
        _ => Err(SourceError::Ambiguous(suffixes)),
    }
}

fn unreadable(error: io::Error) -> SourceError {
    // Not unreachable: no network lies between.
    SourceError::Unusable(format!("cannot be read: {}", crate::error::io_message(&error)))
}
