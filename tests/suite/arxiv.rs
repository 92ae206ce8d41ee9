//! A paper with pith.sty as arXiv compiles and stamps it, and what arXiv's preflight reads in pith.sty.

mod preflight;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pith::metadata::Reading;
use pith::pdf::{Pdf, Rect};
use serde_json::{Value, json};

use crate::pdf_files;
use crate::records::HETEGEN_SUFFIX;
use crate::tex::{outcome, verify};
use crate::tex_matrix::paper::{Paper, two_lines};
use crate::tools;

const ENGINES: [&str; 3] = ["pdflatex", "latex", "xelatex"];
const STAMP: &str = "arXiv:2403.01164v1  [cs.PF]  2 Mar 2024";
/// The stamp's right edge, and some air.
const BAND: f64 = 34.0;

fn script(name: &str) -> String {
    format!("{}/tests/arxiv/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A template of the matrix with the two lines, in `folder`.
fn paper(folder: &Path, template: &str) -> PathBuf {
    let path = format!("{}/tests/tex/templates/{template}.tex", env!("CARGO_MANIFEST_DIR"));
    Paper::write(&folder.join(template), &fs::read(path).unwrap(), &two_lines()).folder
}

/// Python with pikepdf, where every other tool is there as well.
fn python() -> Option<String> {
    let needed = ["pdflatex", "latex", "xelatex", "dvips", "ps2pdf", "gs", "pdftoppm", "exiftool"];
    if !needed.iter().all(|tool| tools::require(tool)) {
        return None;
    }
    Some(tools::require_python("pikepdf")?.to_str().unwrap().to_owned())
}

/// What `tests/arxiv/compile` prints.
fn compile(python: &str, folder: &Path, arguments: &[&str]) -> String {
    let script = script("compile");
    tools::run(folder, python, &[&[script.as_str()], arguments].concat())
}

fn stamp(python: &str, folder: &Path, from: &str, to: &str) {
    tools::run(folder, python, &[&script("stamp"), from, to, STAMP]);
}

/// Page 1 within `rect`, in shades of grey.
fn picture(pdf: &Path, rect: Rect, page_height: f64) -> Vec<u8> {
    const DPI: f64 = 144.0;
    let pixels = |points: f64| ((points * DPI / 72.0).round() as i64).to_string();
    let (x, y) = (pixels(rect.x0), pixels(page_height - rect.y1));
    let (width, height) = (pixels(rect.x1 - rect.x0), pixels(rect.y1 - rect.y0));
    let folder = pdf.parent().unwrap();
    let place = ["-x", &x, "-y", &y, "-W", &width, "-H", &height];
    let name = pdf.to_str().unwrap();
    let options = ["-r", "144", "-gray", "-singlefile", name, "crop"];
    tools::run(folder, "pdftoppm", &[&place[..], &options].concat());
    let image = fs::read(folder.join("crop.pgm")).unwrap();
    // After the header of three lines: a byte a pixel.
    image.splitn(4, |byte| *byte == b'\n').nth(3).unwrap().to_vec()
}

/// What exiftool reads in Info and XMP, but for the version of PDF, which pikepdf brings up to date.
fn metadata(pdf: &Path) -> BTreeSet<String> {
    let arguments = ["-S", "-G1", "-a", "-PDF:all", "-XMP:all", pdf.to_str().unwrap()];
    let printed = tools::run(pdf.parent().unwrap(), "exiftool", &arguments);
    printed.lines().filter(|line| !line.contains("PDFVersion")).map(str::to_owned).collect()
}

/// The exit status of `pith check`, and what it finds.
fn check(pdf: &Path) -> (i32, Value) {
    let name = pdf.to_str().unwrap();
    let arguments = ["check", "--offline", "--format", "json", name];
    let output = tools::output(pdf.parent().unwrap(), env!("CARGO_BIN_EXE_pith"), &arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), report["findings"].clone())
}

/// After the stamp the paper is still verified, and badge, link and metadata are as they were.
fn survives(template: &str, engines: &[&str]) {
    let Some(python) = python() else { return };
    let folder = pdf_files::folder(&format!("arxiv-{template}"));
    paper(&folder, template);
    for engine in engines {
        let case = format!("{template}, {engine}");
        let printed = compile(&python, &folder, &[template, "--engine", engine, "-o", "out.pdf"]);
        assert!(printed.starts_with(&format!("main.tex: {engine}, ")), "{case}: {printed}");
        stamp(&python, &folder, "out.pdf", "stamped.pdf");
        let (plain, stamped) = (folder.join("out.pdf"), folder.join("stamped.pdf"));

        let (exit, verdict) = verify(&stamped, None);
        assert_eq!(verdict["verdict"], "verified", "{case}: {verdict:#}");
        for step in ["title-on-page", "stamp"] {
            assert_eq!(outcome(&verdict, step), "passed", "{case}: {verdict:#}");
        }
        assert_eq!(exit, 0, "{case}");
        assert_eq!(check(&stamped), (0, json!([])), "{case}");

        let (had, has) = (metadata(&plain), metadata(&stamped));
        let changed: Vec<_> = had.symmetric_difference(&has).collect();
        assert!(changed.is_empty(), "{case}: {changed:#?}");
        let (plain_pdf, stamped_pdf) =
            (Pdf::open(&plain, None).unwrap(), Pdf::open(&stamped, None).unwrap());
        let before = Reading::of(&plain_pdf).metadata();
        assert!(before.is_some(), "{case}");
        assert_eq!(Reading::of(&stamped_pdf).metadata(), before, "{case}");

        let page = stamped_pdf.first_page().unwrap();
        let badge = page.words.iter().find(|word| word.text.contains("WKFOJ2EC"));
        let badge = badge.unwrap_or_else(|| panic!("{case}: no badge"));
        assert!(badge.visible && badge.rect.x0 > BAND, "{case}: {badge:?}");
        let url = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
        let link = page.links.iter().find(|link| link.uri == url);
        let link = link.unwrap_or_else(|| panic!("{case}: no link in {:?}", page.links));
        assert!(link.rect.x0 > BAND && link.rect.intersects(&badge.rect), "{case}: {link:?}");

        let height = page.media_box.y1 - page.media_box.y0;
        let seen = picture(&stamped, badge.rect, height);
        let dark = seen.iter().filter(|pixel| **pixel < 200).count();
        assert!(dark > seen.len() / 50, "{case}: the badge has ink, {dark} of {}", seen.len());
        assert_eq!(seen, picture(&plain, badge.rect, height), "{case}: the stamp leaves it alone");
        let whole = Rect { x0: 0.0, y0: 0.0, x1: BAND, y1: height };
        assert_ne!(
            picture(&stamped, whole, height),
            picture(&plain, whole, height),
            "{case}: the stamp is there"
        );
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn article_survives_arxiv() {
    survives("article", &ENGINES);
}

#[test]
fn revtex_survives_arxiv() {
    survives("revtex4-2-reprint", &ENGINES);
}

#[test]
fn acmart_survives_arxiv() {
    survives("acmart-sigconf", &ENGINES);
}

#[test]
fn ieeetran_survives_arxiv() {
    survives("ieeetran-conference", &ENGINES);
}

#[test]
fn elsarticle_survives_arxiv() {
    survives("elsarticle-preprint", &ENGINES);
}

#[test]
fn amsart_survives_arxiv() {
    survives("amsart", &ENGINES);
}

#[test]
fn beamer_survives_arxiv() {
    survives("beamer", &ENGINES);
}

#[test]
fn a_title_made_by_hand_survives_arxiv() {
    survives("twocolumn-at-title", &ENGINES);
}

/// A file that looks like PDF/A is not stamped; pith.sty makes none.
#[test]
fn a_file_with_an_output_intent_is_not_stamped() {
    let Some(python) = python() else { return };
    let folder = pdf_files::folder("arxiv-intent");
    let pages = [
        (1, "<</Type/Catalog/Pages 2 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1>>]>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<<>>>>"),
    ];
    let with = pdf_files::build(&pages, "/Root 1 0 R");
    fs::write(folder.join("with.pdf"), &with).unwrap();
    stamp(&python, &folder, "with.pdf", "out.pdf");
    assert_eq!(fs::read(folder.join("out.pdf")).unwrap(), with);
    let without = [(1, "<</Type/Catalog/Pages 2 0 R>>"), pages[1], pages[2]];
    fs::write(folder.join("without.pdf"), pdf_files::build(&without, "/Root 1 0 R")).unwrap();
    stamp(&python, &folder, "without.pdf", "out.pdf");
    let stamped = Pdf::open(&folder.join("out.pdf"), None).unwrap();
    let words = stamped.first_page().unwrap().words;
    assert!(words.iter().any(|word| word.text == "arXiv:2403.01164v1"), "{words:?}");
    assert!(!pith::sty::PACKAGE.contains("OutputIntent"));
    fs::remove_dir_all(folder).unwrap();
}

/// The engine that arXiv chooses for a paper does not change with pith.sty beside it.
#[test]
fn the_engine_is_chosen_without_regard_to_pith_sty() {
    let Some(python) = python() else { return };
    let image = |name: &str| format!("\\usepackage{{graphicx}}\n%%B%%\\includegraphics{{{name}}}");
    let cases = [
        ("pdflatex", String::new()),
        ("latex", "\\pdfoutput=0\n".into()),
        ("pdflatex", "% \\pdfoutput=0\n".into()),
        ("xelatex", "\\usepackage{fontspec}\n".into()),
        ("latex", image("example-image.eps")),
        ("pdflatex", image("example-image.png")),
    ];
    for (number, (engine, lines)) in cases.into_iter().enumerate() {
        let folder = pdf_files::folder(&format!("arxiv-engine-{number}"));
        let (preamble, body) = lines.split_once("%%B%%").unwrap_or((&lines, ""));
        let tex = |pith: &str| {
            format!(
                "\\documentclass{{article}}\n{preamble}{pith}\\title{{A title}}\\author{{The authors}}\n\
                 \\begin{{document}}\n\\maketitle\n{body}Some text.\n\\end{{document}}\n"
            )
        };
        for name in ["without", "with"] {
            let place = folder.join(name);
            fs::create_dir(&place).unwrap();
            let lines = if name == "with" { "\\usepackage{pith}\n" } else { "" };
            fs::write(place.join("main.tex"), tex(lines)).unwrap();
            if name == "with" {
                fs::write(place.join("pith.sty"), preflight::rendered()).unwrap();
            }
            let archive = format!("{name}.tar.gz");
            tools::run(&folder, "tar", &["-czf", &archive, "-C", name, "."]);
            let printed = compile(&python, &folder, &[&archive, "-o", "out.pdf"]);
            let expected = format!("main.tex: {engine}, ");
            assert!(printed.starts_with(&expected), "{preamble:?} {name}: {printed}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn a_paper_that_does_not_compile_says_why() {
    let Some(python) = python() else { return };
    let folder = pdf_files::folder("arxiv-broken");
    let cases = [
        ("\\documentclass{article}\\begin{document}\\nothing\\end{document}", "Undefined control"),
        ("Some text.", "no file with \\documentclass"),
        (
            "\\documentclass{article}\\usepackage{graphicx}\\begin{document}\
             \\includegraphics{a.eps}\\includegraphics{b.jb2}\\end{document}",
            "no engine can compile",
        ),
    ];
    for (tex, expected) in cases {
        fs::write(folder.join("main.tex"), tex).unwrap();
        let arguments = [script("compile"), ".".into(), "-o".into(), "out.pdf".into()];
        let arguments = arguments.each_ref().map(String::as_str);
        let output = tools::output(&folder, &python, &arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(expected), "{error}");
        assert!(!folder.join("out.pdf").exists());
    }
    fs::remove_dir_all(folder).unwrap();
}
