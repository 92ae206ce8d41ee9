//! How the program is linked.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
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
