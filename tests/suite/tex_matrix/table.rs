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

/// What differs from the section of this TeX Live, where the file has one.
pub fn check(cells: &Cells) -> Vec<String> {
    let release = release::name();
    let text = fs::read_to_string(path()).unwrap_or_default();
    let mut sections: BTreeMap<&str, &str> = text
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').expect("a heading"))
        .collect();
    let rows = rows(cells);
    if std::env::var_os("UPDATE").is_some() {
        sections.insert(&release, &rows);
        let sections =
            sections.iter().map(|(name, rows)| format!("\n## {name}\n\n{}\n", rows.trim()));
        fs::write(path(), HEAD.to_owned() + &sections.collect::<String>()).unwrap();
        return Vec::new();
    }
    let Some(known) = sections.get(release.as_str()) else {
        eprintln!("docs/tex-matrix.md has no {release} to compare with");
        return Vec::new();
    };
    let known: Vec<_> = known.trim().lines().collect();
    let differing = rows.lines().filter(|row| !known.contains(row));
    // A machine may lack packages; the one that is known to have them all may not.
    let missing = |row: &&str| row.contains("not available") && std::env::var_os("CI").is_none();
    let (missing, differing): (Vec<_>, Vec<_>) = differing.partition(missing);
    for row in missing {
        eprintln!("not compared with docs/tex-matrix.md: {row}");
    }
    differing.iter().map(|row| format!("docs/tex-matrix.md has another row: {row}")).collect()
}

fn rows(cells: &Cells) -> String {
    let mut rows = summary(cells);
    write!(rows, "\n\n| template | {} |\n|---|---|---|---|---|\n", ENGINES.join(" | ")).unwrap();
    let mut names: Vec<_> = cells.keys().map(|(name, _)| name).collect();
    names.dedup();
    for name in names {
        let of = |engine| cells[&(name.clone(), engine)].as_str();
        let row: Vec<_> = (0..ENGINES.len()).map(of).collect();
        writeln!(rows, "| {name} | {} |", row.join(" | ")).unwrap();
    }
    rows
}

/// The counts, in a sentence that the README can quote.
fn summary(cells: &Cells) -> String {
    let templates = cells.len() / ENGINES.len();
    let count = |text: &str| cells.values().filter(|cell| cell.contains(text)).count();
    let compiled = cells.len() - count("not available");
    let verified = count(", verified");
    let (title, page, hidden) = (count("title,"), count("page,"), count("as expected"));
    format!(
        "{templates} templates by {} engines: {compiled} papers compile without pith. With it the badge is in the \
         title of {title}, at the foot of page 1 of {page}, and hidden in {hidden} under blind review; {verified} \
         are verified by the PDF alone.",
        ENGINES.len()
    )
}
