//! Every template of tests/tex/templates by every engine, compiled without and with pith.sty, and compared.
//!
//! It takes some minutes, so it runs with `make tex-matrix` only. docs/tex-matrix.md holds the results;
//! `UPDATE=1 make tex-matrix` writes those of this TeX Live anew.

mod compare;
mod expected;
pub mod paper;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use compare::Finding;
use paper::Paper;

use crate::pdf_files::{self, ENGINES};
use crate::records::HETEGEN_SUFFIX;
use crate::tools;

/// What the table says of one template by one engine.
type Cells = BTreeMap<(String, usize), String>;

/// The templates by name, with their text. A file may be Latin-1.
fn templates() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tex/templates");
    let mut templates: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    templates.sort();
    // PITH_TEMPLATE=name looks at some only, while one of them is being mended.
    if let Ok(part) = std::env::var("PITH_TEMPLATE") {
        templates.retain(|(name, _)| name.contains(&part));
    }
    templates
}

#[test]
fn every_template_by_every_engine() {
    if std::env::var_os("PITH_TEX_MATRIX").is_none() {
        eprintln!("skipped: it runs with `make tex-matrix`");
        return;
    }
    let needed = ["pdflatex", "lualatex", "xelatex", "latex", "dvips", "ps2pdf", "pdftotext"];
    if !needed.iter().all(|tool| tools::require(tool)) {
        return;
    }
    let templates = templates();
    let jobs: Vec<_> = templates
        .iter()
        .flat_map(|template| (0..ENGINES.len()).map(move |engine| (template, engine)))
        .collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new((Cells::new(), Vec::new()));
    let folder = pdf_files::folder("tex-matrix");
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(((name, tex), engine)) =
                    jobs.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let place = folder.join(format!("{name}-{}", ENGINES[*engine]));
                    let (cell, findings) = one(&place, name, tex, ENGINES[*engine]);
                    let mut results = results.lock().unwrap();
                    results.0.insert((name.clone(), *engine), cell);
                    results.1.extend(findings);
                }
            });
        }
    });
    let (cells, mut findings) = results.into_inner().unwrap();
    if std::env::var_os("PITH_TEMPLATE").is_none() {
        findings.extend(table::check(&cells));
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    fs::remove_dir_all(folder).unwrap();
}

/// The cell of the table, and what does not hold beside what is expected.
fn one(folder: &Path, name: &str, tex: &[u8], engine: &str) -> (String, Vec<String>) {
    let plain = Paper::write(&folder.join("plain"), tex, "");
    if !plain.compile(engine, 2) {
        return ("not available".into(), Vec::new());
    }
    let lines = format!("\\usepackage{{pith}}\n\\pithnumber{{{HETEGEN_SUFFIX}}}");
    let with = Paper::write(&folder.join("with"), tex, &lines);
    let once = with.compile(engine, 1);
    let first = with.folder.join("first.pdf");
    let compiled = once && fs::rename(with.pdf(), &first).is_ok() && with.compile(engine, 1);
    let (cell, findings) = if !compiled {
        ("none".to_owned(), vec![Finding::new("exit", with.errors())])
    } else if expected::is_anonymous(name) {
        ("none, as expected".to_owned(), compare::anonymous(&plain, &with, &first))
    } else {
        compare::shown(&plain, &with, &first)
    };
    let findings = findings
        .into_iter()
        .filter(|finding| !expected::is_listed(name, engine, finding.check))
        .map(|finding| format!("{name}, {engine}: {}: {}", finding.check, finding.text))
        .collect();
    (cell, findings)
}
