//! Changes to several files: all of them, or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Failure, files};
use crate::paper::Edit;

/// One file as it is and as it should be; `None` where there is none.
#[derive(Debug)]
pub(super) struct Change {
    pub path: PathBuf,
    pub old: Option<Vec<u8>>,
    pub new: Option<Vec<u8>>,
}

impl Change {
    /// An edit of a file of the paper whose main file is `main`.
    pub fn of(main: &Path, edit: Edit) -> Self {
        let Edit { file, old, new } = edit;
        Self { path: main.with_file_name(file), old: Some(old), new: Some(new) }
    }

    pub fn is_none(&self) -> bool {
        self.old == self.new
    }
}

/// Applies the changes. Everything is written beside its target before the first file is replaced; where one cannot
/// be, those before it get their old bytes back.
///
/// # Errors
/// The first that occurred. Where even the old bytes could not be put back, it names that file.
pub(super) fn apply(changes: &[Change]) -> Result<(), Failure> {
    let staged: Vec<_> = changes
        .iter()
        .filter(|change| !change.is_none())
        .map(|change| stage(change).map_err(|error| Failure::io(&change.path, &error)))
        .collect::<Result<_, _>>()?;
    let mut done: Vec<&Change> = Vec::new();
    for Staged { change, file, target } in staged {
        let result = match file {
            Some(file) => file.persist(&target).map(drop).map_err(|error| error.error),
            None => fs::remove_file(&target),
        };
        if let Err(error) = result {
            let mut failure = Failure::io(&change.path, &error);
            for change in done.into_iter().rev() {
                if let Err(error) = undo(change) {
                    let path = change.path.display();
                    failure.message.push_str(&format!("; {path} could not be put back: {error}"));
                }
            }
            return Err(failure);
        }
        done.push(change);
    }
    Ok(())
}

struct Staged<'a> {
    change: &'a Change,
    /// What the file is to be; `None` where it is to go.
    file: Option<NamedTempFile>,
    target: PathBuf,
}

fn stage(change: &Change) -> io::Result<Staged<'_>> {
    // A link stays a link.
    let target = change.path.canonicalize().unwrap_or_else(|_| change.path.clone());
    let file = change.new.as_deref().map(|bytes| files::beside(&target, bytes)).transpose()?;
    Ok(Staged { change, file, target })
}

fn undo(change: &Change) -> io::Result<()> {
    let target = change.path.canonicalize().unwrap_or_else(|_| change.path.clone());
    match &change.old {
        Some(bytes) => {
            files::beside(&target, bytes)?.persist(&target).map(drop).map_err(|e| e.error)
        }
        None => fs::remove_file(&target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_fails_the_others_are_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "old").unwrap();
        fs::write(path("gone"), "old").unwrap();
        // A folder cannot be replaced by a file.
        fs::create_dir_all(path("c/d")).unwrap();
        let change = |name: &str, old: Option<&str>, new: Option<&str>| Change {
            path: path(name),
            old: old.map(|text| text.as_bytes().to_vec()),
            new: new.map(|text| text.as_bytes().to_vec()),
        };
        let mut changes = vec![
            change("a", Some("old"), Some("new")),
            change("b", None, Some("new")),
            change("gone", Some("old"), None),
            change("c", None, Some("new")),
        ];
        apply(&changes).unwrap_err();
        let mut read_only = fs::metadata(path("gone")).unwrap().permissions();
        let writable = read_only.clone();
        read_only.set_readonly(true);
        fs::set_permissions(path("gone"), read_only).unwrap();
        let error =
            apply(&[change("a", Some("old"), Some("new")), change("gone", None, Some("new"))]);
        assert!(error.unwrap_err().message.ends_with("permission denied"));
        fs::set_permissions(path("gone"), writable).unwrap();
        let text = |name: &str| fs::read_to_string(path(name)).ok();
        assert_eq!(text("a").as_deref(), Some("old"));
        assert_eq!(text("gone").as_deref(), Some("old"));
        assert_eq!(text("b"), None);
        changes.pop();
        apply(&changes).unwrap();
        assert_eq!(
            (text("a").as_deref(), text("b").as_deref(), text("gone")),
            (Some("new"), Some("new"), None)
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else is left behind");
    }
}
