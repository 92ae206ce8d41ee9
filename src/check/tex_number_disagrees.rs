//! tex-number-disagrees

use super::sources::MAX_FINDINGS;
use super::{Check, Finding, Level, Run, Sources};
use crate::id::{PithNumber, Query};
use crate::record::Record;
use crate::verify::Status;

pub(super) const CHECK: Check = Check {
    id: "tex-number-disagrees",
    level: Level::Error,
    summary: "the sources name different records",
    looks_at: "Every \\pithnumber, the record in pith.sty, the record that is pinned in pith.json, the id given with \
               --expect, and the number in the compiled PDF beside the main file.",
    why: "LaTeX stops at a second number, and at a number that is not that of the record in pith.sty. What differs from \
          the pinned record or from the PDF is probably of another paper, or of an old version of this one.",
    remedy: "`pith add main.tex ID --force` makes all of them agree; compile the paper again after it.",
    needs: &[],
    run: Run::Sources(run),
};

fn run(sources: &Sources<'_>) -> Result<Vec<Finding>, &'static str> {
    let declared: Vec<_> = sources.declared().collect();
    let Some(number) = sources.number() else { return Err("the sources name no record") };
    let mut findings = Vec::new();
    if let Some((first, rest)) = declared.split_first() {
        let others = rest.iter().filter(|(_, other)| !agree(first.1, *other));
        for (event, other) in others.take(MAX_FINDINGS) {
            let finding = CHECK.finding("a second \\pithnumber names another record");
            let finding = finding.found(other.to_string()).expected(first.1.to_string());
            findings.push(finding.at(sources.place(event)));
        }
    }
    let place = declared.first().map(|(event, _)| sources.place(event));
    let other = |what: String, expected: String| {
        let finding = CHECK.finding(what).found(number.to_string()).expected(expected);
        match &place {
            Some(place) => finding.at(place.clone()),
            None => finding,
        }
    };
    // A record that does not verify is a finding of sty-modified, whatever number follows from it.
    let is_genuine = sources.verdict.status() != Status::Failed;
    if let Some(record) = sources.record().filter(|_| is_genuine).map(number_of)
        && let Some((_, declared)) = declared.first()
        && !agree(*declared, record)
    {
        let message = "pith.sty carries the record of another number";
        let finding = other(message.to_owned(), record.to_string());
        findings.push(finding.found(declared.to_string()));
    }
    if let Some((name, pinned)) = pinned(sources).filter(|(_, pinned)| !agree(number, *pinned)) {
        findings.push(other(format!("{name} pins another record"), pinned.to_string()));
    }
    findings.extend(
        unexpected(sources, number).map(|(what, expected)| other(what.to_owned(), expected)),
    );
    if let Some(pdf) = &sources.pdf
        && let Some(stated) = pdf.number.filter(|stated| !agree(number, *stated))
    {
        let message = format!("{} has another number than the sources; compile again", pdf.name);
        let finding = CHECK.finding(message).found(stated.to_string()).expected(number.to_string());
        findings.push(finding.at(Sources::whole(&pdf.name)));
    }
    Ok(findings)
}

fn number_of(record: &Record) -> PithNumber {
    let year = record.fields().ok().map(|fields| fields.submitted_at.year());
    PithNumber { year, suffix: super::number_of(record) }
}

fn agree(a: PithNumber, b: PithNumber) -> bool {
    a.suffix == b.suffix && (a.year.is_none() || b.year.is_none() || a.year == b.year)
}

fn pinned<'a>(sources: &'a Sources<'_>) -> Option<(&'a str, PithNumber)> {
    let pin = sources.pin.as_ref()?;
    Some((&pin.name, number_of(pin.record.as_ref().ok()?)))
}

/// What `--expect` names, where the paper is another one or it cannot be told. An arXiv id is compared with the
/// record's source.
fn unexpected(sources: &Sources<'_>, number: PithNumber) -> Option<(&'static str, String)> {
    let expected = sources.expected?;
    let pinned = || sources.pin.as_ref()?.record.as_ref().ok();
    let is_its = |record: &&Record| agree(number_of(record), number);
    let record = sources.record().filter(is_its).or_else(|| pinned().filter(is_its));
    let source = record.and_then(|record| record.fields().ok()).map(|fields| fields.source);
    let is_it = match (expected, source) {
        (Query::Arxiv(id), Some(source)) => source.same_paper(id),
        (Query::Arxiv(_), None) => {
            let message = "cannot tell whether it is the paper that is expected: the sources carry no record of this \
                           number; give the Pith Number with --expect";
            return Some((message, expected.to_string()));
        }
        (Query::Pith(other), _) => agree(*other, number),
        (Query::Prefix { prefix, .. }, _) => prefix.matches(&number.suffix),
    };
    let message = "the sources are of another paper than expected";
    (!is_it).then(|| (message, expected.to_string()))
}
