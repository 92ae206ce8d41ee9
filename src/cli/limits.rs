//! The system's limits, as errors that can be said.

/// Beyond the limit on the size of files (`ulimit -f`) the system ends a process by a signal. Ignored, the write fails
/// instead, its temporary file goes, and the message says why.
#[cfg(unix)]
#[allow(unsafe_code)]
pub(super) fn fail_instead_of_ending() {
    // SAFETY: no handler is installed; the default action is replaced by none.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

#[cfg(not(unix))]
pub(super) fn fail_instead_of_ending() {}
