//! Every command that README.md and docs/ show is run, and its output compared. A page is a session: its commands
//! run in their order, in one folder with `paper.pdf` and `main.tex`, a paper that has nothing of ours.
//!
//! An indented block that begins with `$ ` shows commands and what they print; a line `...` stands for any lines up to
//! the next command. A block after a line that ends with "`name`:" is a file, which is written.

use std::fs;
use std::path::Path;

use crate::desk::Desk;
use crate::tools;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// What a page asks a reader to do.
#[derive(Debug)]
enum Step {
    /// A command, and the lines that it prints.
    Run { command: String, expected: Vec<String> },
    /// A file and its text.
    Write { name: String, text: String },
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut above = "";
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("    ") else {
            if !line.trim().is_empty() {
                above = line;
            }
            continue;
        };
        let mut block = vec![first];
        // A blank line may stand within a block.
        while let Some(line) = lines.next_if(|line| line.starts_with("    ") || line.is_empty()) {
            block.push(line.strip_prefix("    ").unwrap_or(line));
        }
        while block.last().is_some_and(|line| line.is_empty()) {
            block.pop();
        }
        if first.starts_with("$ ") {
            for line in block {
                match (line.strip_prefix("$ "), steps.last_mut()) {
                    (Some(command), _) => {
                        steps.push(Step::Run { command: command.into(), expected: Vec::new() });
                    }
                    (None, Some(Step::Run { expected, .. })) => expected.push(line.to_owned()),
                    (None, _) => unreachable!("a command comes first"),
                }
            }
        } else if let Some(name) = above.strip_suffix("`:").and_then(|text| text.rsplit('`').next())
        {
            steps.push(Step::Write { name: name.into(), text: block.join("\n") + "\n" });
        }
    }
    steps
}

/// Whether `printed` is `expected`, in which `...` stands for any lines.
fn matches(printed: &[&str], expected: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((dots, rest)) if dots.trim() == "..." => {
            (0..=printed.len()).any(|skipped| matches(&printed[skipped..], rest))
        }
        Some((line, rest)) => printed.split_first().is_some_and(|(first, printed)| {
            first.trim_end() == line.trim_end() && matches(printed, rest)
        }),
    }
}

/// Runs a command as a shell does, `pith` being the program under test. A person sees both streams.
fn run(desk: &Desk, command: &str) -> String {
    let mut shell = desk.shell("sh");
    shell.args(["-c", &format!("{{ {command}\n}} 2>&1")]).env("PITH_MIRROR", desk.join("mirror"));
    let output = shell.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a page from its top to its end, and returns how many commands it has.
fn follow(page: &Path) -> usize {
    let name = page.strip_prefix(TOP).unwrap().display();
    let desk = Desk::new();
    desk.copy("../src/cli/demo/paper.pdf", "paper.pdf");
    desk.copy("../src/cli/demo/paper.tex", "main.tex");
    let mut commands = 0;
    for step in steps(&fs::read_to_string(page).unwrap()) {
        match step {
            Step::Write { name, text } => desk.write(&name, text.as_bytes()),
            Step::Run { command, expected } => {
                let program = command.split(' ').next().unwrap();
                if program != "pith" && !tools::require(program) {
                    return commands;
                }
                commands += 1;
                let printed = run(&desk, &command);
                let lines: Vec<_> = printed.lines().collect();
                assert!(matches(&lines, &expected), "{name}: {command}\nprinted:\n{printed}");
            }
        }
    }
    commands
}

#[test]
fn commands_of_the_readme_print_what_it_shows() {
    assert!(follow(&Path::new(TOP).join("README.md")) >= 5);
}

#[test]
fn commands_of_the_docs_print_what_they_show() {
    let mut commands = 0;
    for folder in ["docs", "docs/how-to"] {
        let entries = fs::read_dir(Path::new(TOP).join(folder)).unwrap();
        for page in entries.map(|entry| entry.unwrap().path()) {
            if page.extension().is_some_and(|extension| extension == "md") {
                commands += follow(&page);
            }
        }
    }
    assert!(commands > 0 || std::env::var_os("CI").is_none(), "no page shows a command");
}
