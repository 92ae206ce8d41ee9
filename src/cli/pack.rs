//! `pith pack DIR`

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::add::Format;
use super::check::Checker;
use super::context::{keyring, query};
use super::options::Options;
use super::settings::{CONFIG, Config, LastSettings};
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files, main_file, sources};
use crate::latex::{self, Tree};
use crate::paper::{self, Left, PIN, Pack, Paper};
use crate::report::{Counts, FileReport, line};

const SCHEMA: &str = "pith.pack/1";

/// What a .gz begins with (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// How many names of one kind are listed, unless all are asked for.
const MAX_LISTED: usize = 4;

/// Pack a paper's sources for arXiv, if they pass the checks
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith pack .                              check, then write ./arxiv.tar.gz
  pith pack paper -o upload.tar.gz
  pith pack . --format json                what is in it, for scripts

In it: the sources, figures, bibliography (.bbl) and pith.sty. Left out, and
listed (all with -v): what TeX and editors write, hidden files, the compiled
paper. The same files give the same archive, byte for byte. It is read back
and checked before it is written.")]
pub(super) struct Args {
    /// The paper's folder, or its main file
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,

    /// Where to write
    #[arg(short, long, value_name = "OUT.tar.gz", default_value = "arxiv.tar.gz")]
    output: PathBuf,

    /// The paper that it should be
    #[arg(long, value_name = "ID")]
    expect: Option<String>,

    /// Pack also what does not pass the checks
    #[arg(long)]
    force: bool,

    /// How to print what was packed
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let result = pack(args, options, terminal);
    if let (Err(failure), Format::Json) = (&result, args.format) {
        let input = args.dir.display().to_string();
        terminal.raw(failure.json(SCHEMA, &input).as_bytes())?;
    }
    result
}

fn pack(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    if args.dir.is_file() && !args.dir.to_str().is_some_and(latex::is_latex_name) {
        let message = format!("{}: it is no folder and no .tex file", args.dir.display());
        let remedy = "give the folder of the paper's sources; an archive must be unpacked first";
        return Err(Failure::new(Exit::Usage, message, Some(remedy.into())));
    }
    let is_ours = |old: &[u8]| old.starts_with(&GZIP);
    let remedy = "give another name with -o";
    files::keep_others(&args.output, GZIP.len(), is_ours, "no .tar.gz", remedy)?;
    let main = main_file::of(&args.dir)?;
    let checker = Checker {
        is_verbose: options.verbose,
        keys: keyring(options)?,
        password: None,
        expected: args.expect.as_deref().map(query).transpose()?,
        context: None,
    };
    let settings = LastSettings::new(&Config::Nearest).of(&main)?;
    let reports = sources::reports(&checker, &args.dir, &settings);
    let sources_pass = refuse(&reports, args.force, terminal)?;
    let (folder, name) = top(&args.dir, &main);
    let tree = Tree::Folder(folder.to_owned());
    let packed = Paper::read(&tree, &name)
        .map_err(paper::PackError::from)
        .and_then(|paper| paper::pack(&tree, &paper, &except(folder, &name, &args.output)))
        .map_err(|error| Failure::of(Exit::Io, &args.dir.display().to_string(), &error))?;
    let read_back = sources::report_of_archive(&checker, &packed.archive, &args.output);
    let read_back = [read_back];
    let archive_passes = refuse(&read_back, args.force, terminal)?;
    files::write(&args.output, &packed.archive, terminal)?;
    let checks_passed = sources_pass && archive_passes;
    if args.format == Format::Json {
        let packed = PackJson::new(args, &name, &packed, &read_back[0], checks_passed);
        terminal.raw(line(&packed).as_bytes())?;
        return Ok(Exit::Good);
    }
    let most = if options.verbose { usize::MAX } else { MAX_LISTED };
    say(&packed, &args.output, most, terminal);
    let notes = read_back[0].outcome.as_ref().map_or(&[][..], |checked| &checked.notes);
    for note in notes {
        terminal.note(&format!("  note: {note}"));
    }
    if checks_passed && packed.warnings.is_empty() {
        terminal.note("ready for arXiv");
    }
    Ok(Exit::Good)
}

/// What was packed (`pith.pack/1`).
#[derive(Serialize)]
struct PackJson<'a> {
    schema: &'static str,
    input: String,
    pith_number: Option<String>,
    verdict: Option<String>,
    output: String,
    main: &'a str,
    bytes: usize,
    checks_passed: bool,
    files: &'a [String],
    left_out: Vec<LeftJson<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct LeftJson<'a> {
    name: &'a str,
    why: &'static str,
}

impl<'a> PackJson<'a> {
    /// `report` is that on the archive.
    fn new(
        args: &Args,
        main: &'a str,
        packed: &'a Pack,
        report: &FileReport,
        checks_passed: bool,
    ) -> Self {
        let checked = report.outcome.as_ref().ok();
        Self {
            schema: SCHEMA,
            input: args.dir.display().to_string(),
            pith_number: checked.and_then(|checked| checked.pith_number).map(|n| n.to_string()),
            verdict: checked.map(|checked| checked.verdict.status().to_string()),
            output: args.output.display().to_string(),
            main,
            bytes: packed.archive.len(),
            checks_passed,
            files: &packed.files,
            left_out: packed.left.iter().map(|l| LeftJson { name: &l.name, why: l.why }).collect(),
            warnings: &packed.warnings,
        }
    }
}

/// The folder that is packed, and the name of the main file in it.
fn top<'a>(given: &'a Path, main: &'a Path) -> (&'a Path, String) {
    let folder = if given.is_dir() { given } else { main_file::folder(main) };
    let name = main.strip_prefix(folder).unwrap_or(main);
    (folder, name.to_string_lossy().replace('\\', "/"))
}

/// What stays out because of this program: beside the main file and at the top.
fn except(folder: &Path, main: &str, output: &Path) -> Vec<Left> {
    let same = |path: &Path| path.canonicalize().ok();
    let output_folder = output.parent().filter(|folder| *folder != Path::new(""));
    let is_inside = same(output_folder.unwrap_or(Path::new("."))) == same(folder);
    let name = output.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut except = Vec::new();
    for name in [PIN, CONFIG] {
        let why = "not needed by TeX";
        except.push(Left { name: name.into(), why });
        except.push(Left { name: latex::beside(main, name), why });
    }
    except.extend(name.filter(|_| is_inside).map(|name| Left { name, why: "an archive" }));
    except
}

/// Shows what was found, and returns whether that is no error. An error ends it, unless forced.
fn refuse(reports: &[FileReport], force: bool, terminal: &mut Terminal) -> Result<bool, Failure> {
    let style = terminal.text;
    let is_bad = |report: &&FileReport| report.outcome.is_err() || report.has_errors();
    let bad: Vec<_> = reports.iter().filter(is_bad).collect();
    let Some(first) = bad.first() else { return Ok(true) };
    for report in &bad {
        terminal.show(&style.file(report, false));
    }
    // What cannot be read cannot be packed either.
    if let Err(unchecked) = &first.outcome {
        let message = format!("{}: {}, so nothing was packed", first.input(), unchecked.message);
        return Err(Failure::new(Exit::Io, message, unchecked.remedy.clone()));
    }
    if force {
        terminal.note("packed all the same (--force)");
        return Ok(false);
    }
    let check = bad.iter().find_map(|report| Counts::of(report).example).map_or("", |(id, _)| id);
    let message = "the paper does not pass the checks, so nothing was packed";
    let remedy = format!("pith explain {check}; to pack all the same, add --force");
    Err(Failure::new(Exit::Wrong, message, Some(remedy)))
}

fn say(packed: &Pack, output: &Path, most: usize, terminal: &mut Terminal) {
    let (count, size) = (packed.files.len(), packed.archive.len().div_ceil(1000));
    let plural = if count == 1 { "" } else { "s" };
    terminal.note(&format!("{}: {count} file{plural}, {size} kB", output.display()));
    let mut kinds: Vec<&str> = Vec::new();
    for left in &packed.left {
        if !kinds.contains(&left.why) {
            kinds.push(left.why);
        }
    }
    for why in kinds {
        let names = packed.left.iter().filter(|left| left.why == why).map(|left| &*left.name);
        let names: Vec<_> = names.collect();
        terminal.note(&format!("  left out, {why}: {}", latex::listed(&names, most)));
    }
    for warning in &packed.warnings {
        terminal.note(&format!("  warning: {warning}"));
    }
}
