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
///
/// Summed as floating point, character by character, as other badges are: rounding is theirs too.
fn text_width(text: &str) -> u32 {
    let width: f64 = text.chars().map(advance).sum();
    // At most a few hundred, and never negative.
    (width as u32) | 1
}

fn advance(c: char) -> f64 {
    let index = u32::from(c).checked_sub(0x20).and_then(|index| usize::try_from(index).ok());
    let found = index.and_then(|index| VERDANA.get(index)).copied();
    // What is not in the table is taken to be as wide as 'm'.
    f64::from(found.unwrap_or(VERDANA['m' as usize - 0x20])) / 100.0
}

/// Advance widths of Verdana at 11 px from U+0020 to U+007E, in hundredths of a pixel.
#[rustfmt::skip]
const VERDANA: [u16; 95] = [
    // space to slash
    387, 433, 505, 900, 699, 1184, 799, 295, 500, 500, 699, 900, 400, 500, 400, 500,
    // digits
    699, 699, 699, 699, 699, 699, 699, 699, 699, 699,
    // colon to at
    500, 500, 900, 900, 900, 600, 1100,
    // A to Z
    752, 754, 768, 848, 696, 632, 853, 827, 463, 500, 762, 612, 927,
    823, 866, 663, 866, 765, 752, 678, 805, 752, 1088, 754, 677, 754,
    // bracket to backtick
    500, 500, 500, 900, 699, 699,
    // a to z
    661, 685, 573, 685, 655, 387, 685, 696, 302, 379, 651, 302, 1070,
    696, 668, 685, 685, 469, 573, 433, 696, 651, 900, 651, 651, 578,
    // brace to tilde
    698, 500, 698, 900,
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
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn it_is_so_for_every_number(code in "[A-Z2-7]{8}", verified: bool) {
            let value = if verified { format!("{code} verified") } else { code };
            prop_assert_eq!(Layout::new("pith", &value), shields("pith", &value));
        }
    }
}
