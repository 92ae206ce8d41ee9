//! Standard output for results, standard error for the rest; text from outside made safe for both.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstream::ColorChoice;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::options::{Options, Progress, When};
use super::{Exit, Failure};
use crate::escape;

/// Colours by meaning. Only the sixteen basic ones, which themes keep readable on light and dark.
pub(super) mod style {
    use anstream::adapter::strip_str;

    pub(crate) const GOOD: &str = "\x1b[32m";
    pub(crate) const BAD: &str = "\x1b[1;31m";
    pub(crate) const WARN: &str = "\x1b[33m";
    pub(crate) const DIM: &str = "\x1b[2m";
    pub(crate) const BOLD: &str = "\x1b[1m";
    const RESET: &str = "\x1b[0m";

    /// `text` in a style. It must be safe for a terminal already.
    pub(crate) fn paint(style: &str, text: &str) -> String {
        format!("{style}{}{RESET}", strip_str(text))
    }
}

/// The two streams.
#[derive(Debug)]
pub(super) struct Terminal {
    quiet: bool,
    progress: bool,
}

impl Terminal {
    pub fn new(options: &Options) -> Self {
        match options.color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        }
        .write_global();
        let progress = options.progress == Progress::Auto && !options.quiet;
        Self { quiet: options.quiet, progress: progress && io::stderr().is_terminal() }
    }

    /// Writes a result as it is: made safe by the caller, or bytes for a file or pipe.
    ///
    /// # Errors
    /// Where standard output cannot be written. A reader that has gone away (`| head`) is none.
    pub fn result(&mut self, text: &str) -> Result<(), Failure> {
        written(anstream::stdout().write_all(text.as_bytes()))
    }

    /// Writes bytes to standard output without touching them, colours or not.
    ///
    /// # Errors
    /// As [`Terminal::result`].
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        written(io::stdout().write_all(bytes))
    }

    /// Says something beside the result on standard error.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{}", escape::terminal(text));
        }
    }

    /// Says what went wrong, and on the next line what to do.
    pub fn error(&mut self, failure: &Failure) {
        let label = style::paint(style::BAD, "error:");
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "{label} {}", escape::terminal(&failure.message));
        if let Some(remedy) = &failure.remedy {
            let label = style::paint(style::DIM, "  help:");
            let _ = writeln!(stderr, "{label} {}", escape::terminal(remedy));
        }
    }

    /// A bar for `length` steps, drawn on a terminal once a second has passed.
    pub fn progress(&self, length: usize) -> ProgressBar {
        if !self.progress || length < 2 {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(
            Some(length as u64),
            ProgressDrawTarget::stderr_with_hz(1),
        );
        let style = ProgressStyle::with_template("{pos}/{len} [{bar:30}] {per_sec}, {eta} left");
        bar.set_style(style.expect("the template is one of indicatif's"));
        bar.enable_steady_tick(Duration::from_secs(1));
        bar
    }
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Io, format!("standard output: {error}"), None))
        }
        _ => Ok(()),
    }
}
