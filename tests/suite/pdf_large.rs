//! Files of many objects: they are read as small ones are, and in their memory.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, run};
use crate::tools::require;

/// What is more for 200,000 objects, in kB: the pages of the file that hold where the objects are. A table of them alone
/// would be 10,000.
const MORE_KB: u64 = 7000;

/// A PDF continued by objects that nothing leads to.
fn with_objects(pdf: &[u8], count: usize) -> Vec<u8> {
    const FIRST: usize = 1000;
    let text = String::from_utf8_lossy(pdf);
    let startxref = text.rsplit_once("startxref").unwrap().1.split_whitespace().next().unwrap();
    let root = text.rsplit_once("/Root ").unwrap().1.split(" R").next().unwrap();
    let info = text.rsplit_once("/Info ").unwrap().1.split(" R").next().unwrap();
    let (mut objects, mut table) = (String::new(), String::new());
    for number in FIRST..FIRST + count {
        let offset = pdf.len() + objects.len();
        let _ = writeln!(objects, "{number} 0 obj\n<</Number {number}/Text(of no use)>>\nendobj");
        let _ = write!(table, "{offset:010} 00000 n\r\n");
    }
    let (xref, size) = (pdf.len() + objects.len(), FIRST + count);
    let _ = write!(objects, "xref\n{FIRST} {count}\n{table}trailer\n<</Size {size}/Root {root} R");
    let _ = write!(objects, "/Info {info} R/Prev {startxref}>>\nstartxref\n{xref}\n%%EOF\n");
    [pdf, objects.as_bytes()].concat()
}

/// What `check` says of a file, without its name, and the memory that it took, in kB.
fn check(desk: &Desk, name: &str) -> (Value, u64) {
    let mut command = Command::new("/usr/bin/time");
    desk.clean(&mut command);
    command.args(["-f", "peak %M", env!("CARGO_BIN_EXE_pith"), "check", name, "--offline"]);
    let ran = run(command.args(["--format", "json"]), b"");
    let mut report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    report["input"].take();
    let err = ran.err();
    let peak = err.lines().rev().find_map(|line| line.strip_prefix("peak ")?.parse().ok());
    (report, peak.unwrap())
}

#[test]
fn objects_that_are_not_read_take_no_memory() {
    if !Path::new("/usr/bin/time").exists() {
        require("/usr/bin/time");
        return;
    }
    let desk = Desk::new();
    let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks/proof-missing/good.pdf");
    let paper = fs::read(paper).unwrap();
    desk.write("few.pdf", &with_objects(&paper, 10));
    desk.write("many.pdf", &with_objects(&paper, 200_000));
    let ((few, least), (many, most)) = (check(&desk, "few.pdf"), check(&desk, "many.pdf"));
    assert_eq!(few, many);
    assert!(most < least + MORE_KB, "{most} kB instead of {least} kB");
}
