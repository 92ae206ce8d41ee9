//! The archive that arXiv takes: what goes in, what stays out and why, what arXiv would stumble over.

mod named;

use std::io::Write;

use flate2::{Compression, GzBuilder};

use super::{Kind, Paper};
use crate::error::Remedy;
use crate::latex::{Tree, TreeError, clean_path, is_archive_name};

/// What arXiv takes without asking, in bytes.
const USUAL_BYTES: usize = 50_000_000;
/// The most bytes that are packed: what can be read back.
const MAX_BYTES: usize = 128 << 20;

/// The most warnings: more of them help nobody.
const MAX_WARNINGS: usize = 50;

/// What TeX and its helpers write, by the end of the name.
const BUILT: [&str; 36] = [
    ".aux",
    ".log",
    ".out",
    ".toc",
    ".lof",
    ".lot",
    ".lol",
    ".loa",
    ".fls",
    ".fdb_latexmk",
    ".synctex.gz",
    ".synctex",
    ".blg",
    ".bcf",
    ".run.xml",
    ".nav",
    ".snm",
    ".vrb",
    ".xdv",
    ".dvi",
    ".idx",
    ".ilg",
    ".glo",
    ".glg",
    ".acn",
    ".alg",
    ".ist",
    ".thm",
    ".tdo",
    ".brf",
    ".upa",
    ".auxlock",
    ".dpth",
    ".md5",
    ".pre",
    ".pytxcode",
];
/// The ends of figures, which a paper need not write.
const FIGURES: [&str; 7] = [".pdf", ".png", ".jpg", ".jpeg", ".eps", ".ps", ".mps"];
/// The folder that arXiv shows beside a paper, whatever is in it.
const ANCILLARY: &str = "anc/";
/// What editors leave behind.
const EDITORS: [&str; 7] =
    ["~", ".bak", ".orig", ".swp", ".tmp", ".sublime-workspace", ".code-workspace"];
/// What systems and build tools leave or need.
const OTHERS: [&str; 4] = ["Thumbs.db", "desktop.ini", "Makefile", "latexmkrc"];
/// Packages that run a program while TeX runs.
const SHELL_PACKAGES: [&str; 6] =
    ["minted", "svg", "gnuplottex", "pythontex", "sagetex", "auto-pst-pdf"];

/// Why a paper cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// More than can be read back.
    #[error("the paper has more than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// The archive could not be made.
    #[error("the archive could not be made: {0}")]
    Write(#[from] std::io::Error),
}

impl Remedy for PackError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Tree(error) => return error.remedy(),
            Self::TooLarge => "arXiv takes 50 MB: make the figures smaller".into(),
            Self::Write(_) => {
                "check that there is room for it; a name may be too long for an archive".into()
            }
        })
    }
}

/// A file that stays out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub name: String,
    /// What it is.
    pub why: &'static str,
}

/// What an archive for arXiv holds.
#[derive(Debug)]
pub struct Pack {
    /// The archive, a .tar.gz. The same files give the same bytes, whenever and by whom it is made.
    pub archive: Vec<u8>,
    /// What is in it, in order.
    pub files: Vec<String>,
    /// What is not.
    pub left: Vec<Left>,
    /// What arXiv would refuse or stumble over.
    pub warnings: Vec<String>,
}

/// Packs the paper whose main file is the first of `paper`. The names in `except` stay out.
///
/// # Errors
/// [`PackError`].
pub fn pack(tree: &Tree, paper: &Paper, except: &[Left]) -> Result<Pack, PackError> {
    let main = &paper.main().name;
    let mut left: Vec<_> =
        tree.hidden().into_iter().map(|name| Left { name, why: "hidden" }).collect();
    let mut files = Vec::new();
    for name in tree.names()? {
        let why = match except.iter().find(|left| left.name == name) {
            Some(left) => Some(left.why),
            None if is_named(paper, &name) || named::is_read(paper, &name) => None,
            None => reason(main, &name),
        };
        match why {
            Some(why) => left.push(Left { name, why }),
            None => files.push(name),
        }
    }
    let mut builder = tar::Builder::new(GzBuilder::new().write(Vec::new(), Compression::best()));
    let mut total = 0;
    for name in &files {
        let bytes = tree.read(name)?.unwrap_or_default();
        total += bytes.len();
        if total > MAX_BYTES {
            return Err(PackError::TooLarge);
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        // A time of zero is one that some programs take for a missing one: 1980, where .zip begins.
        header.set_mtime(315_532_800);
        builder.append_data(&mut header, name, &*bytes)?;
    }
    let mut encoder = builder.into_inner()?;
    encoder.flush()?;
    let archive = encoder.finish()?;
    let mut warnings = warnings(tree, paper, &files, total);
    warnings.truncate(MAX_WARNINGS);
    Ok(Pack { archive, files, left, warnings })
}

/// Whether the paper itself names the file, so that it cannot be missed.
fn is_named(paper: &Paper, name: &str) -> bool {
    let figure = |event: &super::Event| match &event.kind {
        Kind::Figure(figure) => clean_path(figure).is_some_and(|figure| {
            figure == name || name.strip_prefix(&figure).is_some_and(|end| FIGURES.contains(&end))
        }),
        _ => false,
    };
    paper.files.iter().any(|file| file.name == name) || paper.events.iter().any(figure)
}

/// Why a file stays out.
fn reason(main: &str, name: &str) -> Option<&'static str> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let lower = file.to_ascii_lowercase();
    let ends = |list: &[&str]| list.iter().any(|end| lower.ends_with(end));
    let stem = main.rsplit_once('.').map_or(main, |(stem, _)| stem);
    if name.starts_with(ANCILLARY) {
        return None;
    }
    if name.strip_prefix(stem).is_some_and(|end| matches!(end, ".pdf" | ".ps" | ".dvi")) {
        Some("the compiled paper")
    } else if ends(&BUILT) {
        Some("written by TeX")
    } else if ends(&EDITORS) || (lower.starts_with('#') && lower.ends_with('#')) {
        Some("left by an editor")
    } else if is_archive_name(name) {
        Some("an archive")
    } else if OTHERS.contains(&file) {
        Some("not needed by TeX")
    } else {
        None
    }
}

fn warnings(tree: &Tree, paper: &Paper, files: &[String], total: usize) -> Vec<String> {
    let mut out = Vec::new();
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "_+-.,=/".contains(c);
    for name in files.iter().filter(|name| !name.chars().all(is_usual)) {
        let odd = name.chars().find(|c| !is_usual(*c)).unwrap_or(' ');
        out.push(format!("{name}: arXiv takes no {odd:?} in a name; rename the file"));
    }
    for name in files.iter().filter(|name| tree.leads_out(name)) {
        out.push(format!(
            "{name}: a link to a file outside of the folder, which is packed; is it meant?"
        ));
    }
    for event in &paper.events {
        let place = || super::wire::place(paper, event);
        match &event.kind {
            Kind::Shell(name) => {
                out.push(format!("{}: \\{name} runs a program, and arXiv runs none", place()));
            }
            Kind::Packages(names) => {
                let shell = names.iter().filter(|name| SHELL_PACKAGES.contains(&name.as_str()));
                out.extend(shell.map(|name| {
                    format!("{}: the package {name} runs a program, and arXiv runs none", place())
                }));
            }
            _ => {}
        }
        let named = named::named(paper, event).unwrap_or_default();
        let is_absolute = named.starts_with(['/', '~'])
            || named.get(1..3).is_some_and(|p| p == ":/" || p == ":\\");
        if is_absolute || (named.contains("..") && clean_path(&named).is_none()) {
            out.push(format!("{}: {named} lies outside of the folder; put it in", place()));
        }
    }
    let main = &paper.main().name;
    let stem = main.rsplit_once('.').map_or(main.as_str(), |(stem, _)| stem);
    let bibliography = paper.events.iter().find(|event| event.kind == Kind::Bibliography);
    if let Some(event) = bibliography
        && !tree.has(&format!("{stem}.bbl"))
    {
        let place = super::wire::place(paper, event);
        out.push(format!(
            "{place}: {stem}.bbl is missing; compile with the bibliography and pack again"
        ));
    }
    if !paper.is_cut {
        out.extend(named::missing(paper, files));
        out.extend(named::unnamed(paper, files));
    }
    if total > USUAL_BYTES {
        out.push(format!("{} MB: arXiv takes 50; make the figures smaller", total / 1_000_000));
    }
    out
}
