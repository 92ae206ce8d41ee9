//! SARIF 2.1.0, which code hosts show beside the files.

use serde_json::{Value, json};

use super::FileReport;
use crate::check::{ALL, Check, Finding, Level};

/// One run over all files.
pub fn sarif(reports: &[FileReport]) -> String {
    let results: Vec<Value> = reports.iter().flat_map(results).collect();
    let notifications: Vec<Value> = reports.iter().filter_map(notification).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pith",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://pith.science",
                "rules": ALL.map(rule),
            }},
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).expect("JSON values have text keys only");
    text.push('\n');
    text
}

fn rule(check: &Check) -> Value {
    json!({
        "id": check.id,
        "shortDescription": { "text": check.summary },
        "fullDescription": { "text": check.why },
        "help": { "text": check.remedy },
        "defaultConfiguration": { "level": level(check.level) },
    })
}

fn results(report: &FileReport) -> impl Iterator<Item = Value> {
    report.findings().iter().map(|finding| {
        json!({
            "ruleId": finding.check,
            "ruleIndex": ALL.iter().position(|check| check.id == finding.check),
            "level": level(finding.level),
            "message": { "text": message(finding) },
            "locations": [location(report)],
        })
    })
}

fn notification(report: &FileReport) -> Option<Value> {
    let unchecked = report.outcome.as_ref().err()?;
    Some(json!({
        "level": "error",
        "message": { "text": unchecked.message },
        "locations": [location(report)],
    }))
}

/// A PDF has no lines, but code hosts show only results that have one.
fn location(report: &FileReport) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&report.input) },
        "region": { "startLine": 1 },
    }})
}

/// A path as a relative reference (RFC 3986): what is not unreserved is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into());
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
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
