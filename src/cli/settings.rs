//! What lies beside a paper, or above it: pith.toml with the levels of the checks, pith.json with its record.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Exit, Failure, files};
use crate::check::{ALL, Check, Levels, Pinned, Setting, by_id};
use crate::record::{self, Record};

/// The configuration file.
pub(super) const CONFIG: &str = "pith.toml";
/// The pinned record.
const PIN: &str = "pith.json";
/// The most bytes of a configuration file.
const MAX_BYTES: usize = 1 << 20;

/// The settings for the papers in one folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub levels: Levels,
    pub pinned: Option<Pinned>,
    /// The pinned record's file that was found, and what is wrong with it where it was not used.
    pub unusable: Option<(String, String)>,
    /// Why a pinned record was not used.
    pub note: Option<String>,
}

/// The settings of the last folder that was asked for; papers come folder by folder.
#[derive(Default)]
pub(super) struct LastSettings(Option<(PathBuf, Arc<Settings>)>);

impl LastSettings {
    /// The settings for a paper. The nearest file of each name counts, from the paper's folder up to the one that
    /// holds `.git`, or to the top.
    pub fn of(&mut self, paper: &Path) -> Result<Arc<Settings>, Failure> {
        let folder = folder_of(paper);
        if let Some((last, settings)) = &self.0
            && last == folder
        {
            return Ok(Arc::clone(settings));
        }
        let settings = Arc::new(Settings::of(folder)?);
        self.0 = Some((folder.to_owned(), Arc::clone(&settings)));
        Ok(settings)
    }
}

impl Settings {
    fn of(folder: &Path) -> Result<Self, Failure> {
        let mut settings = Self::default();
        // A paper in a folder that is not there is reported when it is opened.
        let Ok(folder) = folder.canonicalize() else {
            return Ok(settings);
        };
        if let Some(path) = above(&folder, CONFIG) {
            settings.levels = levels(&path)?;
        }
        match pinned(&folder) {
            None => {}
            Some(Ok(pinned)) => settings.pinned = Some(pinned),
            Some(Err(note)) => {
                let path = above(&folder, PIN);
                settings.unusable = path.map(|path| (shown(&path), note.clone()));
                settings.note = Some(note);
            }
        }
        Ok(settings)
    }
}

/// The pinned record for the papers in a folder; or, where there is one that cannot be read, why it was not used.
pub(super) fn pinned(folder: &Path) -> Option<Result<Pinned, String>> {
    let path = above(&folder.canonicalize().ok()?, PIN)?;
    let name = shown(&path);
    let record = files::read(&path, record::MAX_BYTES).map_err(|failure| failure.message);
    let record = record
        .and_then(|bytes| Record::from_slice(&bytes).map_err(|error| format!("{name}: {error}")));
    let unused = |message| format!("the pinned record was not used: {message}");
    Some(record.map(|record| Pinned { name, record }).map_err(unused))
}

/// The folder that a file lies in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// The nearest file of this name, in the folder or above it.
fn above(folder: &Path, name: &str) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let path = folder.join(name);
        if path.is_file() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

/// A path as the user knows it: from the current folder, where it lies there.
fn shown(path: &Path) -> String {
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let inside = current.ok().and_then(|current| path.strip_prefix(current).ok());
    inside.unwrap_or(path).display().to_string()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    levels: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

fn levels(path: &Path) -> Result<Levels, Failure> {
    let name = shown(path);
    let bytes = files::read(path, MAX_BYTES)?;
    let wrong = |place: &str, message: &str, remedy: String| {
        Failure::new(Exit::Usage, format!("{name}:{place} {message}"), Some(remedy))
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| wrong("", "is not UTF-8", "save it as UTF-8".into()))?;
    let config: Config = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| line_column(text, span.start)).unwrap_or_default();
        let remedy = "it has one table, [levels], with lines such as badge-missing = \"error\"";
        wrong(&place, error.message(), remedy.into())
    })?;
    let mut levels = Levels::default();
    for (id, level) in &config.levels {
        let Some(check) = by_id(id.get_ref()) else {
            let place = line_column(text, id.span().start);
            let message = format!("there is no check \"{}\"", id.get_ref());
            return Err(wrong(&place, &message, suggestion(id.get_ref())));
        };
        let setting = level.get_ref().as_str().and_then(|level| level.parse::<Setting>().ok());
        let Some(setting) = setting else {
            let place = line_column(text, level.span().start);
            let written = text.get(level.span()).unwrap_or_default();
            let message = format!("{written} is no level");
            let remedy = nearest(level.get_ref().as_str().unwrap_or_default(), Setting::NAMES)
                .map_or(String::new(), |level| format!("did you mean \"{level}\"? "));
            let remedy =
                format!("{remedy}the levels are \"error\", \"warning\", \"note\" and \"off\"");
            return Err(wrong(&place, &message, remedy));
        };
        levels.set(check, setting);
    }
    Ok(levels)
}

/// What a check that does not exist may have been meant to be.
pub(super) fn suggestion(id: &str) -> String {
    match nearest(id, ALL.map(|check: &Check| check.id)) {
        Some(id) => format!("did you mean {id}? `pith explain` lists all"),
        None => "`pith explain` lists all".into(),
    }
}

fn nearest<const N: usize>(name: &str, known: [&'static str; N]) -> Option<&'static str> {
    let likeness = |known: &str| strsim::jaro_winkler(known, name);
    let nearest = known.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.filter(|nearest| likeness(nearest) > 0.8)
}

/// `3:14:`, counted from 1, in characters.
fn line_column(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{line}:{column}:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_characters() {
        assert_eq!(line_column("a\né = 1", 5), "2:3:");
        assert_eq!(line_column("", 0), "1:1:");
    }

    #[test]
    fn what_is_near_is_suggested() {
        assert!(suggestion("badge-mising").contains("did you mean badge-missing?"));
        assert_eq!(suggestion("xyz"), "`pith explain` lists all");
    }
}
