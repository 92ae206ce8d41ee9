//! The outside programs that tests use as oracles.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Whether `tool` is on PATH. A test that needs it returns early where it is not; under CI it fails instead, so
/// that nothing is skipped unnoticed.
pub fn require(tool: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()));
    if !found {
        assert!(std::env::var_os("CI").is_none(), "needs {tool}");
        eprintln!("skipped: needs {tool}");
    }
    found
}

/// Runs a tool in `folder` and returns what it printed; fails where it fails.
pub fn run(folder: &Path, tool: &str, arguments: &[&str]) -> String {
    let output = output(folder, tool, arguments);
    assert!(
        output.status.success(),
        "{tool} {arguments:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a tool in `folder`.
pub fn output(folder: &Path, tool: &str, arguments: &[&str]) -> Output {
    Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{tool}: {error}"))
}

/// A Python with `module`: the virtual environment that `make test` makes, else the one on PATH.
pub fn require_python(module: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let found = [own, PathBuf::from("python3")].into_iter().find(|python| {
        let import = format!("import {module}");
        Command::new(python)
            .args(["-c", &import])
            .output()
            .is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "needs python with {module}");
        eprintln!("skipped: needs python with {module}");
    }
    found
}
