//! Tells `pith --version` which commit it was built from, and how the program is linked.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A packager may name the commit of an unpacked archive.
    println!("cargo::rerun-if-env-changed=PITH_COMMIT");
    let named = env::var("PITH_COMMIT").ok().filter(|commit| !commit.is_empty());
    if let Some(commit) = named.or_else(commit) {
        println!("cargo::rustc-env=PITH_COMMIT={commit}");
    }
    link();
}

/// The commit of the checkout.
fn commit() -> Option<String> {
    // An archive of the sources may lie in somebody else's checkout.
    if !Path::new(".git").exists() {
        return None;
    }
    // Each commit and each switch of branches appends a line here.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    git(&["rev-parse", "--short=10", "HEAD"])
}

fn link() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // A program at fixed addresses needs no relocations when it starts: 20,000 pointers in tables of glyph names, on
    // 120 pages that are copied for them. That is a fifth of the time of one check. Stack, heap, maps and libraries
    // keep their random addresses.
    if is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("PROFILE", "release")
    {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
