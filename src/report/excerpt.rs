//! A line of a source with the place in it underlined.

use std::fmt::Write;

use super::text::Text;
use crate::check::Place;
use crate::escape;

/// How many characters of a line are shown.
const WIDTH: usize = 64;
/// How many of these stand before the place.
const BEFORE: usize = 40;

pub(super) struct Excerpt {
    line: u32,
    before: String,
    meant: String,
    after: String,
}

impl Excerpt {
    /// `None` where the place is not in a source.
    pub fn of(place: &Place) -> Option<Self> {
        let text: Vec<char> = place.excerpt.as_ref()?.chars().collect();
        let column = (place.column? as usize).saturating_sub(1).min(text.len());
        let end = (column + place.length? as usize).min(text.len());
        let start = column.saturating_sub(BEFORE);
        let stop = text.len().min(start + WIDTH);
        let end = end.min(stop);
        let shown = |part: &[char]| {
            let text: String = part.iter().map(|c| if *c == '\t' { ' ' } else { *c }).collect();
            escape::terminal(&text)
        };
        let mut before = shown(&text[start..column]);
        if start > 0 {
            before.insert_str(0, "...");
        }
        let mut after = shown(&text[end..stop]);
        if stop < text.len() {
            after.push_str("...");
        }
        Some(Self { line: place.line?, before, meant: shown(&text[column..end]), after })
    }

    pub fn write(&self, out: &mut String, text: &Text, style: &str) {
        let (Text { dim, reset, .. }, line) = (text, self.line.to_string());
        let (before, meant, after) = (&self.before, &self.meant, &self.after);
        let _ = writeln!(
            out,
            "           {dim}{line:>7} |{reset} {before}{style}{meant}{reset}{after}"
        );
        let blanks = " ".repeat(before.chars().count());
        let marks = "^".repeat(meant.chars().count().max(1));
        let _ = writeln!(out, "           {dim}{:>7} |{reset} {blanks}{style}{marks}{reset}", "");
    }
}
