//! number-disagrees

use super::badge_link::Links;
use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::id::{PithNumber, Query};
use crate::metadata::Key;
use crate::pdf::{FirstPage, Link};

pub(super) const CHECK: Check = Check {
    id: "number-disagrees",
    level: Level::Error,
    summary: "two places name different records",
    looks_at: "The numbers and addresses in Info, XMP and xmp:Identifier, the badge's link on page 1, the \
               number that follows from the record in the proof, the record that is pinned in pith.json beside the \
               paper or above it, and the id given with --expect.",
    why: "A reader who follows one of them finds another paper than one who follows the other.",
    remedy: "Find the place that is wrong (each is named in the report). Often an old pith.sty or an old \
             PDF lies in the folder: write pith.sty anew for this paper and compile again.",
    needs: &[Need::Number],
    run: Run::Pdf(run),
};

/// Links to records that are looked at.
const MAX_LINKS: usize = 100;

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(reference) = subject.number() else {
        return Vec::new();
    };
    let agrees = |other: &PithNumber| {
        other.suffix == reference.suffix
            && (other.year.is_none() || reference.year.is_none() || other.year == reference.year)
    };
    let disagree = |other: &str, place: Place| {
        let message = format!("{} names another record", place.part);
        CHECK.finding(message).found(other).expected(reference.to_string()).at(place)
    };
    let mut findings = Vec::new();
    for stated in subject.reading.values(Key::Number) {
        // What is no number is a finding of number-malformed.
        if stated.value.parse().is_ok_and(|number| !agrees(&number)) {
            findings.push(disagree(&stated.value, stated.place.into()));
        }
    }
    for stated in subject.reading.values(Key::Url) {
        if number_in(&stated.value).is_some_and(|number| !agrees(&number)) {
            findings.push(disagree(&stated.value, stated.place.into()));
        }
    }
    findings.extend(subject.page.iter().filter_map(|page| {
        let link = badge_of_another(page, &agrees, super::head(&reference))?;
        Some(disagree(&link.uri, Place::of_link(link)))
    }));
    findings.extend(pinned(subject, &agrees, reference));
    findings.extend(unexpected(subject, reference));
    findings
}

/// A badge's link to another record. A paper may link to other papers' records; only where no link is its own is one of
/// them wrong.
fn badge_of_another<'a>(
    page: &'a FirstPage,
    agrees: &impl Fn(&PithNumber) -> bool,
    head: &str,
) -> Option<&'a Link> {
    let numbered = page.links.iter().filter_map(|link| Some((link, number_in(&link.uri)?)));
    if numbered.clone().any(|(_, number)| agrees(&number)) {
        return None;
    }
    let links = Links::of(page);
    let mut numbered = numbered.take(MAX_LINKS);
    let wrong = numbered.find(|(link, number)| links.is_badge(link, [head, super::head(number)]));
    wrong.map(|(link, _)| link)
}

/// The record in pith.json is another one.
fn pinned(
    subject: &Subject<'_>,
    agrees: &impl Fn(&PithNumber) -> bool,
    number: PithNumber,
) -> Option<Finding> {
    let (name, record) = subject.pinned?;
    let suffix = super::number_of(record);
    let year = record.fields().ok().map(|fields| fields.submitted_at.year());
    let other = PithNumber { year, suffix };
    let finding = CHECK.finding(format!("the record that is pinned in {name} is another"));
    (!agrees(&other)).then(|| finding.found(number.to_string()).expected(other.to_string()))
}

fn number_in(url: &str) -> Option<PithNumber> {
    let on_site = url.starts_with("https://pith.science/pith/");
    match url.parse() {
        Ok(Query::Pith(number)) if on_site => Some(number),
        _ => None,
    }
}

/// The record is not that of `--expect`.
fn unexpected(subject: &Subject<'_>, number: PithNumber) -> Option<Finding> {
    let expected = subject.expected?;
    let source = subject.fields.as_ref().map(|fields| &fields.source);
    let same_year =
        |year: Option<u16>| year.is_none() || number.year.is_none() || year == number.year;
    let agrees = match (expected, source) {
        (Query::Arxiv(id), Some(source)) => source.same_paper(id),
        (Query::Arxiv(_), None) => {
            let message = "cannot tell whether it is the paper that is expected: the PDF carries no record; \
                           give the Pith Number with --expect";
            let finding = CHECK.finding(message).found(number.to_string());
            return Some(finding.expected(expected.to_string()));
        }
        (Query::Pith(other), _) => other.suffix == number.suffix && same_year(other.year),
        (Query::Prefix { year, prefix }, _) => prefix.matches(&number.suffix) && same_year(*year),
    };
    let found = match (expected, source) {
        (Query::Arxiv(_), Some(source)) => source.prefixed(),
        _ => number.to_string(),
    };
    let finding = CHECK.finding("the PDF is of another paper than expected");
    (!agrees).then(|| finding.found(found).expected(expected.to_string()))
}
