//! `pith explain [CHECK]`

use super::settings::suggestion;
use super::terminal::Terminal;
use super::{Exit, Failure, Run};
use crate::check::{ALL, Check, by_id};
use crate::report::wrap;

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
    ALL.iter()
        .map(|check| format!("{:<19} {:<8} {}\n", check.id, check.level, check.summary))
        .collect()
}

fn explain(check: &Check, terminal: &Terminal) -> String {
    let style = &terminal.text;
    let mut out =
        format!("{}{}{} ({}): {}\n", style.bold, check.id, style.reset, check.level, check.summary);
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
