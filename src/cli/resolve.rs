//! `pith resolve ID...`

use std::path::{Path, PathBuf};

use super::bulk::{self, Block, Lines, Output, Results, Resume};
use super::context::Context;
use super::options::{Format, Options};
use super::terminal::Terminal;
use super::{Exit, Failure, Run};
use crate::escape;
use crate::id::Query;
use crate::report::{RecordJson, Text, VerdictJson, line, verdict, wrap};
use crate::source::Resolved;
use crate::verify::Status;

const SCHEMA: &str = "pith.resolve/1";

/// Ids of each thread that may be ahead of the oldest one that is waited for.
const AHEAD: usize = 4;

/// Find a paper's record, verify it and show it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith resolve 2403.01164
  pith resolve https://arxiv.org/abs/hep-th/9807195 --format json
  cat ids.txt | pith resolve - --format number
  pith resolve - --format json --resume done.jsonl < ids.txt >> done.jsonl

A pith.json in this folder or above it is used first for the paper that it is
of; then folders of records, records kept from earlier (--cache), and servers
are asked.")]
pub(super) struct Args {
    /// arXiv ids, DOIs, addresses or Pith Numbers; "-" reads one a line from standard input
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,

    /// Ask for so many ids at once
    #[arg(long, value_name = "N", default_value = "16", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,

    /// Skip the ids whose results are in FILE, which an earlier run with --format json wrote
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

/// What every thread knows.
struct Work<'a> {
    context: Context,
    format: Format,
    style: Text,
    resume: &'a Resume,
}

/// What goes to a thread at once.
enum Job {
    /// An id, and how many bytes of the input it took.
    Id(String, u64),
    /// A line that holds no id, or an input that cannot be read on.
    Failed(Results),
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let resume = bulk::resume(args.resume.as_deref(), args.format)?;
    let context = Context::beside(Path::new("."), options, terminal)?;
    let work = Work { context, format: args.format, style: terminal.text, resume: &resume };
    let reads_input = args.ids.iter().any(|id| id == "-");
    let length = if reads_input { bulk::length(&["/dev/stdin".into()]) } else { None };
    let mut output = Output::new(terminal, args.format, length);
    let nothing = Resume::nothing();
    let jobs = args.ids.iter().flat_map(|id| -> Box<dyn Iterator<Item = Job> + Send> {
        match &**id {
            "-" => {
                let lines = Lines::new("standard input", std::io::stdin(), &nothing);
                Box::new(lines.flat_map(|block| work.jobs(block)))
            }
            id => Box::new(work.job(id, id.len() as u64).into_iter()),
        }
    });
    // Folders are read as fast as the cores go; an answer from elsewhere is waited for.
    let waits = work.context.needs_network() && (reads_input || args.ids.len() > 1);
    let (cores, _) = bulk::cores();
    let threads = match (waits, reads_input) {
        (true, _) => args.jobs.into(),
        (false, true) => cores,
        (false, false) => cores.min(args.ids.len()),
    };
    output.run_on(threads, AHEAD, jobs, |job| work.one(job))?;
    output.finish(&resume)
}

impl Work<'_> {
    /// The ids in some lines.
    fn jobs(&self, block: Block) -> Vec<Job> {
        match block {
            Block::Lines { bytes, .. } => {
                let lines = bytes.split_inclusive(|byte| *byte == b'\n');
                let jobs = lines.filter_map(|line| {
                    // A line that is no text is no id either, and the next one may be.
                    let text = String::from_utf8_lossy(line);
                    match text.trim() {
                        "" => None,
                        id => self.job(id, line.len() as u64),
                    }
                });
                jobs.collect()
            }
            Block::TooLong { line, bytes } => {
                let input = format!("line {line} of standard input");
                let message = format!("{input}: it has {bytes} bytes, and an id has fewer");
                let failure = Failure::new(Exit::Usage, message, Some("give one id a line".into()));
                let mut results = Results { count: 1, bytes, ..Results::default() };
                results.fail(SCHEMA, &input, failure, self.format);
                vec![Job::Failed(results)]
            }
            Block::Failed(failure) => vec![Job::Failed(ended_by(failure))],
        }
    }

    /// The job for an id, if it is not done already.
    fn job(&self, id: &str, bytes: u64) -> Option<Job> {
        match self.resume.skip(id) {
            Ok(true) => None,
            Ok(false) => Some(Job::Id(id.to_owned(), bytes)),
            Err(failure) => Some(Job::Failed(ended_by(failure))),
        }
    }

    /// One input: whatever happens to it, the next one follows.
    fn one(&self, job: Job) -> Results {
        let (input, bytes) = match job {
            Job::Id(input, bytes) => (input, bytes),
            Job::Failed(results) => return results,
        };
        let mut results = Results { count: 1, bytes, ..Results::default() };
        match self.context.find(&input) {
            Ok((query, resolved)) => {
                results.notes = self.context.notes(&query, &resolved);
                self.show(&input, &query, &resolved, &mut results);
            }
            Err(failure) => results.fail(SCHEMA, &input, failure, self.format),
        }
        results
    }

    fn show(&self, input: &str, query: &Query, resolved: &Resolved, results: &mut Results) {
        let Resolved { record, url, verdict: checked, .. } = resolved;
        results.exit = exit_of(checked.status());
        let text = match self.format {
            Format::Json => {
                let document = record.document();
                let record = RecordJson { query: query.to_string(), url, record: document };
                line(&VerdictJson::new(SCHEMA, input, checked, Some(record)))
            }
            Format::Number => match super::verify::number(input, checked) {
                Ok(number) => format!("{number}\n"),
                Err(failure) => {
                    results.failures.push(failure);
                    return;
                }
            },
            Format::Text => text(resolved, self.style),
        };
        results.out = text.into_bytes();
    }
}

/// The end of an input that cannot be read on.
fn ended_by(failure: Failure) -> Results {
    Results { exit: failure.exit, failures: vec![failure], ..Results::default() }
}

pub(super) fn exit_of(status: Status) -> Exit {
    match status {
        Status::Verified => Exit::Good,
        Status::Failed | Status::Unverified => Exit::Wrong,
    }
}

/// Number, verdict, the paper, where it came from, every step.
pub(super) fn text(resolved: &Resolved, style: Text) -> String {
    let checked = &resolved.verdict;
    let number = checked.pith_number.map_or("no Pith Number".into(), |number| number.to_string());
    let mut out = format!("{}\n", style.heading(&number, checked.status()));
    if let Some(title) = resolved.record.title() {
        out.push_str(&format!("  {}\n", wrap(&escape::terminal(title), 2)));
    }
    if let Ok(fields) = resolved.record.fields() {
        let cats: Vec<_> = std::iter::once(&fields.primary_cat)
            .chain(&fields.cross_cats_sorted)
            .map(String::as_str)
            .collect();
        let (source, date) = (fields.source.prefixed(), fields.submitted_at.date());
        let line = format!("{source}, {}, submitted {date}", cats.join(" "));
        out.push_str(&format!("  {}\n", escape::terminal(&line)));
    }
    if let Some(number) = checked.pith_number {
        out.push_str(&format!("  {}\n", number.url()));
    }
    out.push_str(&format!("  from {}\n\n", escape::terminal(&resolved.url)));
    out.push_str(&verdict(checked, &style));
    out
}
