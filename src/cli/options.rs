//! The options that every verb has.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::source::HttpOptions;

/// Where records come from, whom to believe, how to print.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(super) struct Options {
    /// Ask this mirror: an address, or a folder with pith/<suffix>.json. May be given several times,
    /// tried in order
    #[arg(long, value_name = "URL|DIR", global = true)]
    pub mirror: Vec<String>,

    /// Ask the mirrors in this file too, after those of --mirror: a pith-mirrors.json
    #[arg(long, value_name = "FILE", global = true)]
    pub mirrors_from: Option<PathBuf>,

    /// Open no socket at all: use folders of records, the cache and what files carry
    #[arg(long, global = true)]
    pub offline: bool,

    /// Believe the signing keys in this file too
    #[arg(long, value_name = "FILE", global = true)]
    pub trust: Option<PathBuf>,

    /// Keep records that verified in this folder and use them again ("none": keep nothing). Default: pith
    /// in the user's folder of caches
    #[arg(long, value_name = "DIR|none", global = true)]
    pub cache: Option<PathBuf>,

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

    #[command(flatten)]
    pub network: Network,
}

/// How servers are asked.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of the network")]
pub(super) struct Network {
    /// Wait so many seconds for a whole answer
    #[arg(long, value_name = "SECONDS", global = true, default_value = "30", value_parser = seconds)]
    pub timeout: Duration,

    /// Ask again so often where a server is busy or a connection breaks off
    #[arg(long, value_name = "N", global = true, default_value = "3")]
    pub retries: u32,

    /// Send no more requests a second to one host, 0 for no bound [default: 5, and no bound to this
    /// machine itself]
    #[arg(long, value_name = "N", global = true, value_parser = rate)]
    pub rate: Option<f64>,
}

impl From<&Network> for HttpOptions {
    fn from(network: &Network) -> Self {
        Self { timeout: network.timeout, retries: network.retries, rate: network.rate }
    }
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or("give a number of seconds, such as 30 or 0.5")
}

fn rate(text: &str) -> Result<f64, &'static str> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1e9).contains(rate));
    rate.ok_or("give a number of requests a second, such as 5 or 0.5; 0 is no bound")
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
