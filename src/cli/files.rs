//! Reading and writing whole files with the errors that a person needs.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::terminal::Terminal;
use super::{Exit, Failure};
use crate::inject::target::follow;

/// Reads a regular file, or standard input for `-`, of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| Failure::io(path, &error))?;
        let is_folder = file.metadata().is_ok_and(|metadata| metadata.is_dir());
        if is_folder {
            let message = format!("{}: it is a folder", path.display());
            return Err(Failure::new(Exit::Io, message, Some("give the file in it".into())));
        }
        Box::new(file)
    };
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io(path, &error))?;
    if bytes.len() > limit {
        let message = format!("{}: it is larger than {limit} bytes", path.display());
        return Err(Failure::new(
            Exit::Io,
            message,
            Some("check that it is the right file".into()),
        ));
    }
    Ok(bytes)
}

/// The bytes of a file that may not be there.
pub(super) fn existing(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
    let wrong = |message: &str, remedy: &str| {
        let message = format!("{}: {message}", path.display());
        Err(Failure::new(Exit::Io, message, Some(remedy.to_owned())))
    };
    match (path.symlink_metadata(), path.metadata()) {
        (Err(error), _) if error.kind() == ErrorKind::NotFound => Ok(None),
        (Ok(_), Err(error)) if error.kind() == ErrorKind::NotFound => {
            wrong("it is a link to a file that is not there", "remove the link")
        }
        (_, Ok(found)) if !found.is_file() && !found.is_dir() => {
            wrong("it is no file that can be read and replaced", "move it away")
        }
        _ => read(path, limit).map(Some),
    }
}

/// Refuses to write over a file that is not ours, which `is_ours` tells from its first `limit` bytes and one more, and
/// which is then `what`: a wrong name after -o must not cost a README or a figure. What is empty, or no file, may be
/// written over.
pub(super) fn keep_others(
    path: &Path,
    limit: usize,
    is_ours: impl Fn(&[u8]) -> bool,
    what: &str,
    remedy: &str,
) -> Result<(), Failure> {
    if !path.metadata().is_ok_and(|old| old.is_file() && old.len() > 0) {
        return Ok(());
    }
    let mut head = Vec::new();
    File::open(path)
        .and_then(|old| old.take(limit as u64 + 1).read_to_end(&mut head))
        .map_err(|error| Failure::io(path, &error))?;
    if is_ours(&head) {
        return Ok(());
    }
    let message = format!("{}: is there already, and is {what}", path.display());
    Err(Failure::new(Exit::Usage, message, Some(remedy.to_owned())))
}

/// Writes `bytes` to `path`, whole or not at all; `-` is standard output.
pub(super) fn write(path: &Path, bytes: &[u8], terminal: &mut Terminal) -> Result<(), Failure> {
    if path == Path::new("-") {
        return terminal.raw(bytes);
    }
    let write = || -> io::Result<()> {
        // A device or a pipe is written as it is: it cannot be replaced by a rename.
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return std::fs::write(path, bytes);
        }
        let target = follow(path).unwrap_or_else(|_| path.to_owned());
        beside(&target, bytes)?.persist(&target).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| Failure::io(path, &error))
}

/// A file of `bytes` in the folder of `target`, which it may replace: with its permissions, else the usual ones of a new
/// file, less the umask's. One that is read-only stays.
pub(super) fn beside(target: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    // A rename would replace it all the same.
    let is_read_only = |old: std::fs::Metadata| old.is_file() && old.permissions().readonly();
    if target.metadata().is_ok_and(is_read_only) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let folder = target.parent().filter(|folder| *folder != Path::new(""));
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(target.metadata().map_or_else(
        |_| std::os::unix::fs::PermissionsExt::from_mode(0o666),
        |metadata| metadata.permissions(),
    ));
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    Ok(file)
}
