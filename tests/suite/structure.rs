//! The house keeps its order: a module uses only what comes before it, and each subject has one door.

use std::path::{Path, PathBuf};

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// Uses against the order of src/lib.rs: module, what it uses, and why that has to be.
const AGAINST_THE_ORDER: [(&str, &str, &str); 0] = [];

/// What stands behind one door: the word, the files that may use it, and those beside it.
const DOORS: &[(&str, &[&str])] = &[
    ("hayro_syntax", &["src/pdf"]),
    ("hayro_interpret", &["src/pdf"]),
    ("lopdf", &["src/pdf"]),
    ("memmap2", &["src/pdf"]),
    ("rustix", &["src/inject/temporary.rs"]),
    ("libc", &["src/pdf/map.rs", "src/pdf/clock.rs", "src/cli/limits.rs"]),
    ("reqwest", &["src/source/http"]),
    ("rustls", &["src/source/http"]),
    ("quick_xml", &["src/compute/xml.rs"]),
    ("clap", &["src/cli"]),
    ("tokio", &["src/cli", "src/source/http"]),
    ("hyper", &["src/cli/mirror"]),
    ("anstream", &["src/cli"]),
    ("indicatif", &["src/cli"]),
    ("toml", &["src/cli"]),
    ("mimalloc", &["src/main.rs"]),
    // `#![allow(unsafe_code)]` stands where it is needed, and nowhere else.
    ("unsafe_code", &["src/pdf/map.rs", "src/pdf/clock.rs", "src/cli/limits.rs"]),
];

/// What prints.
const PRINTS: [&str; 7] =
    ["println!", "eprintln!", "print!", "eprint!", "io::stdout", "io::stderr", "dbg!"];

/// A file of src/ without comments and tests.
struct Source {
    /// From the top of the repository, with slashes.
    name: String,
    code: String,
}

impl Source {
    /// The module of src/lib.rs that the file belongs to.
    fn module(&self) -> &str {
        let name = self.name.trim_start_matches("src/");
        name.split(['/', '.']).next().unwrap_or(name)
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            let rest = self.name.strip_prefix(place);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
        })
    }

    /// Whether `word` stands in the code, not as a part of another.
    fn has(&self, word: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        self.code.match_indices(word).any(|(at, _)| {
            let after = self.code[at + word.len()..].chars().next();
            !self.code[..at].ends_with(is_part) && !after.is_some_and(is_part)
        })
    }

    /// The modules that `crate::` paths begin with, also those in `use crate::{...}`.
    fn uses(&self) -> Vec<&str> {
        let name = |text: &'_ str| text.find(|c: char| !c.is_alphanumeric() && c != '_');
        let mut found = Vec::new();
        for (at, path) in self.code.match_indices("crate::") {
            let rest = &self.code[at + path.len()..];
            match rest.strip_prefix('{') {
                Some(group) => {
                    let mut depth = 0;
                    let end = group.find(|c| {
                        depth += i32::from(c == '{') - i32::from(c == '}');
                        depth < 0
                    });
                    let group = &group[..end.expect("a group ends")];
                    let parts = group.split(',').map(str::trim).filter(|part| !part.is_empty());
                    found.extend(parts.map(|part| &part[..name(part).unwrap_or(part.len())]));
                }
                None => found.push(&rest[..name(rest).unwrap_or(rest.len())]),
            }
        }
        found
    }
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    walk(&Path::new(TOP).join("src"), &mut files);
    files.sort();
    let sources = files.iter().map(|path| {
        let name = path.strip_prefix(TOP).unwrap().to_str().unwrap().replace('\\', "/");
        Source { name, code: code(&std::fs::read_to_string(path).unwrap()) }
    });
    let sources: Vec<_> = sources.filter(|source| !source.name.ends_with("tests.rs")).collect();
    assert!(sources.len() > 50);
    sources
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// A file up to its tests, which stand last, without the lines that are comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod").next().unwrap_or(text);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules of src/lib.rs in their order.
fn order() -> Vec<String> {
    let lib = std::fs::read_to_string(Path::new(TOP).join("src/lib.rs")).unwrap();
    let lines = lib.lines().map(|line| line.trim_start_matches("pub "));
    let modules = lines.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    modules.map(str::to_owned).collect()
}

#[test]
fn a_module_uses_only_what_comes_before_it() {
    let order = order();
    let place = |module: &str| order.iter().position(|name| name == module);
    assert!(place("id") < place("cli"));
    let mut wrong = Vec::new();
    let mut excused = Vec::new();
    for source in sources() {
        let Some(own) = place(source.module()) else { continue };
        for used in source.uses() {
            if place(used).is_none_or(|used| used <= own) {
                continue;
            }
            let excuse = (source.module().to_owned(), used.to_owned());
            match AGAINST_THE_ORDER.iter().any(|(of, to, _)| (*of, *to) == (&*excuse.0, &*excuse.1))
            {
                true => excused.push(excuse),
                false => wrong.push(format!("{} uses crate::{used}", source.name)),
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "against the order of src/lib.rs:\n{}", wrong.join("\n"));
    for (of, to, why) in AGAINST_THE_ORDER {
        assert!(
            excused.iter().any(|excuse| (&*excuse.0, &*excuse.1) == (of, to)),
            "no longer: {of} {to} ({why})"
        );
    }
}

#[test]
fn every_subject_has_one_door() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (word, places) in DOORS {
            if source.has(word) && !source.is_in(places) {
                wrong.push(format!("{} knows {word}, which only {places:?} may", source.name));
            }
        }
        for word in PRINTS {
            if source.code.contains(word) && !source.is_in(&["src/cli"]) {
                wrong.push(format!("{} prints ({word}), which only src/cli does", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_door_is_used() {
    let sources = sources();
    for (word, places) in DOORS {
        let used = sources.iter().any(|source| source.has(word) && source.is_in(places));
        assert!(used, "nothing uses {word} any more; take it off the list");
    }
}

/// A line of Cargo.toml that names a dependency has its reason above it, alone or with the next of its group.
#[test]
fn every_dependency_has_its_reason() {
    let manifest = std::fs::read_to_string(Path::new(TOP).join("Cargo.toml")).unwrap();
    let mut count = 0;
    let mut wrong = Vec::new();
    let mut is_section = false;
    let mut before = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_section = line.trim_end_matches(']').ends_with("dependencies");
        } else if is_section && line.contains(" = ") && !line.starts_with('#') {
            count += 1;
            let is_reason = before.starts_with("# ") && !before.starts_with("# ---");
            if !is_reason && !before.contains(" = ") {
                wrong.push(line);
            }
        }
        before = line;
    }
    assert!(count > 30, "{count}");
    assert!(wrong.is_empty(), "no comment says why these are there:\n{}", wrong.join("\n"));
}
