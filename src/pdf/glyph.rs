//! What a code of a font shows, and how it stands on the page.

use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::Vec2;

/// What a code of a font shows.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// Its letters: ligatures apart, hyphens alike; U+FFFD where it has no character.
    pub text: String,
    /// Its advance in thousandths of the font's unit, where the font has one.
    pub width: Option<f32>,
    /// Whether it has no character.
    pub undecoded: bool,
    /// Whether it is white space.
    pub blank: bool,
    /// The combining mark that it is as an accent.
    pub mark: Option<char>,
}

impl Shown {
    /// What shows these characters. A code of a bitmap font may have a letter without them.
    pub(super) fn new(unicode: Option<&BfString>, bitmap: Option<u32>, width: Option<f32>) -> Self {
        let mut text = String::new();
        match unicode {
            Some(BfString::Char(character)) => letters(*character, &mut text),
            Some(BfString::String(characters)) => {
                characters.chars().for_each(|character| letters(character, &mut text));
            }
            None => text.push_str(bitmap.map_or("", bitmap_letters)),
        }
        let undecoded = text.is_empty();
        if undecoded {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        let blank = text.chars().all(char::is_whitespace);
        let mark = combining(&text);
        Self { text, width, undecoded, blank, mark }
    }
}

/// How a font stands on the page.
#[derive(Clone, Copy)]
pub(super) struct Stand {
    /// The unit vector along the baseline.
    pub along: Vec2,
    /// The font's size in points, as it comes out on the page.
    pub size: f64,
    /// From the baseline to about the height of letters.
    pub top: Vec2,
    /// An em along the baseline.
    pub em: Vec2,
}

impl Stand {
    /// The stand of a font of which an em along and above the baseline are these. `None` where nothing could be seen.
    pub(super) fn new(em: Vec2, up: Vec2, bitmap: bool) -> Option<Self> {
        let (length, size) = (em.hypot(), up.hypot());
        if !(length.is_finite() && size.is_finite()) || length == 0.0 || size == 0.0 {
            return None;
        }
        // A glyph of a bitmap font may have its own y downwards, which its text matrix then turns (Ghostscript
        // writes them so). Mirrored letters are nobody's text.
        let turned = bitmap && em.cross(up) < 0.0;
        let top = if turned { up * -0.7 } else { up * 0.7 };
        Some(Self { along: em / length, size, top, em })
    }
}

/// The least of red, green and blue (0 to 1) that nobody tells from white paper.
pub(super) const WHITE: f32 = 0.99;

/// What a glyph is painted with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Nothing: text rendering modes 3 and 7 (ISO 32000-2, 9.3.6), or an opacity of 0.
    None,
    /// White, which is seen where something else has been painted.
    White,
    /// Any other colour.
    Colour,
}

/// A character as letters: ligatures apart, hyphens alike, spaces as one kind.
fn letters(character: char, out: &mut String) {
    match character {
        '\u{fb00}' => out.push_str("ff"),
        '\u{fb01}' => out.push_str("fi"),
        '\u{fb02}' => out.push_str("fl"),
        '\u{fb03}' => out.push_str("ffi"),
        '\u{fb04}' => out.push_str("ffl"),
        '\u{fb05}' | '\u{fb06}' => out.push_str("st"),
        '\u{ad}' | '\u{2010}' | '\u{2011}' => out.push('-'),
        character if character.is_control() => {}
        character => out.push(character),
    }
}

/// The letters of a glyph in a bitmap font of TeX's, which has no names but `a65`: ASCII, and the ligatures where
/// the encodings OT1 and T1 have them. Most papers of the years before 2000 are set so.
fn bitmap_letters(code: u32) -> &'static str {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
                         abcdefghijklmnopqrstuvwxyz{|}~";
    match code {
        11 | 27 => "ff",
        12 | 28 => "fi",
        13 | 29 => "fl",
        14 | 30 => "ffi",
        15 | 31 => "ffl",
        33..=126 => {
            let at = code as usize - 33;
            &ASCII[at..=at]
        }
        _ => "",
    }
}

/// The combining mark of a spacing accent.
fn combining(accent: &str) -> Option<char> {
    Some(match accent {
        "`" | "\u{2cb}" => '\u{300}',
        "\u{b4}" | "\u{2ca}" => '\u{301}',
        "\u{2c6}" => '\u{302}',
        "\u{2dc}" => '\u{303}',
        "\u{af}" | "\u{2c9}" => '\u{304}',
        "\u{2d8}" => '\u{306}',
        "\u{2d9}" => '\u{307}',
        "\u{a8}" => '\u{308}',
        "\u{2da}" => '\u{30a}',
        "\u{2dd}" => '\u{30b}',
        "\u{2c7}" => '\u{30c}',
        "\u{b8}" => '\u{327}',
        "\u{2db}" => '\u{328}',
        _ => return None,
    })
}
