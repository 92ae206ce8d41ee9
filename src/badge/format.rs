//! The names of formats and styles.

use std::fmt;
use std::str::FromStr;

/// A form that a badge can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The two lines for a paper's source.
    Latex,
    /// A picture that carries the proof.
    Svg,
    /// A snippet for a web page, with JSON-LD that carries the proof.
    Html,
    /// A link in GitHub Flavored Markdown.
    Markdown,
    /// A link in reStructuredText.
    Rst,
    /// A link in AsciiDoc.
    Asciidoc,
    /// A bibliography entry.
    Bibtex,
    /// One line of plain text.
    Text,
    /// `pith.badge/1`.
    Json,
}

impl Format {
    /// All formats, in the order in which they are listed to people.
    pub const ALL: [Self; 9] = [
        Self::Latex,
        Self::Svg,
        Self::Html,
        Self::Markdown,
        Self::Rst,
        Self::Asciidoc,
        Self::Bibtex,
        Self::Text,
        Self::Json,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latex => "latex",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Rst => "rst",
            Self::Asciidoc => "asciidoc",
            Self::Bibtex => "bibtex",
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// The usual extension of a file of this format, without the point.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Latex => "tex",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Rst => "rst",
            Self::Asciidoc => "adoc",
            Self::Bibtex => "bib",
            Self::Text => "txt",
            Self::Json => "json",
        }
    }

    /// Whether a badge of this format can carry the record's proof.
    pub fn carries_proof(self) -> bool {
        matches!(self, Self::Svg | Self::Html | Self::Json)
    }
}

/// The look of the SVG and HTML badges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// The flat style of README badges everywhere.
    #[default]
    Flat,
    /// A thin frame, which follows the reader's choice of light and dark.
    Outline,
}

impl Style {
    /// All styles.
    pub const ALL: [Self; 2] = [Self::Flat, Self::Outline];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Outline => "outline",
        }
    }
}

/// A name that stands for no format or style; holds the names that would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is none of {0}")]
pub struct NameError(String);

fn by_name<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, NameError> {
    let found = all.iter().copied().find(|&item| name(item) == text);
    found
        .ok_or_else(|| NameError(all.iter().map(|&item| name(item)).collect::<Vec<_>>().join(", ")))
}

impl FromStr for Format {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        by_name(&Self::ALL, Self::name, text)
    }
}

impl FromStr for Style {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        by_name(&Self::ALL, Self::name, text)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
