//! Verdicts on many records, one JSON object a line.
//!
//!     cargo run --no-default-features --example verify_records < records.jsonl
//!
//! Each record has a verdict of its own; only the work on signatures by the same key is shared.

use std::io::BufRead;

use pith::record::Record;
use pith::trust::{BulkKeyring, Keyring};
use pith::verify::verify_all;

/// Records that are verified together.
const TOGETHER: usize = 256;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = Keyring::pinned();
    let bulk = BulkKeyring::new(&keys);
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    for lines in lines.chunks(TOGETHER) {
        describe(lines, &bulk).iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// A line for each record: its number and verdict, and every step that failed.
pub fn describe(lines: &[String], keys: &BulkKeyring<'_>) -> Vec<String> {
    let (records, unreadable): (Vec<_>, Vec<_>) =
        lines.iter().map(|line| Record::from_slice(line.as_bytes())).partition(Result::is_ok);
    let records: Vec<Record> = records.into_iter().flatten().collect();
    let mut out: Vec<String> = verify_all(&records, keys)
        .iter()
        .map(|verdict| {
            let number =
                verdict.pith_number.map_or("no number".into(), |number| number.to_string());
            let failed: Vec<_> = verdict
                .failures()
                .map(|step| format!("; {}: {}", step.step, step.detail))
                .collect();
            format!("{number} {}{}", verdict.status(), failed.concat())
        })
        .collect();
    out.extend(unreadable.into_iter().filter_map(Result::err).map(|error| error.to_string()));
    out
}
