//! `pith check` of a paper's sources: a folder, a main file, an archive; and of the PDF that was made from them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::check::{Checker, guarded};
use super::settings::Settings;
use super::{files, main_file};
use crate::check::{self, Beside, Level, Pin, Setting, Sources};
use crate::error::Remedy;
use crate::latex::{
    MainFile, Tree, beside, find_main, is_archive_name, is_latex_name, parent_of, read_archive,
};
use crate::paper::{Kind, PIN, Paper};
use crate::pdf::PdfError;
use crate::record::Record;
use crate::report::{Checked, FileReport, Unchecked};

/// The most bytes of an archive, as it lies on the disk.
const MAX_ARCHIVE: usize = 128 << 20;

/// The checks of a PDF that ask for what an anonymous one has not.
const OF_A_NUMBER: [&str; 3] = ["number-missing", "proof-missing", "badge-missing"];

/// Whether what lies at a path is read as sources, and not as a PDF.
pub(super) fn are_at(path: &Path) -> bool {
    let name = path.to_string_lossy();
    path.is_dir() || is_latex_name(&name) || is_archive_name(&name)
}

/// The report on the sources; before it that on the PDF made from them, where there is one.
pub(super) fn reports(checker: &Checker<'_>, path: &Path, settings: &Settings) -> Vec<FileReport> {
    let found = match Found::at(path) {
        Ok(found) => found,
        Err(unchecked) => {
            return vec![FileReport { path: path.to_owned(), outcome: Err(unchecked) }];
        }
    };
    let pdf = found.compiled().and_then(|name| match found.is_blind() {
        true => found.pdf(checker, &name, &blind(settings)),
        false => found.pdf(checker, &name, settings),
    });
    let sources = guarded(&found.shown, || found.checked(checker, settings, pdf.as_ref()));
    std::iter::once(sources).chain(pdf).collect()
}

/// What a blind paper lacks is not missed.
fn blind(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    for check in check::ALL.iter().filter(|check| OF_A_NUMBER.contains(&check.id)) {
        settings.levels.set(check, Setting::Off);
    }
    settings
}

/// The report on sources in memory, called `path`.
pub(super) fn report_of_archive(checker: &Checker<'_>, bytes: &[u8], path: &Path) -> FileReport {
    let settings = Settings::default();
    guarded(path, || {
        let tree = read_archive(bytes).map_err(|error| unchecked(&error))?;
        Found::in_archive(tree, path)?.checked(checker, &settings, None)
    })
}

/// Sources with their main file.
struct Found {
    tree: Tree,
    main: MainFile,
    /// What the report is called.
    shown: PathBuf,
    /// What goes before the names of files: the folder.
    base: PathBuf,
}

fn unchecked(error: &(impl std::fmt::Display + Remedy)) -> Unchecked {
    Unchecked { message: error.to_string(), remedy: error.remedy(), findings: Vec::new() }
}

impl Found {
    fn at(path: &Path) -> Result<Self, Unchecked> {
        if path.is_dir() {
            let tree = Tree::Folder(path.to_owned());
            let main = find_main(&tree).map_err(|error| unchecked(&error))?;
            // A person in the folder calls the file by its name.
            let base = path.strip_prefix(".").unwrap_or(path).to_owned();
            return Ok(Self { shown: base.join(&main.name), base, tree, main });
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_latex_name(name) {
            if path.exists() && !path.is_file() {
                return Err(unchecked(&PdfError::NotAFile { directory: false }));
            }
            let main = MainFile { name: name.to_owned(), others: Vec::new() };
            let folder = main_file::folder(path).to_owned();
            let base =
                if path.parent() == Some(Path::new("")) { PathBuf::new() } else { folder.clone() };
            return Ok(Self { tree: Tree::Folder(folder), main, shown: path.to_owned(), base });
        }
        let bytes = files::read(path, MAX_ARCHIVE).map_err(|failure| {
            let prefix = format!("{}: ", path.display());
            let message = failure.message.strip_prefix(&prefix).unwrap_or(&failure.message);
            Unchecked { message: message.to_owned(), remedy: failure.remedy, findings: Vec::new() }
        })?;
        Self::in_archive(read_archive(&bytes).map_err(|error| unchecked(&error))?, path)
    }

    fn in_archive(tree: Tree, path: &Path) -> Result<Self, Unchecked> {
        let main = find_main(&tree).map_err(|error| unchecked(&error))?;
        Ok(Self { tree, main, shown: path.to_owned(), base: PathBuf::new() })
    }

    /// Whether the sources ask for a PDF without the number.
    fn is_blind(&self) -> bool {
        Paper::read(&self.tree, &self.main.name).is_ok_and(|paper| paper.is_blind())
    }

    fn is_archive(&self) -> bool {
        matches!(self.tree, Tree::Memory(_))
    }

    fn checked(
        &self,
        checker: &Checker<'_>,
        settings: &Settings,
        pdf: Option<&FileReport>,
    ) -> Result<Checked, Unchecked> {
        let main = &self.main.name;
        let mut sources = Sources::new(&self.tree, self.base.clone(), main, &checker.keys)
            .map_err(|error| unchecked(&error))?;
        let is_main = sources.paper.events.iter().any(|event| event.kind == Kind::Class);
        if !is_main {
            return Err(Unchecked {
                message: "it has no \\documentclass, so it is not the paper's main file".to_owned(),
                remedy: Some("give the main file, or the folder that holds it".to_owned()),
                findings: Vec::new(),
            });
        }
        sources.expected = checker.expected.as_ref();
        sources.pin = self.pin(settings);
        sources.pdf = pdf.map(|report| Beside {
            name: report.input(),
            number: report.outcome.as_ref().ok().and_then(|checked| checked.pith_number),
        });
        let outcome = sources.check_at(&settings.levels);
        let mut notes = settings.notes(checker.is_verbose);
        let has_errors = outcome.findings.iter().any(|finding| finding.level == Level::Error);
        notes.extend(self.notes(&sources.paper, pdf.is_none() && !has_errors));
        Ok(Checked {
            pith_number: sources.number(),
            outcome,
            notes,
            verdict: sources.verdict,
            unreached: None,
        })
    }

    /// The record that is pinned: in an archive the one in it, else the nearest on the disk.
    fn pin(&self, settings: &Settings) -> Option<Pin> {
        let name = beside(&self.main.name, PIN);
        if self.is_archive()
            && let Ok(Some(bytes)) = self.tree.read(&name)
        {
            let record = Record::from_slice(&bytes).map_err(|error| error.to_string());
            return Some(Pin { name, record });
        }
        settings.pin.clone()
    }

    fn notes(&self, paper: &Paper, asks_for_pdf: bool) -> Vec<String> {
        let mut notes = Vec::new();
        if self.is_archive() {
            notes.push(format!("the main file is {}", self.main.name));
        }
        if !self.main.others.is_empty() {
            let others = self.main.others.join(", ");
            notes.push(format!("arXiv may also take for a main file: {others}"));
        }
        if paper.is_blind() {
            let blind = "it is anonymous: its PDF needs no number; pith.sty and \\pithnumber name the paper";
            notes.push(blind.to_owned());
        }
        if paper.is_cut {
            notes.push(
                "not every file was read: there are too many, or they are too long".to_owned(),
            );
        }
        if asks_for_pdf && !self.is_archive() {
            notes.push("there is no PDF of it here; compile, and check again".to_owned());
        }
        notes
    }

    /// The PDF that was made from the sources: of the main file's name, or, in a folder, the only one that no figure is.
    fn compiled(&self) -> Option<String> {
        let folder = parent_of(&self.main.name);
        let main = self.main.name.rsplit_once('.').map_or(&*self.main.name, |(stem, _)| stem);
        let same = format!("{main}.pdf");
        if self.tree.has(&same) {
            return Some(same);
        }
        // What else is in an archive was meant to be sent.
        if self.is_archive() {
            return None;
        }
        let names = self.tree.names_in(folder).ok()?;
        let mut pdfs = names.into_iter().filter(|name| name.to_ascii_lowercase().ends_with(".pdf"));
        let first = pdfs.next()?;
        if pdfs.next().is_some() {
            return None;
        }
        let paper = Paper::read(&self.tree, &self.main.name).ok()?;
        let figures: BTreeSet<_> = paper
            .events
            .iter()
            .filter_map(|event| match &event.kind {
                Kind::Figure(name) => Some(name.rsplit('/').next().unwrap_or(name).to_owned()),
                _ => None,
            })
            .collect();
        let file = first.rsplit('/').next().unwrap_or(&first);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        (!figures.contains(file) && !figures.contains(stem)).then_some(first)
    }

    fn pdf(&self, checker: &Checker<'_>, name: &str, settings: &Settings) -> Option<FileReport> {
        match &self.tree {
            Tree::Folder(_) => {
                let path = self.base.join(name);
                Some(checker.report(&path, settings))
            }
            Tree::Memory(_) => {
                let bytes = self.tree.read(name).ok()??;
                Some(checker.report_of(bytes, &self.shown.join(name), settings))
            }
        }
    }
}
