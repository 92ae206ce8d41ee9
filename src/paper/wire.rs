//! `\usepackage{pith}` and `\pithnumber{...}` go into a paper; every other byte stays.

use std::ops::Range;

use super::changes::Changes;
use super::{Edit, Event, Kind, Lines, Paper, Place};
use crate::error::Remedy;
use crate::id::Suffix;
use crate::latex::{Nesting, code_of, optional};

/// The most lines that are tried as a place.
const MAX_TRIES: usize = 50;

/// Why a paper was not touched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No `\begin{document}`, so this is not the main file.
    #[error("it has no \\begin{{document}}, so it is not the paper's main file")]
    NoDocument,
    /// No `\documentclass` before which the lines must not stand.
    #[error("it has no \\documentclass{}", .0.as_ref().map_or(String::new(), |name| format!("; that is in {name}")))]
    NoClass(Option<String>),
    /// `\documentstyle`: LaTeX 2.09, which refuses `\usepackage`.
    #[error("it is written for LaTeX 2.09 (\\documentstyle), which loads no packages")]
    Latex209,
    /// The paper has a number already, and it is another one.
    #[error("it has \\pithnumber{{{number}}} already ({place})")]
    OtherNumber {
        /// The argument as it is written.
        number: String,
        /// File and line.
        place: String,
    },
    /// The paper has something else in the place of a number.
    #[error("it has \\pithnumber{{{text}}} already ({place}), and that is no Pith Number")]
    NoNumber {
        /// The argument as it is written.
        text: String,
        /// File and line.
        place: String,
    },
    /// The paper has several numbers.
    #[error("it has two \\pithnumber, at {0} and {1}")]
    TwoNumbers(String, String),
}

impl Remedy for WireError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoClass(Some(name)) => format!("give that file: pith add {name} ID"),
            Self::NoDocument | Self::NoClass(None) => {
                "give the file that has \\documentclass and \\begin{document}".into()
            }
            Self::Latex209 => {
                "begin it with \\documentclass, or put the proof into its PDF: pith inject PDF ID"
                    .into()
            }
            Self::OtherNumber { .. } => {
                "give that paper's id, or replace the number with --force".into()
            }
            Self::NoNumber { .. } => "put the right one there with --force".into(),
            Self::TwoNumbers(..) => "remove one of them: a paper has one Pith Number".into(),
        })
    }
}

/// What is to be changed in a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wired {
    /// The files that change; none where the paper has both lines.
    pub edits: Vec<Edit>,
    /// What is new in them.
    pub lines: Vec<Place>,
    /// What of ours the paper had.
    pub before: Lines,
}

/// Adds the two lines after the last package of the preamble. What is there already stays where it is. Another
/// number is replaced where `may_replace` says so of it, as it is written.
///
/// # Errors
/// [`WireError`]; nothing is to be changed then.
pub fn wire(
    paper: &Paper,
    suffix: &Suffix,
    may_replace: impl Fn(&str) -> bool,
) -> Result<Wired, WireError> {
    let document = preamble_end(paper).ok_or(WireError::NoDocument)?;
    if is_latex_209(paper) {
        return Err(WireError::Latex209);
    }
    let old = the_number(paper)?;
    let is_other = |text: &str| super::suffix(text) != Some(*suffix);
    if let Some((event, text)) = old
        && is_other(text)
        && !may_replace(text)
    {
        let (is_number, place) = (super::suffix(text).is_some(), place(paper, event));
        let text = text.trim().to_owned();
        return Err(match is_number {
            true => WireError::OtherNumber { number: text, place },
            false => WireError::NoNumber { text, place },
        });
    }
    let mut wiring = Wiring { paper, changes: Changes::default(), new: Vec::new() };
    let line = format!("\\pithnumber{{{suffix}}}");
    for (event, _) in paper.numbers().filter(|(_, text)| is_other(text)) {
        let (file, range) = (event.file, event.argument.clone());
        wiring.new.push(New { file, at: range.start, below: 0, text: line.clone() });
        wiring.changes.push(file, range, suffix.to_string());
    }
    let package = "\\usepackage{pith}".to_owned();
    let loaded = paper.loads().last();
    match (loaded, old) {
        (Some(_), Some(_)) => {}
        (None, None) => wiring.insert(after_packages(paper, document)?, vec![package, line]),
        (Some(_), None) => wiring.insert(after_packages(paper, document)?, vec![line]),
        (None, Some((event, _))) => {
            let at = after_packages(paper, document)?;
            // The package comes first, wherever the number stands.
            let number = in_main(paper, event).start;
            let at = if number < at.offset { before(paper, number) } else { at };
            wiring.insert(at, vec![package]);
        }
    }
    let numbers = paper.numbers().map(|(event, _)| paper.written(event)).collect();
    Ok(wiring.done(Lines { package: loaded.is_some(), numbers }))
}

/// What goes into a paper.
struct Wiring<'a> {
    paper: &'a Paper,
    changes: Changes,
    new: Vec<New>,
}

/// Something that is told of a change.
struct New {
    file: usize,
    /// Where it is in the file as it was.
    at: usize,
    /// How many lines below that.
    below: u32,
    text: String,
}

impl Wiring<'_> {
    /// Lines with the ending that the line before has; within a line, nothing between them.
    fn insert(&mut self, at: Point, lines: Vec<String>) {
        let Point { offset, is_inline } = at;
        let newline = if is_inline { "" } else { line_ending(&self.paper.main().bytes, offset) };
        let text = lines.iter().flat_map(|line| [line.as_str(), newline]).collect();
        self.changes.push(0, offset..offset, text);
        self.new.extend(lines.into_iter().zip(0..).map(|(text, place)| New {
            file: 0,
            at: offset,
            below: if is_inline { 0 } else { place },
            text,
        }));
    }

    fn done(mut self, before: Lines) -> Wired {
        self.new.sort_by_key(|new| (new.file, new.at));
        let place = |New { file, at, below, text }| Place {
            file: self.paper.files[file].name.clone(),
            line: self.changes.line(self.paper, file, at) + below,
            text,
        };
        let lines = self.new.into_iter().map(place).collect();
        Wired { edits: self.changes.edits(self.paper), lines, before }
    }
}

fn is_latex_209(paper: &Paper) -> bool {
    let mut classes = paper.events.iter().filter(|event| event.kind == Kind::Class);
    classes.any(|event| {
        paper.files[event.file].code[event.range.clone()].starts_with(b"\\documentstyle")
    })
}

/// The number of the paper, where it has one; the same number twice is one.
fn the_number(paper: &Paper) -> Result<Option<(&Event, &str)>, WireError> {
    let mut numbers = paper.numbers();
    let Some(first) = numbers.next() else { return Ok(None) };
    match numbers
        .find(|(_, text)| super::suffix(text) != super::suffix(first.1) && text != &first.1)
    {
        Some((other, _)) => Err(WireError::TwoNumbers(place(paper, first.0), place(paper, other))),
        None => Ok(Some(first)),
    }
}

pub(super) fn place(paper: &Paper, event: &Event) -> String {
    let spot = paper.spot(event.file, event.range.clone());
    format!("{}:{}", paper.files[event.file].name, spot.line)
}

/// Where the preamble ends in the main file: `\begin{document}`, or the command that includes the file that has it.
fn preamble_end(paper: &Paper) -> Option<usize> {
    let document = paper.events.iter().find(|event| event.kind == Kind::Document)?;
    Some(in_main(paper, document).start)
}

/// Where the main file has an event: the command itself, or the one that includes the file that has it.
fn in_main(paper: &Paper, event: &Event) -> Range<usize> {
    let until = paper.events.iter().position(|other| std::ptr::eq(other, event));
    let mut events = paper.events[..=until.expect("it is the paper's")].iter();
    events.rfind(|event| event.file == 0).expect("the main file comes first").range.clone()
}

/// A place for whole lines in the main file.
#[derive(Clone, Copy, Debug)]
struct Point {
    offset: usize,
    /// Whether the rest of the line goes on with code, so that the text stands within the line.
    is_inline: bool,
}

impl Point {
    /// The beginning of the line that `at` stands on.
    fn line_of(bytes: &[u8], at: usize) -> Self {
        let end = bytes[..at].iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
        let offset = end.map_or(0, |end| end + 1);
        let offset = if offset == 0 && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { offset };
        let is_blank = bytes[offset..at].iter().all(u8::is_ascii_whitespace);
        match is_blank {
            true => Self { offset, is_inline: false },
            false => Self { offset: at, is_inline: true },
        }
    }
}

/// The last place for a line above `at` where nothing is open; it is after the class.
fn before(paper: &Paper, at: usize) -> Point {
    let (bytes, code) = (&paper.main().bytes, &paper.main().code);
    let class = paper.events.iter().find(|event| event.kind == Kind::Class);
    let class = class.map_or(0, |event| in_main(paper, event).end);
    let class = optional(code, class).map_or(class, |(_, end)| end);
    let lines: Vec<_> = open_lines(code, class, at).collect();
    let line = lines.into_iter().rev().take(MAX_TRIES).find(|line| is_code(bytes, *line));
    Point { offset: line.unwrap_or(class), is_inline: line.is_none() }
}

/// The lines that begin after `from` and not after `to` where nothing is open.
fn open_lines(code: &[u8], from: usize, to: usize) -> impl Iterator<Item = usize> {
    let mut nesting = Nesting::new(code);
    let is_end = |at: &usize| match code[*at] {
        b'\n' => true,
        b'\r' => code.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    let lines = (from..to).filter(is_end).map(|end| end + 1);
    lines.filter(move |line| nesting.is_open_at(*line) && !is_argument(code, *line))
}

/// Whether what follows may be the argument of the command before.
fn is_argument(code: &[u8], at: usize) -> bool {
    matches!(code[at..].trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether a command at `at` is read as one, and is in no text that TeX passes over.
fn is_code(bytes: &[u8], at: usize) -> bool {
    const COMMAND: &[u8] = b"\\relax\n";
    let with = [&bytes[..at], COMMAND, &bytes[at..]].concat();
    code_of(&with)[at..].starts_with(COMMAND)
}

/// The end of the first line after the last package where nothing is open: no group, no conditional.
fn after_packages(paper: &Paper, end: usize) -> Result<Point, WireError> {
    let (bytes, code) = (&paper.main().bytes, &paper.main().code);
    let is_loader = |event: &&Event| match &event.kind {
        Kind::Class | Kind::Packages(_) => true,
        Kind::Input(Some(file)) => loads(paper, *file),
        _ => false,
    };
    let in_preamble = |event: &&Event| event.file == 0 && event.range.start < end;
    let loaders: Vec<_> = paper.events.iter().filter(in_preamble).filter(is_loader).collect();
    let has_class = paper
        .events
        .iter()
        .any(|event| event.kind == Kind::Class && (event.file != 0 || event.range.start < end));
    let last = loaders.iter().map(|event| event.range.end).max();
    let (Some(last), true) = (last, has_class) else { return Err(no_class(paper)) };
    // A date may follow the packages.
    let last = optional(code, last).map_or(last, |(_, end)| end);
    let mut lines = open_lines(code, last, end).take(MAX_TRIES);
    if let Some(line) = lines.find(|line| is_code(bytes, *line)) {
        return Ok(Point { offset: line, is_inline: false });
    }
    match Nesting::new(code).is_open_at(last) {
        true => Ok(Point { offset: last, is_inline: true }),
        false => Ok(Point::line_of(bytes, end)),
    }
}

/// Whether a file that is included loads packages, itself or in what it includes, and has no document.
fn loads(paper: &Paper, file: usize) -> bool {
    let of = |event: &&Event| event.file == file;
    let mut events = paper.events.iter().filter(of);
    if paper.events.iter().filter(of).any(|event| event.kind == Kind::Document) {
        return false;
    }
    events.any(|event| match &event.kind {
        Kind::Class | Kind::Packages(_) => true,
        Kind::Input(Some(inner)) => *inner > file && loads(paper, *inner),
        _ => false,
    })
}

/// Where the class is, if not in the main file.
fn no_class(paper: &Paper) -> WireError {
    let class = paper.events.iter().find(|event| event.kind == Kind::Class);
    WireError::NoClass(class.map(|event| paper.files[event.file].name.clone()))
}

/// The ending of the line that ends at `at`; at the top, that of the first line.
fn line_ending(bytes: &[u8], at: usize) -> &'static str {
    let before = &bytes[..at];
    let sample = match before.last() {
        Some(b'\n' | b'\r') => before,
        _ => {
            let end = bytes.iter().position(|byte| *byte == b'\n');
            end.map_or(&b"\n"[..], |end| &bytes[..=end])
        }
    };
    match sample {
        [.., b'\r', b'\n'] => "\r\n",
        [.., b'\r'] => "\r",
        _ => "\n",
    }
}
