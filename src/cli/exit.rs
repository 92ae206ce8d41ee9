//! The table of exit statuses (product contract, section 1).

use std::process::ExitCode;

/// How a run ended; of several, the highest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All good.
    #[default]
    Good = 0,
    /// Checked, and something is wrong: an error-level finding, a record that does not verify.
    Wrong = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// There is no record for this id.
    NoRecord = 3,
    /// No source could be reached.
    Unreachable = 4,
    /// An input or output could not be read or written.
    Io = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
