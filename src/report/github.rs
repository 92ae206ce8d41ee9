//! Workflow commands, which a GitHub job turns into annotations.

use super::FileReport;
use super::sarif::message;
use crate::check::{Finding, Level};
use crate::escape;

/// A command for each finding, one for a file that could not be read where no finding says so, and one for a record
/// that was not compared.
pub fn github(report: &FileReport) -> String {
    let mut out: String =
        report.findings().iter().map(|finding| annotation(report, finding)).collect();
    if let (Err(unchecked), true) = (&report.outcome, out.is_empty()) {
        let (file, text) = (file(&report.input()), data(&unchecked.message));
        out.push_str(&format!("::error file={file},title=pith::{text}\n"));
    }
    if let Some(unreached) = report.unreached() {
        let (file, text) = (file(&report.input()), data(unreached));
        out.push_str(&format!("::warning file={file},title=pith::{text}\n"));
    }
    out
}

fn annotation(report: &FileReport, finding: &Finding) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let (mut file, text) = (file(&report.input()), data(&message(finding)));
    if let Some(place) = finding.place.as_ref().filter(|_| !report.is_archive())
        && let Some(source) = &place.file
    {
        file = self::file(source);
        if let (Some(line), Some(column)) = (place.line, place.column) {
            file.push_str(&format!(",line={line},col={column}"));
        }
    }
    format!("::{command} file={file},title=pith {}::{text}\n", finding.check)
}

/// The runner decodes these and nothing else, and a line break ends a command. Logs are read on
/// terminals.
fn data(text: &str) -> String {
    escape::terminal(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A file, as GitHub knows it: from the top of the repository, where the job begins.
fn file(path: &str) -> String {
    property(path.strip_prefix("./").unwrap_or(path))
}
