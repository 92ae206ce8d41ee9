//! The record's title among the words of page 1. The title itself is not known, only its hash, so
//! every run of words is tried.

use sha2::{Digest, Sha256};

use crate::pdf::Word;
use crate::record::text_digest;
use crate::verify::{Step, StepName};

/// How many words of the page are looked at, in the order in which they are drawn.
const WORDS: usize = 600;
/// How many of them with other ways to write quotes, dashes and accents.
const WORDS_REWRITTEN: usize = 200;
/// How many words a title has at most.
const LONGEST: usize = 60;
/// How many hyphens at line ends are tried both ways in one title.
const HYPHENS: usize = 4;
/// What may stand at the end of a title as a footnote mark without being set as a superscript.
const MARKS: [char; 7] = ['*', '\u{2217}', '\u{2020}', '\u{2021}', '\u{a7}', '\u{b6}', '\u{22c6}'];

/// Looks for the title with this hash (lower-case hex) on the page, then among the PDF's own titles.
pub(super) fn check<'a>(
    words: &[Word],
    undecoded: usize,
    mut titles: impl Iterator<Item = &'a str>,
    hash: &str,
) -> Step {
    let name = StepName::TitleOnPage;
    let mut target = [0; 32];
    if data_encoding::HEXLOWER.decode_mut(hash.as_bytes(), &mut target).is_err() {
        return Step::not_checked(name, "the record's title hash is none");
    }
    let readable = |word: &&Word| word.visible && !super::stamp::is_in_band(word);
    let words: Vec<&Word> = words.iter().filter(readable).take(WORDS).collect();
    if let Some(title) = find(&words, &target) {
        return Step::passed(name, format!("\"{title}\" stands on page 1"));
    }
    if let Some(title) = titles.find(|title| text_digest(title) == hash) {
        return Step::passed(name, format!("\"{title}\" is the title in the PDF's metadata"));
    }
    if words.is_empty() {
        return Step::not_checked(name, "page 1 has no text that can be read");
    }
    if undecoded > 0 {
        let reason = format!("{undecoded} glyphs of page 1 cannot be read as text");
        return Step::not_checked(name, reason);
    }
    if may_have_markup(&words) {
        let reason = "not found; page 1 has a title with signs that arXiv's metadata writes in TeX, \
                      and such a title cannot be found this way";
        return Step::not_checked(name, reason);
    }
    Step::failed(
        name,
        "the title in the record stands nowhere on page 1: the proof is another paper's",
    )
}

fn find(words: &[&Word], target: &[u8; 32]) -> Option<String> {
    let unmarked: Vec<&Word> = words.iter().copied().filter(|word| !word.script).collect();
    let plain = Style { quotes: Quotes::Ascii, dashes: Dashes::Ascii, accents: Accents::Bare };
    search(&unmarked, plain, target).or_else(|| {
        let head = &unmarked[..unmarked.len().min(WORDS_REWRITTEN)];
        let special = |c: char| !c.is_ascii();
        let rewritten = head.iter().any(|word| word.text.contains(special));
        let styles = Style::all().filter(|_| rewritten);
        let mut found = styles.filter_map(|style| search(head, style, target));
        // Indices belong to the title where footnote marks do not.
        found.next().or_else(|| search(words, plain, target))
    })
}

/// How a sign on the page may be written in arXiv's metadata.
#[derive(Clone, Copy)]
struct Style {
    quotes: Quotes,
    dashes: Dashes,
    accents: Accents,
}

#[derive(Clone, Copy)]
enum Quotes {
    /// `"` and `'`
    Ascii,
    /// ` `` ` and `''`
    Tex,
}

#[derive(Clone, Copy)]
enum Dashes {
    /// `-`
    Ascii,
    /// `--` and `---`
    Tex,
}

#[derive(Clone, Copy)]
enum Accents {
    /// `\"o`
    Bare,
    /// `\"{o}`
    Argument,
    /// `{\"o}`
    Group,
}

impl Style {
    fn all() -> impl Iterator<Item = Self> {
        let accents = [Accents::Bare, Accents::Argument, Accents::Group];
        [Quotes::Ascii, Quotes::Tex].into_iter().flat_map(move |quotes| {
            [Dashes::Ascii, Dashes::Tex].into_iter().flat_map(move |dashes| {
                accents.into_iter().map(move |accents| Self { quotes, dashes, accents })
            })
        })
    }

    fn write(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match chars.peek().copied().and_then(accent) {
                Some(command) => {
                    chars.next();
                    out.push_str(&match self.accents {
                        Accents::Bare if command.is_ascii_alphabetic() => {
                            format!("\\{command} {c}")
                        }
                        Accents::Bare => format!("\\{command}{c}"),
                        Accents::Argument => format!("\\{command}{{{c}}}"),
                        Accents::Group => format!("{{\\{command}{c}}}"),
                    });
                }
                None => out.push_str(&self.sign(c)),
            }
        }
        out.to_lowercase()
    }

    fn sign(self, c: char) -> String {
        match (c, self.quotes, self.dashes) {
            ('\u{2018}', Quotes::Tex, _) => "`".into(),
            ('\u{2018}' | '\u{2019}', ..) => "'".into(),
            ('\u{201c}', Quotes::Tex, _) => "``".into(),
            ('\u{201d}', Quotes::Tex, _) => "''".into(),
            ('\u{201c}' | '\u{201d}', ..) => "\"".into(),
            ('\u{2013}', _, Dashes::Tex) => "--".into(),
            ('\u{2014}', _, Dashes::Tex) => "---".into(),
            ('\u{2010}' | '\u{2011}' | '\u{2013}' | '\u{2014}', ..) => "-".into(),
            _ => c.into(),
        }
    }
}

/// TeX's accent command for a combining mark.
fn accent(mark: char) -> Option<char> {
    Some(match mark {
        '\u{300}' => '`',
        '\u{301}' => '\'',
        '\u{302}' => '^',
        '\u{303}' => '~',
        '\u{304}' => '=',
        '\u{306}' => 'u',
        '\u{307}' => '.',
        '\u{308}' => '"',
        '\u{30a}' => 'r',
        '\u{30b}' => 'H',
        '\u{30c}' => 'v',
        '\u{327}' => 'c',
        '\u{328}' => 'k',
        _ => return None,
    })
}

/// Hashes every run of at most [`LONGEST`] words.
fn search(words: &[&Word], style: Style, target: &[u8; 32]) -> Option<String> {
    let texts: Vec<String> = words.iter().map(|word| style.write(&word.text)).collect();
    (0..words.len()).find_map(|start| {
        let run = Run { words: &words[start..], texts: &texts[start..], target };
        let length = run.longest(0, Sha256::new(), false, 0)?;
        let title: Vec<_> = run.words[..length].iter().map(|word| word.text.as_str()).collect();
        Some(title.join(" "))
    })
}

struct Run<'a> {
    words: &'a [&'a Word],
    texts: &'a [String],
    target: &'a [u8; 32],
}

impl Run<'_> {
    /// The length of a run from the first word that hashes to the target, where `hash` holds the
    /// words before `index`. A word that ends its line in a hyphen continues in the next one, with the
    /// hyphen (a compound) or without it (a word that was divided).
    fn longest(&self, index: usize, hash: Sha256, joined: bool, hyphens: usize) -> Option<usize> {
        let (mut hash, mut joined) = (hash, joined);
        for index in index..self.texts.len().min(LONGEST) {
            let text = &self.texts[index];
            if index > 0 && !joined {
                hash.update(b" ");
            }
            joined = self.words[index].hyphen_end;
            let unhyphenated = text.strip_suffix('-').filter(|_| joined);
            if let Some(part) = unhyphenated.filter(|_| hyphens < HYPHENS) {
                let divided = hash.clone().chain_update(part);
                if let Some(length) = self.longest(index + 1, divided, true, hyphens + 1) {
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
        }
        None
    }

    fn is_target(&self, hash: Sha256) -> bool {
        hash.finalize().as_slice() == self.target
    }
}

/// Whether the largest words on the page, which are the title as a rule, hold anything that TeX
/// writes with markup: letters beyond ASCII, indices, digits or single letters that may be formulas.
fn may_have_markup(words: &[&Word]) -> bool {
    let largest = words.iter().map(|word| word.size).fold(0.0, f64::max);
    let title = words.iter().filter(|word| word.size > largest * 0.9);
    let has_index = words.windows(2).any(|pair| pair[1].script && pair[0].size > largest * 0.9);
    has_index || title.clone().any(|word| may_be_formula(&word.text))
}

/// `4-rainbow`, `O(n`, `\u{3b1}`: digits, letters that stand alone, anything beyond ASCII.
fn may_be_formula(word: &str) -> bool {
    let mut parts = word.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let stands_alone = |part: &str| part.len() == 1 && !matches!(part, "A" | "a" | "I");
    word.contains(|c: char| !c.is_ascii() || c.is_ascii_digit()) || parts.any(stands_alone)
}

#[cfg(test)]
mod tests;
