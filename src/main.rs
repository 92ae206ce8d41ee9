//! The `pith` binary: everything is in [`pith::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    pith::cli::run(std::env::args_os()).into()
}
