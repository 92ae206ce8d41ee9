//! `pith resolve ID...`

use std::io::BufRead;
use std::path::Path;

use super::context::Context;
use super::options::{Format, Options};
use super::terminal::Terminal;
use super::{Exit, Failure, Run};
use crate::escape;
use crate::id::Query;
use crate::report::{RecordJson, Text, VerdictJson, line, verdict, wrap};
use crate::source::Resolved;
use crate::verify::Status;

const SCHEMA: &str = "pith.resolve/1";

/// Find a paper's record, verify it and show it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith resolve 2403.01164
  pith resolve https://arxiv.org/abs/hep-th/9807195 --format json
  cat ids.txt | pith resolve - --format number")]
pub(super) struct Args {
    /// arXiv ids, DOIs, addresses or Pith Numbers; "-" reads one a line from standard input
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: Format,
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    let context = Context::beside(Path::new("."), options, terminal)?;
    let mut exit = Exit::Good;
    for id in &args.ids {
        if id == "-" {
            for line in std::io::stdin().lock().split(b'\n') {
                let line = line.map_err(|error| Failure::io("standard input".as_ref(), &error))?;
                // A line that is no text is no id either, and the next one may be.
                let line = String::from_utf8_lossy(&line);
                if !line.trim().is_empty() {
                    exit = exit.max(one(line.trim(), args.format, &context, terminal)?);
                }
            }
        } else {
            exit = exit.max(one(id, args.format, &context, terminal)?);
        }
    }
    Ok(exit)
}

/// One input: whatever happens to it, the next one follows.
fn one(input: &str, format: Format, context: &Context, terminal: &mut Terminal) -> Run {
    match context.resolve(input, terminal) {
        Ok((query, resolved)) => show(input, &query, &resolved, format, terminal),
        Err(failure) => {
            terminal.error(&failure);
            if format == Format::Json {
                terminal.raw(failure.json(SCHEMA, input).as_bytes())?;
            }
            Ok(failure.exit)
        }
    }
}

fn show(
    input: &str,
    query: &Query,
    resolved: &Resolved,
    format: Format,
    terminal: &mut Terminal,
) -> Run {
    let Resolved { record, url, verdict: checked, .. } = resolved;
    let exit = exit_of(checked.status());
    match format {
        Format::Json => {
            let document = record.document();
            let record = RecordJson { query: query.to_string(), url, record: document };
            let object = VerdictJson::new(SCHEMA, input, checked, Some(record));
            terminal.raw(line(&object).as_bytes())?;
        }
        Format::Number => number(input, checked, terminal)?,
        Format::Text => terminal.result(&text(resolved, terminal.text))?,
    }
    Ok(exit)
}

/// Prints the number of a verified record; says on standard error why there is none.
pub(super) fn number(
    input: &str,
    verdict: &crate::verify::Verdict,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    match verdict.pith_number.filter(|_| verdict.status() == Status::Verified) {
        Some(number) => terminal.raw(format!("{number}\n").as_bytes()),
        None => {
            let failed: Vec<_> =
                verdict.failures().map(|step| format!("{}: {}", step.step, step.detail)).collect();
            let reason = match failed.is_empty() {
                true => verdict.status().to_string(),
                false => format!("{}: {}", verdict.status(), failed.join("; ")),
            };
            terminal.error(&Failure::new(
                Exit::Wrong,
                format!("{input}: {reason}"),
                Some("see every step with --format text".into()),
            ));
            Ok(())
        }
    }
}

pub(super) fn exit_of(status: Status) -> Exit {
    match status {
        Status::Verified => Exit::Good,
        Status::Failed | Status::Unverified => Exit::Wrong,
    }
}

/// Number, verdict, the paper, where it came from, every step.
pub(super) fn text(resolved: &Resolved, style: Text) -> String {
    let checked = &resolved.verdict;
    let number = checked.pith_number.map_or("no Pith Number".into(), |number| number.to_string());
    let mut out = format!("{}\n", style.heading(&number, checked.status()));
    if let Some(title) = resolved.record.title() {
        out.push_str(&format!("  {}\n", wrap(&escape::terminal(title), 2)));
    }
    if let Ok(fields) = resolved.record.fields() {
        let cats: Vec<_> = std::iter::once(&fields.primary_cat)
            .chain(&fields.cross_cats_sorted)
            .map(String::as_str)
            .collect();
        let (source, date) = (fields.source.prefixed(), fields.submitted_at.date());
        let line = format!("{source}, {}, submitted {date}", cats.join(" "));
        out.push_str(&format!("  {}\n", escape::terminal(&line)));
    }
    if let Some(number) = checked.pith_number {
        out.push_str(&format!("  {}\n", number.url()));
    }
    out.push_str(&format!("  from {}\n\n", escape::terminal(&resolved.url)));
    out.push_str(&verdict(checked, &style));
    out
}
