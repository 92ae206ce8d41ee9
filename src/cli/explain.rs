//! `pith explain [CHECK]`

use super::settings::suggestion;
use super::terminal::Terminal;
use super::{Exit, Failure, Run};
use crate::check::{ALL, Check, by_id};
use crate::report::wrap;

/// Where the summaries begin.
const SUMMARY: usize = 29;

/// What a check looks at, why, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith explain                   all checks, a line each
  pith explain number-missing")]
pub(super) struct Args {
    /// The check, as reports name it
    #[arg(value_name = "CHECK")]
    check: Option<String>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Run {
    let text = match &args.check {
        None => list(),
        Some(id) => match by_id(&id.to_lowercase()) {
            Some(check) => explain(check, terminal),
            None => return Err(unknown(id)),
        },
    };
    terminal.result(&text)?;
    Ok(Exit::Good)
}

fn list() -> String {
    let line = |check: &&Check| {
        let Check { id, level, summary, .. } = check;
        format!("{id:<19} {level:<8} {}\n", wrap(summary, SUMMARY))
    };
    ALL.iter().map(line).collect()
}

fn explain(check: &Check, terminal: &Terminal) -> String {
    let style = &terminal.text;
    let head = wrap(&format!("{} ({}): {}", check.id, check.level, check.summary), 2);
    // Wrapped by what is seen: the colour has no width.
    let id = format!("{}{}{}", style.bold, check.id, style.reset);
    let mut out = head.replacen(check.id, &id, 1) + "\n";
    for (head, text) in
        [("What it looks at", check.looks_at), ("Why", check.why), ("What to do", check.remedy)]
    {
        out.push_str(&format!("\n{head}\n  {}\n", wrap(text, 2)));
    }
    let config = format!(
        "In pith.toml, beside the paper or above it: {} = \"error\", \"warning\", \"note\" or \"off\" \
         under [levels].",
        check.id
    );
    out.push_str(&format!("\nTo change its level\n  {}\n", wrap(&config, 2)));
    out
}

fn unknown(id: &str) -> Failure {
    let message = format!("there is no check \"{id}\"");
    Failure::new(Exit::Usage, message, Some(suggestion(id)))
}
