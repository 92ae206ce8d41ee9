//! Work on files of strangers, for a limited time.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::clock::Stopwatch;
use super::{PdfError, guard};

/// How long opening a file may take, and page 1: together less than a second of the processor's time. Builds for
/// debugging are slow.
pub(super) const PATIENCE: Duration =
    Duration::from_millis(if cfg!(debug_assertions) { 6000 } else { 450 });
/// Stack of the thread: forms within forms are followed 50 levels deep.
const STACK: usize = 16 << 20;
/// Threads that may be left behind at once. More would leave no processor for sound files.
const MAX_ABANDONED: usize = 16;

/// Threads that were left behind and still work.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// The states of a piece of work, which is neither while it runs.
const DONE: u8 = 1;
const LEFT_BEHIND: u8 = 2;

type Work = Box<dyn FnOnce() + Send>;

/// What is known of a piece of work from outside.
#[derive(Default)]
struct Progress {
    state: AtomicU8,
    /// Runs since the work began.
    watch: OnceLock<Stopwatch>,
}

thread_local! {
    /// Leads to the thread of this one's last piece of work, which ends with it: a new one for each of a thousand files
    /// costs more than most.
    static WORKER: Cell<Option<Sender<Work>>> = const { Cell::new(None) };
}

/// Runs `work` in another thread, and waits for it until that thread has worked for `limit`; a panic in it is damage,
/// which `damaged` names, and `late` says what takes so long.
///
/// A thread cannot be ended from outside, and the parsers cannot be asked to stop: one that is late is left behind
/// and ends with its work or with the process.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    damaged: &'static str,
    late: &'static str,
    work: impl FnOnce() -> Result<T, PdfError> + Send + 'static,
) -> Result<T, PdfError> {
    wait_for_room(limit)?;
    let worker = WORKER.take().map_or_else(start, Ok)?;
    let (sender, receiver) = mpsc::sync_channel(1);
    let progress = Arc::new(Progress::default());
    let of_work = Arc::clone(&progress);
    let work = move || {
        of_work.watch.get_or_init(Stopwatch::start);
        let result = guard::guard(damaged, work);
        // Nobody may be waiting any more.
        let _ = sender.send(result);
        if of_work.state.swap(DONE, Ordering::SeqCst) == LEFT_BEHIND {
            ABANDONED.fetch_sub(1, Ordering::SeqCst);
        }
    };
    // A thread that is gone drops the work, and its sender with it.
    let _ = worker.send(Box::new(work));
    match wait(&receiver, &progress.watch, limit) {
        Ok(result) => {
            WORKER.set(Some(worker));
            result?
        }
        Err(RecvTimeoutError::Timeout) => {
            ABANDONED.fetch_add(1, Ordering::SeqCst);
            if progress.state.swap(LEFT_BEHIND, Ordering::SeqCst) == DONE {
                ABANDONED.fetch_sub(1, Ordering::SeqCst);
            }
            Err(PdfError::TooLarge { what: late })
        }
        Err(RecvTimeoutError::Disconnected) => Err(PdfError::Damaged { what: damaged }),
    }
}

/// Waits until work has used `limit`. Of what has not begun, nothing is used.
fn wait<T>(
    receiver: &Receiver<T>,
    watch: &OnceLock<Stopwatch>,
    limit: Duration,
) -> Result<T, RecvTimeoutError> {
    let mut left = limit;
    loop {
        match receiver.recv_timeout(left) {
            Err(RecvTimeoutError::Timeout) if !watch.get().is_some_and(|w| w.has_used(limit)) => {}
            result => return result,
        }
        // At least a moment: a thread that gets no time leaves the same over and over.
        left = watch.get().map_or(limit, |watch| watch.left(limit)).max(Duration::from_millis(1));
    }
}

/// Waits where too many threads were left behind, as long as work of `limit` may take.
fn wait_for_room(limit: Duration) -> Result<(), PdfError> {
    let start = Instant::now();
    while ABANDONED.load(Ordering::SeqCst) >= MAX_ABANDONED {
        if start.elapsed() > Stopwatch::patience(limit) {
            let busy = "too many damaged files before it are still being read";
            return Err(PdfError::Io(io::Error::other(busy)));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Starts a thread that does what it is sent, and ends with its sender.
fn start() -> io::Result<Sender<Work>> {
    let (sender, receiver) = mpsc::channel::<Work>();
    let thread = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK);
    thread.spawn(move || receiver.into_iter().for_each(|work| work()))?;
    Ok(sender)
}

/// What a search through objects may use up: a number of them, and as much time as page 1.
pub(super) struct Allowance {
    objects: usize,
    watch: Stopwatch,
}

impl Allowance {
    pub(super) fn new(objects: usize) -> Self {
        Self { objects, watch: Stopwatch::start() }
    }

    /// Whether one more object may be looked at.
    pub(super) fn take(&mut self) -> bool {
        if self.objects == 0 || self.watch.has_used(PATIENCE) {
            return false;
        }
        self.objects -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(time: Duration, limit: Duration) -> Result<(), PdfError> {
        within(limit, "a test", "late", move || {
            let watch = Stopwatch::start();
            while watch.left(time) > Duration::ZERO {
                std::hint::black_box((0..1000).sum::<u64>());
            }
            Ok(())
        })
    }

    /// The one test of this: what is left behind is counted for the whole process.
    #[test]
    fn work_that_is_late_is_left_behind_and_not_too_much_of_it() {
        let (short, long) = (Duration::from_millis(10), Duration::from_millis(300));
        run(short, long).unwrap();
        assert!(matches!(run(long, short), Err(PdfError::TooLarge { what: "late" })));
        assert_eq!(ABANDONED.load(Ordering::SeqCst), 1);
        // Work that waits is not late.
        let slept = within(short, "a test", "late", move || {
            thread::sleep(short * 3);
            Ok(())
        });
        if cfg!(target_os = "linux") {
            slept.unwrap();
        }
        for _ in 0..MAX_ABANDONED {
            let _ = run(long, short);
            assert!(ABANDONED.load(Ordering::SeqCst) <= MAX_ABANDONED);
        }
        let start = Instant::now();
        while ABANDONED.load(Ordering::SeqCst) > 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "they end with their work");
            thread::sleep(short);
        }
    }
}
