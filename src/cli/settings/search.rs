//! Which file beside a paper or above it counts.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// What was found first on the way up.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Nearest {
    /// A file to use.
    Usable(PathBuf),
    /// A file above the paper that belongs neither to the owner of the paper's folder nor to root. Anyone may put one
    /// into a folder that is open to all.
    Foreign(PathBuf),
}

/// The nearest file of this name, from `folder` (without links) up to the one that holds `.git`, the home folder, or
/// the last of its file system.
pub(super) fn nearest(folder: &Path, name: &str) -> Option<Nearest> {
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    let start = fs::metadata(folder).ok()?;
    for above in folder.ancestors() {
        let path = above.join(name);
        if let Some(file) = fs::metadata(&path).ok().filter(Metadata::is_file) {
            let usable = above == folder || is_of_owner(&file, &start);
            return Some(if usable { Nearest::Usable(path) } else { Nearest::Foreign(path) });
        }
        let is_last = above.join(".git").exists() || home.as_deref() == Some(above);
        let parent = above.parent().and_then(|parent| fs::metadata(parent).ok());
        if is_last || parent.is_some_and(|parent| !is_same_device(&parent, &start)) {
            break;
        }
    }
    None
}

#[cfg(unix)]
fn is_of_owner(file: &Metadata, folder: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.uid() == folder.uid() || file.uid() == 0
}

#[cfg(unix)]
fn is_same_device(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    a.dev() == b.dev()
}

#[cfg(not(unix))]
fn is_of_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
fn is_same_device(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_counts_and_a_repository_is_the_end() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        let inner = top.join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(top.join("pith.toml"), "").unwrap();
        assert_eq!(nearest(&inner, "pith.toml"), Some(Nearest::Usable(top.join("pith.toml"))));
        fs::write(inner.join("pith.toml"), "").unwrap();
        assert_eq!(nearest(&inner, "pith.toml"), Some(Nearest::Usable(inner.join("pith.toml"))));
        fs::create_dir(top.join("a/.git")).unwrap();
        assert_eq!(nearest(&top.join("a"), "pith.toml"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_above_must_belong_to_the_papers_owner() {
        use std::os::unix::fs::chown;
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        let inner = top.join("a");
        fs::create_dir(&inner).unwrap();
        let file = top.join("pith.toml");
        fs::write(&file, "").unwrap();
        // Only root can give files away.
        if chown(&file, Some(12345), None).is_err() {
            return;
        }
        assert_eq!(nearest(&inner, "pith.toml"), Some(Nearest::Foreign(file.clone())));
        assert_eq!(nearest(&top, "pith.toml"), Some(Nearest::Usable(file)));
    }
}
