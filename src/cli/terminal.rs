//! Standard output for results, standard error for the rest; text from outside made safe for both.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;

use super::Failure;
use super::options::{Options, Progress, When};
use crate::escape;
use crate::report::{Text, wrap};

/// The columns of "error: ".
const LABEL: usize = 7;

/// The two streams.
#[derive(Debug)]
pub(super) struct Terminal {
    /// How reports are coloured. What is no terminal gets no colours: the streams take them out.
    pub text: Text,
    quiet: bool,
    progress: bool,
    /// Whether a person reads standard error: what is no terminal gets a message as one line.
    wraps: bool,
}

impl Terminal {
    pub fn new(options: &Options) -> Self {
        match options.color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        }
        .write_global();
        let wraps = io::stderr().is_terminal();
        let progress = options.progress == Progress::Auto && !options.quiet && wraps;
        Self { text: Text::COLOURED, quiet: options.quiet, progress, wraps }
    }

    /// Writes a result. Text from outside in it must be safe for a terminal already.
    ///
    /// # Errors
    /// Where standard output cannot be written. A reader that has gone away (`| head`) is none.
    pub fn result(&mut self, text: &str) -> Result<(), Failure> {
        written(anstream::stdout().write_all(text.as_bytes()))
    }

    /// Writes bytes to standard output without touching them.
    ///
    /// # Errors
    /// As [`Terminal::result`].
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout();
        written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Writes many results at once, as [`Terminal::result`] does. `false` where nobody reads them any more.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub fn lines(&mut self, text: &[u8]) -> Result<bool, Failure> {
        let _lock = io::stdout().lock();
        is_open(anstream::stdout().write_all(text))
    }

    /// The same without touching the bytes.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub fn raw_lines(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        let mut stdout = io::stdout().lock();
        is_open(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Says something beside the result on standard error.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            let indent = text.len() - text.trim_start().len();
            let text = self.message(text.trim_start(), indent);
            let _ = writeln!(anstream::stderr(), "{:indent$}{text}", "");
        }
    }

    /// A message that begins `indent` columns from the left, made safe for a terminal and as wide as one.
    fn message(&self, text: &str, indent: usize) -> String {
        let text = escape::terminal(text);
        if self.wraps { wrap(&text, indent) } else { text }
    }

    /// Writes text that is safe for a terminal already, lines and all, to standard error.
    pub fn show(&mut self, text: &str) {
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    /// Says what went wrong, and on the next line what to do.
    pub fn error(&mut self, failure: &Failure) {
        let Text { bad, dim, reset, .. } = self.text;
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "{bad}error:{reset} {}", self.message(&failure.message, LABEL));
        // On one line: the commands in it are copied from the terminal.
        if let Some(remedy) = &failure.remedy {
            let _ = writeln!(stderr, "{dim} help:{reset} {}", escape::terminal(remedy));
        }
    }

    /// Whether bars are drawn, so that it is worth to count the steps.
    pub fn shows_progress(&self) -> bool {
        self.progress
    }
}

/// Ends the program while nothing is being written to standard output.
#[cfg(unix)]
pub(super) fn exit_between_writes(status: i32) -> ! {
    let _lock = io::stdout().lock();
    std::process::exit(status)
}

fn is_open(result: io::Result<()>) -> Result<bool, Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        result => written(result).map(|()| true),
    }
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("standard output".as_ref(), &error))
        }
        _ => Ok(()),
    }
}
