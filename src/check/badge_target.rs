//! badge-target

use super::badge_link::Links;
use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::id::{PithNumber, Query};

pub(super) const CHECK: Check = Check {
    id: "badge-target",
    level: Level::Error,
    summary: "the badge leads elsewhere than to the record",
    looks_at: "The badge's link on page 1: the one that covers most of the number, or has the number in its text \
               alternative. Where the number is no text, a link to a record's place on pith.science. It must lead to \
               https://pith.science/pith/<suffix>.",
    why: "A reader believes what the badge says, and clicks on it to see it confirmed. A link to another place \
          confirms nothing, and may deceive.",
    remedy: "Let pith.sty set the link. Where the badge is set by hand, link it to the address in PithURL. A \
             program that shortens or tracks links must leave this one alone.",
    needs: &[Need::Page, Need::Number],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(number), Ok(page)) = (subject.number(), &subject.page) else {
        return Vec::new();
    };
    let (url, links) = (number.url(), Links::of(page).of_badge(super::head(&number)));
    if links.iter().any(|link| link.uri == url) {
        return Vec::new();
    }
    // A link to another record is a finding of number-disagrees.
    let is_other = |uri: &str| record(uri).is_some_and(|other| other.suffix != number.suffix);
    let Some(link) = links.into_iter().find(|link| !is_other(&link.uri)) else {
        return Vec::new();
    };
    let message = match record(&link.uri) {
        Some(_) => "the badge's address is not written as the record's is",
        None => CHECK.summary,
    };
    let finding = CHECK.finding(message).found(&link.uri).expected(url);
    vec![finding.at(Place::of_link(link))]
}

/// The record on pith.science that an address leads to.
fn record(uri: &str) -> Option<PithNumber> {
    match uri.parse() {
        Ok(Query::Pith(number)) if uri.starts_with("https://pith.science/pith/") => Some(number),
        _ => None,
    }
}
