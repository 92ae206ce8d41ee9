//! `pith check PATH...`

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::context::{keyring, query};
use super::options::Options;
use super::terminal::Terminal;
use super::{Exit, Run};
use crate::check::{self, Subject};
use crate::error::{self, Remedy};
use crate::id::Query;
use crate::pdf::{Pdf, PdfError};
use crate::report::{CheckJson, Checked, Counts, FileReport, Unchecked, github, line, sarif};
use crate::trust::Keyring;

/// See whether PDFs are ready: the number, the proof, the badge, the title
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith check paper.pdf
  pith check paper.pdf --expect 2403.01164
  pith check papers/ --format json
  pith explain number-missing")]
pub(super) struct Args {
    /// PDFs, and folders of PDFs
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The paper that the PDF should be
    #[arg(long, value_name = "ID")]
    expect: Option<String>,

    /// The password of an encrypted PDF, the user's or the owner's
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,

    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people; may change.
    Text,
    /// One JSON object per file, one a line; may only grow.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub.
    Github,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let keys = keyring(options)?;
    let expected = args.expect.as_deref().map(query).transpose()?;
    let mut exit = Exit::Good;
    let mut paths = Vec::new();
    for path in &args.paths {
        collect(path, &mut paths);
    }
    let bar = terminal.progress(paths.len());
    let (mut counts, mut all) = (Counts::default(), Vec::new());
    for path in paths {
        let check =
            |path: PathBuf| report(&path, args.password.as_deref(), &keys, expected.as_ref());
        let report = path.map_or_else(|unreadable| unreadable, check);
        let status = exit_of(&report);
        exit = exit.max(status);
        counts.add(&report);
        match args.format {
            Format::Text => terminal.result(&terminal.text.file(&report, options.verbose))?,
            Format::Json => {
                terminal.raw(line(&CheckJson::new(&report, status as u8)).as_bytes())?
            }
            Format::Github => terminal.raw(github(&report).as_bytes())?,
            Format::Sarif => all.push(report),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    match args.format {
        Format::Sarif => terminal.raw(sarif(&all).as_bytes())?,
        Format::Text if !options.quiet => terminal.result(&terminal.text.summary(counts))?,
        _ => {}
    }
    Ok(exit)
}

fn exit_of(report: &FileReport) -> Exit {
    match report.outcome {
        Err(_) => Exit::Io,
        Ok(_) if report.has_errors() => Exit::Wrong,
        Ok(_) => Exit::Good,
    }
}

/// Checks one file.
pub(super) fn report(
    path: &Path,
    password: Option<&str>,
    keys: &Keyring,
    expected: Option<&Query>,
) -> FileReport {
    let input = path.display().to_string();
    let outcome = match Pdf::open(path, password) {
        Ok(pdf) => {
            let subject = Subject::new(&pdf, keys, expected);
            if let Err(error) = pdf.check_length() {
                return unreadable(path, error.to_string(), "check it again");
            }
            let signatures = pdf.signatures().count;
            let notes = (signatures > 0).then(|| format!("signed {signatures} time(s)"));
            Ok(Checked {
                pith_number: subject.number(),
                findings: subject.check(),
                notes: notes.into_iter().collect(),
                verdict: subject.verdict,
            })
        }
        Err(error) => {
            let locked = matches!(error, PdfError::NeedsPassword | PdfError::WrongPassword);
            let findings = locked.then(check::locked).into_iter().collect();
            Err(Unchecked { message: error.to_string(), remedy: error.remedy(), findings })
        }
    };
    FileReport { input, outcome }
}

/// A PDF to check, or the report on a path at which there is none.
type Found = Result<PathBuf, FileReport>;

/// The PDFs at a path: itself, or all in a folder and the folders in it, in the order of their names.
fn collect(path: &Path, found: &mut Vec<Found>) {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let before = found.len();
            walk(path, found);
            if found.len() == before {
                let message = "there is no PDF in this folder".to_owned();
                found.push(Err(unreadable(path, message, "name the PDF, or its folder")));
            }
        }
        Ok(_) => found.push(Ok(path.to_owned())),
        Err(error) => found.push(Err(unread(path, &error))),
    }
}

fn walk(folder: &Path, found: &mut Vec<Found>) {
    let read =
        || -> std::io::Result<Vec<std::fs::DirEntry>> { std::fs::read_dir(folder)?.collect() };
    let mut entries = match read() {
        Ok(entries) => entries,
        Err(error) => return found.push(Err(unread(folder, &error))),
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder may lead back here, so only links to files are followed.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("pdf")) && !path.is_dir()
        {
            found.push(Ok(path));
        }
    }
}

fn unread(path: &Path, error: &std::io::Error) -> FileReport {
    unreadable(path, error::io_message(error), error::io_remedy(error))
}

fn unreadable(path: &Path, message: String, remedy: &str) -> FileReport {
    let remedy = Some(remedy.to_owned());
    let outcome = Err(Unchecked { message, remedy, findings: Vec::new() });
    FileReport { input: path.display().to_string(), outcome }
}
