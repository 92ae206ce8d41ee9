//! Work on files of strangers, for a limited time.

use std::cell::Cell;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::{PdfError, guard};

/// How long opening a file may take, and page 1: together less than a second. Builds for debugging are slow.
pub(super) const PATIENCE: Duration =
    Duration::from_millis(if cfg!(debug_assertions) { 6000 } else { 450 });
/// Stack of the thread: forms within forms are followed 50 levels deep.
const STACK: usize = 16 << 20;

type Work = Box<dyn FnOnce() + Send>;

thread_local! {
    /// The worker of this thread's last piece of work: a new one for each of a thousand files costs more than most.
    static WORKER: Cell<Option<Sender<Work>>> = const { Cell::new(None) };
}

/// Runs `work` in another thread, and waits for it no longer than `limit`; a panic in it is damage, which `damaged`
/// names, and `late` says what takes so long.
///
/// A thread cannot be ended from outside, and the parsers cannot be asked to stop: one that is late is left behind
/// and ends with its work or with the process.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    damaged: &'static str,
    late: &'static str,
    work: impl FnOnce() -> Result<T, PdfError> + Send + 'static,
) -> Result<T, PdfError> {
    let worker = WORKER.take().map_or_else(start, Ok)?;
    let (sender, receiver) = mpsc::sync_channel(1);
    let work = move || {
        let result = guard::guard(damaged, work);
        // Nobody may be waiting any more.
        let _ = sender.send(result);
    };
    // A worker that is gone drops the work, and its sender with it.
    let _ = worker.send(Box::new(work));
    match receiver.recv_timeout(limit) {
        Ok(result) => {
            WORKER.set(Some(worker));
            result?
        }
        Err(RecvTimeoutError::Timeout) => Err(PdfError::TooLarge { what: late }),
        Err(RecvTimeoutError::Disconnected) => Err(PdfError::Damaged { what: damaged }),
    }
}

/// A thread that ends with its sender.
fn start() -> io::Result<Sender<Work>> {
    let (sender, receiver) = mpsc::channel::<Work>();
    let thread = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK);
    thread.spawn(move || receiver.into_iter().for_each(|work| work()))?;
    Ok(sender)
}

/// What a search through objects may use up: a number of them, and as much time as page 1.
pub(super) struct Allowance {
    objects: usize,
    until: Instant,
}

impl Allowance {
    pub(super) fn new(objects: usize) -> Self {
        Self { objects, until: Instant::now() + PATIENCE }
    }

    /// Whether one more object may be looked at.
    pub(super) fn take(&mut self) -> bool {
        if self.objects == 0 || Instant::now() >= self.until {
            return false;
        }
        self.objects -= 1;
        true
    }
}
