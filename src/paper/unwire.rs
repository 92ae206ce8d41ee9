//! What `add` wrote goes out of a paper again; every other byte stays.

use std::ops::Range;

use super::changes::Changes;
use super::{Edit, Event, Kind, Lines, Paper, Place, WireError, suffix};

/// What is to be changed, and what a person should look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unwired {
    /// The files that change.
    pub edits: Vec<Edit>,
    /// What is taken out of the main file, with the line where it stood.
    pub removed: Vec<Place>,
    /// The numbers that the paper had before, where they were replaced.
    pub restored: Vec<Place>,
    /// What stays because the paper had it before.
    pub kept: Vec<Place>,
    /// What of ours is still there.
    pub remains: Vec<Place>,
}

/// What becomes of something of ours.
enum Fate<'a> {
    Goes,
    IsAgain(&'a str),
    IsKept,
    Remains,
}

/// Takes `\usepackage{pith}` and `\pithnumber{...}` out of the main file, the whole line where nothing else stands on it,
/// except for what the paper had before.
///
/// # Errors
/// [`WireError::NoDocument`]: a part of a paper may belong to a paper that stays.
pub fn unwire(paper: &Paper, before: &Lines) -> Result<Unwired, WireError> {
    if !paper.events.iter().any(|event| event.kind == Kind::Document) {
        return Err(WireError::NoDocument);
    }
    let mut numbers = 0;
    let fate = |event: &Event| {
        let place = numbers;
        numbers += usize::from(matches!(event.kind, Kind::Number(_)));
        fate(paper, event, before, place)
    };
    let fates: Vec<_> = paper.events.iter().map(fate).collect();
    let ours = || {
        paper.events.iter().zip(&fates).filter_map(|(event, fate)| Some((event, fate.as_ref()?)))
    };
    let gone = ours().filter(|(_, fate)| matches!(fate, Fate::Goes));
    let gone: Vec<_> = gone.map(|(event, _)| event.range.clone()).collect();
    let mut changes = Changes::default();
    for cut in whole_lines(&paper.main().bytes, &gone) {
        changes.push(0, cut, String::new());
    }
    for (event, fate) in ours() {
        if let Fate::IsAgain(number) = fate {
            changes.push(event.file, event.argument.clone(), (*number).to_owned());
        }
    }
    let mut out = Unwired { edits: changes.edits(paper), ..Unwired::default() };
    for (event, fate) in ours() {
        let file = paper.files[event.file].name.clone();
        let text = &paper.files[event.file].bytes[event.range.clone()];
        let text = String::from_utf8_lossy(text).lines().next().unwrap_or_default().to_owned();
        let line = || changes.line(paper, event.file, event.range.start);
        match fate {
            Fate::Goes => {
                let line = paper.spot(event.file, event.range.clone()).line;
                out.removed.push(Place { file, line, text });
            }
            Fate::IsAgain(number) => {
                let text = format!("\\pithnumber{{{number}}}");
                out.restored.push(Place { file, line: line(), text });
            }
            Fate::IsKept => out.kept.push(Place { file, line: line(), text }),
            Fate::Remains => out.remains.push(Place { file, line: line(), text }),
        }
    }
    Ok(out)
}

/// What becomes of an event; `None` where it is not of ours. A number has so many before it.
fn fate<'a>(paper: &Paper, event: &Event, before: &'a Lines, numbers: usize) -> Option<Fate<'a>> {
    let is_in_main = event.file == 0;
    Some(match &event.kind {
        Kind::Number(_) if before.numbers.is_empty() && is_in_main => Fate::Goes,
        Kind::Number(_) if before.numbers.is_empty() => Fate::Remains,
        Kind::Number(text) => match before.numbers.get(numbers) {
            Some(old) if suffix(old) != suffix(text) || suffix(old).is_none() => {
                if *old == paper.written(event) { Fate::IsKept } else { Fate::IsAgain(old) }
            }
            _ => Fate::IsKept,
        },
        Kind::Packages(_) if !event.loads_pith() => return None,
        Kind::Packages(_) if before.package => Fate::IsKept,
        Kind::Packages(names) if *names == ["pith"] && is_in_main => Fate::Goes,
        // The author's own: it needs the package.
        Kind::Pith(_) if before.package => return None,
        Kind::Packages(_) | Kind::Pith(_) => Fate::Remains,
        _ => return None,
    })
}

/// The cuts, each grown to its whole line where the line holds nothing but cuts.
fn whole_lines(bytes: &[u8], cuts: &[Range<usize>]) -> Vec<Range<usize>> {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let mut out: Vec<Range<usize>> = Vec::new();
    for cut in cuts {
        let start = bytes[..cut.start].iter().rposition(is_end).map_or(0, |at| at + 1);
        let length = bytes[cut.end..].iter().position(is_end);
        let end = length.map_or(bytes.len(), |length| cut.end + length);
        let is_cut = |at: usize| cuts.iter().any(|cut| cut.contains(&at));
        let is_alone = (start..end).all(|at| is_cut(at) || matches!(bytes[at], b' ' | b'\t'));
        // A line without an end is the rest of another one.
        let ending = bytes[end..].starts_with(b"\r\n").then_some(2).or(length.map(|_| 1));
        let cut = match (is_alone, ending) {
            (true, Some(ending)) => start..end + ending,
            _ => cut.clone(),
        };
        match out.last_mut() {
            Some(last) if cut.start < last.end => last.end = last.end.max(cut.end),
            _ => out.push(cut),
        }
    }
    out
}
