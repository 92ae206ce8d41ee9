//! How signs on a page may be spelled in arXiv's metadata, which is ASCII and TeX.

use unicode_normalization::UnicodeNormalization;

/// How a sign on the page may be written in arXiv's metadata.
#[derive(Clone, Copy)]
pub(super) struct Style {
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
    /// Quotes and dashes in ASCII, for a first try.
    pub const PLAIN: Self =
        Self { quotes: Quotes::Ascii, dashes: Dashes::Ascii, accents: Accents::Bare };

    pub fn all() -> impl Iterator<Item = Self> {
        let accents = [Accents::Bare, Accents::Argument, Accents::Group];
        [Quotes::Ascii, Quotes::Tex].into_iter().flat_map(move |quotes| {
            [Dashes::Ascii, Dashes::Tex].into_iter().flat_map(move |dashes| {
                accents.into_iter().map(move |accents| Self { quotes, dashes, accents })
            })
        })
    }

    /// A word as it would be hashed: in this spelling, in lower case.
    pub fn write(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut chars = text.nfd().peekable();
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

/// Whether a title is spelled with markup, so that a page shows something else.
pub(super) fn has_markup(title: &str) -> bool {
    title.contains(['$', '\\', '{', '}', '^', '_', '~'])
}

/// What is left of a title for comparing it with a page, whatever its fonts, spaces and accents: ASCII
/// letters and digits in lower case.
pub(super) fn letters(text: &str) -> String {
    let ascii = |c: char| {
        let letter = match c {
            '\u{df}' => "ss",
            '\u{e6}' | '\u{c6}' => "ae",
            '\u{153}' | '\u{152}' => "oe",
            '\u{f8}' | '\u{d8}' => "o",
            '\u{142}' | '\u{141}' => "l",
            '\u{131}' => "i",
            _ => return c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase().to_string()),
        };
        Some(letter.to_owned())
    };
    text.nfkd().filter_map(ascii).collect()
}

/// The letters of a title in TeX: what a command takes is kept, its name is not, but for the commands
/// that are letters.
pub(super) fn letters_of_tex(title: &str) -> String {
    let mut text = String::with_capacity(title.len());
    let mut rest = title;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        match &rest[..name] {
            letter @ ("ss" | "ae" | "AE" | "oe" | "OE" | "o" | "O" | "l" | "L" | "i" | "j"
            | "aa" | "AA") => {
                // The rings of "\\aa" are accents.
                text.push_str(if letter.eq_ignore_ascii_case("aa") { "a" } else { letter });
            }
            // An accent or an escaped sign: one character that is no letter.
            "" => text.push(' '),
            _ => {}
        }
        rest = &rest[name..];
    }
    text.push_str(rest);
    letters(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_in_tex_has_the_letters_of_the_page() {
        for (title, page) in [
            ("R$^2$-Searcher", "R2-Searcher"),
            ("Schr\\\"odinger and Jos\\'{e}", "Schr\u{f6}dinger and Jos\u{e9}"),
            ("Andr\\'as Schubert's {\\OE}uvre", "Andra\u{301}s Schubert\u{2019}s \u{152}uvre"),
            ("{\\it Gaia} at $\\alpha \\sim 4$", "Gaia at \u{3b1} \u{223c} 4"),
            ("$\\mathrm{SAT}$ \\& \\textsc{Foo}", "SAT & FOO"),
            ("Stra\\ss e and \\L\\'od\\'z", "Stra\u{df}e and \u{141}\u{f3}d\u{17a}"),
            ("Difficult Coffee", "Di\u{fb03}cult Co\u{fb00}ee"),
        ] {
            assert_eq!(letters_of_tex(title), letters(page), "{title}");
        }
    }
}
