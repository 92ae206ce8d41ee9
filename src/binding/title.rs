//! The record's title on page 1.
//!
//! The record holds the title's hash. Every run of words on the page is tried against it; so is the
//! title that the PDF carries in its metadata, for a page cannot show what arXiv's metadata spells in
//! TeX. A title that is known that way and stands nowhere on the page tells that the proof is another
//! paper's.

mod search;
mod spelling;

use crate::metadata::{Key, Reading};
use crate::pdf::{FirstPage, Word};
use crate::record::text_digest;
use crate::verify::{Outcome, Step, StepName};
use spelling::{has_markup, letters, letters_of_tex};

/// The size in points below which nobody reads a title: line numbers, hidden text.
const SMALLEST: f64 = 5.5;
/// How many letters make a title that can be told from a part of other words.
const LONG: usize = 20;

/// Looks for the title with this hash (lower-case hex).
pub(super) fn check(page: &FirstPage, reading: &Reading, hash: &str) -> Step {
    let name = StepName::TitleOnPage;
    let mut target = [0; 32];
    if data_encoding::HEXLOWER.decode_mut(hash.as_bytes(), &mut target).is_err() {
        return Step::not_checked(name, "the record's title hash is none");
    }
    let can_be_read = |word: &&Word| {
        word.visible
            && word.size >= SMALLEST
            && word.rect.intersects(&page.crop_box)
            && !super::stamp::is_in_band(word)
    };
    let words: Vec<&Word> = page.words.iter().filter(can_be_read).take(search::WORDS).collect();
    if let Some(title) = search::find(&words, &target) {
        return Step::passed(name, format!("\"{title}\" stands on page 1"));
    }
    let carried = reading.values(Key::Title).map(|stated| stated.value.as_str());
    let own = reading.titles.iter().map(|(title, _)| title.as_str());
    let is_it = |title: &&str| text_digest(title) == hash;
    let step = match (own.clone().find(is_it), carried.chain(own).find(is_it)) {
        (own, Some(title)) => known(title, own.is_some(), &words),
        (_, None) => unknown(&words, page.undecoded),
    };
    match step.outcome {
        Outcome::Failed if page.damaged => {
            Step::not_checked(name, "cannot be looked for: the content of page 1 is damaged")
        }
        _ => step,
    }
}

/// The title is known, and no run of words is spelled like it.
fn known(title: &str, is_pdfs_own: bool, words: &[&Word]) -> Step {
    let name = StepName::TitleOnPage;
    if stands_on(title, words) {
        return Step::passed(name, format!("\"{title}\" stands on page 1, by its letters"));
    }
    if has_markup(title) && is_pdfs_own {
        return Step::passed(name, format!("\"{title}\" is the PDF's own title"));
    }
    let reason = if has_markup(title) {
        "has markup of TeX, and cannot be found on a page"
    } else if words.is_empty() {
        "cannot be looked for: page 1 has no text that can be read"
    } else if title_block(words).any(|word| word.text.contains('\u{fffd}')) {
        "cannot be looked for: the largest words of page 1 cannot be read as text"
    } else {
        return Step::failed(name, format!("\"{title}\" was not found on page 1"));
    };
    Step::not_checked(name, format!("\"{title}\" {reason}"))
}

/// Whether the letters of `title` stand on the page one after the other, whatever the fonts make of
/// accents, spaces and formulas. Footnote marks and indices are tried both ways.
fn stands_on(title: &str, words: &[&Word]) -> bool {
    let wanted = letters_of_tex(title);
    [true, false].into_iter().any(|with_scripts| {
        let (mut page, mut bounds) = (String::new(), vec![0]);
        for word in words.iter().filter(|word| with_scripts || !word.script) {
            page.push_str(&letters(&word.text));
            bounds.push(page.len());
        }
        let whole_words = |at: usize| bounds.contains(&at) && bounds.contains(&(at + wanted.len()));
        let mut found = page.match_indices(&wanted);
        !wanted.is_empty() && found.any(|(at, _)| wanted.len() >= LONG || whole_words(at))
    })
}

/// The title is not known, and no run of words hashes to it.
fn unknown(words: &[&Word], undecoded: usize) -> Step {
    let name = StepName::TitleOnPage;
    if words.is_empty() {
        return Step::not_checked(name, "page 1 has no text that can be read");
    }
    if undecoded > 0 {
        let reason = "page 1 has signs that cannot be read as text";
        return Step::not_checked(name, reason);
    }
    if may_have_markup(words) {
        let reason = "not found; page 1 has a title with signs that arXiv's metadata writes in TeX, \
                      and such a title cannot be found this way";
        return Step::not_checked(name, reason);
    }
    Step::failed(name, "the record's title was not found on page 1")
}

/// The largest words, which are the title as a rule.
fn title_block<'a>(words: &'a [&'a Word]) -> impl Iterator<Item = &'a Word> + Clone {
    let large = title_size(words);
    words.iter().copied().filter(move |word| word.size > large)
}

/// The size in points that the words of the title pass.
fn title_size(words: &[&Word]) -> f64 {
    words.iter().map(|word| word.size).fold(0.0, f64::max) * 0.9
}

/// Whether the title on the page holds anything that TeX writes with markup: letters beyond ASCII,
/// indices, digits or single letters that may be formulas.
fn may_have_markup(words: &[&Word]) -> bool {
    let large = title_size(words);
    let has_index = words.windows(2).any(|pair| pair[1].script && pair[0].size > large);
    has_index || title_block(words).any(|word| may_be_formula(&word.text))
}

/// `4-rainbow`, `O(n`, `\u{3b1}`: digits, letters that stand alone, anything beyond ASCII.
fn may_be_formula(word: &str) -> bool {
    let mut parts = word.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let stands_alone = |part: &str| part.len() == 1 && !matches!(part, "A" | "a" | "I");
    word.contains(|c: char| !c.is_ascii() || c.is_ascii_digit()) || parts.any(stands_alone)
}

#[cfg(test)]
mod tests;
