//! Plain text, Markdown, reStructuredText, AsciiDoc.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use super::character::{Kind, kind};

/// One line of plain text; [`super::line`].
#[derive(Clone, Copy, Debug)]
pub struct Line;

impl Escaper for Line {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        visible(dest, text, |dest, c| dest.write_char(c))
    }
}

/// GitHub Flavored Markdown, not at the beginning of a line; [`super::markdown`].
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl Escaper for Markdown {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        visible(dest, text, |dest, c| {
            // CommonMark 2.4: any ASCII punctuation may be escaped. All of it is, but what means
            // something only at the beginning of a line; extensions use ':', '@', '$', '~', '|'.
            if c.is_ascii_punctuation() && !",;?/'-+=%()".contains(c) {
                dest.write_char('\\')?;
            }
            dest.write_char(c)
        })
    }
}

/// reStructuredText; [`super::rst`].
#[derive(Clone, Copy, Debug)]
pub struct Rst;

impl Escaper for Rst {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        visible(dest, text, |dest, c| {
            // A backslash takes its meaning from any character. '@' and ':' make links of addresses,
            // '-' and '.' begin lists, "..", and lines under headings.
            if c.is_ascii_punctuation() && !",;?!/%".contains(c) {
                dest.write_char('\\')?;
            }
            dest.write_char(c)
        })
    }
}

/// AsciiDoc; [`super::asciidoc`].
#[derive(Clone, Copy, Debug)]
pub struct Asciidoc;

impl Escaper for Asciidoc {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        visible(dest, text, |dest, c| {
            // A backslash escapes only where a construct would match, and is printed elsewhere;
            // character references are never anything else.
            if c.is_ascii_punctuation() && !",;?!/%".contains(c) {
                write!(dest, "&#{};", u32::from(c))
            } else {
                dest.write_char(c)
            }
        })
    }
}

/// Writes visible characters by `write`, white space as a space, and the rest not at all.
pub(super) fn visible<W: Write>(
    mut dest: W,
    text: &str,
    write: impl Fn(&mut W, char) -> fmt::Result,
) -> fmt::Result {
    for c in text.chars() {
        match kind(c) {
            Kind::Visible => write(&mut dest, c)?,
            Kind::Space => dest.write_char(' ')?,
            Kind::Hidden => {}
        }
    }
    Ok(())
}
