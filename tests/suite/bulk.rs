//! `verify -` and `compute -` over many lines: order, memory, a reader that leaves, an interruption.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::records::signed;

/// A line of the public snapshot, of a paper that does not exist.
fn paper(number: usize) -> String {
    let text =
        "An abstract of the usual length says what was done and what came of it. ".repeat(12);
    json!({
        "id": format!("{:02}{:02}.{:05}", 15 + number % 10, 1 + number % 12, number / 120 % 100_000),
        "title": format!("Paper {number} of many"),
        "categories": "math.CO cs.DM",
        "license": null,
        "abstract": format!("  {text}{number}\n"),
        "versions": [{ "version": "v1", "created": "Thu, 27 Sep 2018 05:54:49 GMT" }],
    })
    .to_string()
}

fn spawn(desk: &Desk, arguments: &[&str]) -> Child {
    let mut command = desk.command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Feeds lines to a command, and hands out what it printed and the most memory that it had, in kB.
fn memory(
    desk: &Desk,
    arguments: &[&str],
    lines: impl Iterator<Item = String> + Send,
) -> (String, u64) {
    let mut child = spawn(desk, arguments);
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut stderr = child.stderr.take().unwrap();
    let status = format!("/proc/{}/status", child.id());
    std::thread::scope(|scope| {
        let out = scope.spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).unwrap();
            text
        });
        scope.spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()).unwrap());
        for line in lines {
            stdin.write_all(line.as_bytes()).unwrap();
            stdin.write_all(b"\n").unwrap();
        }
        // It still waits for more.
        let status = std::fs::read_to_string(status).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
        drop(stdin);
        child.wait().unwrap();
        (out.join().unwrap(), peak)
    })
}

/// The contract: 64 MB, whatever the number of inputs.
const MOST_KB: u64 = 64 * 1024;

#[test]
fn compute_keeps_order_and_memory() {
    let desk = Desk::new();
    let count = 20_000;
    let lines = (0..count).map(|n| if n % 1000 == 7 { "{\"id\": 1}".into() } else { paper(n) });
    let (out, peak) = memory(&desk, &["compute", "-", "--format", "json"], lines);
    assert!(peak < MOST_KB, "{peak} kB");
    let mut seen = 0;
    for (number, line) in out.lines().enumerate() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["input"], format!("-:{}", number + 1));
        assert_eq!(object["error"].is_object(), number % 1000 == 7, "{object}");
        if number % 1000 != 7 {
            assert_eq!(object["title"], format!("Paper {number} of many"));
        }
        seen += 1;
    }
    assert_eq!(seen, count);
}

#[test]
fn verify_names_the_bad_signature_among_the_good() {
    let desk = Desk::new();
    let (record, trust) = signed("A title");
    let bad = record.replace("\"signature_b64\":\"", "\"signature_b64\":\"A");
    let other = signed("Another title").0;
    // A genuine signature of another record.
    let from = |record: &str| record.split("\"signature_b64\":\"").nth(1).unwrap()[..88].to_owned();
    let swapped = record.replace(&from(&record), &from(&other));
    desk.write("trust.json", trust.as_bytes());
    let mut lines = vec![record.clone(); 300];
    lines[70] = bad;
    lines[71] = swapped.clone();
    lines[299] = swapped;
    lines[150] = "{\"canonical_record\": {".into();
    lines[200] = "{\"no\": \"record\"}".into();
    desk.write("list.jsonl", (lines.join("\n") + "\n").as_bytes());
    let ran = desk.run(&["verify", "list.jsonl", "--trust", "trust.json", "--format", "json"]);
    assert_eq!(ran.status, Some(5));
    let objects = ran.json();
    assert_eq!(objects.len(), 300);
    for (number, object) in objects.iter().enumerate() {
        assert_eq!(object["input"], format!("list.jsonl:{}", number + 1));
        let expected = match number {
            70 | 71 | 299 => json!("failed"),
            150 | 200 => Value::Null,
            _ => json!("verified"),
        };
        assert_eq!(object["verdict"], expected, "{object}");
    }
    // One by one, they say the same.
    let alone = desk.run(&["verify", "-", "--trust", "trust.json", "--format", "json"]);
    assert_eq!(alone.status, Some(5), "nothing on standard input is no record");
    for number in [70, 71] {
        let line = std::fs::read_to_string(desk.join("list.jsonl")).unwrap();
        desk.write("one.json", line.lines().nth(number).unwrap().as_bytes());
        let alone = desk.run(&["verify", "one.json", "--trust", "trust.json", "--format", "json"]);
        assert_eq!(alone.json()[0]["steps"], objects[number]["steps"]);
    }
}

#[test]
fn verify_keeps_memory_with_the_longest_lines() {
    let desk = Desk::new();
    // As many values and as many bytes as a line may have, and more; each is refused, and none is kept.
    let long = |n: usize| match n % 3 {
        0 => format!("{{\"a\": [{}0]}}", "0,".repeat(190_000)),
        1 => format!("{{\"a\": \"{}\"}}", "x".repeat(1_900_000)),
        _ => format!("{{\"a\": \"{}\"}}", "x".repeat(2_100_000)),
    };
    let (out, peak) = memory(&desk, &["verify", "-", "--format", "json"], (0..40).map(long));
    assert_eq!(out.lines().count(), 40);
    assert!(peak < MOST_KB, "{peak} kB");
}

#[test]
fn a_reader_that_leaves_ends_the_work() {
    let desk = Desk::new();
    let mut child = spawn(&desk, &["compute", "-", "--format", "number"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut first = String::new();
    let line = paper(1) + "\n";
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let stdout = child.stdout.take().unwrap();
        let writer = scope.spawn(move || while stdin.write_all(line.as_bytes()).is_ok() {});
        BufReader::new(stdout).read_line(&mut first).unwrap();
        // The reader is gone; the writer ends because the program does.
        writer.join().unwrap();
    });
    assert!(first.starts_with("pith:2018:"), "{first}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[cfg(unix)]
#[test]
fn an_interruption_leaves_whole_lines() {
    let desk = Desk::new();
    for signal in ["-INT", "-TERM"] {
        let mut child = spawn(&desk, &["compute", "-", "--format", "json"]);
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        let line = paper(1) + "\n";
        let status = std::thread::scope(|scope| {
            let writer = scope.spawn(move || while stdin.write_all(line.as_bytes()).is_ok() {});
            for _ in 0..100 {
                stdout.read_line(&mut text).unwrap();
            }
            let id = child.id().to_string();
            std::process::Command::new("kill").args([signal, &id]).status().unwrap();
            stdout.read_to_string(&mut text).unwrap();
            writer.join().unwrap();
            child.wait().unwrap()
        });
        assert_eq!(status.code(), Some(if signal == "-INT" { 130 } else { 143 }));
        assert!(text.ends_with("}\n"), "{}", &text[text.len() - 80..]);
        assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    }
}

/// A run that was interrupted and the one that resumes it give what one run gives.
#[test]
fn two_runs_make_one() {
    let desk = Desk::new();
    let mut list = String::new();
    for number in 0..1500 {
        let _ = writeln!(list, "{}", if number % 100 == 3 { "{}".into() } else { paper(number) });
    }
    desk.write("list.jsonl", list.as_bytes());
    let run = |more: &[&str]| {
        desk.run(&[&["compute", "list.jsonl", "--format", "json"], more].concat()).out()
    };
    let whole = run(&[]);
    assert_eq!(whole.lines().count(), 1500);
    for done in [0, 1, 255, 256, 257, 700, 1499, 1500] {
        let begun: String = whole.split_inclusive('\n').take(done).collect();
        desk.write("out.jsonl", begun.as_bytes());
        assert_eq!(begun + &run(&["--resume", "out.jsonl"]), whole, "{done}");
    }
}
