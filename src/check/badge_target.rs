//! badge-target

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::id::{PithNumber, Query};
use crate::pdf::{FirstPage, Link};

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
    let (url, links) = (number.url(), of_badge(page, super::head(&number)));
    if links.iter().any(|link| link.uri == url) {
        return Vec::new();
    }
    // A link to another record is a finding of number-disagrees.
    let Some(link) = links.into_iter().find(|link| record(&link.uri).is_none()) else {
        return Vec::new();
    };
    let finding = CHECK.finding(CHECK.summary).found(&link.uri).expected(url);
    vec![finding.at(Place::of_link(link))]
}

/// The links that belong to the badge that shows `head`. A number may stand on the page more than once.
fn of_badge<'a>(page: &'a FirstPage, head: &str) -> Vec<&'a Link> {
    let words = page.words.iter().filter(|word| word.visible && word.text.contains(head));
    let mut links: Vec<_> = words.clone().filter_map(|word| page.link_of(word)).collect();
    let says = |link: &&Link| link.contents.as_ref().is_some_and(|text| text.contains(head));
    links.extend(page.links.iter().filter(says));
    if links.is_empty() && words.count() == 0 {
        links.extend(page.links.iter().filter(|link| is_on_site(&link.uri)));
    }
    links
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::{Rect, Word};

    const HEAD: &str = "WKFOJ2EC";
    const URL: &str = "https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD";

    fn rect(x0: f64, x1: f64) -> Rect {
        Rect { x0, y0: 100.0, x1, y1: 110.0 }
    }

    fn link(uri: &str, x0: f64, x1: f64) -> Link {
        let uri = uri.to_owned();
        Link { uri, rect: rect(x0, x1), contents: None, page: 1, object: None, painted: true }
    }

    fn page(words: &[(&str, f64, f64)], links: Vec<Link>) -> FirstPage {
        let word = |&(text, x0, x1): &(&str, f64, f64)| Word {
            text: text.to_owned(),
            rect: rect(x0, x1),
            size: 10.0,
            script: false,
            line_start: false,
            hyphen_end: false,
            visible: true,
        };
        let media_box = Rect { x0: 0.0, y0: 0.0, x1: 600.0, y1: 800.0 };
        FirstPage {
            media_box,
            crop_box: media_box,
            rotation: 0,
            words: words.iter().map(word).collect(),
            undecoded: 0,
            truncated: false,
            links,
        }
    }

    #[test]
    fn the_badges_link_is_the_one_that_covers_it() {
        let badge = [("pith:WKFOJ2EC", 100.0, 200.0)];
        let beside = link("https://pith.science/about", 190.0, 300.0);
        let page_1 = page(&badge, vec![beside, link(URL, 99.0, 201.0)]);
        let links: Vec<_> = of_badge(&page_1, HEAD).iter().map(|link| link.uri.as_str()).collect();
        assert_eq!(links, [URL], "what touches the badge is not its link");
        let elsewhere = link("https://pith.science/paper/WKFOJ2EC", 400.0, 500.0);
        let page_2 = page(&badge, vec![elsewhere.clone()]);
        assert!(of_badge(&page_2, HEAD).is_empty(), "a badge without a link has no wrong one");
        let page_3 = page(&[("text", 10.0, 30.0)], vec![elsewhere]);
        assert_eq!(of_badge(&page_3, HEAD).len(), 1, "a badge may be a picture");
        let wide = link("https://example.org/", 0.0, 600.0);
        let page_4 = page(&badge, vec![wide, link(URL, 99.0, 201.0)]);
        assert!(of_badge(&page_4, HEAD).iter().any(|link| link.uri == URL));
    }
}
