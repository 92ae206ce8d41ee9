//! `pith inject PDF ID`, `pith strip PDF`

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};

use super::context::{Context, keyring};
use super::hint::shell_word;
use super::options::{Format, Options};
use super::password::Password;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, settings};
use crate::binding;
use crate::error::Remedy;
use crate::inject::{self, Edit, InjectError, Output, Report};
use crate::metadata::{Metadata, Reading};
use crate::pdf::{Pdf, PdfError};
use crate::report::{VerdictJson, line};
use crate::trust::Keyring;

const SCHEMA: &str = "pith.inject/1";

/// Write a paper's number and proof into a compiled PDF
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith inject paper.pdf 2403.01164 -o paper-with-proof.pdf
  pith inject paper.pdf 2403.01164 --in-place

The new metadata is appended: the bytes of the old file stay as they are, and
signatures in it stay valid. `pith strip` takes it out again.")]
pub(super) struct InjectArgs {
    /// The PDF
    #[arg(value_name = "PDF")]
    pdf: PathBuf,

    /// The paper
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    target: Target,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,
}

/// Take a paper's number and proof out of a PDF, for blind review
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith strip paper.pdf -o anonymous.pdf
  pith strip paper.pdf --in-place")]
pub(super) struct StripArgs {
    /// The PDF
    #[arg(value_name = "PDF")]
    pdf: PathBuf,

    #[command(flatten)]
    target: Target,
}

/// Where the outcome goes, and how far to go for it.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("target").args(["output", "in_place"]))]
struct Target {
    /// Write to this file
    #[arg(short, long, value_name = "OUT", value_parser = PathBufValueParser::new().try_map(file))]
    output: Option<PathBuf>,

    /// Replace the PDF itself, whole or not at all
    #[arg(long)]
    in_place: bool,

    /// Replace an XMP packet that cannot be read; change a file whose certification allows no change
    #[arg(long)]
    force: bool,

    /// Keep the times of the file
    #[arg(long)]
    keep_times: bool,

    #[command(flatten)]
    password: Password,
}

/// What is written is read back before it counts, so it must be a file.
fn file(path: PathBuf) -> Result<PathBuf, &'static str> {
    match path == Path::new("-") {
        true => Err("a PDF is written to a file, not to standard output"),
        false => Ok(path),
    }
}

/// A name that is not taken for an option.
fn as_path(name: &str) -> String {
    if name.starts_with('-') { format!("./{name}") } else { name.to_owned() }
}

impl Target {
    /// Refuses the command `pith VERB PDF [ID]` where it does not say where the outcome goes, which `what` is.
    fn check(&self, verb: &str, pdf: &Path, id: Option<&str>, what: &str) -> Result<(), Failure> {
        if self.in_place || self.output.is_some() {
            return Ok(());
        }
        let remedy = match pdf.to_str() {
            Some(path) => {
                let stem = pdf.file_stem().unwrap_or_default().to_string_lossy();
                let (path, name) = (as_path(path), as_path(&format!("{stem}-{what}.pdf")));
                let words: Vec<_> = [verb, &path].into_iter().chain(id).map(shell_word).collect();
                format!("pith {} -o {}, or --in-place", words.join(" "), shell_word(&name))
            }
            None => "give a name with -o, or --in-place".to_owned(),
        };
        let message = "where to write is not said".to_owned();
        Err(Failure::new(Exit::Usage, message, Some(remedy)))
    }

    fn output(&self) -> Output<'_> {
        match &self.output {
            Some(path) => Output::Path(path),
            None => Output::InPlace,
        }
    }

    /// The file that is written, as the user names it.
    fn path<'a>(&'a self, pdf: &'a Path) -> &'a Path {
        self.output.as_deref().unwrap_or(pdf)
    }

    fn options(&self) -> Result<inject::Options, Failure> {
        let (force, keep_times) = (self.force, self.keep_times);
        Ok(inject::Options { password: self.password.read()?, force, keep_times })
    }
}

pub(super) fn run(args: &InjectArgs, options: &Options, terminal: &mut Terminal) -> Run {
    let result = inject(args, options, terminal);
    if let (Err(failure), Format::Json) = (&result, args.format) {
        let input = args.pdf.display().to_string();
        terminal.raw(failure.json(SCHEMA, &input).as_bytes())?;
    }
    result
}

fn inject(args: &InjectArgs, options: &Options, terminal: &mut Terminal) -> Run {
    if !args.pdf.exists() && Path::new(&args.id).is_file() {
        let message = format!("{}: it is no PDF, and {} is a file", args.pdf.display(), args.id);
        let remedy = "the PDF comes first: pith inject PDF ID -o OUT".to_owned();
        return Err(Failure::new(Exit::Usage, message, Some(remedy)));
    }
    args.target.check("inject", &args.pdf, Some(&args.id), "with-proof")?;
    let how = args.target.options()?;
    let edit = open(&args.pdf, &args.target, &how, terminal)?;
    let context = Context::beside(settings::folder_of(&args.pdf), options, terminal)?;
    let resolved = super::sty::verified(&args.id, &context, terminal)?;
    let metadata = Metadata::of(&resolved.record).expect("what verified has a receipt");
    let report = edit.inject(&metadata).map_err(failure)?;
    match args.format {
        Format::Json => {
            let input = args.pdf.display().to_string();
            let object = VerdictJson::new(SCHEMA, &input, &resolved.verdict, None);
            terminal.raw(line(&object).as_bytes())?;
        }
        Format::Number => terminal.raw(format!("{}\n", metadata.number).as_bytes())?,
        Format::Text => {
            let what = format!("{} is in", metadata.number);
            say(&report, &what, args.target.path(&args.pdf), terminal);
        }
    }
    warn(&report.output, how.password.as_deref(), &keyring(options)?, terminal);
    Ok(Exit::Good)
}

/// Says where the PDF seems to be of another paper: its author knows, and `check` will find it.
fn warn(output: &Path, password: Option<&str>, keys: &Keyring, terminal: &mut Terminal) {
    let Ok(pdf) = Pdf::open(output, password) else { return };
    let verdict = binding::verify_pdf(&Reading::of(&pdf), pdf.first_page().as_ref(), keys);
    for step in verdict.failures() {
        terminal.note(&format!("  warning: is it the right paper? {}", step.detail));
    }
}

pub(super) fn strip(args: &StripArgs, terminal: &mut Terminal) -> Run {
    args.target.check("strip", &args.pdf, None, "anonymous")?;
    let how = args.target.options()?;
    let edit = open(&args.pdf, &args.target, &how, terminal)?;
    let report = edit.strip().map_err(failure)?;
    let what = match report.changed {
        true => "the Pith Number is out of the metadata of",
        false => "there was no Pith Number in the metadata of",
    };
    say(&report, what, args.target.path(&args.pdf), terminal);
    Ok(Exit::Good)
}

/// Opens the PDF, before anybody is asked for a record, and says what of it is signed.
fn open<'a>(
    pdf: &Path,
    target: &Target,
    how: &'a inject::Options,
    terminal: &mut Terminal,
) -> Result<Edit<'a>, Failure> {
    let edit = Edit::open(pdf, target.output(), how).map_err(failure)?;
    let signatures = edit.signatures();
    if signatures.count > 0 {
        let count = match signatures.count {
            1 => "1 signature".to_owned(),
            count => format!("{count} signatures"),
        };
        terminal.note(&format!("{} has {count}: the signed bytes stay as they are", pdf.display()));
        if signatures.doc_mdp == Some(1) && how.force {
            terminal
                .note("  its certification or lock allows no change, and readers will tell of one");
        }
    }
    Ok(edit)
}

fn failure(error: InjectError) -> Failure {
    match &error {
        InjectError::Input { path, error: PdfError::Io(error) } => Failure::io(path, error),
        error => Failure::new(Exit::Io, error.to_string(), error.remedy()),
    }
}

/// What was done is no result for a pipe: the file is.
fn say(report: &Report, what: &str, path: &Path, terminal: &mut Terminal) {
    let sizes = match report.output_length.checked_sub(report.input_length) {
        Some(0) => "as long as before".to_owned(),
        Some(more) => format!("{more} bytes longer"),
        None => format!("{} bytes shorter", report.input_length - report.output_length),
    };
    terminal.note(&format!("{what} {} ({sizes})", path.display()));
    for note in &report.notes {
        terminal.note(&format!("  {note}"));
    }
}
