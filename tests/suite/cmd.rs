//! The cases in tests/cmd: one command line a file, and what it must print. tests/cmd/README.md tells the format.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::desk::{Desk, Ran, TESTS, run};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    run: Words,
    #[serde(default)]
    before: Vec<Words>,
    #[serde(default)]
    edit: BTreeMap<String, [String; 2]>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    files: BTreeMap<String, File>,
    status: i32,
    #[serde(default)]
    stdout: Expected,
    #[serde(default)]
    stderr: Expected,
    #[serde(default)]
    written: BTreeMap<String, Expected>,
    #[serde(default)]
    absent: Vec<String>,
}

/// A command line: words between blanks, or a list where a word has blanks in it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Line(String),
    List(Vec<String>),
}

impl Words {
    fn get(&self) -> Vec<&str> {
        match self {
            Self::Line(line) => line.split_whitespace().collect(),
            Self::List(words) => words.iter().map(String::as_str).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    from: Option<String>,
    #[serde(default)]
    text: String,
    #[serde(default = "once")]
    repeat: usize,
    #[serde(default)]
    replace: Vec<[String; 2]>,
    #[serde(default)]
    append: String,
}

fn once() -> usize {
    1
}

impl File {
    fn put(&self, desk: &Desk, name: &str) {
        if name.ends_with('/') {
            return std::fs::create_dir_all(desk.join(name)).unwrap();
        }
        match &self.from {
            Some(from) => desk.copy(from, name),
            None => desk.write(name, self.text.repeat(self.repeat).as_bytes()),
        }
        for change in &self.replace {
            replace(desk, name, change);
        }
        if !self.append.is_empty() {
            let bytes = std::fs::read(desk.join(name)).unwrap();
            desk.write(name, &[&bytes, self.append.as_bytes()].concat());
        }
    }
}

/// Replaces the first place where a text stands; there must be one.
fn replace(desk: &Desk, name: &str, [from, to]: &[String; 2]) {
    let text = std::fs::read_to_string(desk.join(name)).unwrap();
    assert!(text.contains(from.as_str()), "{name} has no {from:?}");
    desk.write(name, text.replacen(from.as_str(), to, 1).as_bytes());
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    is: Option<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    json: Option<Vec<BTreeMap<String, Value>>>,
}

impl Expected {
    fn compare(&self, what: &str, bytes: &[u8], wrong: &mut String) {
        let text = String::from_utf8_lossy(bytes);
        // Where lines break is for people and their terminals.
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let flattened = flat(&text);
        if let Some(is) = self.is.as_ref().filter(|is| **is != text) {
            let _ = writeln!(wrong, "  {what} is not as expected:\n{}", difference(is, &text));
        }
        for missing in self.contains.iter().filter(|part| !flattened.contains(&flat(part))) {
            let _ = writeln!(wrong, "  {what} does not contain {missing:?}:\n{}", indent(&text));
        }
        for present in self.lacks.iter().filter(|part| text.contains(part.as_str())) {
            let _ = writeln!(wrong, "  {what} contains {present:?}:\n{}", indent(&text));
        }
        if let Some(objects) = &self.json {
            compare_json(what, objects, &text, wrong);
        }
    }
}

/// Every line is an object, and its values at these pointers are these.
fn compare_json(what: &str, objects: &[BTreeMap<String, Value>], text: &str, wrong: &mut String) {
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
    if lines.len() != objects.len() {
        let (is, expected) = (lines.len(), objects.len());
        let _ = writeln!(wrong, "  {what} has {is} lines, not {expected}:\n{}", indent(text));
    }
    for (place, (line, values)) in lines.iter().zip(objects).enumerate() {
        for (pointer, value) in values {
            let found = line.pointer(pointer).unwrap_or(&Value::Null);
            if found != value {
                let place = place + 1;
                let _ = writeln!(wrong, "  {what} line {place} {pointer} is {found}, not {value}");
            }
        }
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    | {line}\n")).collect()
}

/// Lines of both, - what was expected and + what came.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let mut out = String::new();
    for place in 0..expected.len().max(found.len()) {
        let (left, right) = (expected.get(place), found.get(place));
        if left == right {
            let _ = writeln!(out, "      {}", left.unwrap_or(&""));
            continue;
        }
        for (sign, line) in [('-', left), ('+', right)] {
            if let Some(line) = line {
                let _ = writeln!(out, "    {sign} {line}");
            }
        }
    }
    out
}

fn check(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let case: Case = match toml::from_str(&text) {
        Ok(case) => case,
        Err(error) => return format!("  it is no case: {error}"),
    };
    let desk = Desk::new();
    for (name, file) in &case.files {
        file.put(&desk, name);
    }
    for words in &case.before {
        desk.good(&words.get());
    }
    for (name, change) in &case.edit {
        replace(&desk, name, change);
    }
    let mut command = desk.command();
    command.args(case.run.get()).envs(&case.env);
    let Ran { status, stdout, stderr } = run(&mut command, case.stdin.as_bytes());
    let mut wrong = String::new();
    if status != Some(case.status) {
        let said = indent(&String::from_utf8_lossy(&stderr));
        let expected = case.status;
        let _ = writeln!(wrong, "  the exit status is {status:?}, not {expected}:\n{said}");
    }
    case.stdout.compare("standard output", &stdout, &mut wrong);
    case.stderr.compare("standard error", &stderr, &mut wrong);
    for (name, expected) in &case.written {
        match std::fs::read(desk.join(name)) {
            Ok(bytes) => expected.compare(name, &bytes, &mut wrong),
            Err(error) => wrong.push_str(&format!("  {name}: {error}\n")),
        }
    }
    for name in case.absent.iter().filter(|name| desk.join(name).exists()) {
        let _ = writeln!(wrong, "  {name} is there");
    }
    for (what, bytes) in [("standard output", &stdout), ("standard error", &stderr)] {
        // No case of these is on a terminal, so nothing may steer one.
        if bytes.contains(&0x1b) || String::from_utf8_lossy(bytes).contains("panicked") {
            let text = String::from_utf8_lossy(bytes);
            let _ = writeln!(wrong, "  {what} has escape sequences or a panic:\n{}", indent(&text));
        }
    }
    wrong
}

fn cases() -> Vec<PathBuf> {
    let read = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.collect::<Vec<_>>()
    };
    let verbs = read(&Path::new(TESTS).join("cmd")).into_iter().filter(|path| path.is_dir());
    let mut cases: Vec<_> = verbs.flat_map(|verb| read(&verb)).collect();
    cases.sort();
    cases
}

#[test]
fn every_case_prints_what_its_file_says() {
    let cases = cases();
    assert!(cases.len() >= 45, "only {} cases were found", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .map(|path| (path, check(path)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(path, wrong)| format!("{}\n{wrong}", path.display()))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ\n\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// Every exit status that a verb can end with.
const STATUSES: &[(&str, &[i32])] = &[
    ("resolve", &[0, 1, 2, 3, 4, 5]),
    ("verify", &[0, 1, 2, 5]),
    ("compute", &[0, 1, 2, 3, 4, 5]),
    ("sty", &[0, 1, 2, 3, 4, 5]),
    ("badge", &[0, 1, 2, 3, 4, 5]),
    ("add", &[0, 1, 2, 3, 4, 5]),
    ("remove", &[0, 2, 5]),
    ("pack", &[0, 1, 2, 5]),
    ("inject", &[0, 1, 2, 3, 4, 5]),
    ("strip", &[0, 2, 5]),
    ("check", &[0, 1, 2, 5]),
    ("explain", &[0, 2]),
    ("mirror", &[0, 1, 2, 5]),
    ("trust", &[0, 2, 5]),
    ("demo", &[0, 2, 5]),
    ("completions", &[0, 2]),
    ("man", &[0, 2]),
];

#[test]
fn every_exit_status_of_every_verb_has_a_case() {
    let command = pith::cli::command();
    let verbs: BTreeSet<_> = command.get_subcommands().map(|verb| verb.get_name()).collect();
    assert_eq!(verbs, STATUSES.iter().map(|(verb, _)| *verb).collect());
    for (verb, statuses) in STATUSES {
        let cases = cases().into_iter().filter(|path| path.parent().unwrap().ends_with(verb));
        let seen: BTreeSet<_> = cases
            .map(|path| {
                toml::from_str::<Case>(&std::fs::read_to_string(path).unwrap()).unwrap().status
            })
            .collect();
        assert_eq!(seen, statuses.iter().copied().collect(), "pith {verb}");
    }
}
