//! Ctrl-C ends the program between two writes, so that what it wrote ends with a whole line.

/// From here on SIGINT and SIGTERM wait until standard output is not being written; a second one does not.
///
/// The calling thread and those that it starts later leave the signals to a thread that waits for them.
#[cfg(unix)]
pub(super) fn after_whole_lines() {
    use std::sync::Once;

    use nix::sys::signal::{SigSet, Signal};

    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGINT);
        signals.add(Signal::SIGTERM);
        // Without this the default holds: the program ends at once.
        if signals.thread_block().is_err() {
            return;
        }
        std::thread::spawn(move || {
            let mut is_waiting = false;
            while let Ok(signal) = signals.wait() {
                // As shells have it: 128 and the number of the signal.
                let status = 128 + signal as i32;
                if is_waiting {
                    std::process::exit(status);
                }
                is_waiting = true;
                std::thread::spawn(move || super::super::terminal::exit_between_writes(status));
            }
        });
    });
}

#[cfg(not(unix))]
pub(super) fn after_whole_lines() {}
