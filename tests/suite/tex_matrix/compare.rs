//! A paper with the two lines against the same paper without them.

use std::path::Path;

use pith::metadata::{Key, Place, Reading};
use pith::pdf::{FirstPage, Pdf, Word};

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
    let pdf = Pdf::open(&with.pdf(), None).unwrap();
    let page = pdf.first_page().unwrap();
    let place = badge(&page, &mut findings);
    metadata(&pdf, "info", "xmp", &mut findings);
    let (_, verdict) = verify(&with.pdf(), None);
    let verified = verdict["verdict"] == "verified";
    if !verified || outcome(&verdict, "title-on-page") != "passed" {
        findings.push(Finding::new("verify", format!("{verdict}")));
    }
    one_run(first, &mut findings);
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
    let badges: Vec<_> = page.words.iter().filter(|word| word.text.contains(CODE)).collect();
    find(badges.len() == 1, "badge", format!("{} on page 1", badges.len()));
    let Some(badge) = badges.first() else {
        return "none";
    };
    let (rect, crop) = (badge.rect, page.crop_box);
    let inside =
        rect.x0 >= crop.x0 && rect.x1 <= crop.x1 && rect.y0 >= crop.y0 && rect.y1 <= crop.y1;
    find(badge.visible && inside && rect.x0 > STAMP, "badge", format!("not visible: {rect:?}"));
    let others = page.words.iter().filter(|word| word.visible && !word.text.contains(CODE));
    for word in others {
        find(!word.rect.intersects(&rect), "badge", format!("over {:?} {rect:?}", word));
    }
    let url = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
    let links: Vec<_> = page.links.iter().filter(|link| link.uri == url).collect();
    find(links.len() == 1, "link", format!("{} links", links.len()));
    for link in links {
        let beside = link.rect.x0 > rect.x0 + 1.0 || link.rect.x1 < rect.x1 - 1.0;
        let within = !beside && link.rect.intersects(&rect);
        find(within, "link", format!("{:?} beside the badge {rect:?}", link.rect));
        let contents = link.contents.as_deref().unwrap_or_default();
        find(contents.contains(HETEGEN_SUFFIX), "link", format!("/Contents {contents:?}"));
    }
    if is_in_title(page, badge) { "title" } else { "page" }
}

/// Whether the badge stands close below the title's last word, and above the body.
fn is_in_title(page: &FirstPage, badge: &Word) -> bool {
    let has = |word: &Word, text: &str| word.text.to_lowercase().contains(text);
    let title_end = page.words.iter().any(|word| {
        has(word, "devices")
            && word.rect.y0 >= badge.rect.y1 - 2.0
            && word.rect.y0 < badge.rect.y1 + 30.0
    });
    let body = ["neutral", "whose"];
    let body = page.words.iter().filter(|word| body.iter().any(|text| has(word, text)));
    let above = body.map(|word| word.rect.y1).fold(0.0, f64::max) < badge.rect.y0 + 1.0;
    title_end && above
}

/// The Info keys, and one packet of XMP that can be read.
fn metadata(pdf: &Pdf, info: &'static str, xmp: &'static str, findings: &mut Vec<Finding>) {
    let reading = Reading::of(pdf);
    let number = format!("pith:2024:{HETEGEN_SUFFIX}");
    let url = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
    let count = |key, value: &str, in_info: bool| {
        let values = reading.values(key).filter(|stated| stated.value == value);
        values.filter(|stated| matches!(stated.place, Place::Info { .. }) == in_info).count()
    };
    if count(Key::Number, &number, true) != 1 || count(Key::Url, &url, true) != 1 {
        findings.push(Finding::new(info, format!("{:?}", reading.stated)));
    }
    // The number is a property and an identifier.
    if count(Key::Number, &number, false) != 2 || count(Key::Url, &url, false) != 1 {
        findings.push(Finding::new(xmp, format!("{:?}", reading.stated)));
    }
    if reading.packets.len() != 1 || !reading.unreadable.is_empty() {
        let text = format!("packets {:?}, unreadable {:?}", reading.packets, reading.unreadable);
        findings.push(Finding::new(xmp, text));
    }
}

/// After one run there is at most one badge, and always the metadata.
fn one_run(first: &Path, findings: &mut Vec<Finding>) {
    let badges = words(first).concat().iter().filter(|word| word.contains(CODE)).count();
    if badges > 1 {
        findings.push(Finding::new("one run", format!("{badges} badges after one run")));
    }
    metadata(&Pdf::open(first, None).unwrap(), "one run", "xmp after one run", findings);
}
