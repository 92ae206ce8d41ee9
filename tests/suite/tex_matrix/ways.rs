//! The ways in which people compile a paper: a few templates, each way, by every engine.

use std::fs;
use std::path::{Path, PathBuf};

use super::compare;
use super::paper::{Paper, two_lines};
use super::{release, template};
use crate::pdf_files::ENGINES;

/// A title that is set once, one that is set on trial first, and a packet that another package writes.
const TEMPLATES: [&str; 3] = ["article-hyperref", "ieeetran-journal", "with-hyperxmp"];

/// How a paper is compiled, from a folder with its main.tex and pith.sty.
struct Way {
    name: &'static str,
    /// Prepares the folder.
    prepare: fn(&Path),
    flags: &'static [&'static str],
    /// The paper's name, as the engine gets it.
    source: &'static str,
    /// The PDF without its suffix.
    output: &'static str,
    variables: &'static [(&'static str, &'static str)],
    runs: usize,
}

const PLAIN: Way = Way {
    name: "plain",
    prepare: |_| {},
    flags: &["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"],
    source: "main.tex",
    output: "main",
    variables: &[],
    runs: 2,
};

const WAYS: [Way; 9] = [
    Way { name: "one run", runs: 1, ..PLAIN },
    Way { name: "five runs", runs: 5, ..PLAIN },
    Way {
        name: "batchmode",
        flags: &["-interaction=batchmode", "-no-shell-escape", "-recorder"],
        ..PLAIN
    },
    Way { name: "shell escape", flags: &["-halt-on-error", "-shell-escape"], ..PLAIN },
    Way {
        name: "output directory",
        prepare: |folder| fs::create_dir(folder.join("out")).unwrap(),
        flags: &["-interaction=nonstopmode", "-halt-on-error", "-output-directory=out"],
        output: "out/main",
        ..PLAIN
    },
    Way {
        name: "job name",
        flags: &["-interaction=nonstopmode", "-halt-on-error", "-jobname=another"],
        output: "another",
        ..PLAIN
    },
    Way {
        name: "blanks in the name",
        prepare: |folder| {
            fs::rename(folder.join("main.tex"), folder.join("my new paper.tex")).unwrap();
        },
        source: "my new paper.tex",
        output: "my new paper",
        ..PLAIN
    },
    Way { name: "preamble in a file", prepare: move_preamble, ..PLAIN },
    Way {
        name: "pith.sty in another folder",
        prepare: |folder| {
            fs::create_dir(folder.join("sty")).unwrap();
            fs::rename(folder.join("pith.sty"), folder.join("sty/pith.sty")).unwrap();
        },
        variables: &[("TEXINPUTS", "./sty:")],
        ..PLAIN
    },
];

/// Those of `make test`: an output directory, a job name, blanks in the name.
const FEW: std::ops::Range<usize> = 4..7;

#[test]
fn every_way_to_compile() {
    if !super::can_compile() {
        return;
    }
    let ways = if super::is_whole() { &WAYS[..] } else { &WAYS[FEW] };
    let jobs = ENGINES.iter().flat_map(|engine| ways.iter().map(move |way| (engine, way)));
    let jobs: Vec<_> = jobs
        .flat_map(|(engine, way)| TEMPLATES.iter().map(move |name| (engine, way, name)))
        .collect();
    let folder = release::folder("tex-ways");
    let findings = super::in_threads(&jobs, |(engine, way, name)| {
        let place = folder.join(format!("{name}-{engine}-{}", way.name.replace(' ', "-")));
        let paper = write(&place, name);
        let findings = match compile(&paper, engine, way) {
            Some(pdf) => compare::alone(&pdf).1,
            None => vec![compare::Finding::new("exit", paper.errors())],
        };
        let line = |finding: compare::Finding| {
            format!("{name}, {engine}, {}: {}: {}", way.name, finding.check, finding.text)
        };
        findings.into_iter().map(line).collect::<Vec<_>>()
    })
    .concat();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    fs::remove_dir_all(folder).unwrap();
}

/// The .aux file is the same after the second run and the third, so arXiv and latexmk stop there.
#[test]
fn two_runs_settle() {
    if !super::can_compile() {
        return;
    }
    let folder = release::folder("tex-settle");
    for name in TEMPLATES {
        for engine in ENGINES {
            let paper = write(&folder.join(format!("{name}-{engine}")), name);
            let aux = || {
                assert!(paper.compile(engine), "{name}, {engine}: {}", paper.errors());
                fs::read(paper.folder.join("main.aux")).unwrap()
            };
            let [_, second, third] = [aux(), aux(), aux()];
            assert_eq!(second, third, "{name}, {engine}");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn latexmk_compiles_the_paper() {
    if !super::can_compile() || !release::has("latexmk") {
        return;
    }
    let folder = release::folder("tex-latexmk");
    for name in TEMPLATES {
        for (engine, flag) in ENGINES.into_iter().zip(["-pdf", "-pdflua", "-pdfxe", "-pdfps"]) {
            let paper = write(&folder.join(format!("{name}-{engine}")), name);
            let flags = [flag, "-silent", "-interaction=nonstopmode", "main.tex"];
            assert!(paper.run("latexmk", &flags), "{name}, {flag}: {}", paper.errors());
            let (_, findings) = compare::alone(&paper.pdf());
            for finding in &findings {
                eprintln!("{name}, {flag}: {}: {}", finding.check, finding.text);
            }
            assert!(findings.is_empty(), "{name}, {flag}");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

fn write(folder: &Path, name: &str) -> Paper {
    let lines = two_lines();
    Paper::write(folder, &template(name), &lines)
}

/// The PDF, if every run went without an error.
fn compile(paper: &Paper, engine: &str, way: &Way) -> Option<PathBuf> {
    (way.prepare)(&paper.folder);
    let program = if engine == "dvips" { "latex" } else { engine };
    let arguments = [way.flags, &[way.source]].concat();
    let compiled = (0..way.runs).all(|_| paper.run_with(program, &arguments, way.variables));
    let file = |suffix: &str| format!("{}.{suffix}", way.output);
    let printed = || {
        engine != "dvips"
            || paper.run("dvips", &["-q", "-R2", "-z", "-o", &file("ps"), &file("dvi")])
                && paper.run("ps2pdf", &[&file("ps"), &file("pdf")])
    };
    let pdf = paper.folder.join(file("pdf"));
    (compiled && printed() && pdf.is_file()).then_some(pdf)
}

/// All between the class and the document goes into preamble.tex.
fn move_preamble(folder: &Path) {
    let tex = fs::read_to_string(folder.join("main.tex")).unwrap();
    let start = tex.find("\\documentclass").expect("a class");
    let start = start + tex[start..].find('\n').expect("a line") + 1;
    let end = tex.find("\\begin{document}").expect("a document");
    fs::write(folder.join("preamble.tex"), &tex[start..end]).unwrap();
    let main = [&tex[..start], "\\input{preamble}\n", &tex[end..]].concat();
    fs::write(folder.join("main.tex"), main).unwrap();
}
