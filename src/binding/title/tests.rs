use std::time::Instant;

use super::*;
use crate::metadata::{Place, Stated};
use crate::pdf::Rect;
use crate::verify::Outcome;

const TITLE: &str = "HeteGen: Heterogeneous Parallel Inference for Large Language Models on Resource-Constrained Devices";

/// Words of a page: `^` makes an index, a final `|` a hyphen at a line's end, `_` a smaller word.
fn page(text: &str) -> FirstPage {
    let page = Rect { x0: 0.0, y0: 0.0, x1: 595.0, y1: 842.0 };
    let rect = Rect { x0: 100.0, y0: 700.0, x1: 101.0, y1: 701.0 };
    let words = text.split_whitespace().map(|text| {
        let script = text.starts_with('^');
        let hyphen_end = text.ends_with("-|");
        let size = if text.starts_with('_') { 10.0 } else { 17.0 };
        let text = text.trim_matches(['^', '|', '_']).to_owned();
        Word { text, rect, size, script, line_start: false, hyphen_end, visible: true }
    });
    FirstPage {
        media_box: page,
        crop_box: page,
        rotation: 0,
        words: words.collect(),
        undecoded: 0,
        truncated: false,
        damaged: false,
        links: Vec::new(),
    }
}

fn carrying(title: &str) -> Reading {
    let place = Place::Info { object: None };
    let stated = Stated { key: Key::Title, value: title.to_owned(), place };
    Reading { stated: vec![stated], ..Reading::default() }
}

fn outcome(title: &str, text: &str, reading: &Reading) -> Outcome {
    check(&page(text), reading, &text_digest(title)).outcome
}

#[test]
fn the_title_is_found_among_other_words() {
    for text in [
        format!("_Preprint _2024 {TITLE} _Abstract _In _recent _times"),
        TITLE.to_uppercase(),
        format!("{TITLE}\u{2217} _A"),
        TITLE.replace("Inference", "Infer-| ence").replace("Resource-C", "Resource-| C"),
        TITLE.replace(" for", " ^1 for"),
    ] {
        assert_eq!(outcome(TITLE, &text, &Reading::default()), Outcome::Passed, "{text}");
    }
}

#[test]
fn signs_are_tried_as_arxiv_writes_them() {
    for (title, text) in [
        ("A reply to Bonato's review", "A reply to Bonato\u{2019}s review"),
        ("On ``exact'' tools -- and more", "On \u{201c}exact\u{201d} tools \u{2013} and more"),
        ("The Schr\\\"odinger Operator", "The Schro\u{308}dinger Operator"),
        ("San Jos\\'{e} de Costa Rica", "San Jos\u{e9} de Costa Rica"),
    ] {
        let text = format!("_Preprint {text} _More");
        assert_eq!(outcome(title, &text, &Reading::default()), Outcome::Passed, "{title}");
    }
}

#[test]
fn a_title_that_the_pdf_carries_is_compared_by_its_letters() {
    for (title, text) in [
        ("$k$-Means Clustering and Beyond", "k-Means Clustering and Beyond"),
        ("\\textsc{Foobar}: A System", "FOOBAR: A System"),
        ("{BERT} and Friends", "BERT and Friends"),
        ("Cities \\& Towns", "Cities & Towns"),
        ("Bounds for $\\alpha$ in R$^2$", "Bounds for \u{3b1} in R ^2"),
        ("Letters Set Apart by Their Style", "L e tt e rs SetApartby Their Style"),
    ] {
        let text = format!("_Preprint {text} _More");
        assert_eq!(outcome(title, &text, &carrying(title)), Outcome::Passed, "{title}");
    }
}

#[test]
fn another_papers_title_is_said_to_be_one() {
    let other = "A Survey of Inference _for _2024";
    assert_eq!(outcome(TITLE, other, &Reading::default()), Outcome::Failed);
    let excuses = ["GPT-4 for Part B", "Inference ^1 _for", "\u{c9}tude of Inference", "7"];
    for other in excuses {
        assert_eq!(outcome(TITLE, other, &carrying(TITLE)), Outcome::Failed, "{other}");
        assert_eq!(outcome(TITLE, other, &Reading::default()), Outcome::NotChecked, "{other}");
    }
    assert_eq!(outcome(TITLE, "", &carrying(TITLE)), Outcome::NotChecked);
    let mut of_its_own = Reading::default();
    of_its_own.titles.push((TITLE.to_owned(), Place::Info { object: None }));
    assert_eq!(outcome(TITLE, other, &of_its_own), Outcome::Failed, "a plain title must be shown");
    assert_eq!(outcome("AI", "Aim at it", &carrying("AI")), Outcome::Failed, "whole words");
}

#[test]
fn what_nobody_can_see_is_no_title() {
    type Hide = fn(&mut Word);
    let ways: [Hide; 3] = [
        |word| word.visible = false,
        |word| word.size = 0.3,
        |word| word.rect = Rect { x0: 100.0, y0: -20.0, x1: 200.0, y1: -10.0 },
    ];
    for hide in ways {
        let mut page = page(&format!("A Survey {TITLE}"));
        page.words.iter_mut().skip(2).for_each(hide);
        assert_eq!(check(&page, &carrying(TITLE), &text_digest(TITLE)).outcome, Outcome::Failed);
    }
}

#[test]
fn titles_with_formulas_are_not_judged_where_they_are_not_known() {
    for with_formula in ["Graphs with 4-rainbow index _for", "Sorting in O(n log n) time _for"] {
        assert_eq!(outcome(TITLE, with_formula, &Reading::default()), Outcome::NotChecked);
    }
    let title = "Use of \\LaTeX in papers";
    assert_eq!(outcome(title, "Use of LATEX in papers", &carrying(title)), Outcome::NotChecked);
    let mut of_its_own = Reading::default();
    of_its_own.titles.push((title.to_owned(), Place::Info { object: None }));
    assert_eq!(outcome(title, "Use of LATEX in papers", &of_its_own), Outcome::Passed);
}

#[test]
fn a_page_that_is_made_to_be_slow_is_not() {
    let started = Instant::now();
    let hyphens = "a-| ".repeat(600);
    assert_eq!(outcome(TITLE, &hyphens, &carrying(TITLE)), Outcome::Failed);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
