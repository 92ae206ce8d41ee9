//! `pith remove MAIN.tex`

use std::path::{Path, PathBuf};

use super::changes::{self, Change};
use super::pin::PinFile;
use super::terminal::Terminal;
use super::{Exit, Run, files, main_file};
use crate::paper::{self, Edit, PIN, Place, STY, Sty, Unwired};
use crate::record;
use crate::sty::{self, Reading, State};

/// Undo `add`: take the two lines, pith.sty and pith.json out again
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  pith remove main.tex

Every other byte stays, and so does what of pith's the paper had before
`pith add`; pith.json says what that was (\"before_add\"). pith.sty and pith.json
go where they are as pith wrote them; one that was edited stays, and it is said.")]
pub(super) struct Args {
    /// The paper's main file, or its folder
    #[arg(value_name = "MAIN.tex")]
    main: PathBuf,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Run {
    let main = main_file::of(&args.main)?;
    let paper = main_file::read(&main)?;
    let pin = PinFile::read(&main.with_file_name(PIN))?;
    let found = pin.before();
    let is_ours = found.is_some();
    let before = found.unwrap_or_default();
    let out = paper::unwire(&paper, &before);
    let mut stays = Vec::new();
    let mut changes: Vec<_> = out.edits.iter().map(|edit| change(&main, edit)).collect();
    let sty = main.with_file_name(STY);
    match files::existing(&sty, record::MAX_BYTES)? {
        None => {}
        Some(bytes) if Reading::read(&bytes).state != State::Same => stays.push(sty.clone()),
        Some(bytes) => {
            let new = match before.sty {
                None => None,
                Some(Sty::Same) => Some(bytes.clone()),
                Some(Sty::Other) => Some(sty::PACKAGE.as_bytes().to_vec()),
            };
            changes.push(Change { path: sty, old: Some(bytes), new });
        }
    }
    match is_ours {
        true => changes.push(Change { path: pin.path, old: pin.bytes, new: None }),
        false => stays.extend(pin.bytes.is_some().then_some(pin.path)),
    }
    changes.retain(|change| !change.is_none());
    changes::apply(&changes)?;
    say(&main, &changes, &out, terminal);
    for path in &stays {
        terminal.note(&format!("  {} stays: it is not as pith writes it", path.display()));
    }
    Ok(Exit::Good)
}

fn change(main: &Path, edit: &Edit) -> Change {
    let Edit { file, old, new } = edit;
    Change { path: main.with_file_name(file), old: Some(old.clone()), new: Some(new.clone()) }
}

fn say(main: &Path, changes: &[Change], out: &Unwired, terminal: &mut Terminal) {
    let name = main.display();
    let is_number = |place: &Place| place.text.starts_with("\\pithnumber");
    let has_number = out.kept.iter().chain(&out.restored).any(is_number);
    terminal.note(&match (changes.is_empty(), has_number) {
        (true, _) => format!("{name}: nothing of pith's is there to remove"),
        (false, false) => format!("{name}: the Pith Number is out"),
        (false, true) => format!("{name}: as it was before `pith add`"),
    });
    let told = |places: &[Place], said: &dyn Fn(&str) -> String| -> Vec<String> {
        let mut lines = Vec::new();
        for Place { file, line, text } in places {
            let path = main.with_file_name(file);
            lines.push(format!("{}:{line}: {}", path.display(), said(text)));
        }
        lines
    };
    let mut lines = told(&out.removed, &|text| format!("removed {text}"));
    lines.extend(told(&out.restored, &|text| format!("{text} again")));
    lines.extend(told(&out.kept, &|text| format!("{text} stays: it was there before")));
    for Change { path, new, .. } in changes {
        match new {
            None => lines.push(format!("{}: removed", path.display())),
            Some(_) if path.ends_with(STY) => {
                lines.push(format!("{}: without the proof; it was there before", path.display()));
            }
            Some(_) => {}
        }
    }
    lines.extend(told(&out.remains, &|text| format!("{text} stays; take it out by hand")));
    lines.iter().for_each(|line| terminal.note(&format!("  {line}")));
}
