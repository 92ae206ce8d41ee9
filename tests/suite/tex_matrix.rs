//! Every template of tests/tex/templates by every engine, compiled without and with pith.sty, and compared.
//!
//! It takes some minutes, so all of it runs with `make tex-matrix` only, and a part with `make test`.
//! docs/tex-matrix.md holds the results; `UPDATE=1 make tex-matrix` writes those of this TeX Live anew.

mod compare;
mod expected;
mod packet;
pub mod paper;
mod release;
mod table;
mod ways;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use compare::Finding;
use paper::{Paper, two_lines};

use crate::pdf_files::ENGINES;
use crate::tools;

/// What the table says of one template by one engine.
type Cells = BTreeMap<(String, usize), String>;

fn folder_of_templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tex/templates")
}

/// One of the templates. A file may be Latin-1.
fn template(name: &str) -> Vec<u8> {
    fs::read(folder_of_templates().join(format!("{name}.tex"))).unwrap()
}

/// The names of the templates.
fn names() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder_of_templates())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    if !is_whole() {
        names.retain(|name| FEW.contains(&name.as_str()));
    }
    // PITH_TEMPLATE=name looks at some only, while one of them is being mended.
    if let Ok(part) = std::env::var("PITH_TEMPLATE") {
        names.retain(|name| name.contains(&part));
    }
    names
}

/// Whether `make tex-matrix` runs these tests. `make test` has less time, and compiles a few templates in two ways.
fn is_whole() -> bool {
    std::env::var_os("PITH_TEX_MATRIX").is_some()
}

/// The templates of `make test`: of each kind of title and of writers of XMP.
const FEW: [&str; 10] = [
    "acmart-anonymous",
    "amsart",
    "article-handmade",
    "beamer",
    "elsarticle-preprint",
    "ieeetran-journal",
    "kit-fixed-height",
    "revtex4-2-reprint",
    "twocolumn-at-title",
    "with-hyperxmp",
];

/// Whether the engines are there.
fn can_compile() -> bool {
    let needed = ["pdflatex", "lualatex", "xelatex", "latex", "dvips", "ps2pdf"];
    needed.iter().all(|tool| release::has(tool)) && tools::require("pdftotext")
}

/// Does each job, as many at a time as there are processors; results in the order of the jobs.
fn in_threads<J: Sync, R: Send>(jobs: &[J], job: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = jobs.get(at) else { break };
                    let result = job(item);
                    results.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn every_template_by_every_engine() {
    if !can_compile() {
        return;
    }
    let names = names();
    let jobs: Vec<_> = names
        .iter()
        .flat_map(|name| (0..ENGINES.len()).map(move |engine| (name.clone(), engine)))
        .collect();
    let folder = release::folder("tex-matrix");
    let results = in_threads(&jobs, |(name, engine)| {
        let engine = ENGINES[*engine];
        one(&folder.join(format!("{name}-{engine}")), name, &template(name), engine)
    });
    let (cells, findings): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let cells: Cells = jobs.into_iter().zip(cells).collect();
    let mut findings = findings.concat();
    let complete = is_whole() && std::env::var_os("PITH_TEMPLATE").is_none();
    findings.extend(table::check(&cells, complete));
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    fs::remove_dir_all(folder).unwrap();
}

/// The cell of the table, and what does not hold beside what is expected.
fn one(folder: &Path, name: &str, tex: &[u8], engine: &str) -> (String, Vec<String>) {
    let plain = Paper::write(&folder.join("plain"), tex, "");
    if !plain.compile(engine) || plain.is_unsettled() && !plain.compile(engine) {
        return ("not available".into(), Vec::new());
    }
    let lines = two_lines();
    let with = Paper::write(&folder.join("with"), tex, &lines);
    let first = with.folder.join("first.pdf");
    let compiled =
        with.compile(engine) && fs::rename(with.pdf(), &first).is_ok() && with.compile(engine);
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
