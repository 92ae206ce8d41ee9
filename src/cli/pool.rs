//! Work on all cores, with results in the order of the inputs and bounded memory.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Inputs of each core that may be taken before the oldest of them is done.
const AHEAD: usize = 64;

/// Runs `work` on every input, on as many threads as there are cores, and hands the results to `each` on this
/// thread, in the order of the inputs and as soon as they are ready. Ends early where `each` fails.
///
/// There are no more threads than `most`. `fresh` makes what a thread keeps from one input to the next.
pub(super) fn in_order<I, T, R, E>(
    most: usize,
    inputs: impl Iterator<Item = I> + Send,
    fresh: impl Fn() -> T + Sync,
    work: impl Fn(&mut T, I) -> R + Sync,
    each: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    I: Send,
    R: Send,
{
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    // To ask takes ten system calls.
    let cores = if most < 2 { 1 } else { cores().min(most) };
    in_order_on(cores, AHEAD, inputs, fresh, work, each)
}

/// The same on so many threads, whatever the number of cores: for work that waits for others. Of each thread, no more
/// than `ahead` inputs and results are in memory.
pub(super) fn in_order_on<I, T, R, E>(
    threads: usize,
    ahead: usize,
    inputs: impl Iterator<Item = I> + Send,
    fresh: impl Fn() -> T + Sync,
    work: impl Fn(&mut T, I) -> R + Sync,
    mut each: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    I: Send,
    R: Send,
{
    // One thread would only be waited for.
    if threads < 2 {
        let mut kept = fresh();
        let mut inputs = inputs;
        return inputs.try_for_each(|input| each(work(&mut kept, input)));
    }
    let queue = Queue {
        state: Mutex::new(State { inputs: inputs.enumerate(), taken: 0, done: 0, stopped: false }),
        moved: Condvar::new(),
        window: ahead * threads,
    };
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..threads {
            let (queue, sender, fresh, work) = (&queue, sender.clone(), &fresh, &work);
            scope.spawn(move || {
                // However this thread ends, the others do not wait for what it had taken.
                let _stop = Stop(queue);
                let mut kept = fresh();
                while let Some((index, input)) = queue.take() {
                    if sender.send((index, work(&mut kept, input))).is_err() {
                        break;
                    }
                }
                std::mem::forget(_stop);
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&next) {
                next += 1;
                if let Err(error) = each(result) {
                    queue.stop();
                    return Err(error);
                }
                queue.done(next);
            }
        }
        Ok(())
    })
}

struct Queue<N> {
    state: Mutex<State<N>>,
    moved: Condvar,
    window: usize,
}

struct State<N> {
    inputs: N,
    taken: usize,
    done: usize,
    stopped: bool,
}

impl<I, N: Iterator<Item = (usize, I)>> Queue<N> {
    /// The next input, once it is not too far ahead of the results.
    fn take(&self) -> Option<(usize, I)> {
        let is_ahead =
            |state: &mut State<N>| !state.stopped && state.taken >= state.done + self.window;
        let state = self.moved.wait_while(self.lock(), is_ahead);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return None;
        }
        state.taken += 1;
        state.inputs.next()
    }
}

impl<N> Queue<N> {
    fn lock(&self) -> MutexGuard<'_, State<N>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn done(&self, count: usize) {
        self.lock().done = count;
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }
}

/// Stops a queue when it is dropped.
struct Stop<'a, N>(&'a Queue<N>);

impl<N> Drop for Stop<'_, N> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_inputs() {
        let mut results = Vec::new();
        let slow_when_even = |_: &mut (), input: u64| {
            if input.is_multiple_of(50) {
                thread::sleep(Duration::from_millis(5));
            }
            input
        };
        let each = |result| {
            results.push(result);
            Ok::<(), ()>(())
        };
        in_order(64, 0..1000, || (), slow_when_even, each).unwrap();
        assert_eq!(results, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn one_input_is_worked_on_by_the_thread_that_asks() {
        let here = thread::current().id();
        let work = |_: &mut (), ()| thread::current().id();
        let each = |id| if id == here { Ok(()) } else { Err(()) };
        in_order(1, std::iter::once(()), || (), work, each).unwrap();
    }

    #[test]
    fn no_thread_runs_far_ahead_and_an_error_ends_the_work() {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let (taken, mut done) = (AtomicUsize::new(0), 0);
        let count = |_: &mut (), input: usize| {
            taken.fetch_add(1, Ordering::SeqCst);
            if input == 0 {
                thread::sleep(Duration::from_millis(100));
            }
        };
        let each = |()| {
            assert!(taken.load(Ordering::SeqCst) <= done + (AHEAD + 2) * cores);
            done += 1;
            if done == 500 { Err(()) } else { Ok(()) }
        };
        in_order(64, 0..100_000, || (), count, each).unwrap_err();
        assert!(taken.into_inner() < 10_000);
    }
}
