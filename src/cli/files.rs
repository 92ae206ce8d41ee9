//! Reading and writing whole files with the errors that a person needs.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::terminal::Terminal;
use super::{Exit, Failure};

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

/// Writes `bytes` to `path`, whole or not at all; `-` is standard output.
pub(super) fn write(path: &Path, bytes: &[u8], terminal: &mut Terminal) -> Result<(), Failure> {
    if path == Path::new("-") {
        return terminal.raw(bytes);
    }
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let write = || -> io::Result<()> {
        // A device or a pipe is written as it is: it cannot be replaced by a rename.
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return std::fs::write(path, bytes);
        }
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = target.parent().filter(|p| *p != Path::new("")).unwrap_or(folder);
        let mut file =
            tempfile::Builder::new().permissions(permissions(&target)).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(&target).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| Failure::io(path, &error))
}

/// Those of the file that is replaced; else the usual ones of a new file, less the umask's.
#[cfg(unix)]
pub(super) fn permissions(target: &Path) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let existing = target.metadata().map(|metadata| metadata.permissions());
    existing.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666))
}
