//! `pith add MAIN.tex ID`

use std::io::IsTerminal;
use std::path::{Component, Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::changes::{self, Change};
use super::context::Context;
use super::options::Options;
use super::pin::{self, PinFile};
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files, hint, main_file};
use crate::escape;
use crate::id::{PithNumber, Query};
use crate::paper::{self, Before, Lines, PIN, Paper, Place, STY, Wired};
use crate::record::{self, Record};
use crate::report::{line, wrap};
use crate::source::Resolved;
use crate::sty::{self, State};

const SCHEMA: &str = "pith.add/1";

/// Lines of a new file's diff that a terminal shows.
const MAX_SHOWN: usize = 12;

/// Wire a paper: pith.sty with the proof, two lines in the main file, the record pinned
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith add main.tex 2403.01164
  pith add main.tex 2403.01164 --dry-run | less

Written beside the main file: pith.sty, which carries the proof, and
pith.json, the record that `pith check` compares with. In the main file, after
the last package:

  \\usepackage{pith}
  \\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}

Every other byte stays. A second run changes nothing; `pith remove main.tex`
undoes it.")]
pub(super) struct Args {
    /// The paper's main file, or its folder
    #[arg(value_name = "MAIN.tex")]
    main: PathBuf,

    /// The paper
    #[arg(value_name = "ID")]
    id: String,

    /// Print what would change, as a unified diff, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Replace another number, and files of these names that are not pith's
    #[arg(long)]
    force: bool,

    /// How to print what was done
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,
}

/// The forms in which it is told what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people; may change.
    Text,
    /// One JSON object; may only grow.
    Json,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let result = add(args, options, terminal);
    if let (Err(failure), Format::Json) = (&result, args.format) {
        let input = args.main.display().to_string();
        terminal.raw(failure.json(SCHEMA, &input).as_bytes())?;
    }
    result
}

fn add(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    swapped(args)?;
    let main = main_file::of(&args.main)?;
    // What is wrong with the paper is said before a registry is asked.
    let paper = main_file::read(&main)?;
    let resolved = resolved(args, &main, options, terminal)?;
    let plan = Plan::new(&main, &paper, &resolved, args.force)?;
    if !args.dry_run {
        changes::apply(&plan.changes)?;
    }
    match (args.format, args.dry_run) {
        (Format::Json, _) => terminal.raw(line(&plan.json(args, &resolved)).as_bytes())?,
        (Format::Text, true) => plan.show_diff(terminal)?,
        (Format::Text, false) => {}
    }
    if args.format == Format::Text {
        plan.say(args, &main, &resolved, terminal);
    }
    Ok(Exit::Good)
}

/// The record as it is now; where no source can be asked, as it is pinned.
fn resolved(
    args: &Args,
    main: &Path,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Resolved, Failure> {
    let resolved = super::sty::verified(&args.id, &Context::new(options)?, terminal);
    let unreachable = match resolved {
        Err(failure) if failure.exit == Exit::Unreachable => failure,
        resolved => return resolved,
    };
    let context = Context::beside(main_file::folder(main), options, terminal)?;
    super::sty::verified(&args.id, &context, terminal).map_err(|_| unreachable)
}

/// The arguments the other way round: the id first.
fn swapped(args: &Args) -> Result<(), Failure> {
    let id = args.main.to_string_lossy();
    if args.main.exists() || id.parse::<Query>().is_err() || !Path::new(&args.id).exists() {
        return Ok(());
    }
    let message = format!("{id} is an id and {} a file: the file comes first", args.id);
    Err(Failure::new(Exit::Usage, message, Some(format!("pith add {} {id}", args.id))))
}

/// Everything that is to be written.
struct Plan<'a> {
    changes: Vec<Change>,
    /// The folder whose names a diff has: where the program runs, but for a paper outside of it, of which `patch` wants
    /// to know nothing.
    base: &'a Path,
    lines: Vec<Place>,
    number: PithNumber,
}

impl<'a> Plan<'a> {
    fn new(
        main: &'a Path,
        paper: &Paper,
        resolved: &Resolved,
        force: bool,
    ) -> Result<Self, Failure> {
        let record = &resolved.record;
        let fail = |error| Failure::of(Exit::Wrong, &main.display().to_string(), &error);
        let number = resolved.verdict.pith_number.expect("what verified has a number");
        let beside = |name: &str| main.with_file_name(name);
        let package = sty::render(record)
            .map_err(|error| Failure::of(Exit::Wrong, &number.to_string(), &error))?;
        let pinned = PinFile::read(&beside(PIN))?;
        pinned.guard(record, force)?;
        // The number of the record that is pinned is ours to replace where the new record is of the same paper.
        let was_ours = |text: &str| {
            force || paper::number(text).is_ok_and(|number| pinned.is_of_same_paper(number, record))
        };
        let wired = paper::wire(paper, &number.suffix, was_ours).map_err(fail)?;
        let Wired { edits, lines, before: had } = wired;
        let sty = package_change(&beside(STY), record, package, force)?;
        let mut changes: Vec<_> = edits.into_iter().map(|edit| Change::of(main, edit)).collect();
        changes.push(pin_change(pinned, record, &paper.main().name, had, &sty));
        changes.push(sty);
        changes.retain(|change| !change.is_none());
        let is_upwards = |part| part == Component::ParentDir;
        let is_outside = main.is_absolute() || main.components().any(is_upwards);
        let base = if is_outside { main_file::folder(main) } else { Path::new("") };
        Ok(Self { changes, base, lines, number })
    }

    fn show_diff(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        let diff = |change: &Change| {
            let path = change.path.strip_prefix(self.base).unwrap_or(&change.path);
            let name = path.to_string_lossy().replace('\\', "/");
            let name = name.trim_start_matches("./").trim_start_matches('/');
            paper::diff(name, change.old.as_deref(), change.new.as_deref())
        };
        if !std::io::stdout().is_terminal() {
            let all: Vec<u8> = self.changes.iter().flat_map(diff).collect();
            return terminal.raw(&all);
        }
        let text: String = self.changes.iter().map(|change| shown(change, &diff(change))).collect();
        terminal.result(&text)
    }

    fn say(&self, args: &Args, main: &Path, resolved: &Resolved, terminal: &mut Terminal) {
        let (name, number) = (main.display(), self.number);
        if self.changes.is_empty() {
            terminal.note(&format!("{name}: {number} is there already, nothing to change"));
            return;
        }
        terminal.note(&format!("{name}: {number}, verified"));
        if let Some(title) = resolved.record.title() {
            let title = wrap(&escape::line(title), 2);
            title.lines().for_each(|line| terminal.note(&format!("  {}", line.trim_start())));
        }
        for Place { file, line, text } in &self.lines {
            let path = main.with_file_name(file);
            terminal.note(&format!("  {}:{line}: {text}", path.display()));
        }
        for change in self.changes.iter().filter(|change| change.path.ends_with(STY)) {
            let action = action(change);
            terminal.note(&format!(
                "  {}: {action}, the package with the record's proof",
                change.path.display()
            ));
        }
        for change in self.changes.iter().filter(|change| change.path.ends_with(PIN)) {
            let action = action(change);
            terminal.note(&format!(
                "  {}: {action}, the record that `pith check` compares with",
                change.path.display()
            ));
        }
        match args.dry_run {
            true if self.base == Path::new("") => {
                terminal.note("nothing was written (--dry-run)");
            }
            true => {
                let base = self.base.display();
                terminal.note(&format!("nothing was written (--dry-run); names are as in {base}"));
            }
            false => {
                let folder = main_file::folder(&args.main);
                let folder = hint::shell_word(&folder.display().to_string());
                terminal.note(&format!("next: compile the paper twice, then: pith check {folder}"));
            }
        }
    }

    fn json(&'a self, args: &Args, resolved: &'a Resolved) -> AddJson<'a> {
        let file = |change: &'a Change| FileJson {
            path: change.path.display().to_string(),
            action: action(change),
        };
        AddJson {
            schema: SCHEMA,
            input: args.main.display().to_string(),
            pith_number: self.number.to_string(),
            verdict: resolved.verdict.status().to_string(),
            source: resolved.record.fields().ok().map(|fields| fields.source.prefixed()),
            changed: !self.changes.is_empty(),
            dry_run: args.dry_run,
            files: self.changes.iter().map(file).collect(),
            lines: self
                .lines
                .iter()
                .map(|Place { file, line, text }| LineJson { file, line: *line, text })
                .collect(),
        }
    }
}

/// A diff for a terminal: of a file that is new, how it begins.
fn shown(change: &Change, diff: &[u8]) -> String {
    let text = String::from_utf8_lossy(diff);
    let count = text.lines().count();
    let most = if change.old.is_none() { MAX_SHOWN } else { count };
    let lines = text.lines().take(most).map(|line| format!("{}\n", escape::terminal(line)));
    let mut shown: String = lines.collect();
    if count > most {
        let more = count - most;
        shown.push_str(&format!("  ... {more} more lines; all of them: add `| less`\n"));
    }
    shown
}

fn action(change: &Change) -> &'static str {
    match (&change.old, &change.new) {
        (None, _) => "created",
        (_, None) => "removed",
        _ => "updated",
    }
}

/// What was done (`pith.add/1`).
#[derive(Serialize)]
struct AddJson<'a> {
    schema: &'static str,
    input: String,
    pith_number: String,
    verdict: String,
    source: Option<String>,
    changed: bool,
    dry_run: bool,
    files: Vec<FileJson>,
    lines: Vec<LineJson<'a>>,
}

#[derive(Serialize)]
struct FileJson {
    path: String,
    action: &'static str,
}

#[derive(Serialize)]
struct LineJson<'a> {
    file: &'a str,
    line: u32,
    text: &'a str,
}

/// pith.json as it should be: the record, and what of ours the paper had before.
fn pin_change(
    pinned: PinFile,
    record: &Record,
    main: &str,
    had: Lines,
    package: &Change,
) -> Change {
    let found = pinned.before();
    let is_first = found.is_none();
    let noted = found.unwrap_or_default();
    let mut before = noted.clone();
    let has_all = had.package && !had.numbers.is_empty();
    // What an earlier run wrote is not the author's.
    if had != Lines::default() && (is_first || !has_all) {
        before.papers.entry(main.to_owned()).or_insert(had);
    }
    let was_same = before.files.get(STY) == Some(&None);
    if is_first || was_same && !package.is_none() {
        note_file(&mut before, STY, package.old.as_deref(), package.is_none());
    }
    if pinned.holds(record) && noted == before {
        return Change { path: pinned.path, old: pinned.bytes.clone(), new: pinned.bytes };
    }
    if is_first {
        note_file(&mut before, PIN, pinned.bytes.as_deref(), false);
    }
    let json = pin::render(record, &before).expect("what verified has a receipt");
    Change { path: pinned.path, old: pinned.bytes, new: Some(json.into_bytes()) }
}

/// Notes a file that was there before; what is no text cannot be noted.
fn note_file(had: &mut Before, name: &str, old: Option<&[u8]>, is_same: bool) {
    let text = old.and_then(|old| String::from_utf8(old.to_vec()).ok());
    if let Some(text) = text {
        had.files.insert(name.to_owned(), (!is_same).then_some(text));
    }
}

/// pith.sty as it should be. One that someone wrote or edited, or that carries another paper's proof, is not replaced
/// unasked.
fn package_change(
    path: &Path,
    record: &Record,
    package: String,
    force: bool,
) -> Result<Change, Failure> {
    let old = files::existing(path, record::MAX_BYTES)?;
    let reading = old.as_deref().map(sty::Reading::read);
    let wrong = match reading.as_ref().map(|reading| reading.state) {
        _ if force => None,
        Some(State::Modified) => Some("it was edited since it was written".to_owned()),
        Some(State::Foreign) => Some("it is not pith's".to_owned()),
        Some(State::Newer) => Some("it is of a newer version than this program writes".to_owned()),
        None | Some(State::Same | State::Older) => reading
            .and_then(|reading| reading.record?.ok())
            .and_then(|carried| pin::other_paper(&carried, record))
            .map(|other| format!("it carries the proof of {other}")),
    };
    if let Some(wrong) = wrong {
        let message = format!("{}: {wrong}, so nothing was written", path.display());
        return Err(Failure::new(Exit::Wrong, message, Some("to replace it, add --force".into())));
    }
    let unix = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    // Other line ends do not make another package.
    let is_same = old.as_deref().is_some_and(|old| unix(old) == package);
    let new = if is_same { old.clone() } else { Some(package.into_bytes()) };
    Ok(Change { path: path.to_owned(), old, new })
}
