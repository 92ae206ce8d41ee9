//! The password of an encrypted PDF, from the command line or from a file.

use std::path::{Path, PathBuf};

use super::{Exit, Failure, files};

/// Bytes that a password may have; 127 count at most (ISO 32000-2, 7.6.4.3.3).
const MAX_BYTES: usize = 4096;

#[derive(Debug, clap::Args)]
pub(super) struct Password {
    /// The password of an encrypted PDF, the user's or the owner's
    #[arg(long = "password", value_name = "PASSWORD", conflicts_with = "file")]
    given: Option<String>,

    /// Read it from the first line of a file; other users see what a command line holds
    #[arg(long = "password-file", value_name = "PATH")]
    file: Option<PathBuf>,
}

impl Password {
    /// The password, where one is given.
    pub(super) fn read(&self) -> Result<Option<String>, Failure> {
        match &self.file {
            Some(path) => first_line(path).map(Some),
            None => Ok(self.given.clone()),
        }
    }
}

fn first_line(path: &Path) -> Result<String, Failure> {
    let bytes = files::read(path, MAX_BYTES)?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8(line.to_vec()).map_err(|_| {
        let message = format!("{}: the password in it is not UTF-8", path.display());
        Failure::new(Exit::Io, message, Some("save the file as UTF-8".to_owned()))
    })
}
