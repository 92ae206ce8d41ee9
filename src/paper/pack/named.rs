//! What a paper names and what lies in its folder: figures and files that are missing, and files that nothing names.

use std::borrow::Cow;

use memchr::memmem;

use super::super::{Event, Kind, Paper, wire};
use super::FIGURES;
use crate::latex::listed;

/// Documents that no LaTeX run reads.
const DOCUMENTS: [&str; 8] = [".doc", ".docx", ".odt", ".rtf", ".pages", ".pptx", ".xlsx", ".eml"];
/// Ends of files that are a part of TeX, wherever it is.
const OF_TEX: [&str; 6] = [".sty", ".cls", ".def", ".cfg", ".ldf", ".clo"];
/// Files of TeX that papers read by `\input`.
const READ_FROM_TEX: [&str; 6] = ["glyphtounicode", "epsf", "xy", "pgf", "tikz", "random"];
/// The most names in one warning.
const MAX_LISTED: usize = 8;

/// The name of a figure, or of a file that is read and was not found.
pub(super) fn named<'a>(paper: &'a Paper, event: &'a Event) -> Option<Cow<'a, str>> {
    match &event.kind {
        Kind::Figure(name) => Some(Cow::Borrowed(name)),
        Kind::Input(None) => {
            let code = &paper.files[event.file].code;
            Some(String::from_utf8_lossy(&code[event.argument.clone()]))
        }
        _ => None,
    }
}

/// Whether a source names a file that looks like one that TeX writes: a listing reads it, or a plot; and the .aux of
/// another paper is what `\externaldocument` reads.
pub(super) fn is_read(paper: &Paper, name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let mut texts = vec![format!("{{{file}}}"), format!("/{file}}}")];
    texts.extend(file.strip_suffix(".aux").map(|stem| format!("\\externaldocument{{{stem}}}")));
    let is_in = |text: &String| {
        let mut sources = paper.files.iter();
        sources.any(|source| memmem::find(&source.code, text.as_bytes()).is_some())
    };
    texts.iter().any(is_in)
}

/// A warning for each figure and each file that is read and is not among `files`. What a macro names is not looked for.
pub(super) fn missing(paper: &Paper, files: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for event in &paper.events {
        let Some(name) = named(paper, event) else { continue };
        let is_there = match &event.kind {
            Kind::Figure(_) => files.iter().any(|file| is_figure(&name, file)),
            _ => {
                OF_TEX.iter().any(|end| name.ends_with(end))
                    || READ_FROM_TEX.contains(&name.trim_end_matches(".tex"))
            }
        };
        let is_plain = !name.is_empty() && !name.contains(['\\', '#', '{', '}', '~', '*']);
        if is_plain && !is_there && !name.starts_with('/') && !name.contains("..") {
            out.push(format!("{}: {name} is not in the folder", wire::place(paper, event)));
        }
    }
    out
}

/// Whether `file` may be the figure of this name: beside the paper, or in a folder of `\graphicspath`.
fn is_figure(name: &str, file: &str) -> bool {
    let name = name.trim_start_matches("./");
    let is_at_end = |file: &str| {
        file.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    is_at_end(file) || file.rsplit_once('.').is_some_and(|(stem, _)| is_at_end(stem))
}

/// A warning where figures and documents lie in the folder that no source names: arXiv shows them to everyone.
pub(super) fn unnamed(paper: &Paper, files: &[String]) -> Option<String> {
    let ends = |file: &str, list: &[&str]| list.iter().any(|end| file.ends_with(end));
    let is_named = |file: &str| {
        let name = file.rsplit('/').next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        paper.files.iter().any(|source| memmem::find(&source.code, stem.as_bytes()).is_some())
    };
    let unnamed: Vec<_> = files
        .iter()
        .filter(|file| {
            let lower = file.to_ascii_lowercase();
            ends(&lower, &DOCUMENTS) || (ends(&lower, &FIGURES) && !is_named(file))
        })
        .map(String::as_str)
        .collect();
    (!unnamed.is_empty()).then(|| {
        let listed = listed(&unnamed, MAX_LISTED);
        format!("no source names these, and arXiv shows them to everyone: {listed}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latex::Tree;

    #[test]
    fn figures_and_files_that_are_missing_are_named() {
        let source = r"\documentclass{article}\graphicspath{{figs/}}\begin{document}
            \includegraphics{a}\includegraphics{sub/b.pdf}\includegraphics{gone}\includegraphics{\name}
            \input{part}\input{lost}\input{glyphtounicode}\end{document}";
        let files = [
            ("main.tex", source),
            ("part.tex", ""),
            ("figs/a.png", ""),
            ("sub/b.pdf", ""),
            ("old/plot.pdf", ""),
            ("letter.docx", ""),
        ];
        let tree = Tree::Memory(files.map(|(name, text)| (name.to_owned(), text.into())).into());
        let paper = Paper::read(&tree, "main.tex").unwrap();
        let names = files.map(|(name, _)| name.to_owned());
        let missing: Vec<_> = missing(&paper, &names)
            .iter()
            .map(|text| text.rsplit_once(": ").unwrap().1.to_owned())
            .collect();
        assert_eq!(missing, ["gone is not in the folder", "lost is not in the folder"]);
        let unnamed = unnamed(&paper, &names).unwrap();
        assert!(unnamed.ends_with(": old/plot.pdf, letter.docx"), "{unnamed}");
    }
}
