//! Blind review: with `anonymous` nothing of the number is left in the PDF or in the files beside it.

use std::fs;
use std::path::Path;

use crate::pdf_files::{self, ENGINES};
use crate::records::HETEGEN_SUFFIX;
use crate::tex_matrix::paper::Paper;
use crate::tools;

const BODY: &str = "\\title{A Title of Its Own}\n\\author{A. Author}\n\\begin{document}\n\\maketitle\n\
                    \\section{One}\nThe body. \\pithbadge\n\\end{document}\n";

/// A name, the class with its options, and the lines that load the package.
const HIDDEN: [(&str, &str, &str); 7] = [
    ("package-option", "\\documentclass{article}", "\\usepackage[anonymous]{pith}"),
    ("setup", "\\documentclass{article}", "\\usepackage{pith}\\pithsetup{anonymous=true}"),
    ("class-option", "\\documentclass[anonymous]{article}", "\\usepackage{pith}"),
    (
        "hyperxmp",
        "\\documentclass{article}",
        "\\usepackage{hyperref}\\usepackage{hyperxmp}\\usepackage[anonymous]{pith}",
    ),
    (
        "document-metadata",
        "\\DocumentMetadata{}\\documentclass{article}",
        "\\usepackage[anonymous,style=box]{pith}\\usepackage{hyperref}",
    ),
    ("acmart-anonymous", "\\documentclass[sigconf,nonacm,anonymous]{acmart}", "\\usepackage{pith}"),
    ("acmart-review", "\\documentclass[sigconf,nonacm,review]{acmart}", "\\usepackage{pith}"),
];

/// What an author may write to see the badge all the same, while the class says otherwise.
const SHOWN: [(&str, &str, &str); 2] = [
    (
        "acmart-review-shown",
        "\\documentclass[sigconf,nonacm,review]{acmart}",
        "\\usepackage[anonymous=false]{pith}",
    ),
    (
        "class-option-shown",
        "\\documentclass[anonymous]{article}",
        "\\usepackage[anonymous=false]{pith}",
    ),
];

/// The paper after two runs, or `None` where a tool is missing or the engine cannot take it without pith either.
fn compile(folder: &Path, engine: &str, (name, class, lines): (&str, &str, &str)) -> Option<Paper> {
    let folder = folder.join(format!("{name}-{engine}"));
    let tex = format!("{class}\n%%PITH%%\n{BODY}");
    let loaded = format!("{lines}\\pithnumber{{{HETEGEN_SUFFIX}}}");
    let paper = Paper::write(&folder, tex.as_bytes(), &loaded);
    if paper.compile(engine) && paper.compile(engine) {
        return Some(paper);
    }
    let plain = tex.replace("\\pithbadge", "");
    let plain = Paper::write(&folder.join("plain"), plain.as_bytes(), "");
    assert!(!plain.compile(engine), "{name}, {engine}: {}", paper.errors());
    None
}

/// Every byte of the PDF outside of images and fonts, with all streams unpacked, and the text of its pages.
fn unpacked(paper: &Paper) -> Vec<u8> {
    let flags = ["--qdf", "--object-streams=disable", "main.pdf", "unpacked.pdf"];
    tools::run(&paper.folder, "qpdf", &flags);
    let mut bytes = fs::read(paper.folder.join("unpacked.pdf")).unwrap();
    bytes.extend(tools::run(&paper.folder, "pdftotext", &["main.pdf", "-"]).bytes());
    bytes
}

/// Which of the words that would tell the paper are in `bytes`, whatever their case.
fn traces(bytes: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let words = ["pith", "wkfoj2ec", "2403.01164", "pith-pdf", "hetegen"];
    words.into_iter().filter(|word| text.contains(word)).collect()
}

fn tools_are_there() -> bool {
    let needed =
        ["pdflatex", "lualatex", "xelatex", "latex", "dvips", "ps2pdf", "qpdf", "pdftotext"];
    needed.iter().all(|tool| tools::require(tool))
}

fn anonymous_leaves_no_trace(engine: &str) {
    if !tools_are_there() {
        return;
    }
    let folder = pdf_files::folder(&format!("tex-anonymous-{engine}"));
    for case in HIDDEN {
        let Some(paper) = compile(&folder, engine, case) else {
            // \DocumentMetadata has no dvips route on older kernels.
            assert_eq!((case.0, engine), ("document-metadata", "dvips"));
            continue;
        };
        let found = traces(&unpacked(&paper));
        assert!(found.is_empty(), "{}, {engine}: {found:?} in the PDF", case.0);
        let beside = fs::read_dir(&paper.folder).unwrap().map(|entry| entry.unwrap().path());
        for file in beside.filter(|file| file.is_file()) {
            let extension = file.extension().and_then(|it| it.to_str()).unwrap_or_default();
            // The log names pith.sty, which stays with the author, as does the source itself.
            if !["tex", "sty", "log"].contains(&extension) {
                let found = traces(&fs::read(&file).unwrap());
                assert!(found.is_empty(), "{}, {engine}: {found:?} in {file:?}", case.0);
            }
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn anonymous_by_pdflatex() {
    anonymous_leaves_no_trace("pdflatex");
}

#[test]
fn anonymous_by_lualatex() {
    anonymous_leaves_no_trace("lualatex");
}

#[test]
fn anonymous_by_xelatex() {
    anonymous_leaves_no_trace("xelatex");
}

#[test]
fn anonymous_by_latex_and_dvips() {
    anonymous_leaves_no_trace("dvips");
}

#[test]
fn the_search_for_traces_finds_them() {
    if !tools_are_there() {
        return;
    }
    let folder = pdf_files::folder("tex-anonymous-shown");
    for engine in ENGINES {
        for case in SHOWN {
            let paper = compile(&folder, engine, case).expect("it compiles");
            let found = traces(&unpacked(&paper));
            assert_eq!(
                found,
                ["pith", "wkfoj2ec", "2403.01164", "pith-pdf", "hetegen"],
                "{}, {engine}",
                case.0
            );
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
