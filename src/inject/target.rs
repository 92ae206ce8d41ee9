//! Input and target as files: where they lead, whether they are one, who else is at work on them.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{InjectError, Output};
use crate::pdf::PdfError;

/// Where the outcome goes.
pub(super) struct Target {
    /// The path, links followed.
    pub path: PathBuf,
    /// The file that is there, as it was found; it is to be replaced.
    pub old: Option<fs::Metadata>,
    /// Held until the target is written.
    _lock: Option<File>,
}

impl Target {
    /// Follows links, and refuses what is not to be replaced. `input` is the input, links followed.
    pub(super) fn find(
        output: Output<'_>,
        input: &Path,
        opened: &fs::Metadata,
    ) -> Result<Self, InjectError> {
        let given = match output {
            Output::InPlace => {
                check_writable(input)?;
                return Ok(Self { path: input.to_owned(), old: Some(opened.clone()), _lock: None });
            }
            Output::Path(given) => given,
        };
        let unwritable = |error| InjectError::Output { path: given.to_owned(), error };
        let path = follow(given).map_err(unwritable)?;
        let old = match fs::metadata(&path) {
            Ok(old) => old,
            Err(_) if path != input => return Ok(Self { path, old: None, _lock: None }),
            Err(error) => return Err(unwritable(error)),
        };
        if path == input || same_file(&old, opened) {
            return Err(InjectError::SameFile { path: given.to_owned() });
        }
        if !old.is_file() {
            return Err(InjectError::NotAFile { path: given.to_owned() });
        }
        check_writable(&path)?;
        // Not waited for: two runs that hold what the other one wants would wait for ever.
        let lock = File::open(&path).ok();
        if lock
            .as_ref()
            .is_some_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
        {
            return Err(InjectError::Busy { path: given.to_owned() });
        }
        Ok(Self { path, old: Some(old), _lock: lock })
    }

    /// Whether nothing has happened to it since it was found.
    pub(super) fn is_as_it_was(&self) -> bool {
        match (&self.old, fs::metadata(&self.path)) {
            (Some(old), Ok(now)) => unchanged(old, &now),
            (None, Err(_)) => true,
            _ => false,
        }
    }
}

/// A file that its owner has made read-only is not replaced, though its folder would allow that.
fn check_writable(path: &Path) -> Result<(), InjectError> {
    let denied = |error: &io::Error| {
        matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
    };
    let is_read_only = fs::metadata(path).is_ok_and(|found| found.permissions().readonly())
        || File::options().write(true).open(path).as_ref().is_err_and(denied);
    match is_read_only {
        true => Err(InjectError::ReadOnly { path: path.to_owned() }),
        false => Ok(()),
    }
}

/// Whether a file is the same, and nobody has written to it.
pub(super) fn unchanged(before: &fs::Metadata, now: &fs::Metadata) -> bool {
    now.len() == before.len()
        && now.modified().ok() == before.modified().ok()
        && same_file(now, before)
}

/// The file that a path leads to, also where it does not exist yet.
pub(crate) fn follow(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Ok(real) => Ok(real),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Ok(link) = fs::read_link(path) {
                return follow(&path.parent().unwrap_or(Path::new("")).join(link));
            }
            // A folder that is not there: its name without the slash would be a file's.
            if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
                return Err(error);
            }
            let name = path.file_name().ok_or(error)?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            Ok(fs::canonicalize(folder)?.join(name))
        }
        Err(error) => Err(error),
    }
}

/// Locks an input against other runs of this program, so that two that change it at once do so in turn. Another
/// program's lock is waited for; a file system without locks goes without.
pub(super) fn lock(path: &Path, output: Output<'_>) -> Result<(File, fs::Metadata), PdfError> {
    loop {
        let named = fs::metadata(path)?;
        if !named.is_file() {
            return Err(PdfError::NotAFile { directory: named.is_dir() });
        }
        let file = File::open(path)?;
        let _ = match output {
            Output::InPlace => file.lock(),
            Output::Path(_) => file.lock_shared(),
        };
        // The run that was waited for has put another file in this one's place.
        let opened = file.metadata()?;
        if same_file(&opened, &fs::metadata(path)?) {
            return Ok((file, opened));
        }
    }
}

/// The names that a file has.
#[cfg(unix)]
pub(super) fn names(file: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    file.nlink()
}

/// The system does not say.
#[cfg(not(unix))]
pub(super) fn names(_: &fs::Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    // Two files made at the same instant count as one: refused where it is wrong, never overwritten.
    a.created().is_ok_and(|created| b.created().is_ok_and(|other| created == other))
        && a.len() == b.len()
}
