//! `pith check PATH...`

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::context::{self, Context, keyring, query};
use super::options::Options;
use super::password::Password;
use super::progress::Progress;
use super::settings::{Config, LastSettings, Settings};
use super::terminal::Terminal;
use super::walk::{Found, Walk};
use super::{Exit, Failure, Run, hint, pool, sources};
use crate::check::{self, Registered, Subject};
use crate::error::Remedy;
use crate::id::Query;
use crate::pdf::{Pdf, PdfError};
use crate::report::{CheckJson, Checked, Counts, FileReport, Sarif, Text, Unchecked, github, line};
use crate::source::ResolveError;
use crate::trust::Keyring;
use crate::verify::Status;

/// See whether a paper is ready, its PDF or its sources: the number, the proof, the badge
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith check paper.pdf
  pith check paper.pdf --expect 2403.01164
  pith check papers/ --format json
  pith check .                the sources here, and the PDF made from them
  pith check main.tex         the same
  pith check upload.tar.gz    what was packed for arXiv
  pith explain number-missing

A folder with a main file (.tex with \\documentclass) is a paper: its sources
are checked, and the PDF made from them. An archive is read in memory. In
other folders, names that begin with a dot are passed over, and links to
folders are not followed. The nearest pith.toml beside a paper or above it, up
to the top of its repository or your home folder, sets the levels:

  [levels]
  badge-missing = \"error\"
  pdf-signed = \"off\"

pith.json there is the record that the paper must have. No source is asked,
unless --mirror or PITH_MIRROR names one: then the proof is compared with its
record.")]
pub(super) struct Args {
    /// PDFs, LaTeX sources (a folder, a .tex, .zip or .tar.gz), and folders of these
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The paper that the PDF should be
    #[arg(long, value_name = "ID")]
    expect: Option<String>,

    #[command(flatten)]
    password: Password,

    /// Take the levels from this file, not from pith.toml ("none": read neither pith.toml nor
    /// pith.json)
    #[arg(long, value_name = "FILE|none")]
    config: Option<PathBuf>,

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

/// What is known of one file, ready to be printed.
struct Done {
    text: String,
    exit: Exit,
    counts: Counts,
    /// Of SARIF, what could not be read.
    notifications: Vec<String>,
    /// What stands between this and what comes after it.
    between: &'static str,
}

impl Done {
    /// Two reports on one input: the sources, and the PDF made from them.
    fn join(mut self, later: Self) -> Self {
        if !self.text.is_empty() && !later.text.is_empty() {
            self.text.push_str(self.between);
        }
        self.text.push_str(&later.text);
        self.exit = self.exit.max(later.exit);
        self.counts.merge(later.counts);
        self.notifications.extend(later.notifications);
        self
    }
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let password = args.password.read()?;
    let config = Config::new(args.config.as_deref())?;
    let checker = Checker {
        is_verbose: options.verbose,
        keys: keyring(options)?,
        password: password.as_deref(),
        expected: args.expect.as_deref().map(query).transpose()?,
        context: context::is_asked(options).then(|| Context::new(options)).transpose()?,
    };
    let length = if terminal.shows_progress() { Walk::new(&args.paths).count() } else { 0 };
    let mut bar = Progress::of_steps(terminal.shows_progress(), length);
    let (mut exit, mut counts, mut sarif) = (Exit::Good, Counts::default(), Sarif::default());
    if args.format == Format::Sarif {
        terminal.raw(Sarif::head().as_bytes())?;
    }
    let style = terminal.text;
    let work = |settings: &mut LastSettings, found: Found| -> Done {
        let path = match found {
            Ok(path) => path,
            Err(unreadable) => {
                return done(&unreadable, Exit::Io, args.format, options.verbose, &style);
            }
        };
        let of = if path.is_dir() { path.join("main.tex") } else { path.clone() };
        let settings = match settings.of(&of) {
            Ok(settings) => settings,
            Err(failure) => {
                let report = misconfigured(&path, &failure);
                return done(&report, failure.exit, args.format, options.verbose, &style);
            }
        };
        let reports = match sources::are_at(&path) {
            true => sources::reports(&checker, &path, &settings),
            false => vec![checker.report(&path, &settings)],
        };
        let done = reports
            .iter()
            .map(|report| done(report, exit_of(report), args.format, options.verbose, &style));
        done.reduce(Done::join).expect("there is a report")
    };
    let each = |done: Done| -> Result<(), Option<Failure>> {
        exit = exit.max(done.exit);
        counts.merge(done.counts);
        let is_open = bar.suspend(|| match args.format {
            Format::Text => terminal.lines(done.text.as_bytes()),
            Format::Json | Format::Github => terminal.raw_lines(done.text.as_bytes()),
            Format::Sarif => {
                terminal.raw_lines(sarif.results(&done.text, done.notifications).as_bytes())
            }
        });
        bar.inc(1, String::new);
        // Nobody reads the results any more (`| head`).
        if is_open? { Ok(()) } else { Err(None) }
    };
    let has_folder = args.paths.iter().any(|path| path.is_dir());
    let most = if has_folder { usize::MAX } else { args.paths.len() };
    let fresh = || LastSettings::new(&config);
    let ended = pool::in_order(most, Walk::new(&args.paths), fresh, work, each);
    drop(bar);
    match ended {
        Err(Some(failure)) => return Err(failure),
        Err(None) => return Ok(exit),
        Ok(()) => {}
    }
    match args.format {
        Format::Sarif => terminal.raw(sarif.foot().as_bytes())?,
        Format::Text if !options.quiet => terminal.result(&terminal.text.summary(counts))?,
        _ => {}
    }
    Ok(exit)
}

fn done(report: &FileReport, exit: Exit, format: Format, verbose: bool, style: &Text) -> Done {
    let text = match format {
        Format::Text => style.file(report, verbose),
        Format::Json => line(&CheckJson::new(report, exit as u8)),
        Format::Github => github(report),
        Format::Sarif => Sarif::file(report),
    };
    let is_sarif = format == Format::Sarif;
    let notification = is_sarif.then(|| Sarif::notification(report)).flatten();
    let (notifications, between) =
        (notification.into_iter().collect(), if is_sarif { ",\n" } else { "" });
    Done { text, exit, counts: Counts::of(report), notifications, between }
}

/// A paper whose pith.toml has a mistake in it. Others may have another one.
fn misconfigured(path: &Path, failure: &Failure) -> FileReport {
    let outcome = Err(Unchecked {
        message: failure.message.clone(),
        remedy: failure.remedy.clone(),
        findings: Vec::new(),
    });
    FileReport { path: path.to_owned(), outcome }
}

fn exit_of(report: &FileReport) -> Exit {
    match &report.outcome {
        Err(_) => Exit::Io,
        Ok(checked) if checked.unreached.is_some() => Exit::Unreachable,
        Ok(_) if report.has_errors() => Exit::Wrong,
        Ok(_) => Exit::Good,
    }
}

/// What is the same for all files.
pub(super) struct Checker<'a> {
    pub is_verbose: bool,
    pub keys: Keyring,
    pub password: Option<&'a str>,
    pub expected: Option<Query>,
    /// Sources to compare with, where some were named.
    pub context: Option<Context>,
}

impl Checker<'_> {
    /// Checks one file.
    pub fn report(&self, path: &Path, settings: &Settings) -> FileReport {
        // A file that nobody thought of must not end the check of the others.
        guarded(path, || self.outcome(path, Pdf::open(path, self.password), settings))
    }

    /// Checks a PDF that lies in memory, and is called `path`.
    pub fn report_of(&self, bytes: Vec<u8>, path: &Path, settings: &Settings) -> FileReport {
        guarded(path, || self.outcome(path, Pdf::from_bytes(bytes, self.password), settings))
    }

    fn outcome(
        &self,
        path: &Path,
        pdf: Result<Pdf, PdfError>,
        settings: &Settings,
    ) -> Result<Checked, Unchecked> {
        let pdf = pdf.map_err(|error| {
            let locked = matches!(error, PdfError::NeedsPassword | PdfError::WrongPassword);
            let findings = locked.then(|| check::locked(&settings.levels)).flatten();
            let findings = findings.into_iter().collect();
            let other = match error {
                PdfError::NotAPdf { .. } => hint::other_kind(path).map(str::to_owned),
                _ => None,
            };
            Unchecked { message: error.to_string(), remedy: other.or(error.remedy()), findings }
        })?;
        let mut subject = Subject::new(&pdf, &self.keys, self.expected.as_ref());
        if let Some(pin) = &settings.pin {
            subject.pin(pin, &self.keys);
        }
        let notes = settings.notes(self.is_verbose);
        let mut unreached = None;
        if let (Some(context), Some(number)) = (&self.context, subject.number()) {
            match registered(context, &Query::Pith(number)) {
                Ok(registered) => subject.registered = registered,
                Err(message) => {
                    unreached = Some(format!("the record could not be compared: {message}"));
                }
            }
        }
        let outcome = subject.check_at(&settings.levels);
        pdf.check_unchanged().map_err(|error| Unchecked {
            message: error.to_string(),
            remedy: Some("check it again".to_owned()),
            findings: Vec::new(),
        })?;
        Ok(Checked {
            pith_number: subject.number(),
            outcome,
            verdict: subject.verdict,
            notes,
            unreached,
        })
    }
}

/// Runs a check that must not end the check of the others, whatever it meets.
pub(super) fn guarded(
    path: &Path,
    check: impl FnOnce() -> Result<Checked, Unchecked>,
) -> FileReport {
    let outcome = panic::catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| {
        let message = "could not be checked: this program failed on it".to_owned();
        let remedy = Some("please report it, with the file if you may".to_owned());
        Err(Unchecked { message, remedy, findings: Vec::new() })
    });
    FileReport { path: path.to_owned(), outcome }
}

/// What the sources have for a number. A folder need not have every record, so only a registry's word that there
/// is none counts. `Err` says why nothing can be told.
fn registered(context: &Context, query: &Query) -> Result<Option<Registered>, String> {
    match context.look_up(query) {
        Ok(found) if found.verdict.status() == Status::Verified => {
            Ok(Some(Registered { name: found.url, record: Some(found.record) }))
        }
        Ok(found) => Err(format!("that of {} does not verify", found.url)),
        Err(ResolveError::NotFound { answers, .. }) => {
            let registry = answers.into_iter().map(|(name, _)| name).find(|n| n.contains("://"));
            Ok(registry.map(|name| Registered { name, record: None }))
        }
        Err(error) => Err(error.to_string()),
    }
}
