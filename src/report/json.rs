//! JSON: one object a line, with its schema's name. Fields are added, never removed or changed.

use serde::Serialize;

use super::FileReport;
use crate::check::Finding;
use crate::record::Json;
use crate::verify::{NOT_COVERED, Step, Verdict};

/// One line of JSON.
pub fn line(object: &impl Serialize) -> String {
    let mut line = serde_json::to_string(object).expect("these types have text keys only");
    line.push('\n');
    line
}

/// A verdict (`pith.resolve/1`, `pith.verify/1`).
#[derive(Debug, Serialize)]
pub struct VerdictJson<'a> {
    schema: &'static str,
    input: &'a str,
    pith_number: Option<String>,
    verdict: &'static str,
    steps: Vec<StepJson<'a>>,
    not_covered: &'static [&'static str],
    #[serde(flatten)]
    record: Option<RecordJson<'a>>,
}

/// What `resolve` adds to a verdict.
#[derive(Debug, Serialize)]
pub struct RecordJson<'a> {
    /// What was asked for, in its standard form.
    pub query: String,
    /// Where the record was read.
    pub url: &'a str,
    /// The record as served.
    pub record: &'a Json,
}

#[derive(Debug, Serialize)]
struct StepJson<'a> {
    step: &'static str,
    outcome: &'static str,
    detail: &'a str,
}

impl<'a> From<&'a Step> for StepJson<'a> {
    fn from(step: &'a Step) -> Self {
        Self { step: step.step.as_str(), outcome: step.outcome.as_str(), detail: &step.detail }
    }
}

impl<'a> VerdictJson<'a> {
    /// The verdict on `input`, with the record where it was resolved.
    pub fn new(
        schema: &'static str,
        input: &'a str,
        verdict: &'a Verdict,
        record: Option<RecordJson<'a>>,
    ) -> Self {
        Self {
            schema,
            input,
            pith_number: verdict.pith_number.map(|number| number.to_string()),
            verdict: verdict.status().as_str(),
            steps: verdict.steps.iter().map(StepJson::from).collect(),
            not_covered: &NOT_COVERED,
            record,
        }
    }
}

/// An input about which nothing can be said but why.
#[derive(Debug, Serialize)]
pub struct ErrorJson<'a> {
    schema: &'static str,
    input: &'a str,
    pith_number: Option<String>,
    verdict: Option<String>,
    error: ErrorText<'a>,
}

#[derive(Debug, Serialize)]
struct ErrorText<'a> {
    message: &'a str,
    remedy: Option<&'a str>,
    exit: u8,
}

impl<'a> ErrorJson<'a> {
    /// `exit` is the exit status that this input alone leads to.
    pub fn new(
        schema: &'static str,
        input: &'a str,
        message: &'a str,
        remedy: Option<&'a str>,
        exit: u8,
    ) -> Self {
        let error = ErrorText { message, remedy, exit };
        Self { schema, input, pith_number: None, verdict: None, error }
    }
}

/// The report on one file (`pith.check/1`).
#[derive(Debug, Serialize)]
pub struct CheckJson<'a> {
    schema: &'static str,
    input: String,
    pith_number: Option<String>,
    verdict: Option<String>,
    findings: &'a [Finding],
    passed: &'a [&'static str],
    not_run: Vec<NotRunJson>,
    steps: Vec<StepJson<'a>>,
    notes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorText<'a>>,
}

#[derive(Debug, Serialize)]
struct NotRunJson {
    check: &'static str,
    reason: &'static str,
}

impl<'a> CheckJson<'a> {
    /// The report; of a file that could not be read, with the reason.
    pub fn new(report: &'a FileReport, exit: u8) -> Self {
        let checked = report.outcome.as_ref().ok();
        let error = report.outcome.as_ref().err().map(|unchecked| ErrorText {
            message: &unchecked.message,
            remedy: unchecked.remedy.as_deref(),
            exit,
        });
        Self {
            schema: "pith.check/1",
            input: report.input(),
            pith_number: checked.and_then(|checked| checked.pith_number).map(|n| n.to_string()),
            verdict: checked.map(|checked| checked.verdict.status().to_string()),
            findings: report.findings(),
            passed: checked.map_or(&[], |checked| &checked.outcome.passed),
            not_run: checked
                .iter()
                .flat_map(|checked| &checked.outcome.not_run)
                .map(|&(check, reason)| NotRunJson { check, reason })
                .collect(),
            steps: checked
                .map(|checked| checked.verdict.steps.iter().map(StepJson::from).collect())
                .unwrap_or_default(),
            notes: checked
                .iter()
                .flat_map(|checked| checked.unreached.iter().chain(&checked.notes))
                .map(String::as_str)
                .collect(),
            error,
        }
    }
}
