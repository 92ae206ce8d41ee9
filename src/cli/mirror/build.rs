//! `pith mirror build DIR FILE...`

use std::path::{Path, PathBuf};

use crate::cli::bulk::{self, Block, Content, Lines, MAX_LINE, Resume};
use crate::cli::context::keyring;
use crate::cli::options::Options;
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, Failure, Run, pool};
use crate::record::RecordError;
use crate::source::{Added, Http, MirrorBuilder, Verified, VerifiedError};
use crate::trust::Keyring;

/// Verify records and put them into a folder that any web server can serve
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith mirror build mirror record.json bundle.json
  pith mirror build mirror - < records.jsonl
  pith resolve - --format json < ids.txt | pith mirror build mirror -

Files hold a record, a bundle, or one of these a line. Each is verified; one
that does not verify is named and left out, and the others come in. A second
run adds to what is there. docs/mirrors.md tells what a web server needs.")]
pub(super) struct Args {
    /// The folder; it is made where there is none
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// Files of records; "-" is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write pith-mirrors.json too, for the address at which the folder will be
    #[arg(long, value_name = "URL", value_parser = site)]
    site: Option<String>,
}

fn site(address: &str) -> Result<String, String> {
    Http::new(address).map(|_| address.to_owned()).map_err(|error| error.to_string())
}

/// What came of the records so far.
#[derive(Default)]
struct Counts {
    added: [u64; 3],
    left_out: u64,
    exit: Exit,
}

/// What came of some bytes of the inputs.
struct Prepared {
    records: Vec<Result<Verified, Failure>>,
    bytes: u64,
}

impl Prepared {
    fn one(record: Result<Verified, Failure>, bytes: usize) -> Self {
        Self { records: vec![record], bytes: bytes as u64 }
    }
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let keys = keyring(options)?;
    let mut builder =
        MirrorBuilder::open(&args.dir).map_err(|error| Failure::io(&args.dir, &error))?;
    let mut counts = Counts::default();
    let mut bar = Progress::of_bytes(terminal.shows_progress(), bulk::length(&args.files));
    for path in &args.files {
        let mut put = |prepared: Prepared| -> Result<(), Failure> {
            for verified in prepared.records {
                match verified {
                    Ok(verified) => {
                        let added = builder.add(&verified);
                        let added = added.map_err(|error| Failure::io(&args.dir, &error))?;
                        counts.added[added as usize] += 1;
                    }
                    Err(failure) => bar.suspend(|| counts.leave_out(&failure, terminal)),
                }
            }
            bar.inc(prepared.bytes, || format!("{} records", counts.all()));
            Ok(())
        };
        let name = path.display().to_string();
        let head = match bulk::open(path) {
            Ok(head) => head,
            Err(failure) => {
                put(Prepared::one(Err(failure), 0))?;
                continue;
            }
        };
        match head.content {
            Content::JsonLines => {
                let nothing = Resume::nothing();
                let lines = Lines::new(&name, head.into_reader(), &nothing);
                let work = |_: &mut (), block| block_of(&name, block, &keys);
                let (threads, ahead) = bulk::cores();
                pool::in_order_on(threads, ahead, lines, || (), work, put)?;
            }
            Content::Json => {
                let document = head.read(path, MAX_LINE);
                let length = document.as_ref().map_or(0, Vec::len);
                let record = document.and_then(|bytes| prepare(&name, &bytes, &keys));
                put(Prepared::one(record, length))?;
            }
            _ => {
                let message = format!("{name}: it is no record and no bundle (JSON)");
                let remedy = "give files as https://pith.science/pith/<suffix>.json serves them";
                let failure = Failure::new(Exit::Io, message, Some(remedy.into()));
                put(Prepared::one(Err(failure), 0))?;
            }
        }
    }
    drop(bar);
    let records = builder.finish(&keys, args.site.as_deref());
    let records = records.map_err(|error| Failure::io(&args.dir, &error))?;
    let said = counts.say(&args.dir, records);
    terminal.note(&said);
    Ok(counts.exit)
}

impl Counts {
    fn all(&self) -> u64 {
        self.added.iter().sum::<u64>() + self.left_out
    }

    fn leave_out(&mut self, failure: &Failure, terminal: &mut Terminal) {
        terminal.error(failure);
        self.left_out += 1;
        self.exit = self.exit.max(failure.exit);
    }

    fn say(&self, dir: &Path, records: u64) -> String {
        let count = |added: Added| self.added[added as usize];
        let mut parts = vec![format!("{} added", count(Added::New))];
        for (count, what) in [
            (count(Added::Replaced), "replaced"),
            (count(Added::Known), "there already"),
            (self.left_out, "left out"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        format!("{}: {}; {records} records in all", dir.display(), parts.join(", "))
    }
}

fn block_of(name: &str, block: Block, keys: &Keyring) -> Prepared {
    match block {
        Block::Lines { first, bytes } => {
            let lines = bytes.split(|byte| *byte == b'\n').zip(first..);
            let lines = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
            let prepare = |(line, number)| prepare(&format!("{name}:{number}"), line, keys);
            Prepared { records: lines.map(prepare).collect(), bytes: bytes.len() as u64 }
        }
        Block::TooLong { line, bytes } => {
            let message = format!("{name}:{line}: the line has {bytes} bytes, more than a record");
            let remedy = Some("give one record a line".into());
            Prepared { records: vec![Err(Failure::new(Exit::Io, message, remedy))], bytes }
        }
        Block::Failed(failure) => Prepared::one(Err(failure), 0),
    }
}

fn prepare(name: &str, bytes: &[u8], keys: &Keyring) -> Result<Verified, Failure> {
    Verified::new(bytes, keys).map_err(|error| {
        let exit = match &error {
            VerifiedError::Record(RecordError::Json(error)) if error.is_duplicate_key() => {
                Exit::Wrong
            }
            VerifiedError::Record(_) => Exit::Io,
            VerifiedError::NotVerified(_) => Exit::Wrong,
        };
        Failure::of(exit, name, &error)
    })
}
