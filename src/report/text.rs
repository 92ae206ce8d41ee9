//! Text for people: what matters first, one line each, aligned. It may change.

use std::fmt::Write;

use super::excerpt::Excerpt;
use super::{Checked, FileReport, Unchecked};
use crate::check::{Finding, Level};
use crate::escape;
use crate::verify::{NOT_COVERED, Outcome, Status, Verdict};

/// The width that every terminal has.
const COLUMNS: usize = 80;
/// How far to the left a long word may begin.
const LEFT: usize = 2;

/// Colours by meaning, as terminal sequences; empty where none are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    /// What is good.
    pub good: &'static str,
    /// What is wrong.
    pub bad: &'static str,
    /// What deserves a look.
    pub warn: &'static str,
    /// What is beside the point.
    pub dim: &'static str,
    /// What is the point.
    pub bold: &'static str,
    /// Back to normal.
    pub reset: &'static str,
}

impl Text {
    /// Of the basic colours those that can be read on light and on dark: yellow on white cannot.
    pub const COLOURED: Self = Self {
        good: "\x1b[32m",
        bad: "\x1b[1;31m",
        warn: "\x1b[35m",
        dim: "\x1b[2m",
        bold: "\x1b[1m",
        reset: "\x1b[0m",
    };

    fn paint(&self, style: &str, text: &str) -> String {
        format!("{style}{text}{}", self.reset)
    }

    fn status(&self, status: Status) -> String {
        let style = match status {
            Status::Verified => self.good,
            Status::Failed => self.bad,
            Status::Unverified => self.warn,
        };
        self.paint(style, &status.to_string())
    }

    /// A number and what is known of it: the first line of a result.
    pub fn heading(&self, number: &str, status: Status) -> String {
        format!("{}  {}", self.paint(self.bold, &escape::terminal(number)), self.status(status))
    }

    /// The report on one file: a line with its name and state, then its findings.
    pub fn file(&self, report: &FileReport, verbose: bool) -> String {
        let mut out = String::new();
        let name = self.paint(self.bold, &escape::terminal(&report.input()));
        match &report.outcome {
            Ok(checked) => self.checked(&mut out, &name, checked, verbose),
            Err(unchecked) => self.unchecked(&mut out, &name, unchecked),
        }
        out
    }

    fn checked(&self, out: &mut String, name: &str, checked: &Checked, verbose: bool) {
        let number = checked.pith_number.map_or("no Pith Number".into(), |n| n.to_string());
        let status = self.status(checked.verdict.status());
        let _ = writeln!(out, "{name}: {number}, {status}");
        for finding in &checked.outcome.findings {
            self.finding(out, finding);
        }
        if let Some(unreached) = &checked.unreached {
            let text = wrap(&escape::terminal(unreached), 11);
            let _ = writeln!(out, "  {}  {text}", self.paint(self.warn, "warning"));
        }
        for note in &checked.notes {
            let _ = writeln!(
                out,
                "  {}  {}",
                self.paint(self.dim, "note   "),
                wrap(&escape::terminal(note), 11)
            );
        }
        if checked.outcome.findings.is_empty() {
            let line = match checked.unreached.is_some() {
                true => {
                    self.paint(self.warn, "no findings in the file; its record was not compared")
                }
                false => self.paint(self.good, "no findings"),
            };
            let _ = writeln!(out, "  {line}");
        }
        if verbose {
            let passed = wrap(&checked.outcome.passed.join(", "), 11);
            let _ = writeln!(out, "  {}  {passed}", self.paint(self.good, "passed "));
            for (check, reason) in &checked.outcome.not_run {
                let text = wrap(&format!("{check}: {reason}"), 11);
                let _ = writeln!(out, "  {}  {text}", self.paint(self.dim, "not run"));
            }
            out.push_str(&verdict(&checked.verdict, self));
        }
    }

    fn unchecked(&self, out: &mut String, name: &str, unchecked: &Unchecked) {
        let _ = writeln!(
            out,
            "{name}: {}",
            self.paint(self.bad, &escape::terminal(&unchecked.message))
        );
        for finding in &unchecked.findings {
            self.finding(out, finding);
        }
        if let Some(remedy) = &unchecked.remedy {
            let _ = writeln!(
                out,
                "  {}  {}",
                self.paint(self.dim, "help   "),
                escape::terminal(remedy)
            );
        }
    }

    fn finding(&self, out: &mut String, finding: &Finding) {
        let style = match finding.level {
            Level::Error => self.bad,
            Level::Warning => self.warn,
            Level::Note => self.dim,
        };
        let level = self.paint(style, &format!("{:<7}", finding.level));
        let id = self.paint(self.bold, finding.check);
        let message = format!("{}: {}", finding.check, escape::terminal(&finding.message));
        let message = wrap(&message, 11).replacen(finding.check, &id, 1);
        let _ = writeln!(out, "  {level}  {message}");
        let rows = [
            ("found", finding.found.clone()),
            ("expected", finding.expected.clone()),
            ("in", finding.place.as_ref().map(ToString::to_string)),
        ];
        for (label, value) in rows {
            if let Some(value) = value {
                let label = self.paint(self.dim, &format!("{label:<8}"));
                let value = wrap(&escape::terminal(&value), 20);
                let _ = writeln!(out, "           {label} {value}");
            }
        }
        if let Some(excerpt) = finding.place.as_ref().and_then(Excerpt::of) {
            excerpt.write(out, self, style);
        }
    }

    /// The last line: how many files, how many findings, and what to do next.
    pub fn summary(&self, reports: Counts) -> String {
        let Counts { files, unreadable, unreached, errors, warnings, notes, .. } = reports;
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let mut parts = vec![plural(files, "file")];
        if unreadable > 0 {
            parts.push(format!("{unreadable} not readable"));
        }
        if unreached > 0 {
            parts.push(format!("{unreached} not compared with a record"));
        }
        parts.push(plural(errors, "error"));
        parts.push(plural(warnings, "warning"));
        if notes > 0 {
            parts.push(plural(notes, "note"));
        }
        let line = parts.join(", ");
        if errors + warnings > 0 {
            let example = reports.example.map_or("", |(id, _)| id);
            format!("{line}. What to do: pith explain {example}\n")
        } else if unreadable + unreached > 0 {
            format!("{line}.\n")
        } else {
            format!("{line}: {}\n", self.paint(self.good, "ready"))
        }
    }
}

/// How many there were of each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Files looked at.
    pub files: usize,
    /// Files that could not be read.
    pub unreadable: usize,
    /// Files whose record was to be compared, and no source could be reached.
    pub unreached: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub notes: usize,
    /// The first of the gravest findings: its check and its level.
    pub example: Option<(&'static str, Level)>,
}

impl Counts {
    /// Those of one file.
    pub fn of(report: &FileReport) -> Self {
        let findings = report.findings();
        let count = |level| findings.iter().filter(|finding| finding.level == level).count();
        // The first of the gravest: the last of those in reverse.
        let gravest = findings.iter().rev().max_by_key(|finding| finding.level);
        Self {
            files: 1,
            unreadable: usize::from(report.outcome.is_err()),
            unreached: usize::from(report.unreached().is_some()),
            errors: count(Level::Error),
            warnings: count(Level::Warning),
            notes: count(Level::Note),
            example: gravest.map(|finding| (finding.check, finding.level)),
        }
    }

    /// Adds those of files that come later.
    pub fn merge(&mut self, later: Self) {
        self.files += later.files;
        self.unreadable += later.unreadable;
        self.unreached += later.unreached;
        self.errors += later.errors;
        self.warnings += later.warnings;
        self.notes += later.notes;
        let level = |example: Option<(&str, Level)>| example.map(|(_, level)| level);
        if level(later.example) > level(self.example) {
            self.example = later.example;
        }
    }
}

/// Every step of a verdict, aligned, and what no step covers.
pub fn verdict(verdict: &Verdict, text: &Text) -> String {
    let mut out = String::new();
    for step in &verdict.steps {
        let (style, outcome) = match step.outcome {
            Outcome::Passed => (text.good, "passed"),
            Outcome::Failed => (text.bad, "FAILED"),
            Outcome::NotChecked => (text.dim, "not checked"),
        };
        let outcome = text.paint(style, &format!("{outcome:<11}"));
        let detail = wrap(&escape::terminal(&step.detail), 30);
        let _ = writeln!(out, "  {outcome}  {:<13}  {detail}", step.step);
    }
    let covered = format!("not signed, so never verified: {}", NOT_COVERED.join(", "));
    let _ = writeln!(out, "  {}", text.paint(text.dim, &wrap(&covered, 2)));
    out
}

/// Breaks `text` between words into lines of 80 columns, each but the first after `indent` blanks.
/// The first line is taken to begin there too. A word that is too long for that stays whole, on a line of its own that
/// begins further left where that helps.
pub fn wrap(text: &str, indent: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = indent;
    let mut is_first = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        let is_long = indent + length > COLUMNS && length + LEFT <= COLUMNS;
        if is_long || (!is_first && column + 1 + length > COLUMNS) {
            column = if is_long { COLUMNS - length } else { indent };
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', column));
        } else if !is_first {
            out.push(' ');
            column += 1;
        }
        is_first = false;
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_end_at_80_columns_between_words() {
        let words = ["word"; 20].join(" ");
        let lines: Vec<_> = wrap(&words, 10).lines().map(str::to_owned).collect();
        assert_eq!(lines[0].len(), 69, "and ten columns before it");
        assert_eq!(lines[1], format!("{}{}", " ".repeat(10), ["word"; 6].join(" ")));
    }

    #[test]
    fn a_long_word_begins_further_left() {
        let digest = "a".repeat(64);
        assert_eq!(wrap(&format!("SHA-256 {digest}"), 30), format!("SHA-256\n{:16}{digest}", ""));
        let path = "b".repeat(100);
        assert_eq!(wrap(&format!("{path} c"), 2), format!("{path}\n  c"));
    }
}
