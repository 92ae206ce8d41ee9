//! Every check of sources on its papers in tests/checks: `bad` and each `bad-<cause>` fire it alone, `good` does not.
//!
//! pith.sty and pith.json are written here, as an author's are: their text follows the program.

use std::collections::BTreeSet;
use std::path::Path;

use pith::check::{ALL, Check};
use serde_json::Value;

use crate::desk::{Desk, TESTS};
use crate::records;
use crate::tools::require;

/// A desk with the paper of a check in the folder `paper`.
pub fn desk(id: &str, name: &str) -> Desk {
    let desk = Desk::new();
    desk.copy_folder(&format!("checks/{id}/{name}"), "paper");
    let main = std::fs::read_to_string(desk.join("paper/main.tex")).unwrap();
    let sty = match (id, name) {
        ("sty-missing", "bad") => return desk,
        ("sty-missing", "bad-elsewhere") => "paper/style/pith.sty",
        _ => "paper/pith.sty",
    };
    if main.contains("{pith}") {
        std::fs::create_dir_all(desk.join(sty).parent().unwrap()).unwrap();
        desk.good(&["sty", "2403.01164", "--mirror", "mirror", "-o", sty]);
    }
    let edit = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(desk.join(file)).unwrap();
        assert!(text.contains(from), "{file} has {from}");
        desk.write(file, text.replacen(from, to, 1).as_bytes());
    };
    let (date, _) = pith::sty::package_version();
    match (id, name) {
        ("sty-modified", "bad") => edit(sty, "Pith~Number~has~26", "Pith~Number~has~27"),
        ("sty-modified", "bad-record") => edit(sty, "cs.PF", "cs.PL"),
        ("sty-outdated", "bad") => edit(sty, &format!("{{{date}}}"), "{2020-02-02}"),
        ("pin-invalid", "good") => desk.write("paper/pith.json", records::HETEGEN.as_bytes()),
        ("pin-invalid", "bad-digest") => {
            desk.write("paper/pith.json", records::HETEGEN.as_bytes());
            edit("paper/pith.json", "cs.PF", "cs.PL");
        }
        _ => {}
    }
    desk
}

/// A pipe is not waited for, by its own name or as a part of the paper.
#[cfg(unix)]
#[test]
fn what_no_source_is_is_said() {
    let desk = desk("tex-number-missing", "good");
    let said = |verb: &[&str], said: &str| {
        let ran = desk.run(verb);
        assert_eq!(ran.status, Some(5), "{}{}", ran.out(), ran.err());
        let text = ran.out() + &ran.err();
        assert!(text.contains(said), "{text}");
    };
    let wide: Vec<u8> =
        "\u{feff}\\documentclass{article}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    desk.write("wide.tex", &wide);
    for verb in
        [&["check", "wide.tex"][..], &["add", "wide.tex", "2403.01164"], &["remove", "wide.tex"]]
    {
        said(verb, "wide.tex: it is written in UTF-16, which LaTeX does not read");
    }
    desk.write("sources.tar.xz", b"\xfd7zXZ\0");
    said(&["check", "sources.tar.xz"], "pack the sources as .zip or .tar.gz");
    desk.write("paper.Rnw", b"\\documentclass{article}");
    said(&["check", "paper.Rnw"], "make the .tex or the PDF of it");
    if !require("mkfifo") {
        return;
    }
    crate::tools::run(&desk.join(""), "mkfifo", &["pipe.tex", "paper/pipe.tex"]);
    said(&["check", "pipe.tex"], "pipe.tex: is a pipe or a device, not a file");
    let main = std::fs::read_to_string(desk.join("paper/main.tex")).unwrap();
    let main = main.replacen("\\begin{document}", "\\begin{document}\\input{pipe}", 1);
    desk.write("paper/main.tex", main.as_bytes());
    desk.good(&["check", "paper", "--offline"]);
}

struct Report {
    status: i32,
    json: Value,
}

impl Report {
    fn of(desk: &Desk, path: &str) -> Self {
        let ran = desk.run(&["check", path, "--format", "json", "--offline"]);
        Self { status: ran.status.unwrap(), json: ran.json().remove(0) }
    }

    fn ids(&self) -> BTreeSet<&str> {
        let findings = self.json["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["check"].as_str().unwrap()).collect()
    }
}

fn checks() -> impl Iterator<Item = &'static Check> {
    ALL.into_iter().filter(|check| check.is_of_sources())
}

fn names(id: &str) -> Vec<String> {
    let entries = std::fs::read_dir(Path::new(TESTS).join("checks").join(id)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn bad_papers_fire_their_check_alone_and_good_ones_none() {
    let mut count = 0;
    for Check { id, level, .. } in checks() {
        for name in names(id) {
            count += 1;
            let desk = desk(id, &name);
            let report = Report::of(&desk, "paper");
            if name == "good" {
                assert_eq!((report.ids(), report.status), (BTreeSet::new(), 0), "{id}/{name}");
                continue;
            }
            assert_eq!(report.ids(), BTreeSet::from([*id]), "{id}/{name}: {:#}", report.json);
            let is_error = level.to_string() == "error";
            assert_eq!(report.status, i32::from(is_error), "{id}/{name}");
            let place = &report.json["findings"][0]["place"];
            assert!(
                place["file"]
                    .as_str()
                    .is_some_and(|file| file.contains("paper/") || file == "paper/pith.json"),
                "{place}"
            );
        }
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn what_passed_and_what_was_not_run_is_said() {
    for name in ["good", "bad"] {
        let report = Report::of(&desk("sty-missing", name), "paper").json;
        let mut ids: Vec<String> = Vec::new();
        for (list, key) in [("passed", ""), ("not_run", "check"), ("findings", "check")] {
            let items = report[list].as_array().unwrap().iter();
            ids.extend(items.map(|item| {
                let id = if key.is_empty() { item } else { &item[key] };
                id.as_str().unwrap().to_owned()
            }));
        }
        ids.sort();
        let mut expected: Vec<_> = checks().map(|check| check.id.to_owned()).collect();
        expected.sort();
        assert_eq!(ids, expected, "{report:#}");
    }
}

#[test]
fn a_finding_has_its_line_and_its_column() {
    let desk = desk("tex-number-malformed", "bad");
    let report = Report::of(&desk, "paper").json;
    let place = &report["findings"][0]["place"];
    assert_eq!(place["file"], "paper/main.tex");
    assert_eq!((&place["line"], &place["column"]), (&4.into(), &16.into()));
    assert_eq!(place["excerpt"], "\\pithnumber{WKF0J2ECV52KUJR3SCIBSQ4GYD}");
    let text = desk.run(&["check", "paper/main.tex"]).out();
    let shown = "           in       paper/main.tex:4:16\n                 4 | \\pithnumber{WKF0J2ECV52KUJR3SCIBSQ4GYD}\n                   |                ^\n";
    assert!(text.contains(shown), "{text}");
    let github = desk.run(&["check", "paper", "--format", "github"]).out();
    let command = "::error file=paper/main.tex,line=4,col=16,title=pith tex-number-malformed::";
    assert!(github.starts_with(command), "{github}");
    let sarif = desk.run(&["check", "paper", "--format", "sarif"]);
    let log: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "paper/main.tex");
    let region = &place["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&4.into(), &16.into()));
    assert_eq!(region["endColumn"], 17);
}

/// The PDF beside the sources is checked too, and the one against the other.
#[test]
fn sources_and_their_pdf_are_compared() {
    let desk = desk("sty-missing", "good");
    desk.copy("checks/proof-missing/good.pdf", "paper/main.pdf");
    desk.copy("checks/number-missing/bad.pdf", "paper/figure.pdf");
    let both = desk.run(&["check", "paper", "--format", "json"]);
    assert_eq!(both.status, Some(0), "{}", both.out());
    let inputs: Vec<_> =
        both.json().iter().map(|r| r["input"].as_str().unwrap().to_owned()).collect();
    assert_eq!(inputs, ["paper/main.tex", "paper/main.pdf"]);
    for (from, check) in [
        ("checks/number-missing/bad.pdf", "number-missing"),
        ("checks/number-disagrees/good.pdf", ""),
    ] {
        desk.copy(from, "paper/main.pdf");
        let ran = desk.run(&["check", "paper", "--format", "json"]);
        let found: Vec<_> =
            ran.json().iter().flat_map(|r| r["findings"].as_array().unwrap().clone()).collect();
        assert_eq!(found.first().map_or("", |f| f["check"].as_str().unwrap()), check);
    }
    // A PDF of another name, which no figure is.
    std::fs::remove_file(desk.join("paper/main.pdf")).unwrap();
    std::fs::remove_file(desk.join("paper/figure.pdf")).unwrap();
    let sources = std::fs::read_to_string(desk.join("paper/main.tex")).unwrap();
    desk.write(
        "paper/main.tex",
        sources.replace("\\maketitle", "\\maketitle\\includegraphics{plot}").as_bytes(),
    );
    desk.copy("checks/number-missing/bad.pdf", "paper/plot.pdf");
    assert_eq!(desk.run(&["check", "paper", "--format", "json"]).json().len(), 1);
    desk.good(&[
        "inject",
        "paper.pdf",
        "2404.14294",
        "--mirror",
        "mirror",
        "-o",
        "paper/preprint.pdf",
    ]);
    std::fs::remove_file(desk.join("paper/plot.pdf")).unwrap();
    let ran = desk.run(&["check", "paper", "--format", "json"]);
    let report = &ran.json()[0];
    assert_eq!(report["findings"][0]["check"], "tex-number-disagrees");
    assert_eq!(report["findings"][0]["place"]["file"], "paper/preprint.pdf");
    assert_eq!(ran.status, Some(1));
}

/// Several papers in folders, PDFs in others: each is what it is.
#[test]
fn a_folder_of_papers_and_pdfs_is_walked() {
    let desk = desk("sty-missing", "good");
    desk.copy_folder("papers/subfiles", "all/b");
    desk.copy_folder("papers/article", "all/a");
    desk.copy("checks/proof-missing/good.pdf", "all/pdfs/one.pdf");
    desk.write("all/pdfs/notes.tex", b"no paper");
    let ran = desk.run(&["check", "all", "paper", "--format", "json"]);
    let inputs: Vec<_> =
        ran.json().iter().map(|r| r["input"].as_str().unwrap().to_owned()).collect();
    assert_eq!(
        inputs,
        ["all/a/main.tex", "all/b/thesis.tex", "all/pdfs/one.pdf", "paper/main.tex"]
    );
}

#[test]
fn the_expected_paper_is_compared() {
    let desk = desk("sty-missing", "good");
    desk.good(&["check", "paper", "--expect", "2403.01164"]);
    for other in ["2404.14294", "pith:2024:AAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let ran = desk.run(&["check", "paper", "--expect", other, "--format", "json"]);
        assert_eq!(ran.status, Some(1));
        assert_eq!(ran.json()[0]["findings"][0]["check"], "tex-number-disagrees");
    } // The bare package carries no record, so an arXiv id cannot be told.
    desk.good(&["sty", "-o", "paper/pith.sty"]);
    assert_eq!(desk.run(&["check", "paper", "--expect", "2403.01164"]).status, Some(1));
    desk.good(&["check", "paper", "--expect", "WKFOJ2ECV52KUJR3SCIBSQ4GYD"]);
}
