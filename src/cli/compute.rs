//! `pith compute FILE...`

use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use super::bulk::{self, Block, Content, Lines, Output, Results, Resume};
use super::context::{self, Context};
use super::options::{Format, Options};
use super::terminal::Terminal;
use super::{Exit, Failure, Run};
use crate::compute::{self, FeedError, Item, Metadata, MetadataError, Papers};
use crate::error::Remedy;
use crate::id::Query;
use crate::report::{Beside, ComputeJson, Registered, Text, line};
use crate::verify::Status;

const SCHEMA: &str = "pith.compute/1";

/// Papers of an XML list that go to a core at once.
const PAPERS: usize = 64;
/// The same of lines where each paper is asked for: a line of output should not wait for hundreds of answers.
const LINES_ASKED: usize = 16;

/// Compute Pith Numbers from arXiv metadata. Asks nobody
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith compute oai.xml
  pith compute arxiv-metadata-oai-snapshot.json --format number
  pith compute - --format json < metadata.jsonl
  pith compute oai.xml --against mirror

Told apart by content: OAI-PMH answers with metadataPrefix=arXivRaw, one
record or a list; the public metadata snapshot, one paper a line; plain fields
as JSON, one object, a list, or one a line:
  {\"id\": \"2403.01164\", \"version\": 1, \"submitted_at\": \"2024-03-02T10:37:21Z\",
   \"title\": \"...\", \"abstract\": \"...\", \"license\": \"http://...\",
   \"primary_cat\": \"cs.PF\", \"cross_cats\": [\"cs.DC\"]}
\"categories\": \"cs.PF cs.DC\" can stand for the last two, title_canon_sha256 and
abstract_canon_sha256 for the texts. Texts are in arXiv's spelling, TeX as it
is. arXiv's Atom answer has no licence, which --license gives.")]
pub(super) struct Args {
    /// Files of metadata; "-" is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The files are JSON with plain fields; XML is refused
    #[arg(long)]
    from_json: bool,

    /// Compute the record at version N, not at the newest one
    #[arg(long, value_name = "N")]
    version: Option<u32>,

    /// Use this licence, whatever the metadata says ("": arXiv has none)
    #[arg(long, value_name = "URL")]
    license: Option<String>,

    /// Compare with the registered records of a mirror: exit status 1 where one differs
    #[arg(long, value_name = "DIR|URL")]
    against: Option<String>,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,

    /// Skip the inputs whose results are in FILE, which an earlier run with --format json wrote
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

/// What every thread knows.
struct Work<'a> {
    options: compute::Options,
    format: Format,
    registry: Option<Context>,
    text: Text,
    from_json: bool,
    resume: &'a Resume,
    /// Whether there is only one paper, which needs no name.
    is_alone: bool,
}

/// What goes to a thread at once.
enum Job {
    Lines(Block),
    /// Papers of an XML list, and the number of the first one.
    Papers(u64, Vec<Result<Item, FeedError>>),
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let resume = bulk::resume(args.resume.as_deref(), args.format)?;
    let registry = args.against.as_ref().map(|against| {
        // What is registered now, there and nowhere else: a cache may be a day old.
        let (mirror, cache) = (vec![against.clone()], Some("none".into()));
        Context::new(&Options { mirror, mirrors_from: None, cache, ..options.clone() })
    });
    let mut work = Work {
        options: compute::Options { version: args.version, license: args.license.clone() },
        format: args.format,
        registry: registry.transpose()?,
        text: terminal.text,
        from_json: args.from_json,
        resume: &resume,
        is_alone: false,
    };
    let output = Output::new(terminal, args.format, bulk::length(&args.files));
    output.each_file(&args.files, SCHEMA, &resume, |path, output| work.file(path, output))
}

impl Work<'_> {
    fn file(&mut self, path: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
        let name = path.display().to_string();
        let head = bulk::open(path)?;
        self.is_alone = false;
        match head.content {
            Content::JsonLines => {
                let lines = Lines::new(&name, head.into_reader(), self.resume);
                let asks = self.registry.as_ref().is_some_and(Context::needs_network);
                let lines = if asks { lines.at_most(LINES_ASKED) } else { lines };
                output.run(lines.map(Job::Lines), |job| self.job(&name, job))
            }
            Content::Markup if !self.from_json => {
                let papers = Papers::new(BufReader::with_capacity(1 << 16, head.into_reader()));
                let jobs = self.papers(&name, papers);
                output.run(jobs, |job| self.job(&name, job))
            }
            Content::Json => {
                let bytes = head.read(path, compute::MAX_BYTES)?;
                let results = self.document(&name, &bytes)?;
                output.write(results)
            }
            Content::Utf16 => {
                let message = format!("{name}: it is UTF-16, and metadata is UTF-8");
                Err(Failure::new(Exit::Io, message, Some("save it as UTF-8".into())))
            }
            Content::Markup | Content::Pdf | Content::Unknown => {
                let what = match self.from_json {
                    true => "JSON",
                    false => "metadata: neither XML (OAI-PMH, Atom) nor JSON",
                };
                let message = format!("{name}: it is no {what}");
                let remedy = "pith compute --help shows the forms";
                Err(Failure::new(Exit::Io, message, Some(remedy.into())))
            }
        }
    }

    /// The papers of an XML list in jobs, without those that are done.
    fn papers<R: std::io::BufRead + Send>(
        &self,
        name: &str,
        papers: Papers<R>,
    ) -> impl Iterator<Item = Job> + Send {
        let mut papers = papers.zip(1_u64..);
        let (resume, name) = (self.resume, name.to_owned());
        std::iter::from_fn(move || {
            let mut job = Vec::new();
            let mut first = 0;
            while job.len() < PAPERS {
                let Some((item, number)) = papers.next() else { break };
                if resume.skips() {
                    match resume.skip(&format!("{name}#{number}")) {
                        Ok(true) => continue,
                        Ok(false) => {}
                        Err(failure) => return Some(Job::Lines(Block::Failed(failure))),
                    }
                }
                if job.is_empty() {
                    first = number;
                }
                job.push(item);
            }
            (!job.is_empty()).then_some(Job::Papers(first, job))
        })
    }

    fn job(&self, name: &str, job: Job) -> Results {
        let mut results = Results::default();
        match job {
            Job::Lines(block) => {
                bulk::each_line(name, block, SCHEMA, self.format, &mut results, |line, results| {
                    let (input, bytes) = line;
                    self.paper(input, Metadata::from_json(bytes), results);
                })
            }
            Job::Papers(first, items) => {
                for (number, item) in (first..).zip(items) {
                    let input = format!("{name}#{number}");
                    match item {
                        Ok(Item::Paper(paper)) => self.paper(&input, paper, &mut results),
                        Ok(Item::More(token)) => results.notes.push(format!(
                            "{name}: the list goes on elsewhere; ask for it with resumptionToken={token}"
                        )),
                        Err(error) => {
                            let failure = Failure::of(Exit::Io, name, &error);
                            results.fail(SCHEMA, &input, failure, self.format);
                        }
                    }
                }
            }
        }
        results
    }

    /// One object of JSON, or a list of them.
    fn document(&mut self, name: &str, bytes: &[u8]) -> Result<Results, Failure> {
        let mut results = Results { bytes: bytes.len() as u64, ..Results::default() };
        if bytes.starts_with(b"[") || bytes.trim_ascii_start().starts_with(b"[") {
            let list: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| {
                let error = MetadataError::Json(format!("it is no JSON: {error}"));
                Failure::of(Exit::Io, name, &error)
            })?;
            for (number, value) in (1..).zip(list) {
                let input = format!("{name}#{number}");
                if !self.resume.skip(&input)? {
                    self.paper(&input, Metadata::from_json(value.get().as_bytes()), &mut results);
                }
            }
        } else if !self.resume.skip(name)? {
            self.is_alone = true;
            self.paper(name, Metadata::from_json(bytes), &mut results);
        }
        Ok(results)
    }

    /// One paper.
    fn paper(
        &self,
        input: &str,
        metadata: Result<Metadata<'_>, MetadataError>,
        results: &mut Results,
    ) {
        results.count += 1;
        let computed = match metadata {
            Err(error) => Err(Failure::of(Exit::Io, input, &error)),
            Ok(metadata) => compute::compute(&metadata, &self.options).map_err(|error| {
                let exit = match error {
                    compute::ComputeError::Version { .. } => Exit::Usage,
                    compute::ComputeError::NoLicense => Exit::Io,
                };
                let message = format!("{input} (arXiv:{}): {error}", metadata.id);
                Failure::new(exit, message, error.remedy())
            }),
        };
        let computed = match computed {
            Ok(computed) => computed,
            Err(failure) => return results.fail(SCHEMA, input, failure, self.format),
        };
        let beside = self.registry.as_ref().map(|registry| {
            let (beside, exit) = look_up(&computed, registry);
            results.exit = results.exit.max(exit);
            beside
        });
        match self.format {
            Format::Json => {
                let object = ComputeJson::new(input, &computed, beside.as_ref());
                results.out.extend_from_slice(line(&object).as_bytes());
            }
            Format::Number => {
                results.out.extend_from_slice(format!("{}\n", computed.number()).as_bytes());
            }
            Format::Text => {
                let input = (!self.is_alone).then_some(input);
                let text = self.text.computed(input, &computed, beside.as_ref());
                results.out.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// The registered record of the same paper, and the exit status that follows from it.
fn look_up(computed: &compute::Computed, registry: &Context) -> (Beside, Exit) {
    let query = Query::Arxiv(computed.fields.source.with_version(None));
    let resolved = match registry.look_up(&query) {
        Ok(resolved) => resolved,
        Err(error) => {
            let failure = context::failure(&error);
            return (Err(failure.message), failure.exit);
        }
    };
    let comparison = compute::compare(computed, &resolved.record).ok();
    let is_same = comparison.as_ref().is_some_and(compute::Comparison::is_same);
    let is_good = is_same && resolved.verdict.status() == Status::Verified;
    let registered = Registered { url: resolved.url, verdict: resolved.verdict, comparison };
    (Ok(registered), if is_good { Exit::Good } else { Exit::Wrong })
}
