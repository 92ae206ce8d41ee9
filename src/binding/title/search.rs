//! Every run of words on a page against the hash of a title. Bounded: a page may be made to be slow.

use std::cell::{Cell, OnceCell};

use sha2::{Digest, Sha256};

use super::spelling::Style;
use crate::pdf::Word;

/// How many words of the page are looked at, in the order in which they are drawn.
pub(super) const WORDS: usize = 600;
/// How many of them in other spellings.
const WORDS_RESPELLED: usize = 200;
/// How many words a title has at most.
const LONGEST: usize = 60;
/// How many hyphens at line ends are tried both ways in one title.
const HYPHENS: usize = 4;
/// How many digests are computed at most, for all spellings together. A page without hyphens and
/// special signs needs 36,000.
const DIGESTS: u32 = 250_000;
/// What may stand at the end of a title as a footnote mark without being set as a superscript.
const MARKS: [char; 7] = ['*', '\u{2217}', '\u{2020}', '\u{2021}', '\u{a7}', '\u{b6}', '\u{22c6}'];

/// The first run of words that hashes to `target`, as it stands on the page.
pub(super) fn find(words: &[&Word], target: &[u8; 32]) -> Option<String> {
    let budget = Cell::new(DIGESTS);
    let unmarked: Vec<&Word> = words.iter().copied().filter(|word| !word.script).collect();
    let search = |words: &[&Word], style| search(words, style, target, &budget);
    search(&unmarked, Style::PLAIN).or_else(|| {
        let head = &unmarked[..unmarked.len().min(WORDS_RESPELLED)];
        let has_signs = head.iter().any(|word| !word.text.is_ascii());
        let styles = Style::all().filter(|_| has_signs);
        let mut found = styles.filter_map(|style| search(head, style));
        // Indices belong to the title where footnote marks do not.
        found.next().or_else(|| search(words, Style::PLAIN))
    })
}

fn search(words: &[&Word], style: Style, target: &[u8; 32], budget: &Cell<u32>) -> Option<String> {
    let texts = Texts { words, style, written: vec![OnceCell::new(); words.len()] };
    (0..words.len()).find_map(|start| {
        let run = Run { words: &words[start..], texts: &texts, start, target, budget };
        let length = run.matching(0, Sha256::new(), false, 0)?;
        let title: Vec<_> = run.words[..length].iter().map(|word| word.text.as_str()).collect();
        Some(title.join(" "))
    })
}

/// The words as one style writes them, each when it is first needed: a title stands near the top as a rule.
struct Texts<'a> {
    words: &'a [&'a Word],
    style: Style,
    written: Vec<OnceCell<String>>,
}

impl Texts<'_> {
    fn at(&self, index: usize) -> &str {
        self.written[index].get_or_init(|| self.style.write(&self.words[index].text))
    }
}

/// The runs that begin with one word.
struct Run<'a> {
    words: &'a [&'a Word],
    texts: &'a Texts<'a>,
    start: usize,
    target: &'a [u8; 32],
    budget: &'a Cell<u32>,
}

impl Run<'_> {
    /// The length of the run that hashes to the target, where `hash` holds the words before `index`.
    /// A word that ends its line in a hyphen continues in the next one, with the hyphen (a compound)
    /// or without it (a word that was divided).
    fn matching(&self, index: usize, hash: Sha256, joined: bool, hyphens: usize) -> Option<usize> {
        let (mut hash, mut joined) = (hash, joined);
        for index in index..self.words.len().min(LONGEST) {
            let text = self.texts.at(self.start + index);
            if index > 0 && !joined {
                hash.update(b" ");
            }
            joined = self.words[index].hyphen_end;
            let unhyphenated = text.strip_suffix('-').filter(|_| joined);
            if let Some(part) = unhyphenated.filter(|_| hyphens < HYPHENS) {
                let divided = hash.clone().chain_update(part);
                if let Some(length) = self.matching(index + 1, divided, true, hyphens + 1) {
                    return Some(length);
                }
            }
            let unmarked = text.trim_end_matches(MARKS);
            if unmarked.len() < text.len() && self.is_target(hash.clone().chain_update(unmarked)) {
                return Some(index + 1);
            }
            hash.update(text);
            if self.is_target(hash.clone()) {
                return Some(index + 1);
            }
            if self.budget.get() == 0 {
                break;
            }
        }
        None
    }

    fn is_target(&self, hash: Sha256) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0 && hash.finalize().as_slice() == self.target
    }
}
