//! pith.sty in article, by every engine, with and without hyperref: badge, link, Info, XMP, proof.
//!
//! Each PDF is verified by the program itself, offline, with no file beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pith::metadata::{Key, Place, Reading};
use pith::pdf::Pdf;
use pith::record::Record;
use serde_json::Value;

use crate::pdf_files::ENGINES;
use crate::records::{self, HETEGEN, HETEGEN_SUFFIX};
use crate::tools;

const TITLE: &str = "HeteGen: Heterogeneous Parallel Inference for Large Language Models on Resource-Constrained Devices";

/// Where hyperref is loaded.
const HYPERREF: [(&str, &str, &str); 3] = [
    ("without hyperref", "", ""),
    ("hyperref before", "\\usepackage{hyperref}\n", ""),
    ("hyperref after", "", "\\usepackage[hidelinks]{hyperref}\n"),
];

/// A paper in a temporary folder, compiled twice as an author does; `None` where a tool is missing.
struct Paper {
    folder: tempfile::TempDir,
    pdf: PathBuf,
}

fn compile(
    engine: &str,
    record: &str,
    suffix: &str,
    before: &str,
    after: &str,
    title: &str,
) -> Option<Paper> {
    let needed: &[&str] = match engine {
        "dvips" => &["latex", "dvips", "ps2pdf"],
        engine => &[engine],
    };
    if !needed.iter().all(|tool| tools::require(tool)) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let record = Record::from_slice(record.as_bytes()).unwrap();
    fs::write(folder.path().join("pith.sty"), pith::sty::render(&record).unwrap()).unwrap();
    let tex = format!(
        "\\documentclass{{article}}\n{before}\\usepackage{{pith}}\n\\pithnumber{{{suffix}}}\n{after}\
         \\title{{{title}}}\n\\author{{The authors}}\n\\date{{2 March 2024}}\n\\begin{{document}}\n\\maketitle\n\
         \\begin{{abstract}}A short text.\\end{{abstract}}\n\\section{{One}}\nThe body.\n\\end{{document}}\n"
    );
    fs::write(folder.path().join("main.tex"), tex).unwrap();
    let flags = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"];
    let program = if engine == "dvips" { "latex" } else { engine };
    for _ in 0..2 {
        tools::run(folder.path(), program, &flags);
    }
    if engine == "dvips" {
        tools::run(folder.path(), "dvips", &["-q", "-R2", "-z", "main.dvi"]);
        tools::run(folder.path(), "ps2pdf", &["main.ps", "main.pdf"]);
    }
    let pdf = folder.path().join("main.pdf");
    Some(Paper { folder, pdf })
}

/// `pith verify --format json` on the PDF alone, in a folder of its own.
pub fn verify(pdf: &Path, trust: Option<&str>) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("paper.pdf");
    fs::copy(pdf, &alone).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pith"));
    command.args(["verify", "--offline", "--format", "json", "paper.pdf"]).current_dir(&folder);
    if let Some(keys) = trust {
        let path = folder.path().join("keys.json");
        fs::write(&path, keys).unwrap();
        command.arg("--trust").arg(path);
    }
    let output = command.output().unwrap();
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), json)
}

pub fn outcome<'a>(verdict: &'a Value, step: &str) -> &'a str {
    let steps = verdict["steps"].as_array().unwrap();
    let step = steps.iter().find(|found| found["step"] == step).unwrap();
    step["outcome"].as_str().unwrap()
}

fn article(engine: &str) {
    for (name, before, after) in HYPERREF {
        let Some(paper) = compile(engine, HETEGEN, HETEGEN_SUFFIX, before, after, TITLE) else {
            return;
        };
        let case = format!("{engine}, {name}");
        let (exit, verdict) = verify(&paper.pdf, None);
        assert_eq!(verdict["verdict"], "verified", "{case}: {verdict:#}");
        assert_eq!(exit, 0, "{case}");
        assert_eq!(outcome(&verdict, "title-on-page"), "passed", "{case}: {verdict:#}");
        check_pdf(&paper.pdf, &case);
        check_log(paper.folder.path(), &case);
    }
}

fn check_pdf(path: &Path, case: &str) {
    let pdf = Pdf::open(path, None).unwrap();
    assert_eq!(pdf.page_count(), 1, "{case}");
    let reading = Reading::of(&pdf);
    assert_eq!(reading.packets.len(), 1, "{case}: exactly one packet");
    let number = format!("pith:2024:{HETEGEN_SUFFIX}");
    let places: Vec<_> = reading
        .values(Key::Number)
        .inspect(|stated| assert_eq!(stated.value, number, "{case}: {}", stated.place))
        .map(|stated| match stated.place {
            Place::Info { .. } => "Info",
            Place::Xmp { .. } => "XMP",
            Place::Identifier { .. } => "Identifier",
        })
        .collect();
    assert_eq!(places, ["Info", "XMP", "Identifier"], "{case}");
    let url = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
    assert_eq!(reading.values(Key::Url).filter(|stated| stated.value == url).count(), 2, "{case}");
    let proof = reading.metadata().and_then(|metadata| metadata.proof).unwrap();
    let record = Record::from_slice(HETEGEN.as_bytes()).unwrap();
    assert_eq!(proof.record.as_bytes(), record.canonical_bytes(), "{case}: byte for byte");

    // The badge: linked, with a text alternative, below the title and above the body.
    let page = pdf.first_page().unwrap();
    let link = page.links.iter().find(|link| link.uri == url);
    let link = link.unwrap_or_else(|| panic!("{case}: no link in {:?}", page.links));
    assert!(
        link.contents.as_ref().is_some_and(|text| text.contains(HETEGEN_SUFFIX)),
        "{case}: {link:?}"
    );
    let word = |text: &str| {
        let found = page.words.iter().find(|word| word.text.contains(text));
        found.unwrap_or_else(|| panic!("{case}: no {text:?} on page 1"))
    };
    let (title_end, badge, body) = (word("Devices"), word("WKFOJ2EC"), word("short"));
    assert!(badge.rect.y1 < title_end.rect.y0, "{case}: the badge is below the title");
    assert!(badge.rect.y0 > body.rect.y1, "{case}: the badge is above the body");
    assert!(badge.rect.x0 > 34.0 && badge.rect.x1 < page.crop_box.x1, "{case}");
    assert!(badge.visible && link.rect.intersects(&badge.rect), "{case}: {link:?} {badge:?}");
}

fn check_log(folder: &Path, case: &str) {
    let log = fs::read(folder.join("main.log")).unwrap();
    let log = String::from_utf8_lossy(&log);
    for line in log.lines() {
        let is_warning = line.contains("Warning") || line.starts_with("Overfull");
        assert!(!is_warning, "{case}: {line}");
    }
}

#[test]
fn article_by_pdflatex() {
    article("pdflatex");
}

#[test]
fn article_by_lualatex() {
    article("lualatex");
}

#[test]
fn article_by_xelatex() {
    article("xelatex");
}

#[test]
fn article_by_latex_and_dvips() {
    article("dvips");
}

/// A title over three lines, full of ligatures, with a line break of the author's own.
#[test]
fn a_long_title_with_ligatures_is_found_on_the_page() {
    let title = "Efficient Offline Shuffling: Waffle Affinity, Flow Fields and the First Reflow of \
                 Resource-Constrained Coffee in Difficult and Heterogeneous Office Buildings";
    let (record, trust) = records::signed(title);
    let suffix = Record::from_slice(record.as_bytes()).unwrap().proof().unwrap().number;
    let typeset = title.replace("the First", "the\\\\ First");
    for engine in ENGINES {
        let Some(paper) = compile(engine, &record, &suffix, "", "", &typeset) else {
            return;
        };
        let (exit, verdict) = verify(&paper.pdf, Some(&trust));
        assert_eq!(verdict["verdict"], "verified", "{engine}: {verdict:#}");
        assert_eq!(outcome(&verdict, "title-on-page"), "passed", "{engine}: {verdict:#}");
        assert_eq!(exit, 0);
        let (exit, verdict) = verify(&paper.pdf, None);
        assert_eq!((exit, verdict["verdict"].as_str().unwrap()), (1, "failed"), "an unknown key");
    }
}

/// The proof of one paper in the PDF of another.
#[test]
fn a_borrowed_proof_is_told() {
    for engine in ENGINES {
        let title = "A Survey on Efficient Inference for Large Language Models";
        let Some(paper) = compile(engine, HETEGEN, HETEGEN_SUFFIX, "", "", title) else {
            return;
        };
        let (exit, verdict) = verify(&paper.pdf, None);
        assert_eq!(outcome(&verdict, "receipt"), "passed", "the proof itself is genuine");
        assert_eq!(outcome(&verdict, "title-on-page"), "failed", "{engine}: {verdict:#}");
        assert_eq!((exit, verdict["verdict"].as_str().unwrap()), (1, "failed"), "{engine}");
    }
}
