//! `pith remove MAIN.tex`

use std::path::{Path, PathBuf};

use super::changes::{self, Change};
use super::pin::PinFile;
use super::terminal::Terminal;
use super::{Exit, Failure, Run, files, main_file};
use crate::latex::{Tree, is_latex_name};
use crate::paper::{self, Before, PIN, Paper, Place, STY, Unwired};
use crate::record;
use crate::sty::{Reading, State};

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
    let lines = before.papers.get(&paper.main().name).cloned().unwrap_or_default();
    let out = paper::unwire(&paper, &lines)
        .map_err(|error| Failure::of(Exit::Wrong, &main.display().to_string(), &error))?;
    let user = out.remains.first().map(|place| place.file.clone());
    let user = user.or_else(|| other_user(&main, &paper));
    let (files, stays) = our_files(&main, pin, is_ours, &before, user)?;
    let edits = out.edits.iter().cloned().map(|edit| Change::of(&main, edit));
    let changes: Vec<_> = edits.chain(files).filter(|change| !change.is_none()).collect();
    changes::apply(&changes)?;
    say(&main, &changes, &out, terminal);
    for (path, why) in &stays {
        terminal.note(&format!("  {} stays: {why}", path.display()));
    }
    Ok(Exit::Good)
}

/// Files that stay, each with the reason.
type Stays = Vec<(PathBuf, String)>;

/// What becomes of pith.sty and pith.json, and which of them stays, with the reason.
fn our_files(
    main: &Path,
    pin: PinFile,
    is_pin_ours: bool,
    before: &Before,
    user: Option<String>,
) -> Result<(Vec<Change>, Stays), Failure> {
    let sty = main.with_file_name(STY);
    let package = files::existing(&sty, record::MAX_BYTES)?;
    let is_package = package.as_deref().is_some_and(is_package);
    let (mut changes, mut stays) = (Vec::new(), Vec::new());
    let why = user.map(|user| format!("{user} uses it"));
    // What was replaced lies nowhere else.
    let holds_file =
        matches!(before.files.get(STY), Some(Some(_))) && package.is_some() && !is_package;
    let why =
        why.or_else(|| holds_file.then(|| format!("it holds the {STY} that was there before")));
    for (name, path, old, is_ours) in
        [(STY, sty, package, is_package), (PIN, pin.path, pin.bytes, is_pin_ours)]
    {
        let new = match before.files.get(name) {
            _ if old.is_none() => continue,
            None => None,
            Some(None) => old.clone(),
            Some(Some(text)) => Some(text.clone().into_bytes()),
        };
        match &why {
            _ if !is_ours => stays.push((path, "it is not as pith writes it".to_owned())),
            Some(why) => stays.push((path, why.clone())),
            None => changes.push(Change { path, old, new }),
        }
    }
    Ok((changes, stays))
}

/// Whether a pith.sty is one that this program wrote, or an older version of it.
fn is_package(bytes: &[u8]) -> bool {
    matches!(Reading::read(bytes).state, State::Same | State::Older)
}

/// Another paper in the folder that has our lines.
fn other_user(main: &Path, paper: &Paper) -> Option<String> {
    let tree = Tree::Folder(main_file::folder(main).to_owned());
    let is_other = |name: &String| paper.files.iter().all(|file| file.name != *name);
    let names = tree.names_in("").unwrap_or_default().into_iter().filter(is_other);
    let has_lines =
        |name: &String| Paper::read(&tree, name).is_ok_and(|other| other.loads().next().is_some());
    names.filter(|name| is_latex_name(name)).find(has_lines)
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
        let is_edit = out.edits.iter().any(|edit| *path == main.with_file_name(&edit.file));
        let said = match new {
            None => "removed",
            Some(_) if is_edit => continue,
            Some(_) => "as it was before `pith add`",
        };
        lines.push(format!("{}: {said}", path.display()));
    }
    lines.extend(told(&out.remains, &|text| format!("{text} stays; take it out by hand")));
    lines.iter().for_each(|line| terminal.note(&format!("  {line}")));
}
