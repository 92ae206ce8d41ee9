//! Time as a thread has used it: on a machine that is busy with other things, work takes longer and uses no more.

use std::time::{Duration, Instant};

/// How many times as long as its limit work may take on the wall, where it waits for the disk or for other programs.
const GENEROSITY: u32 = 20;

/// The time that one thread has used since some moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopwatch {
    processor: Option<(processor::Clock, Duration)>,
    wall: Instant,
}

impl Stopwatch {
    /// From now on, of the thread that calls this. Others may look at it.
    pub(super) fn start() -> Self {
        let clock = processor::Clock::of_this_thread();
        let processor = clock.and_then(|clock| Some((clock, clock.now()?)));
        Self { processor, wall: Instant::now() }
    }

    /// Whether `limit` is used up. What the wall's clock allows, the thread's does too, and costs more to ask.
    pub(super) fn has_used(&self, limit: Duration) -> bool {
        let passed = self.wall.elapsed();
        passed >= limit && self.left(limit).is_zero()
    }

    /// What is left of `limit`.
    pub(super) fn left(&self, limit: Duration) -> Duration {
        let passed = self.wall.elapsed();
        let used = match self.processor.map(|(clock, start)| (clock.now(), start)) {
            Some((Some(now), start)) => now.saturating_sub(start).max(passed / GENEROSITY),
            _ => passed,
        };
        limit.saturating_sub(used)
    }

    /// How long `limit` may take on the wall.
    pub(super) fn patience(limit: Duration) -> Duration {
        limit * GENEROSITY
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
#[allow(unsafe_code)]
mod processor {
    use std::mem::MaybeUninit;
    use std::time::Duration;

    /// The processor time of a thread (POSIX, pthread_getcpuclockid).
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Clock(libc::clockid_t);

    impl Clock {
        pub(super) fn of_this_thread() -> Option<Self> {
            let mut clock = 0;
            // SAFETY: the calling thread is alive, and there is room for the answer.
            let failed =
                unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
            (failed == 0).then_some(Self(clock))
        }

        /// `None` where the thread has ended.
        pub(super) fn now(self) -> Option<Duration> {
            let mut time = MaybeUninit::<libc::timespec>::uninit();
            // SAFETY: there is room for the answer, which is filled in where the call succeeds.
            let time = unsafe {
                (libc::clock_gettime(self.0, time.as_mut_ptr()) == 0).then(|| time.assume_init())?
            };
            Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
        }
    }
}

/// Without such clocks the wall's counts.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
mod processor {
    use std::time::Duration;

    #[derive(Debug, Clone, Copy)]
    pub(super) struct Clock;

    impl Clock {
        pub(super) fn of_this_thread() -> Option<Self> {
            None
        }

        pub(super) fn now(self) -> Option<Duration> {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts until the processor has been used for `time`.
    fn work(time: Duration) {
        let watch = Stopwatch::start();
        while watch.left(time) > Duration::ZERO {
            std::hint::black_box((0..1000).sum::<u64>());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_work_counts() {
        let limit = Duration::from_millis(40);
        let watch = Stopwatch::start();
        std::thread::sleep(limit * 3);
        assert!(!watch.has_used(limit), "sleep is no work: {:?}", watch.left(limit));
        work(limit * 2);
        assert!(watch.has_used(limit));
    }

    #[test]
    fn patience_ends() {
        let limit = Duration::from_millis(5);
        let watch = Stopwatch::start();
        std::thread::sleep(Stopwatch::patience(limit));
        assert!(watch.has_used(limit));
    }
}
