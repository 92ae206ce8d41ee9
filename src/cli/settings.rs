//! What lies beside a paper, or above it: pith.toml with the levels of the checks, pith.json with its record.

mod search;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Exit, Failure, files};
use crate::check::{ALL, Check, Levels, Pin, Setting, by_id};
use crate::paper::PIN;
use crate::record::{self, Record};
use search::Nearest;

/// The configuration file.
pub(super) const CONFIG: &str = "pith.toml";
/// The most bytes of a configuration file.
const MAX_BYTES: usize = 1 << 20;

/// Where the levels of the checks come from.
#[derive(Clone, Debug)]
pub(super) enum Config {
    /// From the nearest pith.toml; the record from the nearest pith.json.
    Nearest,
    /// From this file, for all papers; the record from the nearest pith.json.
    File(Arc<File>),
    /// From nowhere: no file beside or above a paper is read.
    None,
}

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub(super) struct File {
    name: String,
    levels: Levels,
}

impl Config {
    /// That of `--config`.
    pub fn new(option: Option<&Path>) -> Result<Self, Failure> {
        match option {
            None => Ok(Self::Nearest),
            Some(path) if path == Path::new("none") => Ok(Self::None),
            Some(path) => Ok(Self::File(Arc::new(File::read(path)?))),
        }
    }
}

/// The settings for the papers in one folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub levels: Levels,
    /// The record that is pinned for the papers.
    pub pin: Option<Pin>,
    /// The configuration file.
    config: Option<String>,
    /// Why something that lies there was not used.
    notes: Vec<String>,
}

/// The settings of the last folder that was asked for; papers come folder by folder.
pub(super) struct LastSettings {
    config: Config,
    last: Option<(PathBuf, Arc<Settings>)>,
}

impl LastSettings {
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), last: None }
    }

    /// The settings for a paper.
    pub fn of(&mut self, paper: &Path) -> Result<Arc<Settings>, Failure> {
        let folder = folder_of(paper);
        if let Some((last, settings)) = &self.last
            && last == folder
        {
            return Ok(Arc::clone(settings));
        }
        let settings = Arc::new(Settings::of(folder, &self.config)?);
        self.last = Some((folder.to_owned(), Arc::clone(&settings)));
        Ok(settings)
    }
}

impl Settings {
    fn of(folder: &Path, config: &Config) -> Result<Self, Failure> {
        let mut settings = Self::default();
        if let Config::File(file) = config {
            settings.take(file);
        }
        // A paper in a folder that is not there is reported when it is opened.
        let (false, Ok(folder)) = (matches!(config, Config::None), folder.canonicalize()) else {
            return Ok(settings);
        };
        if matches!(config, Config::Nearest)
            && let Some(path) = settings.nearest(&folder, CONFIG)
        {
            settings.take(&File::read(&path)?);
        }
        match pinned(&folder) {
            None => {}
            Some(Ok(pin)) => settings.pin = Some(pin),
            Some(Err(foreign)) => settings.notes.push(foreign),
        }
        Ok(settings)
    }

    fn take(&mut self, file: &File) {
        self.levels = file.levels.clone();
        self.config = Some(file.name.clone());
    }

    /// The nearest file of this name that may be used; notes one that may not.
    fn nearest(&mut self, folder: &Path, name: &str) -> Option<PathBuf> {
        match search::nearest(folder, name)? {
            Nearest::Usable(path) => Some(path),
            Nearest::Foreign(path) => {
                self.notes.push(foreign(&path));
                None
            }
        }
    }

    /// What a reader should know of these settings; with `verbose`, also which files are in force, and what they set.
    pub fn notes(&self, verbose: bool) -> Vec<String> {
        let mut notes = self.notes.clone();
        if let (true, Some(name)) = (verbose, &self.config) {
            let set: Vec<_> = ALL
                .iter()
                .filter_map(|check| Some(format!("{} = {}", check.id, self.levels.get(check.id)?)))
                .collect();
            let set = if set.is_empty() { "nothing".to_owned() } else { set.join(", ") };
            notes.push(format!("{name} sets {set}"));
        }
        if let (true, Some(Pin { name, record: Ok(_) })) = (verbose, &self.pin) {
            notes.push(format!("{name} is the pinned record"));
        }
        notes
    }
}

/// The pinned record for the papers in a folder; or what to say of one that is not taken.
pub(super) fn pinned(folder: &Path) -> Option<Result<Pin, String>> {
    let path = match search::nearest(&folder.canonicalize().ok()?, PIN)? {
        Nearest::Usable(path) => path,
        Nearest::Foreign(path) => return Some(Err(foreign(&path))),
    };
    let bytes = files::read(&path, record::MAX_BYTES).map_err(|failure| failure.message);
    let record =
        bytes.and_then(|bytes| Record::from_slice(&bytes).map_err(|error| error.to_string()));
    Some(Ok(Pin { name: shown(&path), record }))
}

fn foreign(path: &Path) -> String {
    format!("{} was not used: it belongs to another user", shown(path))
}

/// The folder that a file lies in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// A path as the user knows it: from the current folder, where it lies there.
fn shown(path: &Path) -> String {
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let inside = current.ok().and_then(|current| path.strip_prefix(current).ok());
    inside.unwrap_or(path).display().to_string()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    levels: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

impl File {
    fn read(path: &Path) -> Result<Self, Failure> {
        let name = shown(path);
        Ok(Self { levels: levels(path, &name)?, name })
    }
}

fn levels(path: &Path, name: &str) -> Result<Levels, Failure> {
    let bytes = files::read(path, MAX_BYTES)?;
    let wrong = |place: &str, message: &str, remedy: String| {
        Failure::new(Exit::Usage, format!("{name}:{place} {message}"), Some(remedy))
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| wrong("", "is not UTF-8", "save it as UTF-8".into()))?;
    let config: Written = toml::from_str(text).map_err(|error| {
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
