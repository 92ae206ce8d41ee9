//! tex-number-malformed

use std::ops::Range;

use super::sources::MAX_FINDINGS;
use super::{Check, Finding, Level, Run, Sources};
use crate::error::Remedy;
use crate::id::{ArxivId, IdError};
use crate::paper;

pub(super) const CHECK: Check = Check {
    id: "tex-number-malformed",
    level: Level::Error,
    summary: "\\pithnumber has an argument that is no Pith Number",
    looks_at: "The argument of every \\pithnumber: the 26 characters A-Z and 2-7 of a suffix, alone or as \
               pith:<year>:<suffix>, in upper or lower case.",
    why: "LaTeX stops there with an error, and on arXiv the paper fails. The digits 0, 1, 8 and 9 do not occur.",
    remedy: "Copy the number from the record's page, or let `pith add main.tex ID --force` write it.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let mut numbers = sources.paper.numbers().peekable();
    if numbers.peek().is_none() {
        return Err("the paper has no \\pithnumber");
    }
    let finding = |(event, text): (&paper::Event, &str)| {
        let error = paper::number(text).err()?;
        let range = part(text, &error);
        let start = event.argument.start;
        let place = match range.is_empty() {
            true => sources.place(event),
            false => sources.place_in(event.file, start + range.start..start + range.end),
        };
        if let Ok(id) = text.trim().parse::<ArxivId>() {
            let message = format!(
                "{id} is an arXiv id; `pith add FILE {id} --force` writes the number of the paper"
            );
            return Some(CHECK.finding(message).found(text.trim()).at(sources.place(event)));
        }
        let message = match (error.remedy(), &error) {
            (Some(remedy), IdError::Character { .. }) => format!("{error}; {remedy}"),
            _ => error.to_string(),
        };
        Some(CHECK.finding(message).found(text.trim()).at(place))
    };
    Ok(numbers.filter_map(finding).take(MAX_FINDINGS).collect())
}

/// The part of the argument that is wrong.
fn part(text: &str, error: &IdError) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    if let IdError::Character { place, .. } = error {
        let suffix = start + trimmed.rfind(':').map_or(0, |at| at + 1);
        let mut characters = text[suffix..].char_indices().skip(place - 1);
        if let Some((at, c)) = characters.next() {
            return suffix + at..suffix + at + c.len_utf8();
        }
    }
    start..start + trimmed.len()
}
