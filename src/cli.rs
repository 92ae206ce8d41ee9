//! The command line. Only this module and its verbs print.

mod add;
mod badge;
mod bulk;
mod changes;
mod check;
mod completions;
mod compute;
mod context;
mod demo;
mod exit;
mod explain;
mod files;
mod hint;
mod inject;
mod limits;
mod main_file;
mod man;
mod mirror;
mod options;
mod pack;
mod password;
mod pin;
mod pool;
mod progress;
mod remove;
mod resolve;
mod settings;
mod sources;
mod sty;
mod terminal;
mod trust;
mod verify;
mod walk;

use std::ffi::OsString;
use std::io::Write;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::{self, Remedy};
use crate::escape;
use crate::report::{ErrorJson, line};
use crate::trust::Keyring;
pub use exit::Exit;
use options::Options;
use terminal::Terminal;

/// What `pith` alone prints.
const FIRST: &str = "\
Pith Numbers for papers. For example:

  pith resolve 2403.01164       find a paper's number, and verify it
  pith add main.tex 2403.01164  put it into the paper: pith.sty and two lines
  pith check .                  see whether the paper is ready
  pith pack .                   pack it for arXiv
  pith demo                     the whole job on a real record, offline

All commands and options: pith --help. One of them: pith check --help
";

const EXAMPLES: &str = "\
Examples:
  pith resolve 2403.01164            find a paper's Pith Number and verify it
  pith add main.tex 2403.01164       put it into the paper: pith.sty, two lines
  pith badge 2403.01164 -o pith.tex  a badge, also as svg, html, markdown, ...
  pith check .                       see whether sources and PDF are ready
  pith demo                          the whole job, offline, in ./pith-demo

Exit status: 0 good, 1 something is wrong, 2 usage, 3 no record, 4 no source reached, 5 cannot read or write.";

/// Pith Numbers for papers: resolve and verify them, put them into LaTeX and PDF, check the result.
#[derive(Debug, Parser)]
#[command(name = "pith", version, after_help = EXAMPLES, max_term_width = 80, styles = styles())]
#[command(arg_required_else_help = true, propagate_version = false)]
struct Root {
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    Resolve(resolve::Args),
    Verify(verify::Args),
    Compute(compute::Args),
    Sty(sty::Args),
    Badge(badge::Args),
    Add(add::Args),
    Remove(remove::Args),
    Pack(pack::Args),
    Inject(inject::InjectArgs),
    Strip(inject::StripArgs),
    Check(check::Args),
    Explain(explain::Args),
    Mirror(mirror::Args),
    Trust(trust::Args),
    Demo(demo::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// The help of a verb: what it does, examples, and only then all that it takes.
const VERB: &str = "{about}{after-help}\n\n{usage-heading} {usage}\n\n{all-args}";

/// The definition of the command line, for completions and the man page too.
pub fn command() -> clap::Command {
    with_verbs(Command::augment_subcommands(root()))
}

/// The same with one verb alone; `None` where there is no such verb, or one that is used seldom. To define all of them
/// is a sixteenth of the time of one check.
fn command_with(verb: &str) -> Option<clap::Command> {
    fn define<A: clap::Args>(name: &'static str) -> clap::Command {
        A::augment_args(clap::Command::new(name))
    }
    let verb = match verb {
        "resolve" => define::<resolve::Args>("resolve"),
        "verify" => define::<verify::Args>("verify"),
        "compute" => define::<compute::Args>("compute"),
        "sty" => define::<sty::Args>("sty"),
        "badge" => define::<badge::Args>("badge"),
        "add" => define::<add::Args>("add"),
        "remove" => define::<remove::Args>("remove"),
        "pack" => define::<pack::Args>("pack"),
        "inject" => define::<inject::InjectArgs>("inject"),
        "strip" => define::<inject::StripArgs>("strip"),
        "check" => define::<check::Args>("check"),
        "explain" => define::<explain::Args>("explain"),
        _ => return None,
    };
    Some(with_verbs(root().subcommand(verb)))
}

fn root() -> clap::Command {
    Root::command().subcommand_required(true)
}

fn with_verbs(command: clap::Command) -> clap::Command {
    fn verb(command: clap::Command) -> clap::Command {
        command.help_template(VERB).mut_subcommands(verb)
    }
    command.mut_subcommands(verb)
}

/// What `--version` prints after the name: all that a report of a fault needs.
fn long_version() -> &'static str {
    let commit = option_env!("PITH_COMMIT").map_or(String::new(), |id| format!(" (commit {id})"));
    let (date, package) = crate::sty::package_version();
    let keyring = Keyring::pinned();
    let keys = keyring.keys().iter();
    let keys = keys.map(|key| format!("\npinned key {} {}", key.key_id, key.fingerprint()));
    let version = env!("CARGO_PKG_VERSION");
    let keys: String = keys.collect();
    // The parser wants text that lives as long as the program.
    format!("{version}{commit}\npith.sty {package} ({date}){keys}").leak()
}

/// Runs the program with `args`, the program's name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<_> = args.into_iter().collect();
    if args.len() < 2 {
        let _ = anstream::stderr().write_all(FIRST.as_bytes());
        return Exit::Usage;
    }
    let (options, command) = match parse(&args) {
        Ok(parsed) => parsed,
        // clap repeats words as they are: the terminal gets the error about their escaped form.
        Err(error) => return usage(&parse(&escaped(&args)).err().unwrap_or(error)),
    };
    limits::fail_instead_of_ending();
    let mut terminal = Terminal::new(&options);
    let options = &options;
    let result = match command {
        Command::Resolve(args) => resolve::run(&args, options, &mut terminal),
        Command::Verify(args) => verify::run(&args, options, &mut terminal),
        Command::Compute(args) => compute::run(&args, options, &mut terminal),
        Command::Sty(args) => sty::run(&args, options, &mut terminal),
        Command::Badge(args) => badge::run(&args, options, &mut terminal),
        Command::Add(args) => add::run(&args, options, &mut terminal),
        Command::Remove(args) => remove::run(&args, &mut terminal),
        Command::Pack(args) => pack::run(&args, options, &mut terminal),
        Command::Inject(args) => inject::run(&args, options, &mut terminal),
        Command::Strip(args) => inject::strip(&args, &mut terminal),
        Command::Check(args) => check::run(&args, options, &mut terminal),
        Command::Explain(args) => explain::run(&args, &mut terminal),
        Command::Mirror(args) => mirror::run(&args, options, &mut terminal),
        Command::Trust(args) => trust::run(&args, options, &mut terminal),
        Command::Demo(args) => demo::run(&args, options, &mut terminal),
        Command::Completions(args) => completions::run(&args, &mut terminal),
        Command::Man(args) => man::run(&args, &mut terminal),
    };
    match result {
        Ok(exit) => exit,
        Err(failure) => {
            terminal.error(&failure);
            failure.exit
        }
    }
}

fn parse(args: &[OsString]) -> Result<(Options, Command), clap::Error> {
    let parsed = |command: clap::Command| {
        let matches = command.try_get_matches_from(args)?;
        Ok((Options::from_arg_matches(&matches)?, Command::from_arg_matches(&matches)?))
    };
    // What is right with one verb alone is right with all; what is wrong is said by all.
    let only = args[1..].iter().find_map(|arg| command_with(arg.to_str()?));
    if let Some(Ok(parsed)) = only.map(parsed) {
        return Ok(parsed);
    }
    let mut command = command();
    // Keys and digests for it are computed only where it may be printed.
    if args.iter().any(|arg| arg == "--version") {
        command = command.long_version(long_version());
    }
    parsed(command)
}

/// clap's own, with the colours of reports: yellow cannot be read on white.
fn styles() -> Styles {
    Styles::styled().invalid(AnsiColor::Magenta.on_default())
}

/// The words of the command line, safe for a terminal.
fn escaped(args: &[OsString]) -> Vec<OsString> {
    args.iter().map(|arg| escape::terminal(&arg.to_string_lossy()).into()).collect()
}

/// Help and version are no errors; everything else that clap says is one of usage.
fn usage(error: &clap::Error) -> Exit {
    match (error.print(), error.use_stderr()) {
        (_, true) => Exit::Usage,
        (Err(lost), false) if lost.kind() != std::io::ErrorKind::BrokenPipe => {
            let Failure { exit, message, .. } = Failure::io("standard output".as_ref(), &lost);
            let _ = writeln!(anstream::stderr(), "error: {message}");
            exit
        }
        (_, false) => Exit::Good,
    }
}

/// What ended a verb: the message, what to do next, and the exit status.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    message: String,
    remedy: Option<String>,
}

impl Failure {
    fn new(exit: Exit, message: impl Into<String>, remedy: Option<String>) -> Self {
        Self { exit, message: message.into(), remedy }
    }

    /// An error about `input`, with its own remedy.
    fn of<E: std::fmt::Display + Remedy>(exit: Exit, input: &str, error: &E) -> Self {
        Self::new(exit, format!("{input}: {error}"), error.remedy())
    }

    /// The line of JSON for `input` that ended this way.
    fn json(&self, schema: &'static str, input: &str) -> String {
        let (message, remedy) = (&self.message, self.remedy.as_deref());
        line(&ErrorJson::new(schema, input, message, remedy, self.exit as u8))
    }

    /// A file or folder that the system would not read or write.
    fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        let message = format!("{}: {}", path.display(), error::io_message(error));
        Self::new(Exit::Io, message, Some(hint::remedy(path, error)))
    }
}

type Run = Result<Exit, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_alone_is_as_it_is_among_all() {
        let mut all = command();
        all.build();
        let names: Vec<_> = all.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        let mut alone = 0;
        for name in names {
            let Some(mut one) = command_with(&name) else { continue };
            one.build();
            let help = |command: &mut clap::Command| {
                let verb = command.find_subcommand_mut(&name).unwrap();
                verb.render_long_help().to_string()
            };
            assert_eq!(help(&mut one), help(&mut all), "{name}");
            alone += 1;
        }
        assert_eq!(alone, 12);
    }
}
