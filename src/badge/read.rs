//! Finds the proof in a badge, and what the badge shows beside it.
//!
//! A genuine proof can be pasted under another number's link, so what a reader sees is collected
//! too, for [`Embedded::disagreements`]. Whether the record is genuine is for
//! [`crate::verify::verify`].

mod html;
mod svg;

pub use html::MAX_BYTES;

use crate::error::Remedy;
use crate::escape;
use crate::id::{PithNumber, Query};
use crate::record::{Record, RecordError, text_digest};

/// The place of a badge's link.
const LINK: &str = "link";

/// What a proof was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// An SVG picture, alone or inside a page.
    Svg,
    /// JSON-LD in a page.
    Html,
}

impl std::fmt::Display for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Svg => "SVG",
            Self::Html => "HTML",
        })
    }
}

/// A record that a badge carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// What it was found in.
    pub carrier: Carrier,
    /// The record with its receipt, not yet verified.
    pub record: Record,
    /// What the badge says, in the order in which it stands there.
    pub shown: Vec<Shown>,
}

/// Something that a badge says about its paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where: `link`, `text`, `title`, ….
    pub place: &'static str,
    /// What, as it stands there. Text from outside.
    pub text: String,
    subject: Subject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// A Pith Number or an arXiv id, in any form.
    Identifier,
    /// The paper's title.
    Title,
    /// The day on which this version was submitted.
    Date,
    /// The address of the licence.
    License,
    /// Something that no badge says.
    Foreign,
}

impl Embedded {
    /// Whether a badge stands beside the proof: of a page, only what programs read may be there.
    pub fn has_badge(&self) -> bool {
        self.shown.iter().any(|shown| shown.place == LINK)
    }

    /// What the badge shows and its record does not say: the number, the source, the title, the date or the licence of
    /// another paper, or a link to anywhere else. Empty for a record of unknown schema, which does
    /// not verify anyway.
    pub fn disagreements(&self) -> Vec<&Shown> {
        let Ok(fields) = self.record.fields() else {
            return Vec::new();
        };
        let number = fields.number(&self.record.digest());
        let agrees = |shown: &&Shown| match shown.subject {
            Subject::Identifier => match shown.text.parse::<Query>() {
                Ok(Query::Arxiv(id)) => id.same_paper(&fields.source),
                Ok(query) => names(&query, &number),
                Err(_) => false,
            },
            Subject::Title => {
                let same_line = |title: &str| escape::line(title) == escape::line(&shown.text);
                text_digest(&shown.text) == fields.title_canon_sha256
                    || self.record.title().is_some_and(same_line)
            }
            Subject::Date => shown.text == fields.submitted_at.date(),
            Subject::License => shown.text == fields.license,
            Subject::Foreign => false,
        };
        self.shown.iter().filter(|shown| !agrees(shown)).collect()
    }
}

fn names(query: &Query, number: &PithNumber) -> bool {
    let (year, same) = match query {
        Query::Pith(shown) => (shown.year, shown.suffix == number.suffix),
        Query::Prefix { year, prefix } => (*year, prefix.matches(&number.suffix)),
        Query::Arxiv(_) => return false,
    };
    same && (year.is_none() || year == number.year)
}

fn check_size(carrier: Carrier, found: usize, limit: usize) -> Result<(), ReadError> {
    if found > limit { Err(ReadError::TooLarge { carrier, found, limit }) } else { Ok(()) }
}

/// Why no proof was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It does not begin as markup does.
    #[error("it is neither SVG nor HTML")]
    NotMarkup,
    /// More bytes than are looked at.
    #[error("it has {found} bytes; of {carrier}, at most {limit} are read")]
    TooLarge {
        /// What it is.
        carrier: Carrier,
        /// Its size.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// SVG that is not XML, or XML that no badge needs.
    #[error("its XML cannot be read: {0}")]
    Xml(String),
    /// A proof that is no record.
    #[error("the proof in it cannot be read: {0}")]
    Proof(#[from] RecordError),
    /// A picture is the badge of one paper.
    #[error("this SVG carries more than one proof")]
    Several,
    /// Markup without a proof.
    #[error("this {0} carries no Pith proof")]
    NoProof(Carrier),
}

impl Remedy for ReadError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NotMarkup => "give a badge as `pith badge --format svg` or html writes it".into(),
            Self::TooLarge { .. } => "save the badge alone in a file".into(),
            Self::NoProof(_) => {
                "programs that shrink pictures or pages drop it; make the badge again with `pith badge`"
                    .into()
            }
            Self::Xml(_) | Self::Proof(_) | Self::Several => "make the badge again with `pith badge`".into(),
        })
    }
}

/// Finds every proof in an SVG picture or an HTML page, told apart by their content.
///
/// # Errors
/// [`ReadError`] where there is none, or one that cannot be read.
pub fn proofs_in(bytes: &[u8]) -> Result<Vec<Embedded>, ReadError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let carrier = carrier(bytes).ok_or(ReadError::NotMarkup)?;
    let found = match carrier {
        Carrier::Svg => svg::read(bytes)?.into_iter().collect(),
        Carrier::Html => html::read(bytes)?,
    };
    if found.is_empty() { Err(ReadError::NoProof(carrier)) } else { Ok(found) }
}

/// Looks at the first tag after comments, processing instructions and document type.
fn carrier(bytes: &[u8]) -> Option<Carrier> {
    let mut rest = bytes.trim_ascii_start();
    loop {
        let end: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!' | b'?', ..] => b">",
            [b'<', ..] => break,
            _ => return None,
        };
        // A document type with declarations ends later than at its first '>', and what follows then
        // is no tag. Such a file is no page; the SVG reader says why it is refused.
        let Some(at) = find(rest, end) else {
            return Some(Carrier::Html);
        };
        if rest[..at].to_ascii_lowercase().starts_with(b"<!doctype svg") {
            return Some(Carrier::Svg);
        }
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    let name_len =
        rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b':').count();
    let name = &rest[1..=name_len];
    Some(if name == b"svg" || name.ends_with(b":svg") { Carrier::Svg } else { Carrier::Html })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The Pith Numbers in a text of a badge that people read, with `pith:` before them or in capitals alone; and the whole
/// text, where it says of a number anything else than that it is verified.
fn words(place: &'static str, text: &str) -> Vec<Shown> {
    let base32 = |b: u8| matches!(b, b'A'..=b'Z' | b'2'..=b'7');
    let is_number = |word: &str| {
        let prefixed = word.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("pith:"));
        prefixed || (matches!(word.len(), 8 | 12 | 16 | 26) && word.bytes().all(base32))
    };
    let words = text.split(|c: char| !c.is_alphanumeric() && c != ':');
    let words = words.map(|word| word.trim_end_matches(':')).filter(|word| !word.is_empty());
    let (numbers, others): (Vec<_>, Vec<_>) = words.partition(|word| is_number(word));
    let mut shown: Vec<_> = numbers.into_iter().map(|word| identifier(place, word)).collect();
    let others: Vec<_> = others.iter().map(|word| word.to_lowercase()).collect();
    let says = |words: &[&str]| others.iter().any(|other| words.contains(&other.as_str()));
    let is_bare = others.iter().all(|other| other == "pith");
    // Readers of a page may be told more, such as that a link opens a window.
    let is_verified = says(&["verified"]) && !says(&["not", "no", "never"]);
    if !shown.is_empty() && !is_bare && !is_verified {
        shown.push(foreign(place, text.trim()));
    }
    shown
}

fn foreign(place: &'static str, text: &str) -> Shown {
    Shown { place, text: text.to_owned(), subject: Subject::Foreign }
}

fn identifier(place: &'static str, text: &str) -> Shown {
    Shown { place, text: text.to_owned(), subject: Subject::Identifier }
}

fn date(place: &'static str, text: &str) -> Shown {
    Shown { place, text: text.to_owned(), subject: Subject::Date }
}

fn license(place: &'static str, text: &str) -> Shown {
    Shown { place, text: text.to_owned(), subject: Subject::License }
}

fn title(place: &'static str, text: &str) -> Shown {
    Shown { place, text: text.to_owned(), subject: Subject::Title }
}
