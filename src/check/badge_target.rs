//! badge-target

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::id::{PithNumber, Query};

pub(super) const CHECK: Check = Check {
    id: "badge-target",
    level: Level::Error,
    summary: "the badge leads elsewhere than to the record",
    looks_at: "The links on page 1 that lie over the number or have it in their text alternative, and links to \
               pith.science where none leads to a record. They must lead to \
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
    let url = number.url();
    if page.links.iter().any(|link| link.uri == url) {
        return Vec::new();
    }
    let head = super::head(&number);
    let over_number = |link: &&crate::pdf::Link| {
        let says = link.contents.as_ref().is_some_and(|text| text.contains(head));
        let mut words = page.words.iter().filter(|word| word.visible);
        says || words.any(|word| word.text.contains(head) && word.rect.intersects(&link.rect))
    };
    let on_site = |link: &&crate::pdf::Link| is_on_site(&link.uri);
    // A link to another record is a finding of number-disagrees.
    let mut links = page.links.iter().filter(|link| record(&link.uri).is_none());
    let Some(link) = links.clone().find(over_number).or_else(|| links.find(on_site)) else {
        return Vec::new();
    };
    let finding = CHECK.finding(CHECK.summary).found(&link.uri).expected(url);
    vec![finding.at(Place::of_link(link))]
}

/// The record that an address leads to, if it is one in its standard form.
fn record(uri: &str) -> Option<PithNumber> {
    match uri.parse() {
        Ok(Query::Pith(number)) if uri.starts_with("https://pith.science/pith/") => Some(number),
        _ => None,
    }
}

/// A link to the site's front page is a reference, not a badge.
fn is_on_site(uri: &str) -> bool {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    rest.strip_prefix("pith.science/").is_some_and(|path| {
        path.strip_prefix("pith/")
            .or_else(|| path.strip_prefix("paper/"))
            .is_some_and(|id| !id.is_empty())
    })
}
