//! Work on files of strangers, for a limited time.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::{PdfError, guard};

/// How long opening a file may take, and page 1: together less than a second. Builds for debugging are slow.
pub(super) const PATIENCE: Duration =
    Duration::from_millis(if cfg!(debug_assertions) { 6000 } else { 450 });
/// Stack of the thread: forms within forms are followed 50 levels deep.
const STACK: usize = 16 << 20;

/// Runs `work` in a thread of its own, and waits for it no longer than `limit`; a panic in it is damage, which
/// `damaged` names, and `late` says what takes so long.
///
/// A thread cannot be ended from outside, and the parsers cannot be asked to stop: one that is late is left behind
/// and ends with its work or with the process.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    damaged: &'static str,
    late: &'static str,
    work: impl FnOnce() -> Result<T, PdfError> + Send + 'static,
) -> Result<T, PdfError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new().name("pdf".to_owned()).stack_size(STACK).spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(guard::guard(damaged, work));
    })?;
    match receiver.recv_timeout(limit) {
        Ok(result) => result?,
        Err(RecvTimeoutError::Timeout) => Err(PdfError::TooLarge { what: late }),
        Err(RecvTimeoutError::Disconnected) => Err(PdfError::Damaged { what: damaged }),
    }
}
