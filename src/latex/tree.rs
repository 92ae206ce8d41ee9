//! The files of a paper by name: a folder, which is read as it is asked, or an archive in memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{self, Remedy};

/// The most files that a paper may have.
pub const MAX_FILES: usize = 10_000;
/// The most bytes of one file, 128 MiB; arXiv takes 50 MB in all.
const MAX_BYTES: u64 = 128 << 20;
/// How deep folders may lie in folders.
const MAX_DEPTH: usize = 32;

/// Why a folder is not read as a paper.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The system's error.
    #[error("{}", error::io_message(.0))]
    Io(#[from] io::Error),
    /// More files than a paper has.
    #[error("it holds more than {MAX_FILES} files, which no paper does")]
    TooMany,
    /// A main file in an encoding that LaTeX does not read.
    #[error("it is written in UTF-16, which LaTeX does not read")]
    Utf16,
    /// A file that is larger than any source.
    #[error("{0} is larger than 128 MiB")]
    TooLarge(String),
}

impl Remedy for TreeError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Io(error) => error::io_remedy(error).into(),
            Self::TooMany => "give the folder of the paper alone".into(),
            Self::Utf16 => "save it as UTF-8".into(),
            Self::TooLarge(_) => "take the file out of the folder".into(),
        })
    }
}

/// The files of a paper. Names are relative, with slashes, and lead nowhere else.
#[derive(Debug)]
pub enum Tree {
    /// A folder on disk.
    Folder(PathBuf),
    /// Files in memory.
    Memory(BTreeMap<String, Vec<u8>>),
}

impl Tree {
    /// The bytes of a file; `None` where there is no such file.
    ///
    /// # Errors
    /// [`TreeError`] where it is there and cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let Some(name) = clean_path(name) else { return Ok(None) };
        let folder = match self {
            Self::Memory(files) => return Ok(files.get(&name).cloned()),
            Self::Folder(folder) => folder,
        };
        let path = folder.join(&name);
        let file = match fs::metadata(&path) {
            Ok(found) if found.is_file() => File::open(path)?,
            // To open a pipe is to wait for whoever writes it.
            Ok(_) => return Ok(None),
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        match bytes.len() as u64 > MAX_BYTES {
            true => Err(TreeError::TooLarge(name)),
            false => Ok(Some(bytes)),
        }
    }

    /// Whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        let Some(name) = clean_path(name) else { return false };
        match self {
            Self::Memory(files) => files.contains_key(&name),
            Self::Folder(folder) => folder.join(name).is_file(),
        }
    }

    /// Whether a file of this name is a link that leads out of the folder.
    pub fn leads_out(&self, name: &str) -> bool {
        let Self::Folder(folder) = self else { return false };
        let (Ok(folder), Ok(file)) = (folder.canonicalize(), folder.join(name).canonicalize())
        else {
            return false;
        };
        !file.starts_with(folder)
    }

    /// The names of the files right in the folder `of` ("" is the top), in order.
    ///
    /// # Errors
    /// [`TreeError`].
    pub fn names_in(&self, of: &str) -> Result<Vec<String>, TreeError> {
        let mut names = Vec::new();
        match self {
            Self::Memory(files) => {
                names.extend(files.keys().filter(|name| parent_of(name) == of).cloned());
            }
            Self::Folder(folder) => list(folder, of, &mut names, &mut Vec::new())?,
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The names of all files, in order. In a folder, what begins with a dot is passed over, and links to folders
    /// are not followed: they may lead back.
    ///
    /// # Errors
    /// [`TreeError`].
    pub fn names(&self) -> Result<Vec<String>, TreeError> {
        let folder = match self {
            Self::Memory(files) => return Ok(files.keys().cloned().collect()),
            Self::Folder(folder) => folder,
        };
        let mut names = Vec::new();
        let mut open = vec![String::new()];
        while let Some(of) = open.pop() {
            if of.split('/').count() <= MAX_DEPTH {
                list(folder, &of, &mut names, &mut open)?;
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// What begins with a dot right in the folder, and so is passed over.
    pub fn hidden(&self) -> Vec<String> {
        let Self::Folder(folder) = self else { return Vec::new() };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> =
            names.filter(|name| name.starts_with('.')).take(MAX_FILES).collect();
        names.sort_unstable();
        names
    }

    /// Where a file lies on disk; `None` for one in memory.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(clean_path(name)?)),
            Self::Memory(_) => None,
        }
    }
}

fn is_absence(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename | InvalidInput)
}

/// Adds what lies right in a folder. A name that is not valid Unicode cannot be written in a source.
fn list(
    top: &Path,
    of: &str,
    files: &mut Vec<String>,
    folders: &mut Vec<String>,
) -> Result<(), TreeError> {
    for entry in fs::read_dir(top.join(of))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        let path = if of.is_empty() { name } else { format!("{of}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folders.push(path);
        } else if kind.is_file() || (kind.is_symlink() && top.join(&path).is_file()) {
            files.push(path);
        }
        if files.len() + folders.len() > MAX_FILES {
            return Err(TreeError::TooMany);
        }
    }
    Ok(())
}

/// The folder of a name, "" at the top.
pub fn parent_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The name of a file in the folder of another one.
pub fn beside(of: &str, name: &str) -> String {
    match parent_of(of) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// A name without `.` and `..`; `None` where it leads out of the folder, or is none.
pub fn clean_path(name: &str) -> Option<String> {
    if name.starts_with('/') || name.contains(['\\', '\0']) {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            // A drive of Windows.
            _ if parts.is_empty() && part.ends_with(':') => return None,
            _ => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out() {
        assert_eq!(clean_path("a//./b/../c.tex").as_deref(), Some("a/c.tex"));
        for name in ["", "/etc/passwd", "../x", "a/../../x", "a\\b", "C:/x", ".", "a/.."] {
            assert_eq!(clean_path(name), None, "{name}");
        }
    }
}
