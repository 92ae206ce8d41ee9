//! Text that is committed and follows from the code: compared here, and written anew with UPDATE=1.

use std::fmt::Write;
use std::path::Path;

use pith::check::ALL;

/// The committed file `path` holds `text`.
fn compare(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        return std::fs::write(file, text).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == text,
        "{path} differs from the code that it is made from; write it anew:\n\n    \
         UPDATE=1 cargo test --test suite generated::\n"
    );
}

#[test]
fn docs_of_the_checks() {
    let mut text = String::from(
        "<!-- Made from src/check/ by `UPDATE=1 cargo test --test suite generated::`; change it there. -->\n\n\
         # Checks\n\n\
         `pith check` looks at these. An error makes the exit status 1; warnings and notes do not.\n\
         `pith explain CHECK` prints the same text.\n\n\
         A file `pith.toml` sets other levels, or switches checks off. The one beside the paper counts, or else the \
         nearest above it that belongs to the owner of the paper's folder or to root, up to the folder that holds \
         `.git`, the home folder, or the top of the file system. `--config FILE` names another one; `--config none` \
         reads no such file. With `-v` the report says which file is in force and what it sets:\n\n\
         ```toml\n[levels]\nbadge-missing = \"error\"     # or \"warning\", \"note\"\npdf-signed = \"off\"\n```\n\n\
         A file `pith.json` in the same places is the record that the paper must have (number-disagrees, \
         record-differs).\n\n\
         | check | level | what is wrong |\n| --- | --- | --- |\n",
    );
    for check in ALL {
        let (id, level, summary) = (check.id, check.level, check.summary);
        let _ = writeln!(text, "| [{id}](#{id}) | {level} | {} |", markdown(summary));
    }
    for check in ALL {
        let _ =
            write!(text, "\n## {}\n\n{}: {}.\n", check.id, check.level, markdown(check.summary));
        for (head, body) in
            [("What it looks at", check.looks_at), ("Why", check.why), ("What to do", check.remedy)]
        {
            let _ = write!(text, "\n**{head}.** {}\n", markdown(body));
        }
        let folder = format!("tests/checks/{}", check.id);
        let end = if check.is_of_sources() { "" } else { ".pdf" };
        let _ = write!(
            text,
            "\nExamples: `{folder}/bad{end}` is found wanting, `{folder}/good{end}` is not.\n"
        );
    }
    compare("docs/checks.md", &text);
}

/// The package's own README is a page of the site.
#[test]
fn docs_of_the_package() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("tex/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (title, text) = readme.split_once('\n').unwrap();
    assert!(title.starts_with("# "));
    compare(
        "docs/package.md",
        &format!(
            "<!-- Made from tex/README.md by `UPDATE=1 cargo test --test suite generated::`; change it there. -->\n\n\
             # The LaTeX package\n{text}"
        ),
    );
}

/// Outside of code, what Markdown would take for HTML or a command of its own stands as it is.
fn markdown(text: &str) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('<', "\\<").replace('*', "\\*");
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(place, part)| match place % 2 {
        0 => escape(part),
        _ => format!("`{part}`"),
    });
    parts.collect()
}

#[test]
fn docs_of_the_commands() {
    let mut text = String::from(
        "<!-- Made from src/cli/ by `UPDATE=1 cargo test --test suite generated::`; change it there. -->\n\n# Commands\n",
    );
    let mut whole = pith::cli::command().term_width(80);
    whole.build();
    let help = whole.render_help().to_string();
    let _ = write!(text, "\n```text\n{}```\n", trimmed(&help));
    for verb in whole.get_subcommands_mut().filter(|verb| verb.get_name() != "help") {
        text.push_str(&section("##", verb));
        for inner in verb.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
            text.push_str(&section("###", inner));
        }
    }
    compare("docs/commands.md", &text);
}

/// The help of one verb, without the options of all, which are said once.
fn section(mark: &str, verb: &mut clap::Command) -> String {
    let help = verb.render_long_help().to_string();
    assert!(help.lines().all(|line| line.chars().count() <= 80), "80 columns\n{help}");
    let (head, _) = help.split_once("Usage:").unwrap();
    assert!(head.contains("\n\nExample"), "it begins with what it does and an example\n{help}");
    let (own, _) = help.split_once("Options of all commands:").unwrap_or((&help, ""));
    format!("\n{mark} {}\n\n```text\n{}```\n", verb.get_bin_name().unwrap(), trimmed(own))
}

/// Without blanks at the ends of lines, and without empty lines at the end.
fn trimmed(text: &str) -> String {
    let lines: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    format!("{}\n", lines.trim_end())
}

/// The site of docs/ has every page, and every page of it is there.
#[test]
fn the_summary_lists_every_page() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let mut pages = Vec::new();
    for folder in ["", "how-to"] {
        for entry in std::fs::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") && name != "SUMMARY.md" {
                pages.push(Path::new(folder).join(name).to_str().unwrap().to_owned());
            }
        }
    }
    pages.sort();
    let mut listed: Vec<_> =
        summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    listed.sort_unstable();
    assert_eq!(listed, pages);
}
