//! The geometry of the flat README badge: what shields.io draws, measured with the same widths.

/// Space at the left and right of each text.
const PADDING: u32 = 5;

/// Where everything is in a badge of height 20. Texts are drawn at ten times their size and scaled
/// down, so lengths and positions of texts are in tenths of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub width: u32,
    pub label_width: u32,
    pub value_width: u32,
    pub label_x: u32,
    pub value_x: u32,
    pub label_length: u32,
    pub value_length: u32,
}

impl Layout {
    pub fn new(label: &str, value: &str) -> Self {
        let (label_text, value_text) = (text_width(label), text_width(value));
        let label_width = label_text + 2 * PADDING;
        let value_width = value_text + 2 * PADDING;
        Self {
            width: label_width + value_width,
            label_width,
            value_width,
            // Each text is one pixel nearer to the seam than the middle of its half.
            label_x: 10 * (1 + PADDING) + 5 * label_text,
            value_x: 10 * (label_width - 1 + PADDING) + 5 * value_text,
            label_length: 10 * label_text,
            value_length: 10 * value_text,
        }
    }
}

/// The width in pixels, made odd: middles then fall on whole pixels.
fn text_width(text: &str) -> u32 {
    let units: u32 = text.chars().map(advance).sum();
    (units * FONT_SIZE / UNITS_PER_EM) | 1
}

fn advance(c: char) -> u32 {
    let index = u32::from(c).checked_sub(0x20).and_then(|index| usize::try_from(index).ok());
    let found = index.and_then(|index| VERDANA.get(index)).copied();
    // What is not in the table is taken to be as wide as 'm'.
    found.unwrap_or(VERDANA['m' as usize - 0x20]).into()
}

const FONT_SIZE: u32 = 11;
const UNITS_PER_EM: u32 = 2048;

/// Advance widths of Verdana from U+0020 to U+007E, in units of its em.
#[rustfmt::skip]
const VERDANA: [u16; 95] = [
    // space to slash
    721, 806, 940, 1676, 1301, 2204, 1488, 549, 931, 931, 1301, 1676, 745, 931, 745, 931,
    // digits
    1301, 1301, 1301, 1301, 1301, 1301, 1301, 1301, 1301, 1301,
    // colon to at
    931, 931, 1676, 1676, 1676, 1117, 2048,
    // A to Z
    1400, 1404, 1430, 1579, 1296, 1177, 1588, 1540, 862, 931, 1419, 1139, 1726,
    1532, 1612, 1234, 1612, 1424, 1400, 1262, 1499, 1400, 2026, 1404, 1260, 1404,
    // bracket to backtick
    931, 931, 931, 1676, 1301, 1301,
    // a to z
    1231, 1275, 1067, 1275, 1219, 721, 1275, 1296, 562, 706, 1212, 562, 1992,
    1296, 1244, 1275, 1275, 873, 1067, 806, 1296, 1212, 1676, 1212, 1212, 1076,
    // brace to tilde
    1300, 931, 1300, 1676,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What another program draws for the same texts.
    fn shields(label: &str, value: &str) -> Layout {
        let svg = shields::builder::Badge::flat().label(label).message(value).build();
        let svg = roxmltree::Document::parse(&svg).unwrap();
        let number = |tag: &str, nth, name| {
            let mut nodes = svg.descendants().filter(|node| node.tag_name().name() == tag);
            let value: f64 = nodes.nth(nth).unwrap().attribute(name).unwrap().parse().unwrap();
            format!("{value:.0}").parse().unwrap()
        };
        // It draws each text three times: two shadows, and the text.
        Layout {
            width: number("svg", 0, "width"),
            label_width: number("rect", 1, "width"),
            value_width: number("rect", 2, "width"),
            label_x: number("text", 0, "x"),
            value_x: number("text", 3, "x"),
            label_length: number("text", 0, "textLength"),
            value_length: number("text", 3, "textLength"),
        }
    }

    #[test]
    fn it_is_the_geometry_of_other_badges() {
        for value in ["WKFOJ2EC verified", "7YXM6JRY", "MI552NCC verified", "IIIIIIII", "WWWWWWWW"]
        {
            assert_eq!(Layout::new("pith", value), shields("pith", value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn it_is_so_for_every_number(code in "[A-Z2-7]{8}", verified: bool) {
            let value = if verified { format!("{code} verified") } else { code };
            prop_assert_eq!(Layout::new("pith", &value), shields("pith", &value));
        }
    }
}
