//! What pith.sty says when it is used wrongly: by the text of each message, on every engine.

use std::fs;
use std::path::Path;
use std::process::Command;

use pith::record::Record;

use crate::pdf_files;
use crate::records::{HETEGEN, SURVEY_SUFFIX};
use crate::tools;

/// Where the lines of a case go.
const PAPER: &str = "<first>\\documentclass{article}\n<preamble>\n\\title{A Title}\n\\author{A. Author}\n\\begin{document}\n\
                     \\maketitle\nThe body.\n<body>\n\\end{document}\n";

struct Case {
    name: &'static str,
    /// Before the class.
    first: &'static str,
    preamble: &'static str,
    body: &'static str,
    /// Whether it is an error, which TeX starts with an exclamation mark, and what it says, in one line.
    says: Option<(bool, &'static str)>,
}

const fn error(name: &'static str, preamble: &'static str, says: &'static str) -> Case {
    Case { name, first: "", preamble, body: "", says: Some((true, says)) }
}

const fn warning(
    name: &'static str,
    preamble: &'static str,
    body: &'static str,
    says: &'static str,
) -> Case {
    Case { name, first: "", preamble, body, says: Some((false, says)) }
}

const fn silent(name: &'static str, preamble: &'static str) -> Case {
    Case { name, first: "", preamble, body: "", says: None }
}

/// With the record block of HETEGEN_SUFFIX in pith.sty, unless the name says `bare`.
const CASES: [Case; 24] = [
    error(
        "bare: too short",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GY}",
        "'WKFOJ2ECV52KUJR3SCIBSQ4GY' has 25 characters, a Pith Number has 26.",
    ),
    error(
        "bare: too long",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYDA}",
        "has 27 characters, a Pith Number has 26.",
    ),
    error(
        "bare: empty",
        "\\usepackage{pith}\\pithnumber{}",
        "'' has 0 characters, a Pith Number has 26.",
    ),
    error(
        "bare: 0",
        "\\usepackage{pith}\\pithnumber{WKF0J2ECV52KUJR3SCIBSQ4GYD}",
        "The character '0' at place 4 of 'WKF0J2ECV52KUJR3SCIBSQ4GYD' is not in a Pith Number. \
         Probably the letter O was meant.",
    ),
    error(
        "bare: 1",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SC1BSQ4GYD}",
        "The character '1' at place 19 of 'WKFOJ2ECV52KUJR3SC1BSQ4GYD' is not in a Pith Number. \
         Probably the letter I or L was meant.",
    ),
    error(
        "bare: 8",
        "\\usepackage{pith}\\pithnumber{8KFOJ2ECV52KUJR3SCIBSQ4GYD}",
        "The character '8' at place 1 of '8KFOJ2ECV52KUJR3SCIBSQ4GYD' is not in a Pith Number. \
         Probably the letter B was meant.",
    ),
    error(
        "bare: 9",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ49YD}",
        "Probably the letter G was meant.",
    ),
    error(
        "bare: a blank inside",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KU JR3SCIBSQ4GYD}",
        "The character ' ' at place 14 of",
    ),
    error(
        "bare: characters that are special to TeX",
        "\\usepackage{pith}\\pithnumber{WKFOJ2EC_52&^JR3SCIBSQ4GYD}",
        "The character '_' at place 9 of",
    ),
    silent("bare: lower case", "\\usepackage{pith}\\pithnumber{wkfoj2ecv52kujr3scibsq4gyd}"),
    silent("bare: blanks around", "\\usepackage{pith}\\pithnumber{ WKFOJ2ECV52KUJR3SCIBSQ4GYD }"),
    silent(
        "bare: as the web page shows it",
        "\\usepackage{pith}\\pithnumber{pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
    ),
    error(
        "bare: two numbers",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}\\pithnumber{7YXM6JRYOH4O5NBMCHKEPDPSW2}",
        "A second number, '7YXM6JRYOH4O5NBMCHKEPDPSW2', after 'WKFOJ2ECV52KUJR3SCIBSQ4GYD'.",
    ),
    silent(
        "bare: the same number twice",
        "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}\\pithnumber{wkfoj2ecv52kujr3scibsq4gyd}",
    ),
    error(
        "the record of another paper",
        "\\usepackage{pith}\\pithnumber{7YXM6JRYOH4O5NBMCHKEPDPSW2}",
        "This pith.sty carries the record of 'WKFOJ2ECV52KUJR3SCIBSQ4GYD', not of '7YXM6JRYOH4O5NBMCHKEPDPSW2'.",
    ),
    error(
        "another year than the record's",
        "\\usepackage[year=2025]{pith}",
        "The year '2025' differs from '2024', given before.",
    ),
    error(
        "bare: not a year",
        "\\usepackage[year=24]{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
        "'24' is not a year of four digits.",
    ),
    error(
        "bare: a source without its version",
        "\\usepackage[source=2403.01164]{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
        "'2403.01164' is not an arXiv id with its version.",
    ),
    error(
        "bare: an unknown position",
        "\\usepackage[position=left]{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
        "accepts only a fixed set of choices.",
    ),
    error(
        "bare: an unknown key",
        "\\usepackage[colour=red]{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
        "The key 'pith/colour' is unknown",
    ),
    error(
        "a color without the package",
        "\\usepackage[color=blue]{pith}",
        "The key 'color' needs the package color or xcolor.",
    ),
    warning(
        "bare: no number",
        "\\usepackage{pith}",
        "",
        "No number was given, so there is no badge and no metadata. Add \\pithnumber{...} to the preamble.",
    ),
    warning(
        "bare: a number after page 1",
        "\\usepackage{pith}",
        "\\newpage\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
        "The number was given too late for a badge on page 1. Put \\pithnumber into the preamble.",
    ),
    Case {
        first: "\\RequirePackage[2020-02-02]{latexrelease}",
        ..error(
            "an old kernel",
            "\\usepackage{pith}\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}",
            "This LaTeX is too old: pith needs the kernel of 2020-10-01",
        )
    },
];

/// The log in one line, with the lines of each message put together.
fn log(folder: &Path) -> String {
    let log = fs::read(folder.join("main.log")).unwrap();
    let log = String::from_utf8_lossy(&log);
    let lines = log.lines().map(|line| line.strip_prefix("(pith)").unwrap_or(line));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Every case by one engine, in a folder of its own.
fn messages(engine: &str) {
    if !tools::require(engine) {
        return;
    }
    assert_eq!(SURVEY_SUFFIX, "7YXM6JRYOH4O5NBMCHKEPDPSW2", "the other paper");
    let record = Record::from_slice(HETEGEN.as_bytes()).unwrap();
    let folder = pdf_files::folder(&format!("tex-errors-{engine}"));
    fs::write(folder.join("pith.sty"), pith::sty::render(&record).unwrap()).unwrap();
    let bare = folder.join("bare");
    fs::create_dir(&bare).unwrap();
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tex/pith.sty"), bare.join("pith.sty")).unwrap();
    for case in &CASES {
        message(engine, case, if case.name.starts_with("bare: ") { &bare } else { &folder });
    }
    fs::remove_dir_all(folder).unwrap();
}

fn message(engine: &str, case: &Case, folder: &Path) {
    let name = format!("{}, {engine}", case.name);
    let tex = PAPER
        .replace("<first>", case.first)
        .replace("<preamble>", case.preamble)
        .replace("<body>", case.body);
    fs::write(folder.join("main.tex"), &tex).unwrap();
    let _ = fs::remove_file(folder.join("main.aux"));
    let output = Command::new(engine)
        .args(["-interaction=nonstopmode", "-no-shell-escape", "main.tex"])
        .env("max_print_line", "10000")
        .current_dir(folder)
        .output()
        .unwrap();
    let log = log(folder);
    let (errors, warnings) = (log.matches("! ").count(), log.matches("Warning: ").count());
    let expected = match case.says {
        None => (0, 0),
        Some((true, _)) => (1, 0),
        Some((false, _)) => (0, 1),
    };
    assert_eq!((errors, warnings), expected, "{name}: {log}");
    assert_eq!(output.status.success(), errors == 0, "{name}");
    assert!(log.contains(case.says.map_or("", |(_, text)| text)), "{name}: {log}");
    // After an error the paper is there all the same.
    let made = if engine == "latex" { "main.dvi" } else { "main.pdf" };
    assert!(fs::remove_file(folder.join(made)).is_ok(), "{name}: no {made}");
}

#[test]
fn messages_by_pdflatex() {
    messages("pdflatex");
}

#[test]
fn messages_by_lualatex() {
    messages("lualatex");
}

#[test]
fn messages_by_xelatex() {
    messages("xelatex");
}

/// The engine of the dvips route.
#[test]
fn messages_by_latex() {
    messages("latex");
}
