//! `pith verify FILE...`

use std::path::{Path, PathBuf};

use super::context::keyring;
use super::options::{Format, Options};
use super::password::Password;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files};
use crate::badge;
use crate::binding;
use crate::escape;
use crate::metadata::Reading;
use crate::pdf::Pdf;
use crate::record::{Record, RecordError};
use crate::report::{VerdictJson, line, verdict};
use crate::trust::Keyring;
use crate::verify::{Verdict, verify};

const SCHEMA: &str = "pith.verify/1";

/// The most bytes of a file that is no PDF: lists of records may be long.
const MAX_BYTES: usize = 1 << 30;

/// Verify what a file carries: a record, a list of records, a badge or a PDF. Asks nobody
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith verify paper.pdf
  pith verify record.json badge.svg
  pith verify - < records.jsonl

Told apart by content: records, bundles and states as JSON, one record a line,
our SVG and HTML badges, PDFs. What verifies is the record and its signature; a PDF
is also bound to it by its title and by arXiv's stamp (pith explain title-differs).")]
pub(super) struct Args {
    /// Files; "-" is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,

    #[command(flatten)]
    password: Password,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let keys = keyring(options)?;
    let password = args.password.read()?;
    let mut exit = Exit::Good;
    for path in &args.files {
        let results = match carried(path, password.as_deref(), &keys) {
            Ok(results) => results,
            Err(failure) => vec![(path.display().to_string(), Err(failure))],
        };
        for (input, result) in results {
            exit = exit.max(show(&input, result, args.format, terminal)?);
        }
    }
    Ok(exit)
}

type Results = Vec<(String, Result<Verdict, Failure>)>;

/// The verdict on everything in a file: one, or one for each line.
fn carried(path: &Path, password: Option<&str>, keys: &Keyring) -> Result<Results, Failure> {
    let name = path.display().to_string();
    let of_pdf = |pdf: Result<Pdf, _>| {
        let pdf = pdf.map_err(|error| Failure::of(Exit::Io, &name, &error))?;
        let page = pdf.first_page();
        let verdict = binding::verify_pdf(&Reading::of(&pdf), page.as_ref(), keys);
        pdf.check_unchanged().map_err(|error| Failure::of(Exit::Io, &name, &error))?;
        Ok(verdict)
    };
    if path != Path::new("-") && is_pdf(path) {
        return Ok(vec![(name.clone(), of_pdf(Pdf::open(path, password)))]);
    }
    let bytes = files::read(path, MAX_BYTES)?;
    if looks_like_pdf(&bytes) {
        return Ok(vec![(name.clone(), of_pdf(Pdf::from_bytes(bytes, password)))]);
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let message = format!("{name}: it is UTF-16, and records and badges are UTF-8");
        return Err(Failure::new(Exit::Io, message, Some("save it as UTF-8".into())));
    }
    // Editors put a byte order mark before UTF-8.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => {
            let found =
                badge::proofs_in(bytes).map_err(|error| Failure::of(Exit::Io, &name, &error))?;
            let numbered = found.len() > 1;
            let verdicts = found.iter().zip(1..).map(|(embedded, number)| {
                let name = if numbered { format!("{name}#{number}") } else { name.clone() };
                (name, Ok(binding::verify_badge(embedded, keys)))
            });
            Ok(verdicts.collect())
        }
        Some(b'{' | b'[') => Ok(records(&name, bytes, keys)),
        _ => {
            let message =
                format!("{name}: it is no record (JSON), no badge (SVG, HTML) and no PDF");
            let remedy = "give one of these, or fetch it again".to_owned();
            Err(Failure::new(Exit::Io, message, Some(remedy)))
        }
    }
}

/// A whole file of JSON is one record; otherwise every line is one.
fn records(name: &str, bytes: &[u8], keys: &Keyring) -> Results {
    let check = |name: String, bytes: &[u8]| {
        let result = match Record::from_slice(bytes) {
            Ok(record) => Ok(verify(&record, None, keys)),
            Err(error) => Err(unreadable(&name, &error)),
        };
        (name, result)
    };
    let lines: Vec<&[u8]> =
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    // Objects line by line close on their line what they opened; one of the first two may be cut off.
    let is_list = lines.len() > 1
        && lines.iter().take(2).any(|line| {
            let line = line.trim_ascii();
            line.starts_with(b"{") && line.ends_with(b"}")
        });
    if !is_list {
        return vec![check(name.to_owned(), bytes)];
    }
    let numbered = lines.iter().zip(1..);
    numbered.map(|(line, number)| check(format!("{name}:{number}"), line)).collect()
}

/// JSON in which a key stands twice is a record that does not verify; anything else is no record.
fn unreadable(name: &str, error: &RecordError) -> Failure {
    let exit = match error {
        RecordError::Json(error) if error.is_duplicate_key() => Exit::Wrong,
        _ => Exit::Io,
    };
    Failure::of(exit, name, error)
}

fn is_pdf(path: &Path) -> bool {
    let mut head = [0; 1024];
    let length = std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read(&mut file, &mut head))
        .unwrap_or(0);
    looks_like_pdf(&head[..length])
}

/// Readers accept a header within the first kilobyte.
fn looks_like_pdf(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].windows(5).any(|window| window == b"%PDF-")
}

fn show(
    input: &str,
    result: Result<Verdict, Failure>,
    format: Format,
    terminal: &mut Terminal,
) -> Run {
    let checked = match result {
        Ok(checked) => checked,
        Err(failure) => {
            terminal.error(&failure);
            if format == Format::Json {
                terminal.raw(failure.json(SCHEMA, input).as_bytes())?;
            }
            return Ok(failure.exit);
        }
    };
    match format {
        Format::Json => {
            let object = VerdictJson::new(SCHEMA, input, &checked, None);
            terminal.raw(line(&object).as_bytes())?;
        }
        Format::Number => super::resolve::number(input, &checked, terminal)?,
        Format::Text => {
            let number = checked.pith_number.map_or("no Pith Number".into(), |n| n.to_string());
            let heading = terminal.text.heading(&number, checked.status());
            let steps = verdict(&checked, &terminal.text);
            terminal.result(&format!("{}: {heading}\n{steps}", escape::terminal(input)))?;
        }
    }
    Ok(super::resolve::exit_of(checked.status()))
}
