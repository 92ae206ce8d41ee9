//! The two lines go out of a paper again; every other byte stays.

use std::ops::Range;

use super::{Edit, Kind, Paper};
use crate::latex::spot;

/// What is to be changed, and what a person must look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unwired {
    /// The main file, where it changes.
    pub edit: Option<Edit>,
    /// What was taken out of it, with the line from 1 where it stood.
    pub removed: Vec<(u32, String)>,
    /// What of ours is still there.
    pub remains: Vec<Remains>,
}

/// Something of ours that is not taken out by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remains {
    /// File and line, as it is after the change.
    pub place: String,
    /// The text.
    pub text: String,
}

/// Takes `\usepackage{pith}` and `\pithnumber{...}` out of the main file: the line, where nothing else stands on it.
pub fn unwire(paper: &Paper) -> Unwired {
    let mut out = Unwired::default();
    let main = paper.main();
    let (mut cuts, mut remaining) = (Vec::new(), Vec::new());
    for event in &paper.events {
        let is_ours = match &event.kind {
            Kind::Packages(names) => *names == ["pith"],
            Kind::Number(_) => true,
            _ => false,
        };
        let is_mixed = !is_ours && (event.loads_pith() || matches!(event.kind, Kind::Pith(_)));
        if !is_ours && !is_mixed {
            continue;
        }
        let text = String::from_utf8_lossy(&paper.files[event.file].bytes[event.range.clone()]);
        match is_ours && event.file == 0 {
            true => {
                let line = paper.spot(0, event.range.clone()).line;
                out.removed.push((line, text.into_owned()));
                cuts.push(event.range.clone());
            }
            false => remaining.push((event, text.into_owned())),
        }
    }
    let cuts = whole_lines(&main.bytes, &cuts);
    let mut new = Vec::with_capacity(main.bytes.len());
    let mut done = 0;
    for cut in &cuts {
        new.extend_from_slice(&main.bytes[done..cut.start]);
        done = cut.end;
    }
    new.extend_from_slice(&main.bytes[done..]);
    for (event, text) in remaining {
        let before = cuts.iter().filter(|cut| event.file == 0 && cut.end <= event.range.start);
        let start = event.range.start - before.map(ExactSizeIterator::len).sum::<usize>();
        let bytes = if event.file == 0 { &new } else { &paper.files[event.file].bytes };
        let line = spot(bytes, start..start).line;
        let place = format!("{}:{line}", paper.files[event.file].name);
        let text = text.lines().next().unwrap_or_default().to_owned();
        out.remains.push(Remains { place, text });
    }
    if !cuts.is_empty() {
        out.edit = Some(Edit { file: main.name.clone(), old: main.bytes.clone(), new });
    }
    out
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
