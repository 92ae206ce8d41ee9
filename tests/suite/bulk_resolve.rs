//! `pith resolve -` with many ids: memory that does not grow, whole lines, and going on where it was left.

use std::fmt::Write;
use std::io::{Read, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, run};
use crate::records::{HETEGEN, HETEGEN_SUFFIX};
use crate::server::{Server, json};
use crate::tools::require;

/// 200,000 ids against a folder, each with its line, in order, within 64 MB.
#[test]
fn memory_does_not_grow_with_the_number_of_ids() {
    if !std::path::Path::new("/usr/bin/time").exists() {
        require("/usr/bin/time");
        return;
    }
    let desk = Desk::new();
    desk.good(&["mirror", "build", "mirror", &format!("mirror/pith/{HETEGEN_SUFFIX}.json")]);
    let (mut ids, mut expected) = (String::new(), String::new());
    for number in 0..200_000 {
        // A few have a record; for the others there is none, and a word about it.
        match number % 100 {
            0 => {
                ids.push_str("2403.01164\n");
                let _ = writeln!(expected, "pith:2024:{HETEGEN_SUFFIX}");
            }
            _ => {
                let _ = writeln!(ids, "2105.{:05}", number % 90_000 + 1);
            }
        }
    }
    let mut command = Command::new("/usr/bin/time");
    desk.clean(&mut command);
    command.args(["-f", "peak %M", env!("CARGO_BIN_EXE_pith"), "resolve", "-"]);
    command.args(["--mirror", "mirror", "--format", "number", "-q"]);
    let ran = run(&mut command, ids.as_bytes());
    assert_eq!(ran.status, Some(3));
    assert_eq!(ran.out(), expected);
    let err = ran.err();
    let peak: u64 = err.lines().rev().find_map(|l| l.strip_prefix("peak ")?.parse().ok()).unwrap();
    assert!(peak < 64 * 1024, "{peak} kB");
}

/// Interrupted in the middle, the output ends with a whole line; the next run does the rest.
#[test]
fn an_interrupted_run_is_resumed() {
    let desk = Desk::new();
    let server = Server::acting(|_, stream| {
        std::thread::sleep(Duration::from_millis(20));
        let _ = stream.write_all(&json(HETEGEN));
    });
    let ids: String = (0..400).map(|number| format!("2403.01164v{}\n", number + 1)).collect();
    let url = server.url();
    let arguments = ["resolve", "-", "--format", "json", "--cache", "none", "--mirror", &url];
    let mut command = desk.command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(ids.as_bytes()).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    // Some of its output is read, so it is at work; then Ctrl-C.
    let mut first = vec![0; 100_000];
    stdout.read_exact(&mut first).unwrap();
    let interrupt = ["-INT", &child.id().to_string()].map(str::to_owned);
    assert!(Command::new("kill").args(interrupt).status().unwrap().success());
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut out = [first, rest].concat();
    assert!(out.ends_with(b"\n"), "the last line is whole");
    let lines = |out: &[u8]| -> Vec<String> {
        let lines = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let objects = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
        objects.map(|object| object["input"].as_str().unwrap().to_owned()).collect()
    };
    let done = lines(&out).len();
    assert!(done > 0 && done < 400, "{done}");
    desk.write("done.jsonl", &out);
    let mut command = desk.command();
    command.args(arguments).args(["--resume", "done.jsonl"]);
    let ran = run(&mut command, ids.as_bytes());
    assert_eq!(ran.status, Some(0), "{}", ran.err());
    out.extend(ran.stdout);
    assert_eq!(lines(&out), ids.lines().collect::<Vec<_>>(), "each once, in order");
}

/// Answers that come in any order are printed in the order of the ids.
#[test]
fn results_are_in_the_order_of_the_ids() {
    let desk = Desk::new();
    let server = Server::acting(|asked, stream| {
        // The first ones are the slowest.
        std::thread::sleep(Duration::from_millis(200_u64.saturating_sub(asked.before as u64 * 5)));
        let _ = stream.write_all(&json(HETEGEN));
    });
    let ids: String = (1..=60).map(|version| format!("2403.01164v{version}\n")).collect();
    let mut command = desk.command();
    command.args(["resolve", "-", "--format", "json", "--cache", "none", "--jobs", "8"]);
    command.args(["--mirror", &server.url()]);
    let ran = run(&mut command, ids.as_bytes());
    assert_eq!(ran.status, Some(0), "{}", ran.err());
    let inputs: Vec<_> =
        ran.json().iter().map(|line| line["input"].as_str().unwrap().to_owned()).collect();
    assert_eq!(inputs, ids.lines().collect::<Vec<_>>());
}

/// One that hangs costs three ids their time-out, and not each of them.
#[test]
fn a_mirror_that_is_down_is_left_alone() {
    let desk = Desk::new();
    let hangs = Server::acting(|_, _| std::thread::sleep(Duration::from_secs(60)));
    let answers = Server::start(vec![("/api/pith-number/resolve?arxiv=2403.01164", json(HETEGEN))]);
    let resolve = |ids: &str, mirrors: &[&Server]| {
        let mut command = desk.command();
        command.args("resolve - --format number --cache none --timeout 1 --jobs 1".split(' '));
        mirrors.iter().for_each(|mirror| {
            command.args(["--mirror", &mirror.url()]);
        });
        run(&mut command, ids.as_bytes())
    };
    let ran = resolve(&"2403.01164\n".repeat(40), &[&hangs, &answers]);
    assert_eq!((ran.status, &*ran.err()), (Some(0), ""));
    assert_eq!(ran.out(), format!("pith:2024:{HETEGEN_SUFFIX}\n").repeat(40));
    assert_eq!(hangs.asked().len(), 3);

    let ran = resolve(&format!("2403.01164\n{}", "2105.00001\n".repeat(4)), &[&hangs, &answers]);
    // Two ids end with a no, the third time-out among them; of the others nobody knows.
    assert_eq!(ran.status, Some(4), "{}", ran.err());
    assert_eq!(ran.err().matches("error: no record for").count(), 2, "{}", ran.err());
    let said = "was down 3 times in a row, and is left alone for 30 s";
    assert_eq!(ran.err().matches(said).count(), 2, "{}", ran.err());
    assert_eq!(hangs.asked().len(), 3 + 3);

    // With nobody else to ask it is asked each time.
    let ran = resolve(&"2403.01164\n".repeat(5), &[&hangs]);
    assert_eq!(ran.status, Some(4), "{}", ran.err());
    assert_eq!(hangs.asked().len(), 6 + 5);
}
