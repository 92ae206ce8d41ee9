//! The options that every verb has.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where records come from, whom to believe, how to print.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(super) struct Options {
    /// Ask this mirror: an address, or a folder with pith/<suffix>.json. May be given several times,
    /// tried in order
    #[arg(long, value_name = "URL|DIR", global = true)]
    pub mirror: Vec<String>,

    /// Open no socket at all: use folders of records, the cache and what files carry
    #[arg(long, global = true)]
    pub offline: bool,

    /// Believe the signing keys in this file too
    #[arg(long, value_name = "FILE", global = true)]
    pub trust: Option<PathBuf>,

    /// Keep records that verified in this folder and use them again ("none": keep nothing)
    #[arg(
        long,
        value_name = "DIR|none",
        global = true,
        default_value = "none",
        hide_default_value = true
    )]
    pub cache: PathBuf,

    /// When to use colour
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: When,

    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print more: what passed, what was tried
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// When to show a progress bar
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_default_value = true
    )]
    pub progress: Progress,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// When to show a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Progress {
    /// On a terminal, where the work is longer than a second.
    Auto,
    /// Never.
    Never,
}

/// How `resolve`, `verify` and `inject` print their results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people; may change.
    #[default]
    Text,
    /// One JSON object per input, one a line; may only grow.
    Json,
    /// Only the full Pith Number, one a line.
    Number,
}
