//! Which file is the paper's main file, as arXiv finds it: one that has `\documentclass`, itself or in a file that
//! it includes, and that no other file includes (docs/arxiv.md).

mod stated;

use std::collections::BTreeSet;

use super::command::{bare_word, commands, mandatory};
use super::mask::code_of;
use super::tree::{Tree, TreeError, clean_path, parent_of};
use crate::error::Remedy;
use stated::stated;

/// The most main files that a message lists.
const MAX_LISTED: usize = 5;
/// What papers call their main file, where there is more than one candidate.
const USUAL: [&str; 6] = ["main", "ms", "paper", "article", "manuscript", "root"];

/// The main file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MainFile {
    /// Its name.
    pub name: String,
    /// Other files that arXiv may take for one; none where a 00README names it.
    pub others: Vec<String>,
}

/// Why there is no main file.
#[derive(Debug, thiserror::Error)]
pub enum MainError {
    /// No file has `\documentclass`.
    #[error("no .tex file in it has \\documentclass")]
    None,
    /// Several have, and nothing tells them apart.
    #[error("it has several main files: {}", listed(.0, MAX_LISTED))]
    Several(Vec<String>),
    /// The files cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl Remedy for MainError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::None => "give the folder that holds the paper's main file".into(),
            Self::Several(names) => {
                format!(
                    "name the paper's, for example {}",
                    names.first().map_or("", String::as_str)
                )
            }
            Self::Tree(error) => return error.remedy(),
        })
    }
}

/// So many of the names, and how many more there are.
pub(crate) fn listed(names: &[impl AsRef<str>], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let listed: Vec<_> = names[..names.len() - more].iter().map(AsRef::as_ref).collect();
    let mut text = listed.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// Whether a file of this name is read as LaTeX.
pub fn is_latex_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".tex") || name.ends_with(".ltx")
}

/// What one file says of itself.
struct Source {
    name: String,
    class: Option<Vec<u8>>,
    loads_pith: bool,
    includes: Vec<String>,
}

impl Source {
    fn read(tree: &Tree, name: &str) -> Result<Self, TreeError> {
        let code = code_of(&tree.read(name)?.unwrap_or_default());
        let (mut class, mut includes, mut loads_pith) = (None, Vec::new(), false);
        for command in commands(&code) {
            let argument = || mandatory(&code, command.end).map(|(range, _)| &code[range]);
            match command.name {
                b"documentclass" | b"documentstyle" if class.is_none() => {
                    class = argument().map(<[u8]>::to_vec);
                }
                b"pithnumber" => loads_pith = true,
                b"input" | b"include" | b"subfile" | b"subfileinclude" | b"InputIfFileExists" => {
                    includes
                        .extend(argument().map(|name| String::from_utf8_lossy(name).into_owned()));
                    includes.extend(bare_word(&code, command.end));
                }
                b"import" | b"subimport" | b"includefrom" | b"inputfrom" => {
                    let folder = mandatory(&code, command.end);
                    let file = folder.as_ref().and_then(|(_, end)| mandatory(&code, *end));
                    if let (Some((folder, _)), Some((file, _))) = (folder, file) {
                        let text = |range| String::from_utf8_lossy(&code[range]).into_owned();
                        includes.push(format!("{}/{}", text(folder), text(file)));
                    }
                }
                _ => {}
            }
        }
        Ok(Self { name: name.to_owned(), class, loads_pith, includes })
    }

    /// Whether the file is of the kind that is made to stand in another one.
    fn is_part(&self) -> bool {
        matches!(self.class.as_deref(), Some(b"subfiles" | b"standalone"))
    }

    /// The names of the files that it may mean by what it includes: from where TeX runs, or from its own folder.
    fn targets(&self) -> impl Iterator<Item = String> {
        let folder = parent_of(&self.name);
        self.includes.iter().flat_map(move |name| {
            let name = name.trim().trim_matches('"');
            let from = [clean_path(name), clean_path(&format!("{folder}/{name}"))];
            let found = from.into_iter().flatten();
            found.flat_map(|name| [format!("{name}.tex"), format!("{name}.ltx"), name])
        })
    }
}

/// Whether a folder is a paper's: a file right in it may be a main file.
pub fn may_be_main(tree: &Tree, names: &[String]) -> bool {
    names.iter().filter(|name| is_latex_name(name)).any(|name| {
        Source::read(tree, name)
            .is_ok_and(|source| source.class.is_some() && (!source.is_part() || source.loads_pith))
    })
}

/// The main file of the sources in `tree`.
///
/// # Errors
/// [`MainError`].
pub fn find_main(tree: &Tree) -> Result<MainFile, MainError> {
    let names = tree.names()?;
    let sources = names.iter().filter(|name| is_latex_name(name));
    let sources: Vec<_> = sources.map(|name| Source::read(tree, name)).collect::<Result<_, _>>()?;
    let with_class: BTreeSet<_> = sources
        .iter()
        .filter(|source| source.class.is_some())
        .map(|source| &*source.name)
        .collect();
    let mut included = BTreeSet::new();
    let mut by_part = BTreeSet::new();
    for source in &sources {
        for target in source.targets().filter(|target| *target != source.name) {
            if with_class.contains(&*target) {
                by_part.insert(&*source.name);
            }
            included.insert(target);
        }
    }
    let has_class = |source: &Source| source.class.is_some() || by_part.contains(&*source.name);
    let mut found: Vec<_> =
        sources.iter().filter(|s| has_class(s) && !included.contains(&s.name)).collect();
    if found.iter().any(|source| !source.is_part()) {
        found.retain(|source| !source.is_part());
    }
    // What lies deeper is an example or another paper.
    let depth = |source: &&Source| source.name.matches('/').count();
    let top = found.iter().map(depth).min();
    found.retain(|source| Some(depth(source)) == top);
    let all: Vec<_> = found.iter().map(|source| source.name.clone()).collect();
    if let Some(name) = stated(tree)?.filter(|name| names.contains(name)) {
        return Ok(MainFile { name, others: Vec::new() });
    }
    match chosen(&found) {
        Some(name) => {
            let others = all.into_iter().filter(|other| *other != name).collect();
            Ok(MainFile { name, others })
        }
        None if all.is_empty() => Err(MainError::None),
        None => Err(MainError::Several(all)),
    }
}

/// The only candidate; else the only one that has a Pith Number; else the one with a usual name.
fn chosen(found: &[&Source]) -> Option<String> {
    let only =
        |mut found: Box<dyn Iterator<Item = &&Source> + '_>| match (found.next(), found.next()) {
            (Some(source), None) => Some(source.name.clone()),
            _ => None,
        };
    let stem = |source: &Source| {
        let name = source.name.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_ascii_lowercase()
    };
    only(Box::new(found.iter()))
        .or_else(|| only(Box::new(found.iter().filter(|source| source.loads_pith))))
        .or_else(|| {
            USUAL.iter().find_map(|usual| {
                found.iter().find(|source| stem(source) == *usual).map(|source| source.name.clone())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        Tree::Memory(files.collect())
    }

    const CLASS: &str = "\\documentclass{article}\\begin{document}x\\end{document}";

    #[test]
    fn the_main_file_is_found() {
        for (files, main) in [
            (vec![("a.tex", CLASS)], "a.tex"),
            (vec![("a.tex", "\\section{A}"), ("b.tex", CLASS)], "b.tex"),
            (vec![("a.tex", CLASS), ("main.tex", CLASS)], "main.tex"),
            (vec![("a.tex", CLASS), ("z.tex", "% x\n\\input{a}")], "z.tex"),
            (vec![("a.tex", "% \\documentclass{x}"), ("b.tex", CLASS)], "b.tex"),
            (
                vec![
                    ("m.tex", "\\documentclass{article}\\subfile{parts/one}"),
                    ("parts/one.tex", "\\documentclass[../m.tex]{subfiles}"),
                    ("parts/two.tex", "\\documentclass[../m.tex]{subfiles}"),
                ],
                "m.tex",
            ),
            (vec![("fig.tex", "\\documentclass{standalone}"), ("p.tex", CLASS)], "p.tex"),
            (vec![("a.tex", CLASS), ("b.tex", "\\documentclass{a}\\pithnumber{X}")], "b.tex"),
            (vec![("a.tex", CLASS), ("old/main.tex", CLASS)], "a.tex"),
            (vec![("src/a.tex", CLASS)], "src/a.tex"),
            (
                vec![
                    ("00README.json", r#"{"sources":[{"usage":"toplevel","filename":"z.tex"}]}"#),
                    ("main.tex", CLASS),
                    ("z.tex", CLASS),
                ],
                "z.tex",
            ),
            (
                vec![("00README.XXX", "z.tex toplevelfile\n"), ("y.tex", CLASS), ("z.tex", CLASS)],
                "z.tex",
            ),
        ] {
            assert_eq!(find_main(&tree(&files)).unwrap().name, main, "{files:?}");
        }
    }

    #[test]
    fn where_nothing_tells_them_apart_it_is_said() {
        let error = find_main(&tree(&[("a.tex", CLASS), ("b.tex", CLASS)])).unwrap_err();
        assert_eq!(error.to_string(), "it has several main files: a.tex, b.tex");
        assert!(matches!(find_main(&tree(&[("a.tex", "x")])), Err(MainError::None)));
    }
}
