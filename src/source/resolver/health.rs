//! Whether a source is worth its place in the order: one that is down would cost each id of a long list its time-out.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::source::SourceError;

/// How often in a row a source is down before it rests.
const FAILURES: u32 = 3;
/// How long it rests.
const REST: Duration = Duration::from_secs(30);

/// What asking a source has come to lately. Threads share it.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests_until: Option<Instant>,
}

impl Health {
    /// Whether it rests. After the rest one caller hears that it does not, and asks it; the others go on without it
    /// until something is known.
    pub fn is_resting(&self) -> bool {
        self.is_resting_at(Instant::now())
    }

    /// Takes down how asking it went.
    pub fn note(&self, was_down: bool) {
        self.note_at(Instant::now(), was_down);
    }

    fn is_resting_at(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.rests_until {
            None => false,
            Some(until) if now < until => true,
            Some(_) => {
                state.rests_until = Some(now + REST);
                false
            }
        }
    }

    fn note_at(&self, now: Instant, was_down: bool) {
        let mut state = self.state();
        if !was_down {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.rests_until = Some(now + REST);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is said of a source that rests.
pub(super) fn resting() -> SourceError {
    let seconds = REST.as_secs();
    SourceError::Unavailable(format!(
        "was down {FAILURES} times in a row, and is left alone for {seconds} s"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_rests_after_some_failures_and_is_tried_by_one() {
        let health = Health::default();
        let start = Instant::now();
        for _ in 1..FAILURES {
            health.note_at(start, true);
            assert!(!health.is_resting_at(start));
        }
        health.note_at(start, true);
        assert!(health.is_resting_at(start));
        let after = start + REST;
        assert!(!health.is_resting_at(after), "one asks");
        assert!(health.is_resting_at(after), "and the others do not");
        health.note_at(after, true);
        assert!(health.is_resting_at(after + REST / 2));
        health.note_at(after, false);
        assert!(!health.is_resting_at(after), "an answer ends it");
        health.note_at(after, true);
        assert!(!health.is_resting_at(after), "and failures are counted anew");
    }
}
