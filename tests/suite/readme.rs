//! Every command that the README shows is run, and its output compared. `...` at the end stands for
//! any lines.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::records;

/// A command and the lines that the README shows under it.
struct Example {
    command: String,
    expected: Vec<String>,
}

fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        let Some(code) = line.strip_prefix("    ") else {
            in_block = false;
            continue;
        };
        if let Some(command) = code.strip_prefix("$ ") {
            in_block = true;
            examples.push(Example { command: command.to_owned(), expected: Vec::new() });
        } else if in_block && let Some(example) = examples.last_mut() {
            example.expected.push(code.to_owned());
        }
    }
    examples
}

fn run(command: &str, folder: &Path, mirror: &Path) -> String {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("pith"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_pith"))
        .args(words)
        .current_dir(folder)
        .env("PITH_MIRROR", mirror)
        .env("XDG_CACHE_HOME", folder)
        .output()
        .unwrap();
    // A person sees both streams.
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

#[test]
fn commands_print_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let examples = examples(&readme);
    assert!(examples.len() >= 5);
    let (mirror, folder) = (records::mirror(), tempfile::tempdir().unwrap());
    fs::copy(root.join("src/cli/demo/paper.pdf"), folder.path().join("paper.pdf")).unwrap();
    for Example { command, expected } in examples {
        let printed = run(&command, folder.path(), mirror.path());
        let shortened = expected.last().is_some_and(|line| line.trim() == "...");
        let shown = if shortened { &expected[..expected.len() - 1] } else { &expected[..] };
        let count = if shortened { shown.len() } else { usize::MAX };
        assert!(printed.lines().take(count).eq(shown), "{command}\nprinted:\n{printed}");
    }
}
