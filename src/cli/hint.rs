//! What a person probably meant by a path at which there is nothing.

use std::path::Path;

use crate::id::Query;

/// How many names of a folder are looked at.
const MAX_NAMES: usize = 10_000;
/// How alike two names must be (Jaro-Winkler).
const ALIKE: f64 = 0.85;

/// An id where a file belongs, or a name that is nearly one in the folder.
pub(super) fn missing(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if text.parse::<Query>().is_ok() {
        return Some(format!(
            "{text} is an id, not a file; see its record with: pith resolve {text}"
        ));
    }
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names =
        entries.take(MAX_NAMES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let mut names: Vec<_> = names.filter(|other| likeness(other) > ALIKE).collect();
    // The same answer, whatever order the folder gives.
    names.sort_unstable();
    let nearest = names.iter().rev().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    Some(format!("did you mean {}?", path.with_file_name(nearest).display()))
}
