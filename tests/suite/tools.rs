//! Programs that some tests need.

use std::process::Command;

/// Whether `tool` is on PATH. Where it is not, a test passes with a line that says so; under CI
/// (the variable `CI` is set) it fails.
pub fn require(tool: &str) -> bool {
    let found = Command::new("sh").args(["-c", "command -v \"$0\" >/dev/null", tool]).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{tool} is not installed");
        eprintln!("not tested: {tool} is not installed");
    }
    found
}
