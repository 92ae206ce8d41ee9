//! SARIF 2.1.0, which code hosts show beside the files. Written piece by piece: a log may be long.

use std::collections::HashMap;
use std::path::{Component, Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::FileReport;
use crate::check::{ALL, Check, Finding, Level};

/// Files that could not be read are named at the end, and these have to be kept until then.
const MAX_NOTIFICATIONS: usize = 1000;

/// A log with one run over all files: [`Sarif::head`], [`Sarif::results`] for each file, [`Sarif::foot`].
#[derive(Debug, Default)]
pub struct Sarif {
    has_results: bool,
    notifications: Vec<String>,
    /// Files that were not checked whole, also those beyond the limit.
    incomplete: usize,
}

impl Sarif {
    /// What stands before the results.
    pub fn head() -> String {
        let driver = json!({
            "name": "pith",
            "version": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": ALL.map(rule),
        });
        format!(
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\
             \"runs\":[{{\n\"tool\":{{\"driver\":{driver}}},\n\"results\":["
        )
    }

    /// The results of one file, with a comma between two; empty where there are none.
    pub fn file(report: &FileReport) -> String {
        let mut seen = HashMap::new();
        let results = report.findings().iter().map(|finding| {
            let digest = fingerprint(report, finding);
            let count = seen.entry(digest.clone()).or_insert(0);
            *count += 1;
            result(report, finding, &format!("{digest}:{count}")).to_string()
        });
        results.collect::<Vec<_>>().join(",\n")
    }

    /// The notification that a file could not be read, or its record not compared.
    pub fn notification(report: &FileReport) -> Option<String> {
        let (level, text) = match &report.outcome {
            Err(unchecked) => ("error", unchecked.message.as_str()),
            Ok(checked) => ("warning", checked.unreached.as_deref()?),
        };
        let notification = json!({
            "level": level,
            "message": { "text": text },
            "locations": [location(report)],
        });
        Some(notification.to_string())
    }

    /// What to write for a file with these results.
    pub fn results(&mut self, results: &str, notifications: Vec<String>) -> String {
        self.incomplete += notifications.len();
        let left = MAX_NOTIFICATIONS.saturating_sub(self.notifications.len());
        self.notifications.extend(notifications.into_iter().take(left));
        if results.is_empty() {
            return String::new();
        }
        let comma = if self.has_results { "," } else { "" };
        self.has_results = true;
        format!("{comma}\n{results}")
    }

    /// What stands after the results.
    pub fn foot(mut self) -> String {
        let more = self.incomplete - self.notifications.len();
        if more > 0 {
            let text = format!("{more} more files could not be read or compared");
            let more = json!({ "level": "error", "message": { "text": text } });
            self.notifications.push(more.to_string());
        }
        let (successful, notifications) = (self.incomplete == 0, self.notifications.join(",\n"));
        format!(
            "],\n\"invocations\":[{{\"executionSuccessful\":{successful},\
             \"toolExecutionNotifications\":[{notifications}]}}],\n\
             \"columnKind\":\"unicodeCodePoints\"}}]}}\n"
        )
    }
}

fn rule(check: &Check) -> Value {
    let help = [("What it looks at", check.looks_at), ("What to do", check.remedy)];
    let markdown = help.map(|(head, text)| format!("**{head}.** {text}")).join("\n\n");
    json!({
        "id": check.id,
        "shortDescription": { "text": check.summary },
        "fullDescription": { "text": check.why },
        "help": { "text": check.remedy, "markdown": markdown },
        "helpUri": concat!(env!("CARGO_PKG_REPOSITORY"), "#checks"),
        "defaultConfiguration": { "level": level(check.level) },
    })
}

fn result(report: &FileReport, finding: &Finding, fingerprint: &str) -> Value {
    json!({
        "ruleId": finding.check,
        "ruleIndex": ALL.iter().position(|check| check.id == finding.check),
        "level": level(finding.level),
        "message": { "text": message(finding) },
        "locations": [place(report, finding)],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
    })
}

/// The line of a source. A file in an archive has a place in it, and the archive has the place on the disk.
fn place(report: &FileReport, finding: &Finding) -> Value {
    let Some((place, file)) = finding.place.as_ref().and_then(|p| Some((p, p.file.as_ref()?)))
    else {
        return location(report);
    };
    let line = place.line.unwrap_or(1);
    if report.is_archive() {
        let mut location = location(report);
        location["logicalLocations"] = json!([{ "fullyQualifiedName": place.to_string() }]);
        return location;
    }
    let mut region = json!({ "startLine": line });
    if let (Some(column), Some(length)) = (place.column, place.length) {
        region["startColumn"] = column.into();
        region["endColumn"] = (column + length).into();
    }
    json!({ "physicalLocation": {
        "artifactLocation": artifact(Path::new(file)),
        "region": region,
    }})
}

/// A PDF has no lines, but code hosts show only results that have one.
fn location(report: &FileReport) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&report.path),
        "region": { "startLine": 1 },
    }})
}

/// The same for the same finding in the next version of the file: what was found counts, where in the file it
/// stands does not. A message without a value tells what was found by itself.
fn fingerprint(report: &FileReport, finding: &Finding) -> String {
    let mut hash = Sha256::new();
    let file = finding.place.as_ref().and_then(|place| place.file.as_deref());
    let path = uri(file.map_or(report.path.as_path(), Path::new));
    let found = finding.found.as_deref().unwrap_or(&finding.message);
    let part = finding.place.as_ref().map_or("", |place| place.part);
    for text in [&path, finding.check, part, found] {
        hash.update(text);
        hash.update([0]);
    }
    let digest = hash.finalize();
    data_encoding::HEXLOWER.encode(&digest[..8])
}

/// Relative to the top of the sources, which is where the program runs; a path from the root is one of this
/// machine.
fn artifact(path: &Path) -> Value {
    match path.is_absolute() {
        true => json!({ "uri": format!("file://{}", uri(path)) }),
        false => json!({ "uri": uri(path), "uriBaseId": "%SRCROOT%" }),
    }
}

/// A path as a relative reference (RFC 3986): what is not unreserved is percent-encoded, byte by byte.
fn uri(path: &Path) -> String {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        if part == Component::RootDir {
            out.push('/');
            continue;
        }
        for byte in part.as_os_str().as_encoded_bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(*byte));
                }
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    out
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// The message with what a reader needs beside it.
pub(super) fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    for (label, value) in [("found", &finding.found), ("expected", &finding.expected)] {
        if let Some(value) = value {
            text.push_str(&format!("; {label}: {value}"));
        }
    }
    if let Some(place) = &finding.place {
        text.push_str(&format!("; in: {place}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Unchecked;

    #[test]
    fn findings_of_one_kind_in_one_file_are_told_apart() {
        let finding = |message: &str| Finding {
            check: "fonts-not-embedded",
            level: Level::Warning,
            message: message.to_owned(),
            found: None,
            expected: None,
            place: None,
        };
        let findings = vec![finding("font A"), finding("font B"), finding("font A")];
        let outcome = Err(Unchecked { message: String::new(), remedy: None, findings });
        let report = FileReport { path: "paper.pdf".into(), outcome };
        let results: Vec<Value> =
            serde_json::from_str(&format!("[{}]", Sarif::file(&report))).unwrap();
        let mark = |result: &Value| {
            result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned()
        };
        let marks: Vec<_> = results.iter().map(mark).collect();
        assert!(marks[0].ends_with(":1") && marks[2].ends_with(":2"), "{marks:?}");
        assert!(marks[0] != marks[1] && marks[0][..16] == marks[2][..16], "{marks:?}");
    }
}
