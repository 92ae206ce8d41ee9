//! Which links of page 1 are a badge's, and which are references to a record.

use std::collections::HashSet;

use crate::pdf::{FirstPage, Link, Word};

/// The links of page 1.
pub(super) struct Links<'a> {
    page: &'a FirstPage,
    /// Where links lead whose address is printed in full, perhaps in parts on several lines.
    printed: HashSet<&'a str>,
}

impl<'a> Links<'a> {
    pub(super) fn of(page: &'a FirstPage) -> Self {
        let words = page.words.iter().filter(|word| word.text.contains("://"));
        let printed = words.filter_map(|word| Some(page.link_of(word)?.uri.as_str())).collect();
        Self { page, printed }
    }

    /// Those that belong to the badge that shows `head`. A number may stand on the page more than once.
    pub(super) fn of_badge(&self, head: &str) -> Vec<&'a Link> {
        let words = self.page.words.iter().filter(|word| shows(word, head));
        let mut links: Vec<_> = words.clone().filter_map(|word| self.page.link_of(word)).collect();
        links.retain(|link| !self.is_printed(link));
        links.extend(self.page.links.iter().filter(|link| says(link, head)));
        if links.is_empty() && words.count() == 0 {
            let links = self.page.links.iter();
            return links.filter(|link| is_on_site(&link.uri) && self.is_picture(link)).collect();
        }
        links
    }

    /// Whether `link` may be that of a badge which shows one of `heads`.
    pub(super) fn is_badge(&self, link: &Link, heads: [&str; 2]) -> bool {
        let mut words =
            self.page.words.iter().filter(|word| heads.iter().any(|head| shows(word, head)));
        let is_under = |word: &Word| self.page.link_of(word).is_some_and(|its| its == link);
        words.any(is_under) && !self.is_printed(link)
            || heads.iter().any(|head| says(link, head))
            || self.is_picture(link)
    }

    /// Whether a link has no words under it, so that its badge may be drawn.
    fn is_picture(&self, link: &Link) -> bool {
        !self.is_printed(link) && !self.page.words.iter().any(|word| link.covers(word))
    }

    fn is_printed(&self, link: &Link) -> bool {
        self.printed.contains(link.uri.as_str())
    }
}

fn shows(word: &Word, head: &str) -> bool {
    word.visible && word.text.contains(head)
}

/// Whether the text alternative has the number.
fn says(link: &Link, head: &str) -> bool {
    link.contents.as_ref().is_some_and(|text| text.contains(head))
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
            damaged: false,
            links,
        }
    }

    #[test]
    fn the_badges_link_is_the_one_that_covers_it() {
        let badge = [("pith:WKFOJ2EC", 100.0, 200.0)];
        let beside = link("https://pith.science/about", 190.0, 300.0);
        let page_1 = page(&badge, vec![beside, link(URL, 99.0, 201.0)]);
        let links: Vec<_> =
            Links::of(&page_1).of_badge(HEAD).iter().map(|link| link.uri.as_str()).collect();
        assert_eq!(links, [URL], "what touches the badge is not its link");
        let elsewhere = link("https://pith.science/paper/WKFOJ2EC", 400.0, 500.0);
        let page_2 = page(&badge, vec![elsewhere.clone()]);
        assert!(
            Links::of(&page_2).of_badge(HEAD).is_empty(),
            "a badge without a link has no wrong one"
        );
        let page_3 = page(&[("text", 10.0, 30.0)], vec![elsewhere]);
        assert_eq!(Links::of(&page_3).of_badge(HEAD).len(), 1, "a badge may be a picture");
        let wide = link("https://example.org/", 0.0, 600.0);
        let page_4 = page(&badge, vec![wide, link(URL, 99.0, 201.0)]);
        assert!(Links::of(&page_4).of_badge(HEAD).iter().any(|link| link.uri == URL));
    }

    #[test]
    fn a_record_that_is_cited_is_no_badge() {
        let cited = link(URL, 99.0, 201.0);
        let is_badge = |words: &[(&str, f64, f64)]| {
            let page = page(words, vec![cited.clone(), link(URL, 300.0, 400.0)]);
            let links = Links::of(&page);
            (links.is_badge(&page.links[0], [HEAD; 2]), links.of_badge(HEAD).len())
        };
        assert_eq!(is_badge(&[("survey", 100.0, 150.0), ("[3]", 155.0, 200.0)]), (false, 1));
        assert_eq!(is_badge(&[(URL, 100.0, 200.0)]), (false, 0));
        let halves = [("https://pith.science/pith/", 100.0, 200.0), (&URL[26..], 300.0, 400.0)];
        assert_eq!(is_badge(&halves), (false, 0), "an address on two lines");
        assert_eq!(is_badge(&[("pith:WKFOJ2EC", 100.0, 200.0)]), (true, 1));
        assert_eq!(is_badge(&[]), (true, 2), "a picture");
    }
}
