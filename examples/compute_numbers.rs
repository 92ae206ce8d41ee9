//! The Pith Numbers of papers, from lines of arXiv's public metadata snapshot.
//!
//!     cargo run --no-default-features --example compute_numbers < arxiv-metadata-oai-snapshot.json
//!
//! It uses the library alone: no command line, no network, no resolver.

use std::io::{BufRead, Write};

use pith::compute::{Metadata, Options, compute};
use pith::error::Remedy;

fn main() -> std::io::Result<()> {
    let (stdin, mut stdout) = (std::io::stdin().lock(), std::io::stdout().lock());
    for (number, line) in (1..).zip(stdin.lines()) {
        writeln!(stdout, "{number}: {}", describe(&line?))?;
    }
    Ok(())
}

/// The number of one paper, or why it has none and what to do.
pub fn describe(line: &str) -> String {
    let metadata = match Metadata::from_json(line.as_bytes()) {
        Ok(metadata) => metadata,
        Err(error) => return format!("{error} ({})", error.remedy().unwrap_or_default()),
    };
    match compute(&metadata, &Options::default()) {
        Ok(computed) => format!("{} is {}", computed.fields.source, computed.number()),
        Err(error) => format!("{error} ({})", error.remedy().unwrap_or_default()),
    }
}
