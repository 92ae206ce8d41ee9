//! Many inputs in one pass: blocks of lines through all cores, results in the order of the inputs, memory that does not
//! grow with their number.

mod input;
mod interrupt;
mod lines;
mod resume;

use std::path::{Path, PathBuf};
use std::time::Instant;

pub(super) use input::{Content, open};
pub(super) use lines::{Block, Lines};
pub(super) use resume::Resume;

use super::options::Format;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, pool};

/// The most bytes of a line: those of the largest record.
pub(super) const MAX_LINE: usize = crate::record::MAX_BYTES;

/// Blocks that may be read before the oldest of them is written, of each core and of all. A block may be one line of
/// [`MAX_LINE`] bytes.
const AHEAD: usize = 2;
const MOST_AHEAD: usize = 48;

/// What came of a block of inputs.
#[derive(Debug, Default)]
pub(super) struct Results {
    /// Whole lines for standard output.
    pub out: Vec<u8>,
    /// What went wrong, in order.
    pub failures: Vec<Failure>,
    /// The highest exit status.
    pub exit: Exit,
    /// How many inputs there were.
    pub count: u64,
    /// How many bytes they had.
    pub bytes: u64,
    /// What else is worth saying.
    pub notes: Vec<String>,
}

impl Results {
    /// An input about which nothing can be said but why. JSON says it in the input's line too.
    pub fn fail(&mut self, schema: &'static str, input: &str, failure: Failure, format: Format) {
        if format == Format::Json {
            self.out.extend_from_slice(failure.json(schema, input).as_bytes());
        }
        self.exit = self.exit.max(failure.exit);
        self.failures.push(failure);
    }
}

/// Where results go: standard output and error, and how far the work is.
pub(super) struct Output<'t> {
    terminal: &'t mut Terminal,
    format: Format,
    bar: Progress,
    started: Instant,
    count: u64,
    exit: Exit,
    /// Whether nobody reads the results any more (`| head`).
    is_closed: bool,
}

impl<'t> Output<'t> {
    /// An output for inputs of `length` bytes together, where that is known. From here on, an interruption waits until
    /// the lines that are being written are whole.
    pub fn new(terminal: &'t mut Terminal, format: Format, length: Option<u64>) -> Self {
        interrupt::after_whole_lines();
        let bar = Progress::of_bytes(terminal.shows_progress(), length);
        let started = Instant::now();
        Self { terminal, format, bar, started, count: 0, exit: Exit::Good, is_closed: false }
    }

    /// Works on all blocks, on all cores, and writes what comes of them.
    pub fn run<J: Send>(
        &mut self,
        jobs: impl Iterator<Item = J> + Send,
        work: impl Fn(J) -> Results + Sync,
    ) -> Result<(), Failure> {
        let (threads, ahead) = cores();
        self.run_on(threads, ahead, jobs, work)
    }

    /// The same on so many threads, of each of which so many jobs may be ahead.
    pub fn run_on<J: Send>(
        &mut self,
        threads: usize,
        ahead: usize,
        jobs: impl Iterator<Item = J> + Send,
        work: impl Fn(J) -> Results + Sync,
    ) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        let work = |(): &mut (), job| work(job);
        let ended = pool::in_order_on(
            threads,
            ahead,
            jobs,
            || (),
            work,
            |results| match self.write(results) {
                Ok(()) if self.is_closed => Err(None),
                Ok(()) => Ok(()),
                Err(failure) => Err(Some(failure)),
            },
        );
        match ended {
            Err(Some(failure)) => Err(failure),
            Ok(()) | Err(None) => Ok(()),
        }
    }

    /// Writes what came of a block.
    pub fn write(&mut self, results: Results) -> Result<(), Failure> {
        self.exit = self.exit.max(results.exit);
        self.count += results.count;
        let (count, started) = (self.count, self.started);
        self.bar.inc(results.bytes, || {
            let rate = count as f64 / started.elapsed().as_secs_f64().max(0.001);
            format!("{count} done, {rate:.0}/s")
        });
        let (terminal, bar) = (&mut *self.terminal, &self.bar);
        let format = self.format;
        let is_open = bar.suspend(|| {
            let is_open = match format {
                Format::Text => terminal.lines(&results.out),
                Format::Json | Format::Number => terminal.raw_lines(&results.out),
            };
            results.failures.iter().for_each(|failure| terminal.error(failure));
            results.notes.iter().for_each(|note| terminal.note(note));
            is_open
        });
        self.is_closed |= !is_open?;
        Ok(())
    }

    /// Works on one file after the other, and ends. What goes wrong with a file does not keep the next one back.
    pub fn each_file(
        mut self,
        files: &[PathBuf],
        schema: &'static str,
        resume: &Resume,
        mut work: impl FnMut(&Path, &mut Self) -> Result<(), Failure>,
    ) -> Run {
        for path in files {
            if self.is_closed {
                break;
            }
            if let Err(failure) = work(path, &mut self) {
                let mut results = Results::default();
                results.fail(schema, &path.display().to_string(), failure, self.format);
                self.write(results)?;
            }
        }
        self.finish(resume)
    }

    /// Looks whether all that was to be skipped was there.
    pub fn finish(self, resume: &Resume) -> Run {
        resume.finish()?;
        Ok(self.exit)
    }
}

/// On how many threads blocks are worked on, and how many of each may be ahead.
pub(super) fn cores() -> (usize, usize) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores, (MOST_AHEAD / cores).clamp(1, AHEAD))
}

/// The bytes of all files together, where all of them are regular files.
pub(super) fn length(files: &[PathBuf]) -> Option<u64> {
    let lengths = files.iter().map(|path| {
        // Standard input may be a file too (`< records.jsonl`).
        let is_stdin = path == Path::new("-");
        let path = if is_stdin { Path::new("/dev/stdin") } else { path };
        let metadata = path.metadata().ok()?;
        (metadata.is_file()).then_some(metadata.len())
    });
    lengths.sum()
}

/// What `--resume` skips.
pub(super) fn resume(file: Option<&Path>, format: Format) -> Result<Resume, Failure> {
    match file {
        None => Ok(Resume::nothing()),
        Some(path) if format == Format::Json => Resume::read(path),
        Some(_) => {
            let message = "--resume counts lines of JSON, and this is another format";
            let remedy = "give --format json, in the earlier run too";
            Err(Failure::new(Exit::Usage, message, Some(remedy.into())))
        }
    }
}

/// Hands each line of a block, and its name, to `work`.
pub(super) fn each_line(
    name: &str,
    block: Block,
    schema: &'static str,
    format: Format,
    results: &mut Results,
    mut work: impl FnMut((&str, &[u8]), &mut Results),
) {
    match block {
        Block::Lines { first, bytes } => {
            results.bytes += bytes.len() as u64;
            for (number, line) in lines::numbered(first, &bytes) {
                work((&format!("{name}:{number}"), line), results);
            }
        }
        Block::TooLong { line, bytes } => {
            (results.count, results.bytes) = (results.count + 1, results.bytes + bytes);
            let input = format!("{name}:{line}");
            let message =
                format!("{input}: the line has {bytes} bytes, and at most {MAX_LINE} are read");
            let failure =
                Failure::new(Exit::Io, message, Some("give one record or paper a line".into()));
            results.fail(schema, &input, failure, format);
        }
        Block::Failed(failure) => {
            results.exit = results.exit.max(failure.exit);
            results.failures.push(failure);
        }
    }
}
