//! Identifiers: arXiv ids, Pith Numbers and the many ways in which people write them.
//!
//! Parsing is strict about what an identifier is and lenient about how it is wrapped: a bare id, a
//! prefixed one, an address or a DOI. Nothing here looks anything up.

mod arxiv;
mod number;
mod query;

pub use arxiv::ArxivId;
pub use number::{PithNumber, Prefix, Suffix};
pub use query::Query;

use crate::error::Remedy;

/// The longest input that is looked at; every real identifier is far shorter.
const MAX_INPUT: usize = 512;

/// Why a text is not an identifier. `Display` says what is wrong in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// More than 512 bytes.
    #[error("it is {0} bytes long, longer than any identifier")]
    TooLong(usize),
    /// A character of a suffix that base32 (RFC 4648) does not have.
    #[error("character {place} of the Pith suffix is {}, which base32 does not have", quote(*.found))]
    Character {
        /// Position in the suffix, counted from 1.
        place: usize,
        /// The character as it was written.
        found: char,
        /// What was probably meant, where a look-alike exists.
        meant: Option<&'static str>,
    },
    /// A suffix that has neither 26 characters nor the 8, 12 or 16 of a short form.
    #[error("a Pith suffix has 26 characters{forms}, this one has {count}", count = .0, forms = or_short(*.0))]
    SuffixLength(usize),
    /// The year of a full Pith Number is not four digits.
    #[error("the year of a Pith Number has four digits, this one is \"{0}\"")]
    Year(String),
    /// More parts than `pith:<year>:<suffix>` has.
    #[error("a Pith Number is pith:<year>:<suffix>, this one has {0} parts")]
    Parts(usize),
    /// The month in an arXiv id is not 01 to 12.
    #[error("\"{yymm}\" is not a year and month (YYMM) of arXiv")]
    Month {
        /// The four digits that stand for year and month.
        yymm: String,
    },
    /// A new-style id with too few or too many digits after the point.
    #[error("arXiv ids of {yymm} have {expected} digits after the point, this one has {found}")]
    Digits {
        /// The four digits before the point.
        yymm: String,
        /// 4 until 1412, 5 from 1501.
        expected: usize,
        /// The number of digits found.
        found: usize,
        /// The id that was probably meant.
        meant: Option<String>,
    },
    /// A year and month that the style of id does not cover.
    #[error("{0}")]
    Era(&'static str),
    /// An archive that arXiv never had.
    #[error("arXiv has no archive \"{archive}\"")]
    Archive {
        /// The archive as written.
        archive: String,
        /// The nearest real one.
        meant: Option<&'static str>,
    },
    /// A version that is not `v1`, `v2`, ….
    #[error("\"{0}\" is not a version: versions are v1, v2, ...")]
    Version(String),
    /// It resembles an arXiv id, but is not one.
    #[error("it is not an arXiv id")]
    NotArxiv,
    /// Digits that lack the point or the archive.
    #[error("it has the digits of an arXiv id, but {missing}")]
    Incomplete {
        /// What is missing.
        missing: &'static str,
        /// The id that was probably meant.
        meant: Option<String>,
    },
    /// A DOI of another registrant.
    #[error("it is a DOI, but not one of arXiv's (10.48550/arXiv.<id>)")]
    ForeignDoi,
    /// An address that names no paper.
    #[error("the address names no paper that this program knows how to read")]
    Address,
    /// Anything else.
    #[error("it is neither an arXiv id nor a Pith Number")]
    Unknown,
}

/// The short forms, unless the suffix is as long as one: then a whole number was asked for.
fn or_short(length: usize) -> &'static str {
    if matches!(length, 8 | 12 | 16) { "" } else { " (or 8, 12, 16 in short forms)" }
}

impl Remedy for IdError {
    fn remedy(&self) -> Option<String> {
        let meant = |id: &str| format!("did you mean {id}?");
        match self {
            Self::Character { meant: m, .. } => Some(match m {
                Some(m) => format!("{m} was probably meant; base32 uses A-Z and 2-7"),
                None => "base32 uses A-Z and 2-7".into(),
            }),
            Self::SuffixLength(_) => Some("copy the whole number from the paper's page".into()),
            Self::Year(_) | Self::Parts(_) => {
                Some("an example: pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD".into())
            }
            Self::Month { .. } => Some("an example: 2403.01164".into()),
            Self::Digits { meant: Some(m), .. } | Self::Incomplete { meant: Some(m), .. } => {
                Some(meant(m))
            }
            Self::Archive { meant: Some(m), .. } => Some(meant(&format!("{m}/..."))),
            Self::ForeignDoi | Self::Address => {
                Some("give the arXiv id (2403.01164) or the Pith Number itself".into())
            }
            Self::Era(_) | Self::Version(_) => None,
            _ => Some(
                "give an arXiv id (2403.01164, hep-th/9807195) or a Pith Number \
                 (pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD)"
                    .into(),
            ),
        }
    }
}

/// Shows a character so that an invisible one can be seen: 'x', or U+200B.
fn quote(c: char) -> String {
    if c.is_ascii_graphic() || c.is_alphanumeric() {
        format!("'{c}'")
    } else {
        format!("U+{:04X}", u32::from(c))
    }
}

#[cfg(test)]
mod tests;
