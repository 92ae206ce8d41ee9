//! Turns a panic of a parser into an error value, quietly.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::PdfError;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What [`stop`] unwinds with.
struct Stopped;

/// Runs `work`; a panic inside becomes [`PdfError::Damaged`], and nothing is printed for it.
pub(super) fn guard<T>(what: &'static str, work: impl FnOnce() -> T) -> Result<T, PdfError> {
    run(work).map_err(|_| PdfError::Damaged { what })
}

/// Runs `work` until it is done (`true`) or calls [`stop`] (`false`).
pub(super) fn until_stopped(what: &'static str, work: impl FnOnce()) -> Result<bool, PdfError> {
    match run(work) {
        Ok(()) => Ok(true),
        Err(payload) if payload.is::<Stopped>() => Ok(false),
        Err(_) => Err(PdfError::Damaged { what }),
    }
}

/// Leaves [`until_stopped`] from within a callback that cannot return an error.
pub(super) fn stop() -> ! {
    panic::resume_unwind(Box::new(Stopped))
}

fn run<T>(work: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    // The hook prints before the panic is caught, so catching alone would still show a message.
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.with(Cell::get) {
                previous(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_damage() {
        let result = guard("a test", || panic!("no"));
        assert!(matches!(result, Err::<(), _>(PdfError::Damaged { what: "a test" })));
        assert!(matches!(guard("a test", || 7), Ok(7)));
    }

    #[test]
    fn stopping_is_not_damage() {
        assert!(!until_stopped("a test", || stop()).unwrap());
        assert!(until_stopped("a test", || ()).unwrap());
    }
}
