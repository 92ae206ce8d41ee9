//! Metadata in BibTeX. arXiv's is written in TeX (protocol.md 2): accents, letters, groups and simple mathematics in it are
//! the paper's, and stay; all else is text.

use super::tex;

/// Accents that are a character (`\"o`, `\'{e}`) and those that are a word (`\v{c}`, `\c c`).
const ACCENTS: &str = "\"'`^~=.";
const ACCENT_WORDS: [&str; 10] = ["u", "v", "H", "c", "d", "b", "r", "k", "t", "G"];
const LETTERS: [&str; 14] =
    ["oe", "OE", "ae", "AE", "aa", "AA", "o", "O", "l", "L", "ss", "i", "j", "textendash"];
/// What takes a group.
const FONTS: [&str; 8] =
    ["emph", "textit", "textbf", "textrm", "textsc", "texttt", "textsuperscript", "textsubscript"];
/// Characters that stand for themselves after a backslash. Not braces: BibTeX counts them.
const ESCAPED: &str = "%&_#$";
/// What LaTeX's kernel knows in mathematics, as titles have it.
const MATH: &str = "\
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi \
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi \
    Sigma Upsilon Phi Psi Omega to rightarrow leftarrow leftrightarrow infty pm mp times cdot sim simeq \
    approx leq geq le ge ll gg neq equiv propto partial nabla ell hbar sqrt frac mathcal mathrm mathbf \
    mathit rm bf it cal bar hat tilde widetilde widehat vec dot ddot overline underline prime dagger \
    ast star circ oplus otimes wedge vee in subset cup cap sum prod int log ln exp sin cos langle \
    rangle";
/// Characters of mathematics that mean nothing elsewhere.
const MATH_CHARACTERS: &str = "+-=<>()[],.:;!|/'*^_{} ";

/// The value of a BibTeX field, inside braces, from metadata that is written in TeX.
pub fn bibtex(text: &str) -> String {
    let has_groups = is_balanced(text);
    let (mut out, mut plain, mut rest) = (String::new(), String::new(), text);
    while let Some(first) = rest.chars().next() {
        if let [b'\\', brace @ (b'{' | b'}'), ..] = rest.as_bytes() {
            plain.push(char::from(*brace));
            rest = &rest[2..];
            continue;
        }
        let length = match first {
            '\\' => command(rest, has_groups),
            '$' => mathematics(rest),
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
    out + &tex(&plain)
}

/// Whether each brace that is not escaped has its partner.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
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
        let is_letter = LETTERS.contains(&name);
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

/// The length of the mathematics that `text` begins with, where all of it is known; else 0.
fn mathematics(text: &str) -> usize {
    let Some(length) = text[1..].find('$').filter(|length| *length > 0) else { return 0 };
    let content = &text[1..=length];
    let mut rest = content;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\\' => {
                let name = word(&rest[1..]);
                let is_known = MATH.split(' ').any(|known| known == name)
                    || rest[1..].starts_with([',', ';', '!', ':']);
                match is_known {
                    true => 1 + name.len().max(1),
                    false => return 0,
                }
            }
            c if c.is_ascii_alphanumeric() || MATH_CHARACTERS.contains(c) => 1,
            _ => return 0,
        };
        rest = &rest[length..];
    }
    if is_balanced(content) { length + 2 } else { 0 }
}

fn word(text: &str) -> &str {
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

    #[test]
    fn all_else_is_text() {
        for (text, expected) in [
            ("100% of R&D", "100\\% of R\\&D"),
            ("\\input{x}", "\\textbackslash{}input{x}"),
            ("a } \\'{ b", "a \\textbraceright{} \\textbackslash{}'\\textbraceleft{} b"),
            ("$5 and \\$6", "\\$5 and \\$6"),
            ("$\\mathbb{R}$", "\\$\\textbackslash{}mathbb{R}\\$"),
            ("$$", "\\$\\$"),
            ("\\", "\\textbackslash{}"),
            ("\\{a\\}", "\\textbraceleft{}a\\textbraceright{}"),
            ("\\\"", "\\textbackslash{}\\textquotedblright{}"),
            ("é\u{202e}\n$é$", "é \\$é\\$"),
        ] {
            assert_eq!(bibtex(text), expected, "{text}");
        }
    }
}
