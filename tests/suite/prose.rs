//! Prose names what is there: paths, commands and checks.

use std::path::{Path, PathBuf};

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// What begins the path of something in the repository.
const ROOTS: [&str; 11] = [
    "src/",
    "tests/",
    "docs/",
    "tex/",
    "templates/",
    "examples/",
    "benches/",
    "fuzz/",
    "packaging/",
    ".ci/",
    ".github/",
];

/// The texts for people, those of them that are there.
fn texts() -> Vec<PathBuf> {
    let top = Path::new(TOP);
    let mut files: Vec<_> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "templates/README.md", "tex/README.md"]
            .iter()
            .map(|name| top.join(name))
            .collect();
    for folder in ["docs", "tests", "tests/cmd", "tests/pdf", "tests/tex"] {
        let entries = std::fs::read_dir(top.join(folder)).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()));
    }
    files.retain(|path| path.is_file() && path.extension().is_some_and(|e| e == "md"));
    files.sort();
    files
}

/// What stands between backticks on one line, and what links point to.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ', '#']).next());
    quoted.chain(linked)
}

/// A name that is a path in the repository, and no pattern or placeholder.
fn path_in(name: &str) -> Option<&str> {
    let name = name.trim_start_matches("./").trim_start_matches("../");
    let is_path = ROOTS.iter().any(|root| name.starts_with(root));
    let is_pattern = name.contains(['<', '*', '{', ' ', '$', '|', '…']) || name.contains("...");
    (is_path && !is_pattern).then(|| name.split([':', '#']).next().unwrap_or(name))
}

#[test]
fn paths_named_in_prose_exist() {
    let mut wrong = Vec::new();
    for file in texts() {
        let text = std::fs::read_to_string(&file).unwrap();
        for name in named(&text).filter_map(path_in) {
            if !Path::new(TOP).join(name).exists() {
                wrong.push(format!("{}: {name}", file.strip_prefix(TOP).unwrap().display()));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "these are named and are not there:\n{}", wrong.join("\n"));
}

#[test]
fn what_looks_like_a_path_is_taken_for_one() {
    let text = "See `src/check.rs`, `tests/checks/<id>/bad.pdf`, [a page](docs/checks.md#title-differs), `a/b` \
                and `./tests/cmd`, not `pith check src/x`.\n";
    let paths: Vec<_> = named(text).filter_map(path_in).collect();
    assert_eq!(paths, ["src/check.rs", "tests/cmd", "docs/checks.md"]);
}

/// A command shown in prose is one that the program has.
#[test]
fn verbs_named_in_prose_exist() {
    let command = pith::cli::command();
    let verbs: Vec<_> = command.get_subcommands().map(|verb| verb.get_name()).collect();
    let mut wrong = Vec::new();
    for file in texts() {
        let text = std::fs::read_to_string(&file).unwrap();
        for name in named(&text).filter_map(|name| name.strip_prefix("pith ")) {
            let verb = name.split_whitespace().next().unwrap_or_default();
            let is_word = !verb.is_empty() && verb.bytes().all(|b| b.is_ascii_lowercase());
            if is_word && !verbs.contains(&verb) && verb != "help" {
                wrong.push(format!("{}: pith {verb}", file.strip_prefix(TOP).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these commands are named and are not there:\n{}", wrong.join("\n"));
}
