//! How far the work is, on a terminal, once it has taken a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Before that nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar, gone when it is dropped.
pub(super) struct Progress {
    /// `None` where nobody sees it.
    bar: Option<ProgressBar>,
    /// When it appears, as long as it has not.
    appears: Option<Instant>,
}

impl Progress {
    /// A bar for inputs of `length` bytes, where that is known, with a message of its own.
    pub fn of_bytes(shows: bool, length: Option<u64>) -> Self {
        let template = match length {
            Some(_) => "[{bar:30}] {percent}%, {msg}, {eta} left",
            None => "{bytes} read, {msg}",
        };
        Self::new(shows, length, template)
    }

    /// A bar for `length` steps.
    pub fn of_steps(shows: bool, length: usize) -> Self {
        let template = "{pos}/{len} [{bar:30}] {per_sec}, {eta} left";
        Self::new(shows && length > 1, Some(length as u64), template)
    }

    fn new(shows: bool, length: Option<u64>, template: &str) -> Self {
        let bar = shows.then(|| {
            let style = ProgressStyle::with_template(template).expect("a template of indicatif's");
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
            bar.with_style(style)
        });
        Self { appears: bar.is_some().then(|| Instant::now() + PATIENCE), bar }
    }

    /// So much more is done; `message` says what, where anyone sees it.
    pub fn inc(&mut self, by: u64, message: impl FnOnce() -> String) {
        let Some(bar) = &self.bar else { return };
        bar.inc(by);
        if self.appears.take_if(|at| *at <= Instant::now()).is_some() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(1));
            bar.enable_steady_tick(PATIENCE);
        }
        if !bar.is_hidden() {
            bar.set_message(message());
        }
    }

    /// Writes something else, the bar being out of the way.
    pub fn suspend<R>(&self, write: impl FnOnce() -> R) -> R {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
