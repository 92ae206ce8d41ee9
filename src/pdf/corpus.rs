//! The PDFs on which two ways to read must say the same.

use std::path::{Path, PathBuf};

/// The fixtures, and what is in the folder that the variable PITH_PDFS names.
pub(super) fn paths() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![top.join("src/cli/demo/paper.pdf")];
    for folder in ["tests/checks", "tests/pdf"] {
        collect(&top.join(folder), &mut paths);
    }
    if let Some(folder) = std::env::var_os("PITH_PDFS") {
        collect(Path::new(&folder), &mut paths);
    }
    paths
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "pdf") {
            found.push(path);
        }
    }
}
