//! The new file until it is whole: beside its target, without a name where the system knows such files, so that
//! nothing is left of it when the process is killed.

use std::fs::File;
use std::io;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

use tempfile::{Builder, NamedTempFile};

/// A file that is gone when it is dropped.
pub(super) enum Temporary {
    /// Without a name.
    #[cfg(target_os = "linux")]
    Nameless {
        /// The file.
        file: File,
        /// Where to read it back.
        path: PathBuf,
    },
    /// With one.
    Named(NamedTempFile),
}

impl Temporary {
    /// An empty file on the file system of `folder`.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(nameless) = nameless::open(folder) {
            return Ok(nameless);
        }
        named().tempfile_in(folder).map(Self::Named)
    }

    pub(super) fn file(&mut self) -> &mut File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless { file, .. } => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless { path, .. } => path,
            Self::Named(file) => file.path(),
        }
    }

    /// Puts the file at `target`, where nothing is yet.
    pub(super) fn create(self, target: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless { path, .. } => nameless::link(&path, target),
            Self::Named(file) => Ok(file.persist_noclobber(target).map(drop)?),
        }
    }

    /// Puts the file in the place of the one at `target`.
    pub(super) fn replace(self, target: &Path) -> io::Result<()> {
        let named = match self {
            // A name first: the system knows no way to give a file the name of another one.
            #[cfg(target_os = "linux")]
            Self::Nameless { path, .. } => {
                let folder = target.parent().unwrap_or(Path::new("."));
                named().make_in(folder, |name| nameless::link(&path, name))?.into_temp_path()
            }
            Self::Named(file) => file.into_temp_path(),
        };
        Ok(named.persist(target)?)
    }
}

fn named() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".pith-").suffix(".pdf");
    builder
}

/// `O_TMPFILE`, which most file systems of Linux know. A name comes by way of /proc (open(2)).
#[cfg(target_os = "linux")]
mod nameless {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};

    use super::Temporary;

    pub(super) fn open(folder: &Path) -> Option<Temporary> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok()?);
        let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        path.exists().then_some(Temporary::Nameless { file, path })
    }

    pub(super) fn link(file: &Path, target: &Path) -> io::Result<()> {
        Ok(rustix::fs::linkat(CWD, file, CWD, target, AtFlags::SYMLINK_FOLLOW)?)
    }
}
