//! Places in a source as people count them.

use std::ops::Range;

/// A place in a source, with the line that it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// How many characters on this line are meant; at least 1.
    pub length: u32,
    /// The line itself. A byte that is no UTF-8 is U+FFFD.
    pub text: String,
}

/// The line and column of `range` in `source`. A line ends as TeX reads it: with LF, CR LF or CR.
pub fn spot(source: &[u8], range: Range<usize>) -> Spot {
    let start = range.start.min(source.len());
    let before = &source[..start];
    let line_start = before.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
    let ends = |text: &[u8]| {
        let mut last = 0;
        let is_end = |byte: &&u8| {
            let pair = last == b'\r' && **byte == b'\n';
            last = **byte;
            matches!(**byte, b'\n' | b'\r') && !pair
        };
        text.iter().filter(is_end).count()
    };
    let rest = source[start..].iter().position(|b| matches!(b, b'\n' | b'\r'));
    let line_end = rest.map_or(source.len(), |length| start + length);
    let characters = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        u32::try_from(text.trim_start_matches('\u{feff}').chars().count()).unwrap_or(u32::MAX)
    };
    let text = String::from_utf8_lossy(&source[line_start..line_end]).into_owned();
    Spot {
        line: u32::try_from(ends(before) + 1).unwrap_or(u32::MAX),
        column: characters(&source[line_start..start]).saturating_add(1),
        length: characters(&source[start..range.end.clamp(start, line_end)]).max(1),
        text: text.trim_start_matches('\u{feff}').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_from_one() {
        let at = |source: &[u8], range| {
            let spot = spot(source, range);
            (spot.line, spot.column, spot.length, spot.text)
        };
        assert_eq!(at(b"ab\ncd\n", 4..5), (2, 2, 1, "cd".into()));
        assert_eq!(at(b"ab\r\ncd\r\n", 4..20), (2, 1, 2, "cd".into()));
        assert_eq!(at(b"ab\rcd", 3..4), (2, 1, 1, "cd".into()));
        assert_eq!(at("é = x".as_bytes(), 5..6), (1, 5, 1, "é = x".into()));
        assert_eq!(at("\u{feff}x".as_bytes(), 3..4), (1, 1, 1, "x".into()));
        assert_eq!(at(b"\xe9x", 1..2), (1, 2, 1, "\u{fffd}x".into()));
        assert_eq!(at(b"", 0..0), (1, 1, 1, String::new()));
    }
}
