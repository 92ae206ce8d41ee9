//! A paper with the two lines against the same paper without them.

use std::path::Path;

use pith::metadata::{Key, Place, Reading};
use pith::pdf::{FirstPage, Pdf, Rect, Word};

use super::paper::{Paper, words};
use crate::records::HETEGEN_SUFFIX;
use crate::tex::{outcome, verify};

/// The first characters of the number, which every style shows.
const CODE: &str = "WKFOJ2EC";
/// arXiv's stamp covers the left edge of page 1 up to here, in points.
const STAMP: f64 = 34.0;

/// Something that does not hold.
pub struct Finding {
    pub check: &'static str,
    pub text: String,
}

impl Finding {
    pub fn new(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, text: text.into() }
    }
}

/// What a template that shows its badge must fulfil.
pub fn shown(plain: &Paper, with: &Paper, first: &Path) -> (String, Vec<Finding>) {
    let mut findings = unchanged(plain, with);
    let (cell, alone) = alone(&with.pdf());
    findings.extend(alone);
    one_run(first, &mut findings);
    (cell, findings)
}

/// What a PDF with its badge must fulfil, whatever it was without pith.
pub fn alone(path: &Path) -> (String, Vec<Finding>) {
    let mut findings = Vec::new();
    let pdf = Pdf::open(path, None).unwrap();
    let place = badge(&pdf.first_page().unwrap(), &mut findings);
    metadata(&pdf, ["info", "metadata-one", "xmp-well-formed", "xmp"], &mut findings);
    let (_, verdict) = verify(path, None);
    let verified = verdict["verdict"] == "verified";
    if !verified {
        findings.push(Finding::new("verified", format!("{verdict}")));
    } else if outcome(&verdict, "title-on-page") != "passed" {
        findings.push(Finding::new("title-on-page", format!("{verdict}")));
    }
    let verdict = if verified { "verified" } else { "not verified" };
    (format!("{place}, {verdict}"), findings)
}

/// What a template that hides its badge must fulfil.
pub fn anonymous(plain: &Paper, with: &Paper, first: &Path) -> Vec<Finding> {
    let mut findings = unchanged(plain, with);
    for pdf in [first, &with.pdf()] {
        let pdf = Pdf::open(pdf, None).unwrap();
        let page = pdf.first_page().unwrap();
        let shown = page.words.iter().any(|word| word.text.contains(CODE));
        let linked = page.links.iter().any(|link| link.uri.contains("pith"));
        if shown
            || linked
            || Reading::of(&pdf).stated.iter().any(|stated| stated.key == Key::Number)
        {
            findings
                .push(Finding::new("anonymous", "the badge, its link or its metadata is there"));
        }
    }
    findings
}

/// Warnings, number of pages, and the paper's own words.
fn unchanged(plain: &Paper, with: &Paper) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known = plain.warnings();
    for warning in with.warnings() {
        match known.iter().position(|line| *line == warning) {
            Some(at) => drop(known.swap_remove(at)),
            None => findings.push(Finding::new("warning", warning)),
        }
    }
    let (before, after) = (words(&plain.pdf()), words(&with.pdf()));
    if before.len() != after.len() {
        let text = format!("{} pages, {} without pith", after.len(), before.len());
        findings.push(Finding::new("pages", text));
    }
    for (number, (before, after)) in before.iter().zip(&after).enumerate() {
        let after = without_badge(after);
        if *before != after {
            let at = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
            let near = |words: &[String]| words[at..words.len().min(at + 6)].join(" ");
            let (number, near) = (number + 1, (near(&after), near(before)));
            let text = format!("page {number}: {:?}, without pith {:?}", near.0, near.1);
            findings.push(Finding::new("words", text));
        }
    }
    findings
}

fn without_badge(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    if let Some(at) = words.iter().position(|word| word.contains(CODE)) {
        words.remove(at);
        if at >= 2 && words[at - 2..at] == ["Pith", "Number"] {
            words.drain(at - 2..at);
        }
    }
    words
}

/// Where the badge is, and whether it is seen, linked and free of other words.
fn badge(page: &FirstPage, findings: &mut Vec<Finding>) -> &'static str {
    let mut find = |holds: bool, check, text: String| {
        if !holds {
            findings.push(Finding::new(check, text));
        }
    };
    let badges: Vec<_> = (0..page.words.len())
        .filter(|at| page.words[*at].text.contains(CODE))
        .map(|at| with_prefix(&page.words[..=at]))
        .collect();
    find(badges.len() == 1, "badge-once", format!("{} on page 1", badges.len()));
    let Some(badge) = badges.first() else {
        return "none";
    };
    let (rect, crop) = (badge_rect(badge), page.crop_box);
    let inside =
        rect.x0 >= crop.x0 && rect.x1 <= crop.x1 && rect.y0 >= crop.y0 && rect.y1 <= crop.y1;
    let painted = badge.iter().all(|word| word.visible);
    find(painted && inside, "badge-visible", format!("{rect:?} in {crop:?}"));
    find(rect.x0 - crop.x0 > STAMP, "badge-right-of-stamp", format!("{rect:?}"));
    let is_badge = |word: &&Word| badge.iter().any(|part| std::ptr::eq(part, *word));
    for word in page.words.iter().filter(|word| word.visible && !is_badge(word)) {
        find(!word.rect.intersects(&rect), "badge-free", format!("over {word:?}, {rect:?}"));
    }
    let url = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
    let links: Vec<_> = page.links.iter().filter(|link| link.uri.contains("pith")).collect();
    find(links.len() == 1, "link-once", format!("{} links", links.len()));
    for link in links {
        find(link.uri == url, "link-url", format!("{:?}", link.uri));
        let covers = covers(&link.rect, &rect);
        find(covers, "link-over-badge", format!("{:?}, badge {rect:?}", link.rect));
        let contents = link.contents.as_deref().unwrap_or_default();
        let full = format!("Pith Number pith:2024:{HETEGEN_SUFFIX}");
        find(contents == full, "link-contents", format!("{contents:?}"));
    }
    // XeTeX leaves room below a letter page that it prints on A4, where that is the paper of the system.
    let is_low = rect.y1 < crop.y0 + 0.1 * (crop.y1 - crop.y0);
    match (is_in_title(page, &rect), is_low) {
        (true, _) => "title",
        (_, true) => "page",
        _ => {
            find(false, "place", format!("neither below the title nor at the foot: {rect:?}"));
            "elsewhere"
        }
    }
}

/// The badge that ends with the last of `words`, with the words `Pith Number` before it if they are there.
fn with_prefix(words: &[Word]) -> &[Word] {
    let end = words.len();
    let prefixed = end >= 3 && words[end - 3].text == "Pith" && words[end - 2].text == "Number";
    &words[end - if prefixed { 3 } else { 1 }..]
}

fn badge_rect(words: &[Word]) -> Rect {
    let mut rect = words[0].rect;
    for word in words {
        rect.x0 = rect.x0.min(word.rect.x0);
        rect.y0 = rect.y0.min(word.rect.y0);
        rect.x1 = rect.x1.max(word.rect.x1);
        rect.y1 = rect.y1.max(word.rect.y1);
    }
    rect
}

/// Whether the link is the badge's, to a point inside and to four outside: the margin, the room for descenders.
fn covers(link: &Rect, badge: &Rect) -> bool {
    let near = |outside: f64| (-1.0..=4.0).contains(&outside);
    near(badge.x0 - link.x0)
        && near(badge.y0 - link.y0)
        && near(link.x1 - badge.x1)
        && near(link.y1 - badge.y1)
}

/// Whether the badge stands close below the title's last word, and above the body.
fn is_in_title(page: &FirstPage, badge: &Rect) -> bool {
    let has = |word: &Word, text: &str| word.text.to_lowercase().contains(text);
    let title_end = page.words.iter().any(|word| {
        let gap = word.rect.y0 - badge.y1;
        has(word, "devices") && (0.0..30.0).contains(&gap)
    });
    let body = ["neutral", "whose"];
    let body = page.words.iter().filter(|word| body.iter().any(|text| has(word, text)));
    let above = body.map(|word| word.rect.y1).fold(0.0, f64::max) < badge.y0;
    title_end && above
}

/// The Info keys, and one packet of XMP that can be read; `checks` names these properties.
fn metadata(pdf: &Pdf, checks: [&'static str; 4], findings: &mut Vec<Finding>) {
    let [info, one, well_formed, xmp] = checks;
    let reading = Reading::of(pdf);
    let number = format!("pith:2024:{HETEGEN_SUFFIX}");
    let url = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
    let count = |key, value: &str, in_info: bool| {
        let values = reading.values(key).filter(|stated| stated.value == value);
        values.filter(|stated| matches!(stated.place, Place::Info { .. }) == in_info).count()
    };
    let mut find = |holds: bool, check, text: String| {
        if !holds {
            findings.push(Finding::new(check, text));
        }
    };
    let stated = count(Key::Number, &number, true) == 1 && count(Key::Url, &url, true) == 1;
    find(stated, info, format!("{:?}", reading.stated));
    find(reading.packets.len() == 1, one, format!("packets {:?}", reading.packets));
    find(reading.unreadable.is_empty(), well_formed, format!("{:?}", reading.unreadable));
    // The number is a property and an identifier.
    let stated = count(Key::Number, &number, false) == 2 && count(Key::Url, &url, false) == 1;
    find(stated, xmp, format!("{:?}", reading.stated));
}

/// After one run there is at most one badge, and always the metadata.
fn one_run(first: &Path, findings: &mut Vec<Finding>) {
    let badges = words(first).concat().iter().filter(|word| word.contains(CODE)).count();
    if badges > 1 {
        findings.push(Finding::new("one-run-badge", format!("{badges} badges after one run")));
    }
    let checks = ["one-run-info", "one-run-metadata-one", "one-run-xmp-well-formed", "one-run-xmp"];
    metadata(&Pdf::open(first, None).unwrap(), checks, findings);
}
