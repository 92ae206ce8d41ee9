//! The levels at which the checks report, where they are not those that the checks come with.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::{Check, Level};

/// What is set for some checks: another level, or off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(HashMap<&'static str, Setting>);

/// What a check can be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Every finding of it has this level.
    At(Level),
    /// It is not run.
    Off,
}

impl Setting {
    /// Their names.
    pub const NAMES: [&str; 4] = ["error", "warning", "note", "off"];
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(level) => level.fmt(f),
            Self::Off => f.pad("off"),
        }
    }
}

impl FromStr for Setting {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "error" => Self::At(Level::Error),
            "warning" => Self::At(Level::Warning),
            "note" => Self::At(Level::Note),
            "off" => Self::Off,
            _ => return Err(()),
        })
    }
}

impl Levels {
    /// Sets a check.
    pub fn set(&mut self, check: &Check, setting: Setting) {
        self.0.insert(check.id, setting);
    }

    /// What the check with this id is set to.
    pub fn get(&self, id: &str) -> Option<Setting> {
        self.0.get(id).copied()
    }
}
