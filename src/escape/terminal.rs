//! Terminals, which obey control characters.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use super::character::{Kind, kind};

/// Text for a terminal; [`super::terminal`].
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

impl Escaper for Terminal {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            match kind(c) {
                Kind::Visible => dest.write_char(c)?,
                Kind::Space => dest.write_char(' ')?,
                // Shown, not dropped: whoever reads the message must see that it was there.
                Kind::Hidden => write!(dest, "\\u{{{:x}}}", u32::from(c))?,
            }
        }
        Ok(())
    }
}
