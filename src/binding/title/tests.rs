use super::*;
use crate::pdf::Rect;
use crate::verify::Outcome;

const TITLE: &str = "HeteGen: Heterogeneous Parallel Inference for Large Language Models on Resource-Constrained Devices";

fn page(text: &str) -> Vec<Word> {
    let rect = Rect { x0: 100.0, y0: 0.0, x1: 101.0, y1: 1.0 };
    text.split_whitespace()
        .map(|text| {
            let script = text.starts_with('^');
            let hyphen_end = text.ends_with("-|");
            let text = text.trim_matches(['^', '|']).to_owned();
            let size = if text.starts_with('_') { 10.0 } else { 17.0 };
            let text = text.trim_start_matches('_').to_owned();
            Word { text, rect, size, script, line_start: false, hyphen_end, visible: true }
        })
        .collect()
}

fn outcome(title: &str, page_text: &str) -> Outcome {
    check(&page(page_text), 0, std::iter::empty(), &text_digest(title)).outcome
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
        assert_eq!(outcome(TITLE, &text), Outcome::Passed, "{text}");
    }
}

#[test]
fn signs_are_tried_as_arxiv_writes_them() {
    for (title, text) in [
        ("A reply to Bonato's review", "A reply to Bonato\u{2019}s review"),
        ("On ``exact'' tools -- and more", "On \u{201c}exact\u{201d} tools \u{2013} and more"),
        ("The Schr\\\"odinger Operator", "The Schro\u{308}dinger Operator"),
        ("San Jos\\'{e} de Costa Rica", "San Jose\u{301} de Costa Rica"),
        ("Index x2 stays", "Index x ^2 stays"),
    ] {
        let expected = if title.contains("x2") { Outcome::NotChecked } else { Outcome::Passed };
        assert_eq!(outcome(title, &format!("_Preprint {text} _More")), expected, "{title}");
    }
}

#[test]
fn another_papers_title_is_said_to_be_one() {
    assert_eq!(outcome(TITLE, "A Survey of Inference _for _2024"), Outcome::Failed);
    for with_formula in ["Graphs with 4-rainbow index _for", "Sorting in O(n log n) time _for"] {
        assert_eq!(outcome(TITLE, with_formula), Outcome::NotChecked);
    }
    assert_eq!(outcome(TITLE, ""), Outcome::NotChecked);
}

#[test]
fn the_pdfs_own_title_counts_where_the_page_does_not_tell() {
    let title = "R$^2$-Searcher";
    let found = check(&page("R ^2 -Searcher"), 0, std::iter::once(title), &text_digest(title));
    assert_eq!(found.outcome, Outcome::Passed);
}
