//! `pith trust list`

use super::context::keyring;
use super::options::Options;
use super::terminal::Terminal;
use super::{Exit, Run};
use crate::escape;
use crate::report::{KeyJson, line};
use crate::trust::Key;

/// The keys whose signatures are believed
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Example:
  pith trust list"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(List),
}

/// Show the pinned key and those of --trust
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith trust list
  pith trust list --trust pith-mirrors.json --format json")]
struct List {
    /// How to print the keys
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,
}

/// The forms of the list.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For people; may change.
    Text,
    /// One JSON object per key, one a line; may only grow.
    Json,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let Command::List(list) = &args.command;
    for key in keyring(options)?.keys() {
        match list.format {
            Format::Text => terminal.result(&text(key))?,
            Format::Json => terminal.raw(line(&KeyJson::new(key)).as_bytes())?,
        }
    }
    Ok(Exit::Good)
}

fn text(key: &Key) -> String {
    let bound = |time: &Option<_>| time.as_ref().map(ToString::to_string);
    let validity = match (key.is_withdrawn, bound(&key.valid_from), bound(&key.valid_until)) {
        (true, ..) => "withdrawn: nothing that it signed counts".to_owned(),
        (_, None, None) => "without bounds".to_owned(),
        (_, from, until) => {
            let from = from.map(|from| format!("from {from}"));
            let until = until.map(|until| format!("until {until}"));
            from.into_iter().chain(until).collect::<Vec<_>>().join(" ")
        }
    };
    format!(
        "{}\n  fingerprint  {}\n               {}\n  valid        {validity}\n  believed     {}\n",
        escape::terminal(&key.key_id),
        key.fingerprint(),
        key.fingerprint_base32(),
        escape::terminal(&key.origin),
    )
}
