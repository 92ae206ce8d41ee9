//! What a character does to a line of text.

use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

/// Three kinds of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A reader sees it.
    Visible,
    /// White space, line ends included.
    Space,
    /// Control, format and ignorable characters, and those that are none.
    Hidden,
}

pub(super) fn kind(c: char) -> Kind {
    if matches!(c, ' '..='~') {
        return if c == ' ' { Kind::Space } else { Kind::Visible };
    }
    if c.is_whitespace() {
        return Kind::Space;
    }
    match c.general_category() {
        GeneralCategory::Control | GeneralCategory::Format => Kind::Hidden,
        _ if is_ignorable(c) || is_noncharacter(c) => Kind::Hidden,
        _ => Kind::Visible,
    }
}

/// `Default_Ignorable_Code_Point` (UAX #44) outside general category Cf: fillers, joiners and
/// variation selectors, and the planes that are reserved for more of them.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{2065}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// U+FFFE, U+FFFF and their like: never characters.
fn is_noncharacter(c: char) -> bool {
    u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}')
}

/// A picture, or a private character: no text font has it.
pub(super) fn is_pictorial(c: char) -> bool {
    // Emoji=Yes holds digits, (c) and (r) too, which text fonts do have.
    (c > '\u{2122}' && c.is_emoji_char()) || c.general_category() == GeneralCategory::PrivateUse
}
