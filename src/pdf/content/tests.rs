//! Both ways to read a page must say the same. `PITH_PDFS=/usr/share cargo test both_ways` compares them on other PDFs
//! too.

use std::path::Path;
use std::time::Duration;

use super::super::text::{Text, Word};
use super::super::{Pdf, corpus, guard, interpret};

/// How a page was read.
struct Outcome {
    words: Vec<Word>,
    empty: Vec<bool>,
    undecoded: usize,
}

fn outcome(pdf: &Pdf, read: impl FnOnce(&mut Text) -> bool) -> Option<Outcome> {
    let links = pdf.first_page().ok()?.links;
    let places = links.iter().map(|link| link.rect).collect();
    let mut text = Text::new(Duration::from_secs(20), places);
    let mut done = false;
    guard::until_stopped("a page", || done = read(&mut text)).ok()?;
    let undecoded = text.undecoded();
    let (words, empty) = text.finish();
    done.then_some(Outcome { words, empty, undecoded })
}

/// Where the two ways differ; `None` where the page is left to hayro-interpret.
fn difference(path: &Path) -> Option<Result<(), String>> {
    let pdf = Pdf::open(path, None).ok()?;
    let page = pdf.file.pages().first()?;
    let quick = outcome(&pdf, |text| super::read(page, text).is_ok())?;
    let full = outcome(&pdf, |text| {
        interpret::read(page, text);
        true
    })?;
    let differs = |what: String| Some(Err(format!("{}: {what}", path.display())));
    for (index, (a, b)) in quick.words.iter().zip(&full.words).enumerate() {
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        let same = a.text == b.text
            && (a.visible, a.script, a.line_start) == (b.visible, b.script, b.line_start)
            && near(a.size, b.size)
            && near(a.rect.x0, b.rect.x0)
            && near(a.rect.x1, b.rect.x1)
            && near(a.rect.y0, b.rect.y0)
            && near(a.rect.y1, b.rect.y1);
        if !same {
            return differs(format!("word {index}: {a:?} and {b:?}"));
        }
    }
    if quick.words.len() != full.words.len() {
        return differs(format!("{} and {} words", quick.words.len(), full.words.len()));
    }
    if (quick.undecoded, &quick.empty) != (full.undecoded, &full.empty) {
        return differs(format!(
            "{} {:?} and {} {:?}",
            quick.undecoded, quick.empty, full.undecoded, full.empty
        ));
    }
    Some(Ok(()))
}

#[test]
fn both_ways_to_read_a_page_say_the_same() {
    let paths = corpus::paths();
    let (mut same, mut left, mut different) = (0, 0, Vec::new());
    for path in &paths {
        match difference(path) {
            Some(Ok(())) => same += 1,
            Some(Err(what)) => different.push(what),
            None => left += 1,
        }
    }
    println!("{same} the same, {left} left to hayro-interpret, {} different", different.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(same > 20, "only {same} pages are read quickly");
}
