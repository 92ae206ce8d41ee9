//! docs/tex-matrix.md: one section for each TeX Live.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Cells, release};
use crate::pdf_files::ENGINES;

const HEAD: &str = "\
# The LaTeX matrix

Every template of tests/tex/templates by every engine, with `\\usepackage{pith}` and `\\pithnumber`, as the test
`tex_matrix` finds it. `title`: the badge is the last line of the title. `page`: it stands at the foot of page 1.
`none`: there is no badge. `verified`: `pith verify --offline` says so of the PDF alone. `not available`: the paper
does not compile without pith either, or a package is missing.

Each section is for one TeX Live; `UPDATE=1 make tex-matrix` writes the one of the machine it runs on, and the
test compares with no other.
";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tex-matrix.md")
}

/// The rows by template, each the cells of the engines.
type Rows = BTreeMap<String, Vec<String>>;

/// What the file holds, by the name of the TeX Live.
fn sections() -> BTreeMap<String, Rows> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let sections =
        text.split("\n## ").skip(1).map(|section| section.split_once('\n').expect("a heading"));
    sections.map(|(name, rows)| (name.to_owned(), rows.lines().filter_map(row).collect())).collect()
}

/// What differs from the section of this TeX Live, where the file has one. `complete` says that `cells` has every
/// template; else only those rows are compared or written anew.
pub fn check(cells: &Cells, complete: bool) -> Vec<String> {
    let release = release::name();
    let mut sections = sections();
    let mut found = Rows::new();
    for ((name, _), cell) in cells {
        found.entry(name.clone()).or_default().push(cell.clone());
    }
    if std::env::var_os("UPDATE").is_some() {
        let rows = sections.entry(release).or_default();
        if complete {
            rows.clear();
        }
        rows.extend(found);
        let sections = sections.iter().map(|(name, rows)| section(name, rows));
        fs::write(path(), HEAD.to_owned() + &sections.collect::<String>()).unwrap();
        return Vec::new();
    }
    let Some(known) = sections.get(&release) else {
        eprintln!("docs/tex-matrix.md has no {release} to compare with");
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (name, row) in &found {
        let row = row.join(" | ");
        let before = known.get(name).map(|row| row.join(" | "));
        if before.as_ref() == Some(&row) {
            continue;
        }
        // A machine may lack packages; the one that is known to have them all may not.
        if row.contains("not available") && std::env::var_os("CI").is_none() {
            eprintln!("not compared with docs/tex-matrix.md: {name}: {row}");
        } else {
            findings.push(format!("docs/tex-matrix.md has {name}: {before:?}, now {row:?}"));
        }
    }
    if complete {
        let gone = known.keys().filter(|name| !found.contains_key(*name));
        findings.extend(gone.map(|name| format!("docs/tex-matrix.md has {name}, now gone")));
    }
    findings
}

fn row(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let mut cells = line.split(" | ").map(str::to_owned);
    let name = cells.next()?;
    (name != "template").then(|| (name, cells.collect()))
}

fn section(name: &str, rows: &Rows) -> String {
    let mut text = format!("\n## {name}\n\n{}\n\n", summary(rows));
    writeln!(text, "| template | {} |\n|---|---|---|---|---|", ENGINES.join(" | ")).unwrap();
    for (name, cells) in rows {
        writeln!(text, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
    text
}

/// The counts of a section.
struct Counts {
    templates: usize,
    /// Papers that compile without pith.
    compiled: usize,
    title: usize,
    page: usize,
    hidden: usize,
    verified: usize,
}

impl Counts {
    fn of(rows: &Rows) -> Self {
        let cells = || rows.values().flatten();
        let count = |text: &str| cells().filter(|cell| cell.contains(text)).count();
        Self {
            templates: rows.len(),
            compiled: cells().count() - count("not available"),
            title: count("title,"),
            page: count("page,"),
            hidden: count("as expected"),
            verified: count(", verified"),
        }
    }
}

fn summary(rows: &Rows) -> String {
    let Counts { templates, compiled, title, page, hidden, verified } = Counts::of(rows);
    format!(
        "{templates} templates by {} engines: {compiled} papers compile without pith. With it the badge is in the title of \
         {title},\nat the foot of page 1 of {page}, and hidden in {hidden} under blind review; {verified} are \
         verified from the PDF alone.",
        ENGINES.len()
    )
}

/// The README's table is that of the file.
#[test]
fn the_readme_has_the_counts() {
    let mut table = String::from(
        "| TeX Live | papers | badge in the title | at the foot of page 1 | hidden, blind review | verified |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, rows) in sections() {
        let Counts { compiled, title, page, hidden, verified, .. } = Counts::of(&rows);
        let year = name.trim_start_matches("TeX Live ");
        writeln!(table, "| {year} | {compiled} | {title} | {page} | {hidden} | {verified} |")
            .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let start = readme.find("| TeX Live |").expect("the table");
    let end = start + readme[start..].find("\n\n").expect("its end") + 1;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, format!("{}{table}{}", &readme[..start], &readme[end..])).unwrap();
    } else {
        assert_eq!(&readme[start..end], table, "UPDATE=1 cargo test the_readme_has writes it anew");
    }
}
