//! LaTeX text, TeX comments, BibTeX values.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use super::character::{Kind, is_pictorial, kind};
use super::prose::visible;

/// Text in a LaTeX document; [`super::tex`].
///
/// Letters of every script stay as they are: which of them a font has is the document's matter.
#[derive(Clone, Copy, Debug)]
pub struct Tex;

impl Escaper for Tex {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        visible(dest, text, write_tex)
    }
}

fn write_tex<W: Write>(dest: &mut W, c: char) -> fmt::Result {
    dest.write_str(match c {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '#' => "\\#",
        '$' => "\\$",
        '%' => "\\%",
        '&' => "\\&",
        '_' => "\\_",
        // Not "\{": BibTeX counts it as a brace, and breaks where it has no partner.
        '{' => "\\textbraceleft{}",
        '}' => "\\textbraceright{}",
        // Other characters in OT1.
        '<' => "\\textless{}",
        '>' => "\\textgreater{}",
        '|' => "\\textbar{}",
        // A ligature in "?`", and a shorthand of babel each.
        '`' => "\\textasciigrave{}",
        '"' => "\\textquotedblright{}",
        // An argument after "\\" or "\item".
        '[' => "{[}",
        ']' => "{]}",
        '*' => "{*}",
        _ if is_pictorial(c) => return write!(dest, "{{[}}U+{:04X}{{]}}", u32::from(c)),
        _ => return dest.write_char(c),
    })
}

/// A comment in TeX; [`super::tex_comment`].
#[derive(Clone, Copy, Debug)]
pub struct TexComment;

impl Escaper for TexComment {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match kind(c) {
                Kind::Hidden => {}
                Kind::Space => dest.write_char(' ')?,
                Kind::Visible => dest.write_char(c)?,
            }
            // arXiv and editors look for commands with regular expressions, in comments too.
            if c == '\\' && rest.peek().is_none_or(|next| !next.is_ascii_punctuation()) {
                dest.write_char(' ')?;
            }
        }
        Ok(())
    }
}

/// A value of the record block in pith.sty; [`super::tex_data`].
#[derive(Clone, Copy, Debug)]
pub struct TexData;

impl Escaper for TexData {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                'A'..='Z' | 'a'..='z' | '0'..='9' | '"' | '+'..=':' | '=' | '[' | ']' | '_' => {
                    dest.write_char(c)?;
                }
                _ => write!(dest, "&#{};", u32::from(c))?,
            }
        }
        Ok(())
    }
}

/// The value of a BibTeX field; [`super::bibtex`].
#[derive(Clone, Copy, Debug)]
pub struct Bibtex;

impl Escaper for Bibtex {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        // BibTeX gives the value to LaTeX; the escapes of LaTeX have balanced braces.
        visible(dest, text, write_tex)
    }
}
