//! Characters by the names of glyphs and by standard encodings, as far as papers commonly need them.
//!
//! A font with another name or code is read whole by hayro-interpret, which knows them all.

/// The character of a glyph's name in the Adobe Glyph List.
pub(super) fn character(name: &[u8]) -> Option<&'static str> {
    if let [letter] = name
        && letter.is_ascii_alphabetic()
    {
        return ascii(*letter);
    }
    let at = NAMES.binary_search_by(|(known, _)| known.as_bytes().cmp(name)).ok()?;
    Some(NAMES[at].1)
}

/// A character that has the same code in ASCII, StandardEncoding, WinAnsiEncoding and MacRomanEncoding
/// (ISO 32000-2, annex D.2).
pub(super) fn ascii(code: u8) -> Option<&'static str> {
    const PRINTED: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
                           abcdefghijklmnopqrstuvwxyz{|}~";
    // In StandardEncoding these two are quotation marks.
    if !(b' '..=b'~').contains(&code) || matches!(code, b'\'' | b'`') {
        return None;
    }
    let at = usize::from(code - b' ');
    PRINTED.get(at..=at)
}

/// In the order of their names.
const NAMES: [(&str, &str); 108] = [
    ("acute", "\u{b4}"),
    ("alpha", "\u{3b1}"),
    ("ampersand", "&"),
    ("asciicircum", "^"),
    ("asciitilde", "~"),
    ("asterisk", "*"),
    ("asteriskmath", "\u{2217}"),
    ("at", "@"),
    ("backslash", "\\"),
    ("bar", "|"),
    ("beta", "\u{3b2}"),
    ("braceleft", "{"),
    ("braceright", "}"),
    ("bracketleft", "["),
    ("bracketright", "]"),
    ("breve", "\u{2d8}"),
    ("bullet", "\u{2022}"),
    ("caron", "\u{2c7}"),
    ("cedilla", "\u{b8}"),
    ("chi", "\u{3c7}"),
    ("circumflex", "\u{2c6}"),
    ("colon", ":"),
    ("comma", ","),
    ("copyright", "\u{a9}"),
    ("dagger", "\u{2020}"),
    ("daggerdbl", "\u{2021}"),
    ("degree", "\u{b0}"),
    ("delta", "\u{3b4}"),
    ("dieresis", "\u{a8}"),
    ("dollar", "$"),
    ("dotlessi", "\u{131}"),
    ("eight", "8"),
    ("emdash", "\u{2014}"),
    ("endash", "\u{2013}"),
    ("epsilon", "\u{3b5}"),
    ("equal", "="),
    ("eta", "\u{3b7}"),
    ("exclam", "!"),
    ("exclamdown", "\u{a1}"),
    ("ff", "\u{fb00}"),
    ("ffi", "\u{fb03}"),
    ("ffl", "\u{fb04}"),
    ("fi", "\u{fb01}"),
    ("five", "5"),
    ("fl", "\u{fb02}"),
    ("four", "4"),
    ("gamma", "\u{3b3}"),
    ("germandbls", "\u{df}"),
    ("grave", "`"),
    ("greater", ">"),
    ("greaterequal", "\u{2265}"),
    ("hyphen", "-"),
    ("infinity", "\u{221e}"),
    ("iota", "\u{3b9}"),
    ("kappa", "\u{3ba}"),
    ("lambda", "\u{3bb}"),
    ("less", "<"),
    ("lessequal", "\u{2264}"),
    ("macron", "\u{af}"),
    ("minus", "\u{2212}"),
    ("multiply", "\u{d7}"),
    ("nine", "9"),
    ("nu", "\u{3bd}"),
    ("numbersign", "#"),
    ("omega", "\u{3c9}"),
    ("one", "1"),
    ("paragraph", "\u{b6}"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("percent", "%"),
    ("period", "."),
    ("periodcentered", "\u{b7}"),
    ("phi", "\u{3c6}"),
    ("pi", "\u{3c0}"),
    ("plus", "+"),
    ("plusminus", "\u{b1}"),
    ("psi", "\u{3c8}"),
    ("question", "?"),
    ("questiondown", "\u{bf}"),
    ("quotedbl", "\""),
    ("quotedblleft", "\u{201c}"),
    ("quotedblright", "\u{201d}"),
    ("quoteleft", "\u{2018}"),
    ("quoteright", "\u{2019}"),
    ("quotesingle", "'"),
    ("registered", "\u{ae}"),
    ("rho", "\u{3c1}"),
    ("ring", "\u{2da}"),
    ("section", "\u{a7}"),
    ("semicolon", ";"),
    ("seven", "7"),
    ("sigma", "\u{3c3}"),
    ("six", "6"),
    ("slash", "/"),
    ("space", " "),
    ("sterling", "\u{a3}"),
    ("tau", "\u{3c4}"),
    ("theta", "\u{3b8}"),
    ("three", "3"),
    ("tilde", "\u{2dc}"),
    ("trademark", "\u{2122}"),
    ("two", "2"),
    ("udieresis", "\u{fc}"),
    ("underscore", "_"),
    ("upsilon", "\u{3c5}"),
    ("xi", "\u{3be}"),
    ("zero", "0"),
    ("zeta", "\u{3b6}"),
];
