//! A pith.sty that lies beside a paper: whose proof it carries, and whether it is as it was written.

use std::cmp::Ordering;

use super::{PACKAGE, package_version, render};
use crate::record::{Proof, Record};

/// What declares the package, with its date and version.
const DECLARATION: &str = "\\ProvidesExplPackage {pith} {";
/// What begins a value of the record block.
const FIELD: &str = "\\field ";

/// A pith.sty as it was read.
#[derive(Debug)]
pub struct Reading {
    /// The date and the version of the package, as they stand there.
    pub stamp: Option<(String, String)>,
    /// The record that it carries.
    pub record: Option<Result<Record, String>>,
    /// How it relates to what this program writes.
    pub state: State,
}

/// How a pith.sty relates to what this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Exactly what this program writes, with this record or without one.
    Same,
    /// It has the version that this program writes, and another text.
    Modified,
    /// An older version.
    Older,
    /// A newer version.
    Newer,
    /// No pith.sty of ours.
    Foreign,
}

impl Reading {
    /// Reads a pith.sty. Line ends do not count: tools change them.
    pub fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let text = text.trim_start_matches('\u{feff}');
        let found = stamp(text);
        let record = proof(text).map(|proof| {
            let proof = proof?;
            Record::from_proof(&proof).map_err(|error| error.to_string())
        });
        let (date, version) = package_version();
        let order = |date: &str, version: &str| (date.to_owned(), numbers(version));
        let state = match &found {
            None => State::Foreign,
            Some(found) => match order(&found.0, &found.1).cmp(&order(date, version)) {
                Ordering::Less => State::Older,
                Ordering::Greater => State::Newer,
                Ordering::Equal if is_ours(text, record.as_ref()) => State::Same,
                Ordering::Equal => State::Modified,
            },
        };
        Self { stamp: found, record, state }
    }
}

/// `0.10.1` as numbers, so that it comes after `0.9.0`.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}

fn stamp(text: &str) -> Option<(String, String)> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(DECLARATION))?;
    let (date, rest) = line.split_once('}')?;
    let version = rest.trim().strip_prefix('{')?.split('}').next()?;
    Some((date.to_owned(), version.to_owned()))
}

fn is_ours(text: &str, record: Option<&Result<Record, String>>) -> bool {
    let written = match record {
        None => PACKAGE.to_owned(),
        Some(Err(_)) => return false,
        Some(Ok(record)) => match render(record) {
            Ok(written) => written,
            Err(_) => return false,
        },
    };
    // The version of the tool stands in a comment, and may be another one.
    let without_tool = |text: &str| {
        let lines = text.trim_end().lines().filter(|line| !line.starts_with("% Written by pith "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    without_tool(text) == without_tool(&written)
}

/// The proof in the record block; `None` where there is no block.
fn proof(text: &str) -> Option<Result<Proof, String>> {
    let start = text.find("\n\\field suffix |").map(|at| at + 1)?;
    let block = &text[start..];
    let end = block.find("\\endgroup").unwrap_or(block.len());
    let mut proof = Proof::default();
    let (mut suffix, mut year) = (String::new(), String::new());
    for part in block[..end].split(FIELD).skip(1) {
        let Some((name, rest)) = part.split_once(" |") else { continue };
        let Some((value, _)) = rest.split_once('|') else {
            return Some(Err(format!("the value of {name} in the record block does not end")));
        };
        let Some(value) = unescape(&value.replace('\n', "")) else {
            return Some(Err(format!("the value of {name} in the record block is damaged")));
        };
        match name.trim() {
            "suffix" => suffix = value,
            "year" => year = value,
            "title" => proof.title = value,
            "source" => proof.source = value,
            "digest" => proof.sha256 = value,
            "record" => proof.record = value,
            "key_id" => proof.key_id = value,
            "signature" => proof.signature = value,
            "signed_at" => proof.signed_at = value,
            _ => {}
        }
    }
    proof.number = match year.is_empty() {
        true => format!("pith:{suffix}"),
        false => format!("pith:{year}:{suffix}"),
    };
    Some(Ok(proof))
}

/// A value of the record block as text: decimal character references, and nothing else.
fn unescape(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        let (number, tail) = after.strip_prefix('#')?.split_once(';')?;
        out.push_str(before);
        out.push(char::from_u32(number.parse().ok()?)?);
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> (Record, String) {
        let record =
            Record::from_slice(include_bytes!("../../tests/records/2403.01164.json")).unwrap();
        let text = render(&record).unwrap();
        (record, text)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (record, text) = written();
        for text in [text.clone(), text.replace('\n', "\r\n"), text.trim_end().to_owned()] {
            let sty = Reading::read(text.as_bytes());
            assert_eq!(sty.state, State::Same);
            let read = sty.record.unwrap().unwrap();
            assert_eq!(read.canonical_bytes(), record.canonical_bytes());
            assert_eq!(read.proof(), record.proof());
        }
        let bare = Reading::read(PACKAGE.as_bytes());
        assert_eq!((bare.state, bare.record.is_none()), (State::Same, true));
    }

    #[test]
    fn a_change_is_seen() {
        let (_, text) = written();
        let (date, version) = package_version();
        let stamped = |date: &str, version: &str| {
            let (our_date, our_version) = package_version();
            let ours = format!("{{pith}} {{{our_date}}} {{{our_version}}}");
            text.replace(&ours, &format!("{{pith}} {{{date}}} {{{version}}}"))
        };
        for (text, state) in [
            (text.replace("\\footskip", "\\footskipp"), State::Modified),
            (text.replace("HeteGen", "HeteGenn"), State::Modified),
            (text.replacen("|pith-v1", "|pith-v2", 1), State::Same),
            (stamped("2020-01-01", version), State::Older),
            (stamped("2120-01-01", version), State::Newer),
            (stamped(date, "0.0.1"), State::Older),
            (stamped(date, "99.0.1"), State::Newer),
            ("\\def\\x{}".to_owned(), State::Foreign),
        ] {
            assert_eq!(Reading::read(text.as_bytes()).state, state);
        }
        let cut = text.replacen("&#123;", "&#x;", 1);
        assert!(Reading::read(cut.as_bytes()).record.unwrap().is_err());
    }
}
