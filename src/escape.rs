//! Text from outside, made harmless for the language that it goes into.
//!
//! Each target is a function for one text and a type that implements askama's `Escaper`;
//! askama.toml binds the types to the extensions of templates, so that a template is escaped unless
//! it says otherwise. An escaper looks at one character at a time, because a template may hand it a
//! text in pieces, and its output is a value for one line: white space of any kind is a space. Only
//! [`bibtex()`] takes a whole text, because it tells TeX from text.
//!
//! Only [`Xml`], [`TexData`] and [`ScriptJson`] give back exactly what went in, because they carry data. The
//! others are for people, and drop what no reader can see but what moves or hides text: control and
//! format characters, bidirectional controls, zero-width characters. What the text says, and
//! whether that is true, is not their matter.

mod bibtex;
mod character;
mod markup;
mod mathematics;
mod prose;
mod terminal;
mod tex;

pub use bibtex::bibtex;
pub use markup::{Html, ScriptJson, Xml};
pub use prose::{Asciidoc, Line, Markdown, Rst};
pub use terminal::Terminal;
pub use tex::{Bibtex, Tex, TexComment, TexData};

use askama::filters::Escaper;

/// One line of text without invisible characters, otherwise as it is.
pub fn line(text: &str) -> String {
    escape(Line, text)
}

/// Text in a LaTeX document, inside braces. An emoji is printed as `[U+1F600]`.
pub fn tex(text: &str) -> String {
    escape(Tex, text)
}

/// The rest of a line after `%` in TeX.
pub fn tex_comment(text: &str) -> String {
    escape(TexComment, text)
}

/// A value of the record block in pith.sty: XML text of a few ASCII characters that mean nothing to TeX,
/// to PDF strings and to PostScript, so that it goes into the XMP packet as it stands.
pub fn tex_data(text: &str) -> String {
    escape(TexData, text)
}

/// Text or an attribute's value in XML 1.0. Characters that XML cannot hold are dropped.
pub fn xml(text: &str) -> String {
    escape(Xml, text)
}

/// Text or a quoted attribute's value in HTML, outside `script` and `style`.
pub fn html(text: &str) -> String {
    escape(Html, text)
}

/// JSON, given as JSON, for a `script` element: ASCII only, and nothing that HTML or XML reads.
pub fn script_json(json: &str) -> String {
    escape(ScriptJson, json)
}

/// Inline text in GitHub Flavored Markdown, in a link too, but not at the beginning of a line.
pub fn markdown(text: &str) -> String {
    escape(Markdown, text)
}

/// Inline text in reStructuredText.
pub fn rst(text: &str) -> String {
    escape(Rst, text)
}

/// Inline text in AsciiDoc.
pub fn asciidoc(text: &str) -> String {
    escape(Asciidoc, text)
}

/// Text for a terminal: what is invisible is shown as `\u{202e}`.
pub fn terminal(text: &str) -> String {
    escape(Terminal, text)
}

fn escape(escaper: impl Escaper, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escaper.write_escaped_str(&mut out, text).expect("a String takes every character");
    out
}

#[cfg(test)]
mod tests;
