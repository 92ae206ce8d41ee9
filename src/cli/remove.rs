//! `pith remove MAIN.tex`

use std::path::{Path, PathBuf};

use super::add::{PIN, STY, existing};
use super::changes::{self, Change};
use super::terminal::Terminal;
use super::{Exit, Run, main_file};
use crate::paper;
use crate::record::{self, Record};
use crate::sty::{Reading, State};

/// Undo `add`: take the two lines, pith.sty and pith.json out again
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  pith remove main.tex

Every other byte of the main file stays. pith.sty and pith.json go where they
are as pith wrote them; one that was edited stays, and it is said.")]
pub(super) struct Args {
    /// The paper's main file, or its folder
    #[arg(value_name = "MAIN.tex")]
    main: PathBuf,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Run {
    let main = main_file::of(&args.main)?;
    let out = paper::unwire(&main_file::read(&main)?);
    let mut changes = Vec::new();
    let mut stays = Vec::new();
    if let Some(edit) = out.edit {
        changes.push(Change { path: main.clone(), old: Some(edit.old), new: Some(edit.new) });
    }
    for (name, is_ours) in [(STY, package as fn(&[u8]) -> bool), (PIN, pin)] {
        let path = main.with_file_name(name);
        match existing(&path, record::MAX_BYTES)? {
            None => {}
            Some(bytes) if is_ours(&bytes) => {
                changes.push(Change { path, old: Some(bytes), new: None });
            }
            Some(_) => stays.push(path),
        }
    }
    changes::apply(&changes)?;
    say(&main, &changes, &out.removed, terminal);
    for path in &stays {
        terminal.note(&format!("  {} stays: it is not as pith writes it", path.display()));
    }
    for remains in &out.remains {
        terminal.note(&format!("  {}: {} stays; take it out by hand", remains.place, remains.text));
    }
    Ok(Exit::Good)
}

fn say(main: &Path, changes: &[Change], removed: &[(u32, String)], terminal: &mut Terminal) {
    let name = main.display();
    if changes.is_empty() {
        return terminal.note(&format!("{name}: nothing of pith's is there to remove"));
    }
    terminal.note(&format!("{name}: the Pith Number is out"));
    for (line, text) in removed {
        terminal.note(&format!("  {name}:{line}: removed {text}"));
    }
    for change in changes.iter().filter(|change| change.new.is_none()) {
        terminal.note(&format!("  {}: removed", change.path.display()));
    }
}

/// Whether a pith.sty is one that this program wrote.
fn package(bytes: &[u8]) -> bool {
    Reading::read(bytes).state == State::Same
}

/// Whether a pith.json is one that `add` wrote.
fn pin(bytes: &[u8]) -> bool {
    let json = Record::from_slice(bytes).ok().and_then(|record| record.proof_json());
    json.is_some_and(|json| json.as_bytes() == bytes.trim_ascii_end())
}
