//! `pith sty [ID]`

use std::path::{Path, PathBuf};

use super::context::Context;
use super::options::Options;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files, settings};
use crate::record;
use crate::source::Resolved;
use crate::sty::{self, State};
use crate::verify::Status;

/// Write pith.sty; with an ID, one that carries the record's proof
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith sty 2403.01164            write ./pith.sty with the proof of this paper
  pith sty 2403.01164 -o -       the same to standard output
  pith sty                       the bare package, which knows no paper

Then, in the paper:
  \\usepackage{pith}
  \\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}")]
pub(super) struct Args {
    /// The paper
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// Where to write; "-" is standard output
    #[arg(short, long, value_name = "PATH", default_value = "pith.sty")]
    output: PathBuf,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let is_ours = |old: &[u8]| {
        old.len() <= record::MAX_BYTES && sty::Reading::read(old).state != State::Foreign
    };
    let remedy = "give another name with -o, or move that file away";
    files::keep_others(&args.output, record::MAX_BYTES, is_ours, "not pith's", remedy)?;
    let Some(id) = &args.id else {
        files::write(&args.output, sty::PACKAGE.as_bytes(), terminal)?;
        if args.output != Path::new("-") {
            let output = args.output.display();
            terminal.note(&format!("wrote {output} without a record; with one: pith sty ID"));
        }
        return Ok(Exit::Good);
    };
    let context = Context::beside(settings::folder_of(&args.output), options, terminal)?;
    let resolved = verified(id, &context, terminal)?;
    let text =
        sty::render(&resolved.record).map_err(|error| Failure::of(Exit::Wrong, id, &error))?;
    files::write(&args.output, text.as_bytes(), terminal)?;
    if let Some(number) = resolved.verdict.pith_number
        && args.output != Path::new("-")
    {
        terminal.note(&format!("wrote {} for {number}; in the paper:", args.output.display()));
        terminal.note("  \\usepackage{pith}");
        terminal.note(&format!("  \\pithnumber{{{}}}", number.suffix));
    }
    Ok(Exit::Good)
}

/// The record for `id`; one that does not verify is shown and not used.
pub(super) fn verified(
    id: &str,
    context: &Context,
    terminal: &mut Terminal,
) -> Result<Resolved, Failure> {
    let (_, resolved) = context.resolve(id, terminal)?;
    if resolved.verdict.status() == Status::Verified {
        return Ok(resolved);
    }
    terminal.show(&super::resolve::text(&resolved, terminal.text));
    let message = format!("the record of {id} does not verify, so nothing was written");
    let remedy = "ask another source with --mirror, or report it to the registry";
    Err(Failure::new(Exit::Wrong, message, Some(remedy.into())))
}
