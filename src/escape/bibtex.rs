//! Metadata in BibTeX. arXiv's is written in TeX (protocol.md 2): accents, letters, groups and simple mathematics in it are
//! the paper's, and stay; all else is text.

use super::{mathematics, tex};

/// Accents that are a character (`\"o`, `\'{e}`) and those that are a word (`\v{c}`, `\c c`).
const ACCENTS: &str = "\"'`^~=.";
const ACCENT_WORDS: [&str; 8] = ["u", "v", "H", "c", "d", "b", "r", "t"];
const LETTERS: [&str; 14] =
    ["oe", "OE", "ae", "AE", "aa", "AA", "o", "O", "l", "L", "ss", "i", "j", "textendash"];
/// What takes a group.
const FONTS: [&str; 8] =
    ["emph", "textit", "textbf", "textrm", "textsc", "texttt", "textsuperscript", "textsubscript"];
/// Characters that stand for themselves after a backslash. Not braces: BibTeX counts them.
const ESCAPED: &str = "%&_#$";

/// The value of a BibTeX field, inside braces, from metadata that is written in TeX.
pub fn bibtex(text: &str) -> String {
    let has_groups = is_balanced(text);
    let (mut out, mut plain, mut rest) = (String::new(), String::new(), text);
    while let Some(first) = rest.chars().next() {
        // A character that stands for itself; [`is_balanced`] passes over the same.
        if let [b'\\', itself @ (b'{' | b'}' | b'\\'), ..] = rest.as_bytes() {
            plain.push(char::from(*itself));
            rest = &rest[2..];
            continue;
        }
        let length = match first {
            '\\' => command(rest, has_groups),
            '$' => mathematics::length(rest),
            '{' | '}' if has_groups => 1,
            _ => 0,
        };
        let (taken, after) = rest.split_at(length.max(first.len_utf8()));
        if length > 0 {
            out.push_str(&tex(&std::mem::take(&mut plain)));
            out.push_str(taken);
        } else {
            plain.push_str(taken);
        }
        rest = after;
    }
    out.push_str(&tex(&plain));
    // Whatever it was: a brace too many would end the entry, and begin another.
    if are_in_pairs(out.chars()) { out } else { tex(text) }
}

/// Whether each brace that is not escaped has its partner.
fn is_balanced(text: &str) -> bool {
    let mut characters = text.chars();
    are_in_pairs(std::iter::from_fn(|| match characters.next()? {
        '\\' => characters.next().map(|_| '\\'),
        other => Some(other),
    }))
}

/// Whether the braces are in pairs. To BibTeX a backslash is nothing, so that it counts all.
fn are_in_pairs(characters: impl IntoIterator<Item = char>) -> bool {
    let mut depth = 0_usize;
    for c in characters {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return false,
            '}' => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// The length of the command that `text` begins with, where it is one that stays; else 0.
fn command(text: &str, has_groups: bool) -> usize {
    let name = word(&text[1..]);
    let rest = &text[1 + name.len()..];
    if !name.is_empty() {
        // What is not printed must not end the name either.
        let is_letter = LETTERS.contains(&name) && rest.chars().next().is_none_or(|c| c.is_ascii());
        let is_accent = ACCENT_WORDS.contains(&name) && is_accented(rest.trim_start(), has_groups);
        let is_font = FONTS.contains(&name) && has_groups && rest.starts_with('{');
        return if is_letter || is_accent || is_font { 1 + name.len() } else { 0 };
    }
    match rest.chars().next() {
        Some(c) if ESCAPED.contains(c) => 2,
        Some(c) if ACCENTS.contains(c) && is_accented(&rest[1..], has_groups) => 2,
        _ => 0,
    }
}

/// Whether what follows an accent is what it can stand on: a letter, a group, a dotless i or j.
fn is_accented(text: &str, has_groups: bool) -> bool {
    let is_dotless = || matches!(text.strip_prefix('\\').map(word), Some("i" | "j"));
    match text.chars().next() {
        Some('{') => has_groups,
        Some(c) => c.is_ascii_alphabetic() || is_dotless(),
        None => false,
    }
}

pub(super) fn word(text: &str) -> &str {
    let length = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    &text[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tex_of_metadata_stays() {
        for text in [
            "Schr\\\"odinger",
            "San Jos\\'e, \\'{\\i}, \\v{c}, \\c c",
            "{\\OE}uvre",
            "the $\\alpha_s$ of $e^{+}e^{-} \\to \\mathrm{Z}$",
            "100\\% of R\\&D, \\emph{in vivo}",
        ] {
            assert_eq!(bibtex(text), text);
        }
    }

    proptest::proptest! {
        /// Or a value would end its entry.
        #[test]
        fn braces_are_in_pairs(text in "[\\\\{}$ao'\\^_ %é\u{200b}]{0,12}") {
            proptest::prop_assert!(are_in_pairs(bibtex(&text).chars()), "{}", bibtex(&text));
        }
    }

    #[test]
    fn all_else_is_text() {
        for (text, expected) in [
            ("100% of R&D", "100\\% of R\\&D"),
            ("\\input{x}", "\\textbackslash{}input{x}"),
            ("a } \\'{ b", "a \\textbraceright{} \\textbackslash{}'\\textbraceleft{} b"),
            ("$5 and \\$6", "\\$5 and \\$6"),
            ("$\\mathbb{R}$", "\\$\\textbackslash{}mathbb{R}\\$"),
            ("$$", "\\$\\$"),
            ("A\\\\{b}", "A\\textbackslash{}{b}"),
            ("\\", "\\textbackslash{}"),
            ("\\{a\\}", "\\textbraceleft{}a\\textbraceright{}"),
            ("\\\"", "\\textbackslash{}\\textquotedblright{}"),
            ("é\u{202e}\n$é$", "é \\$é\\$"),
        ] {
            assert_eq!(bibtex(text), expected, "{text}");
        }
    }
}
