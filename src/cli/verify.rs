//! `pith verify FILE...`

use std::path::{Path, PathBuf};

use super::bulk::{self, Block, Content, Lines, Output, Results, Resume};
use super::context::keyring;
use super::options::{Format, Options};
use super::password::Password;
use super::terminal::Terminal;
use super::walk::is_pdf_name;
use super::{Exit, Failure, Run, hint};
use crate::badge;
use crate::binding;
use crate::escape;
use crate::id::PithNumber;
use crate::metadata::Reading;
use crate::pdf::{Pdf, PdfError};
use crate::record::{Json, Record, RecordError};
use crate::report::{Text, VerdictJson, line, verdict};
use crate::trust::{BulkKeyring, Keyring};
use crate::verify::{Status, Verdict, verify, verify_all, verify_part};

const SCHEMA: &str = "pith.verify/1";

/// The most bytes of a PDF from standard input, and of other files that are no lists.
const MAX_BYTES: usize = 1 << 30;

/// Verify what a file carries: a record, a list of records, a badge or a PDF. Asks nobody
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith verify paper.pdf
  pith verify record.json badge.svg
  pith verify - < records.jsonl

Told apart by content: records, bundles and states as JSON, one record a line,
our SVG and HTML badges, PDFs. What verifies is the record and its signature;
a PDF is also bound to it by its title and by arXiv's stamp (pith explain
title-differs). Integrity files and graph snapshots hold no record: what can
be checked is.")]
pub(super) struct Args {
    /// Files; "-" is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,

    #[command(flatten)]
    password: Password,

    /// Skip the inputs whose results are in FILE, which an earlier run with --format json wrote
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

/// What every thread knows.
struct Work<'a> {
    keys: BulkKeyring<'a>,
    format: Format,
    text: Text,
    password: Option<&'a str>,
    resume: &'a Resume,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let keys = keyring(options)?;
    let password = args.password.read()?;
    let resume = bulk::resume(args.resume.as_deref(), args.format)?;
    let work = Work {
        keys: BulkKeyring::new(&keys),
        format: args.format,
        text: terminal.text,
        password: password.as_deref(),
        resume: &resume,
    };
    let output = Output::new(terminal, args.format, bulk::length(&args.files));
    output.each_file(&args.files, SCHEMA, &resume, |path, output| work.file(path, output))
}

impl Work<'_> {
    fn file(&self, path: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
        let name = path.display().to_string();
        let head = bulk::open(path)?;
        let mut results = Results::default();
        let content = if is_pdf_name(path) { Content::Pdf } else { head.content };
        match content {
            Content::JsonLines => {
                let lines = Lines::new(&name, head.into_reader(), self.resume);
                return output.run(lines, |block| self.lines(&name, block));
            }
            // A PDF in a file is read where it lies.
            Content::Pdf if path != Path::new("-") => {
                let pdf = Pdf::open(path, self.password);
                self.one(&name, of_pdf(&name, pdf, self.keys.keys()), &mut results)?;
            }
            Content::Pdf => {
                let pdf = Pdf::from_bytes(head.read(path, MAX_BYTES)?, self.password);
                self.one(&name, of_pdf(&name, pdf, self.keys.keys()), &mut results)?;
            }
            Content::Markup => self.markup(&name, &head.read(path, MAX_BYTES)?, &mut results)?,
            Content::Json => {
                let checked = parse(&name, &head.read(path, MAX_BYTES)?)
                    .and_then(|json| self.json(&name, json));
                self.one(&name, checked, &mut results)?;
            }
            Content::Utf16 => {
                let message = format!("{name}: it is UTF-16, and records and badges are UTF-8");
                return Err(Failure::new(Exit::Io, message, Some("save it as UTF-8".into())));
            }
            Content::Unknown => {
                let message =
                    format!("{name}: it is no record (JSON), no badge (SVG, HTML) and no PDF");
                let remedy =
                    hint::other_kind(path).unwrap_or("give one of these, or fetch it again");
                return Err(Failure::new(Exit::Io, message, Some(remedy.to_owned())));
            }
        }
        output.write(results)
    }

    /// The lines of a block: records together, since most of the work is the same for all.
    fn lines(&self, name: &str, block: Block) -> Results {
        let mut results = Results::default();
        let (mut records, mut inputs) = (Vec::new(), Vec::new());
        bulk::each_line(name, block, SCHEMA, self.format, &mut results, |(input, bytes), _| {
            let checked = parse(input, bytes).and_then(|json| {
                let part = verify_part(&json, self.keys.keys());
                if part.is_none() {
                    records.push(record(input, json)?);
                }
                Ok(part)
            });
            inputs.push((input.to_owned(), checked));
        });
        let mut verdicts = verify_all(&records, &self.keys).into_iter();
        for (input, checked) in inputs {
            let checked = checked.map(|verdict| {
                verdict.or_else(|| verdicts.next()).expect("each record has a verdict")
            });
            self.show(&input, checked, &mut results);
        }
        results
    }

    fn json(&self, name: &str, json: Json) -> Result<Verdict, Failure> {
        let keys = self.keys.keys();
        match verify_part(&json, keys) {
            Some(verdict) => Ok(verdict),
            None => Ok(verify(&record(name, json)?, None, keys)),
        }
    }

    /// Every badge of a picture or a page.
    fn markup(&self, name: &str, bytes: &[u8], results: &mut Results) -> Result<(), Failure> {
        let found = badge::proofs_in(bytes).map_err(|error| Failure::of(Exit::Io, name, &error))?;
        let is_alone = found.len() == 1;
        for (embedded, number) in found.iter().zip(1..) {
            let name = if is_alone { name.to_owned() } else { format!("{name}#{number}") };
            let checked = binding::verify_badge(embedded, self.keys.keys());
            self.one(&name, Ok(checked), results)?;
        }
        Ok(())
    }

    /// An input that is not a line, where it is not done already.
    fn one(
        &self,
        name: &str,
        checked: Result<Verdict, Failure>,
        results: &mut Results,
    ) -> Result<(), Failure> {
        if !self.resume.skip(name)? {
            self.show(name, checked, results);
        }
        Ok(())
    }

    fn show(&self, input: &str, checked: Result<Verdict, Failure>, results: &mut Results) {
        results.count += 1;
        let checked = match checked {
            Ok(checked) => checked,
            Err(failure) => return results.fail(SCHEMA, input, failure, self.format),
        };
        results.exit = results.exit.max(super::resolve::exit_of(checked.status()));
        match self.format {
            Format::Json => {
                let object = VerdictJson::new(SCHEMA, input, &checked, None);
                results.out.extend_from_slice(line(&object).as_bytes());
            }
            Format::Number => match number(input, &checked) {
                Ok(number) => results.out.extend_from_slice(format!("{number}\n").as_bytes()),
                Err(failure) => results.failures.push(failure),
            },
            Format::Text => {
                let number = checked.pith_number.map_or("no Pith Number".into(), |n| n.to_string());
                let heading = self.text.heading(&number, checked.status());
                let steps = verdict(&checked, &self.text);
                let text = format!("{}: {heading}\n{steps}", escape::terminal(input));
                results.out.extend_from_slice(text.as_bytes());
            }
        }
    }
}

fn of_pdf(name: &str, pdf: Result<Pdf, PdfError>, keys: &Keyring) -> Result<Verdict, Failure> {
    let failure = |error: PdfError| Failure::of(Exit::Io, name, &error);
    let pdf = pdf.map_err(failure)?;
    let page = pdf.first_page();
    let verdict = binding::verify_pdf(&Reading::of(&pdf), page.as_ref(), keys);
    pdf.check_unchanged().map_err(failure)?;
    Ok(verdict)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Json, Failure> {
    if bytes.len() > crate::record::MAX_BYTES {
        return Err(unreadable(name, &RecordError::TooLarge(bytes.len())));
    }
    Json::parse(bytes).map_err(|error| unreadable(name, &error.into()))
}

fn record(name: &str, json: Json) -> Result<Record, Failure> {
    // What `resolve` and `badge` print as JSON has it one level down.
    let schema = json.get("schema").and_then(Json::as_str);
    if schema.is_some_and(|schema| schema.starts_with("pith."))
        && let Some(record) = Record::find(&json)
    {
        return Ok(record);
    }
    Record::from_json(json).map_err(|error| unreadable(name, &error))
}

/// JSON in which a key stands twice is a record that does not verify; anything else is no record.
fn unreadable(name: &str, error: &RecordError) -> Failure {
    let exit = match error {
        RecordError::Json(error) if error.is_duplicate_key() => Exit::Wrong,
        _ => Exit::Io,
    };
    Failure::of(exit, name, error)
}

/// The number of a verified record, or why there is none.
pub(super) fn number(input: &str, verdict: &Verdict) -> Result<PithNumber, Failure> {
    verdict.pith_number.filter(|_| verdict.status() == Status::Verified).ok_or_else(|| {
        let failed: Vec<_> =
            verdict.failures().map(|step| format!("{}: {}", step.step, step.detail)).collect();
        let reason = match failed.is_empty() {
            true => verdict.status().to_string(),
            false => format!("{}: {}", verdict.status(), failed.join("; ")),
        };
        let remedy = "see every step with --format text".to_owned();
        Failure::new(Exit::Wrong, format!("{input}: {reason}"), Some(remedy))
    })
}
