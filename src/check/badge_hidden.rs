//! badge-hidden

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::pdf::{FirstPage, Rect};

pub(super) const CHECK: Check = Check {
    id: "badge-hidden",
    level: Level::Warning,
    summary: "the badge cannot be seen",
    looks_at: "The badge's link and the words with the number on page 1: whether something is drawn at the \
               link, whether the text is painted and large enough to read, whether they lie on the page and \
               inside its crop box, and right of the band of 34 points that arXiv's stamp needs.",
    why: "A badge is there to be seen and clicked. arXiv draws its stamp up the left edge of page 1, over or \
          under what stands there.",
    remedy: "Let pith.sty place the badge: remove position=manual, or move \\pithbadge to where it is inside of \
             the page. With offsets of your own, check the first page at full size.",
    needs: &[Need::Page, Need::Number],
    run: Run::Pdf(run),
};

/// What arXiv's stamp covers ends 32 points from the left edge; a little air belongs to it.
const BAND: f64 = 34.0;
/// A link is by this much larger than its text on each side (\pdflinkmargin).
const MARGIN: f64 = 1.0;
/// The size in points below which nobody reads a word.
const SMALLEST: f64 = 2.5;

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(number), Ok(page)) = (subject.number(), &subject.page) else {
        return Vec::new();
    };
    let (url, head) = (number.url(), super::head(&number));
    let links = page.links.iter().filter(|link| link.uri == url);
    let links = links.map(|link| {
        let reason = if link.painted { hidden(&link.rect, page, MARGIN) } else { Some(EMPTY) };
        (reason, Place::of_link(link), link.rect)
    });
    let words = page.words.iter().filter(|word| word.text.contains(head));
    let words = words.map(|word| {
        let reason = match word.visible {
            false => Some("its text is not painted, or white on white"),
            true if word.size < SMALLEST => Some("its text is too small to read"),
            true => hidden(&word.rect, page, 0.0),
        };
        (reason, Place::PAGE_1, word.rect)
    });
    let (links, words): (Vec<_>, Vec<_>) = (links.collect(), words.collect());
    let is_seen = |badges: &[(Option<&str>, Place, Rect)]| badges.iter().any(|(r, ..)| r.is_none());
    // The stamp may cover a part of a badge whose number is seen. A number that is seen elsewhere is enough.
    let under_stamp = |(reason, ..): &&(Option<&str>, Place, Rect)| *reason == Some(UNDER_STAMP);
    let is_elsewhere =
        |rect: &Rect| !links.iter().filter(under_stamp).any(|(_, _, link)| rect.intersects(link));
    let is_under_stamp = links.iter().any(|link| under_stamp(&link));
    let is_shown = words.iter().any(|(reason, _, rect)| reason.is_none() && is_elsewhere(rect));
    if is_seen(&links) || is_shown {
        return Vec::new();
    }
    let badges = if is_under_stamp { links } else { [words, links].concat() };
    let first = badges.into_iter().find_map(|(reason, place, rect)| Some((reason?, place, rect)));
    let finding = first.map(|(reason, place, rect)| {
        let Rect { x0, y0, x1, y1 } = rect;
        let found = format!("[{x0:.1} {y0:.1} {x1:.1} {y1:.1}], in points from the lower left");
        CHECK.finding(format!("{}: {reason}", CHECK.summary)).found(found).at(place)
    });
    finding.into_iter().collect()
}

const EMPTY: &str = "nothing is drawn where its link is";
const UNDER_STAMP: &str = "it lies where arXiv draws its stamp, in the 34 points at the left edge";

/// Why what is in `rect` cannot be seen, if it cannot.
fn hidden(rect: &Rect, page: &FirstPage, margin: f64) -> Option<&'static str> {
    let left = page.media_box.x0.max(page.crop_box.x0);
    if rect.is_empty() {
        Some("it has no extent")
    } else if !rect.intersects(&page.media_box) {
        Some("it lies off the page")
    } else if !rect.intersects(&page.crop_box) {
        Some("it lies outside of the crop box")
    } else if page.rotation == 0 && rect.x0 + margin < left + BAND {
        Some(UNDER_STAMP)
    } else {
        None
    }
}
