//! The main file that a person means: itself, or the one of a folder.

use std::path::{Path, PathBuf};

use super::{Exit, Failure};
use crate::latex::{self, Tree};
use crate::paper::Paper;

/// The main file at a path.
pub(super) fn of(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let main = latex::find_main(&Tree::Folder(path.to_owned()))
        .map_err(|error| Failure::of(Exit::Io, &path.display().to_string(), &error))?;
    // A person in the folder calls the file by its name.
    Ok(if path == Path::new(".") { main.name.into() } else { path.join(main.name) })
}

/// The folder of a main file, which is where TeX runs; a folder is one itself.
pub(super) fn folder(main: &Path) -> &Path {
    match main.parent() {
        _ if main.is_dir() => main,
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The paper of a main file.
pub(super) fn read(main: &Path) -> Result<Paper, Failure> {
    let name = main.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let tree = Tree::Folder(folder(main).to_owned());
    // A folder that is not there, or something else than a file, gets the system's own words.
    let metadata = main.metadata().map_err(|error| Failure::io(main, &error))?;
    if !metadata.is_file() || !latex::is_latex_name(name) {
        let message = format!("{}: it is no .tex file", main.display());
        return Err(Failure::new(Exit::Usage, message, Some("give the paper's main file".into())));
    }
    Paper::read(&tree, name)
        .map_err(|error| Failure::of(Exit::Io, &main.display().to_string(), &error))
}
