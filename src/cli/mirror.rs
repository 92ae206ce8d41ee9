//! `pith mirror build DIR FILE...`, `pith mirror serve DIR`

mod address;
mod build;
mod serve;

use super::Run;
use super::options::Options;
use super::terminal::Terminal;

/// A mirror of records: a folder for any web server, or served here
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  pith mirror build records record.json more.jsonl
  pith mirror serve records"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Build(build::Args),
    Serve(serve::Args),
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    match &args.command {
        Command::Build(args) => build::run(args, options, terminal),
        Command::Serve(args) => serve::run(args, options, terminal),
    }
}
