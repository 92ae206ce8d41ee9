//! `pith explain [CHECK]`

use super::terminal::Terminal;
use super::{Exit, Failure, Run};
use crate::check::{ALL, Check, by_id};

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
        Some(id) => match by_id(id) {
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
        out.push_str(&format!("\n{head}\n{}", wrap(text)));
    }
    out
}

/// Lines of at most 78 columns, two of them margin.
fn wrap(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column == 0 || column + 1 + length > 78 {
            out.push_str(if column == 0 { "  " } else { "\n  " });
            column = 2 + length;
        } else {
            out.push(' ');
            column += 1 + length;
        }
        out.push_str(word);
    }
    out.push('\n');
    out
}

fn unknown(id: &str) -> Failure {
    let shared = |known: &str| {
        let parts: Vec<_> = known.split('-').collect();
        id.split(['-', '_', ' ']).filter(|part| parts.contains(part)).count()
    };
    let nearest = ALL.into_iter().max_by_key(|check| shared(check.id));
    let remedy = match nearest.filter(|check| shared(check.id) > 0) {
        Some(check) => format!("did you mean {}? `pith explain` lists all", check.id),
        None => "`pith explain` lists all".into(),
    };
    Failure::new(Exit::Usage, format!("there is no check \"{id}\""), Some(remedy))
}
