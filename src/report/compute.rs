//! JSON and text of `compute`.

use std::fmt::Write;

use serde::Serialize;

use super::Text;
use super::text::wrap;
use crate::compute::{Comparison, Computed};
use crate::escape;
use crate::verify::{Status, Verdict};

/// The registered record of the same paper, beside which a computed one was laid.
#[derive(Debug)]
pub struct Registered {
    /// Where it was read.
    pub url: String,
    /// What is known of it.
    pub verdict: Verdict,
    /// How the computed record differs; `None` where the registered one's schema is not known.
    pub comparison: Option<Comparison>,
}

/// What came of looking for it: the record, or why there is none.
pub type Beside = Result<Registered, String>;

/// A computed record (`pith.compute/1`).
#[derive(Debug, Serialize)]
pub struct ComputeJson<'a> {
    schema: &'static str,
    input: &'a str,
    pith_number: String,
    canonical_sha256: String,
    source: SourceJson<'a>,
    canonical_record: RecordJson<'a>,
    title: Option<&'a str>,
    notes: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<AgainstJson<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct SourceJson<'a> {
    id: &'a str,
    kind: &'static str,
    version: Option<u32>,
}

#[derive(Debug, Serialize)]
struct RecordJson<'a> {
    metadata: MetadataJson<'a>,
    schema_version: &'static str,
    source: SourceJson<'a>,
}

#[derive(Debug, Serialize)]
struct MetadataJson<'a> {
    abstract_canon_sha256: &'a str,
    cross_cats_sorted: &'a [String],
    license: &'a str,
    primary_cat: &'a str,
    submitted_at: String,
    title_canon_sha256: &'a str,
}

#[derive(Debug, Serialize)]
struct AgainstJson<'a> {
    outcome: &'static str,
    pith_number: Option<String>,
    verdict: Option<String>,
    url: Option<&'a str>,
    differences: Vec<DifferenceJson<'a>>,
    explanation: String,
}

#[derive(Debug, Serialize)]
struct DifferenceJson<'a> {
    field: &'static str,
    registered: &'a str,
    computed: &'a str,
}

impl<'a> ComputeJson<'a> {
    /// What was computed from `input`, and beside which record it was laid.
    pub fn new(input: &'a str, computed: &'a Computed, beside: Option<&'a Beside>) -> Self {
        let fields = &computed.fields;
        let (id, version) = (fields.source.id(), fields.source.version());
        let source = SourceJson { id, kind: "arxiv", version };
        let metadata = MetadataJson {
            abstract_canon_sha256: &fields.abstract_canon_sha256,
            cross_cats_sorted: &fields.cross_cats_sorted,
            license: &fields.license,
            primary_cat: &fields.primary_cat,
            submitted_at: fields.submitted_at.to_string(),
            title_canon_sha256: &fields.title_canon_sha256,
        };
        Self {
            schema: "pith.compute/1",
            input,
            pith_number: computed.number().to_string(),
            canonical_sha256: computed.sha256(),
            source: source.clone(),
            canonical_record: RecordJson { metadata, schema_version: "1.0", source },
            title: computed.title.as_deref(),
            notes: &computed.doubts,
            against: beside.map(against),
        }
    }
}

fn against(beside: &Beside) -> AgainstJson<'_> {
    let explanation = explanation(beside);
    let Ok(registered) = beside else {
        let (pith_number, verdict, url, differences) = (None, None, None, Vec::new());
        let outcome = "no-record";
        return AgainstJson { outcome, pith_number, verdict, url, differences, explanation };
    };
    let comparison = registered.comparison.as_ref();
    let differences = comparison.map_or(&[][..], |comparison| &comparison.differences);
    let differences = differences.iter().map(|each| DifferenceJson {
        field: each.field,
        registered: &each.registered,
        computed: &each.computed,
    });
    AgainstJson {
        outcome: match comparison {
            _ if registered.verdict.status() != Status::Verified => "unverified",
            Some(comparison) if comparison.is_same() => "same",
            _ => "differs",
        },
        pith_number: registered.verdict.pith_number.map(|number| number.to_string()),
        verdict: Some(registered.verdict.status().to_string()),
        url: Some(&registered.url),
        differences: differences.collect(),
        explanation,
    }
}

/// Why a registered record may differ, and what to do.
fn explanation(beside: &Beside) -> String {
    let registered = match beside {
        Ok(registered) => registered,
        Err(reason) => return reason.clone(),
    };
    if registered.verdict.status() != Status::Verified {
        let failed: Vec<_> =
            registered.verdict.failures().map(|step| step.detail.as_str()).collect();
        return format!(
            "the registered record is {}: {}",
            registered.verdict.status(),
            failed.join("; ")
        );
    }
    match &registered.comparison {
        None => "the registered record's schema is not known".into(),
        Some(comparison) if comparison.is_same() => "the registered record is the same".into(),
        Some(comparison) => {
            let version = comparison.registered_version;
            let why = match comparison.is_only_version() {
                true => format!("--version {version} computes the registered one"),
                false => format!(
                    "it was computed from version {version}, and what arXiv says of the paper has changed since"
                ),
            };
            format!(
                "a record stays as it was first computed, and its number is still the paper's: {why}"
            )
        }
    }
}

impl Text {
    /// What was computed, for people.
    pub fn computed(
        &self,
        input: Option<&str>,
        computed: &Computed,
        beside: Option<&Beside>,
    ) -> String {
        let fields = &computed.fields;
        let mut out = String::new();
        if let Some(input) = input {
            let _ = write!(out, "{}: ", escape::terminal(input));
        }
        let (bold, dim, reset) = (self.bold, self.dim, self.reset);
        let _ = writeln!(out, "{bold}{}{reset}  computed", computed.number());
        let mut line = |text: &str| {
            let _ = writeln!(out, "  {}", wrap(&escape::terminal(text), 2));
        };
        if let Some(title) = &computed.title {
            line(&title.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let cats = std::iter::once(&fields.primary_cat).chain(&fields.cross_cats_sorted);
        let cats: Vec<_> = cats.map(String::as_str).collect();
        let (source, date) = (fields.source.prefixed(), fields.submitted_at.date());
        line(&format!("{source}, {}, submitted {date}", cats.join(" ")));
        line(match fields.license.as_str() {
            "" => "no licence",
            license => license,
        });
        line(&format!("SHA-256 {}", computed.sha256()));
        for doubt in &computed.doubts {
            let _ = writeln!(out, "  {dim}note{reset}  {}", wrap(doubt, 8));
        }
        if let Some(beside) = beside {
            self.beside(&mut out, beside);
        }
        out
    }

    fn beside(&self, out: &mut String, beside: &Beside) {
        let (good, bad, reset) = (self.good, self.bad, self.reset);
        let (colour, word) = match against(beside).outcome {
            "same" => (good, "the same record"),
            "differs" => (bad, "differs"),
            "no-record" => (bad, "no record"),
            _ => (bad, "does not verify"),
        };
        let _ = write!(out, "  registered: {colour}{word}{reset}");
        if let Ok(registered) = beside {
            if let Some(number) = registered.verdict.pith_number {
                let _ = write!(out, ", {number}");
            }
            let _ = write!(out, ", {}", escape::terminal(&registered.url));
            for each in registered.comparison.iter().flat_map(|comparison| &comparison.differences)
            {
                let values =
                    format!("{} there, {} here", shown(&each.registered), shown(&each.computed));
                let _ =
                    write!(out, "\n    {}: {}", each.field, wrap(&escape::terminal(&values), 6));
            }
        }
        let _ = writeln!(out, "\n    {}", wrap(&escape::terminal(&explanation(beside)), 4));
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "nothing" } else { value }
}
