//! What arXiv's preflight looks for in a .tex or .sty (docs/arxiv.md): pith.sty gives it nothing to find.

use pith::record::Record;

use crate::records::{HETEGEN, SERVING, SURVEY};

/// pith.sty with the first record's proof.
pub fn rendered() -> String {
    render(HETEGEN)
}

fn render(record: &str) -> String {
    pith::sty::render(&Record::from_slice(record.as_bytes()).unwrap()).unwrap()
}

/// The package as it is, and with the proofs of the real records.
fn all() -> Vec<String> {
    let mut all = vec![pith::sty::PACKAGE.to_owned()];
    all.extend([HETEGEN, SURVEY, SERVING].map(render));
    all
}

/// Commands that preflight takes for the name of a file that the paper needs, or for the kind of the source.
const COMMANDS: [&str; 14] = [
    "input",
    "include",
    "InputIfFileExists",
    "documentclass",
    "documentstyle",
    "LoadClass",
    "usepackage",
    "RequirePackage",
    "RequirePackageWithOptions",
    "includegraphics",
    "bibliography",
    "usetikzlibrary",
    "subfile",
    "bye",
];

/// In which command of [`COMMANDS`] a line is. A comment does not count.
fn command(line: &str) -> Option<&'static str> {
    let percent = line.match_indices('%').find(|(at, _)| !line[..*at].ends_with('\\'));
    let code = percent.map_or(line, |(at, _)| &line[..at]);
    let names = code.split('\\').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        &rest[..end]
    });
    names.into_iter().find_map(|name| COMMANDS.into_iter().find(|command| *command == name))
}

#[test]
fn preflight_finds_no_file_in_pith_sty() {
    for sty in all() {
        let found: Vec<_> = sty.lines().filter(|line| command(line).is_some()).collect();
        assert!(found.is_empty(), "{found:?}");
    }
    assert_eq!(command(r"\RequirePackage{a}"), Some("RequirePackage"));
    assert_eq!(command(r"text \input a"), Some("input"));
    assert_eq!(command(r"100\% \input a"), Some("input"));
    assert_eq!(command(r"% \input a"), None);
    assert_eq!(command(r"\inputencoding{a}"), None);
}

/// `\pdfoutput=1` anywhere removes the way over dvips, a Unicode font package removes all but xelatex.
#[test]
fn pith_sty_does_not_choose_the_engine() {
    let words = ["pdfoutput", "fontspec", "unicode-math", "polyglossia", "luaotfload"];
    for sty in all() {
        for word in words {
            assert!(!sty.contains(word), "{word}");
        }
    }
}

#[test]
fn pith_sty_asks_for_no_shell() {
    for sty in all() {
        for word in ["write18", "ShellEscape", "openin", "openout", "sys_shell"] {
            assert!(!sty.contains(word), "{word}");
        }
    }
}

/// Obfuscated source is flagged: characters by number, tokens made at run time, packed lines.
#[test]
fn pith_sty_can_be_read() {
    for sty in all() {
        assert!(sty.is_ascii());
        for word in ["^^", "\\scantokens", "\\symbol", "\\char\"", "\\char`"] {
            assert!(!sty.contains(word), "{word}");
        }
        for line in sty.lines() {
            assert!(line.len() <= 160, "{} characters: {line}", line.len());
            let is_letter = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
            let longest = line.split(|c| !is_letter(c)).map(str::len).max();
            // A signature of 64 bytes in base64 has 88 characters.
            assert!(longest <= Some(88), "packed: {line}");
        }
        let chained = sty.matches("\\expandafter").count();
        assert!(chained < 20, "{chained} times \\expandafter");
    }
}

#[test]
fn the_file_is_called_pith_sty() {
    let folder = tempfile::tempdir().unwrap();
    crate::tools::run(folder.path(), env!("CARGO_BIN_EXE_pith"), &["sty"]);
    let names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["pith.sty"]);
}
