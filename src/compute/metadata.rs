//! What a record needs of a paper's metadata, whichever form it came in.

use std::borrow::Cow;

use crate::error::Remedy;
use crate::id::ArxivId;
use crate::record::{Timestamp, is_hex_digest, text_digest};

/// A paper's metadata, as far as a record needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// The paper, at no version.
    pub id: ArxivId,
    /// The newest version that the metadata knows, 1 or more.
    pub version: u32,
    /// When version 1 was submitted.
    pub submitted_at: Timestamp,
    /// arXiv's licence URI; empty where arXiv has none, `None` where this form of metadata does not tell.
    pub license: Option<Cow<'a, str>>,
    /// arXiv's first category.
    pub primary_category: String,
    /// The other categories, in any order, none twice.
    pub cross_categories: Vec<String>,
    /// The title in arXiv's spelling.
    pub title: Text<'a>,
    /// The abstract in arXiv's spelling.
    pub abstract_text: Text<'a>,
}

/// A title or an abstract, or what is left of it in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// arXiv's text, TeX as it stands there, white space in any form.
    Plain(Cow<'a, str>),
    /// SHA-256 of its canonical form, 64 characters of lower-case hex.
    Digest(String),
}

impl Text<'_> {
    /// SHA-256 of the canonical form in lower-case hex.
    pub fn digest(&self) -> String {
        match self {
            Self::Plain(text) => text_digest(text),
            Self::Digest(digest) => digest.clone(),
        }
    }

    /// The text, where it is known.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Digest(_) => None,
        }
    }

    /// Whether real records confirm how such a text is hashed: they do for ASCII (protocol.md section 2).
    pub fn is_confirmed(&self) -> bool {
        self.plain().is_none_or(str::is_ascii)
    }
}

/// Why metadata is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// More than [`super::MAX_BYTES`].
    #[error("it has more than {} bytes, and no paper's metadata has", super::MAX_BYTES)]
    TooLarge,
    /// Bytes that are no JSON object, or one with a value of another type, or a key twice.
    #[error("{0}")]
    Json(String),
    /// A record, which needs no computing.
    #[error("it is a Pith record, not arXiv metadata")]
    IsRecord,
    /// A value that is not there.
    #[error("it has no {field}")]
    Missing {
        /// The name of the value in this form of metadata.
        field: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A value that cannot be what it is called.
    #[error("its {field} is {found:?}, which is not {expected}")]
    Value {
        /// The name of the value in this form of metadata.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// Two values that cannot both be right.
    #[error("its {0} and its {1} disagree")]
    Disagree(&'static str, &'static str),
    /// A paper that arXiv has taken out of its list.
    #[error("arXiv lists this paper as deleted, so there is no metadata")]
    Deleted,
    /// XML in a form that lacks what a record needs.
    #[error(
        "its metadata is in the form {found:?}, and only arXivRaw has the licence and the time of each version"
    )]
    OtherFormat {
        /// The name of the element.
        found: String,
    },
}

impl Remedy for MetadataError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::TooLarge => "give one paper a line".into(),
            Self::Json(_) | Self::Value { .. } | Self::Disagree(..) => {
                "put it right, or fetch the metadata again; --help shows the fields".into()
            }
            Self::IsRecord => "verify it: pith verify FILE".into(),
            Self::Missing { remedy, .. } => (*remedy).to_owned(),
            Self::Deleted => "leave it out".into(),
            Self::OtherFormat { .. } => "ask for metadataPrefix=arXivRaw".into(),
        })
    }
}

/// An id as metadata writes it, and its version where it has one.
pub(super) fn id(field: &'static str, text: &str) -> Result<ArxivId, MetadataError> {
    let bare = text.trim();
    let bare = match bare.get(..6) {
        Some(head) if head.eq_ignore_ascii_case("arxiv:") => &bare[6..],
        _ => bare,
    };
    bare.parse().map_err(|_| value(field, text, "an arXiv id"))
}

/// `v3`: the number of a version.
pub(super) fn version(field: &'static str, text: &str) -> Result<u32, MetadataError> {
    let digits = text.trim().strip_prefix('v').unwrap_or(text.trim());
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    number.filter(|&n| n >= 1).ok_or_else(|| value(field, text, "a version such as v1"))
}

/// A time in one of arXiv's two forms.
pub(super) fn time(field: &'static str, text: &str) -> Result<Timestamp, MetadataError> {
    let text = text.trim();
    Timestamp::parse(text).or_else(|| Timestamp::parse_rfc5322(text)).ok_or_else(|| {
        value(field, text, "a time such as 2024-03-02T10:37:21Z or Sat, 2 Mar 2024 10:37:21 GMT")
    })
}

/// The newest version, and when the first was submitted, of a list of versions and their times.
pub(super) fn versions<'v>(
    field: &'static str,
    list: impl Iterator<Item = (&'v str, &'v str)>,
) -> Result<(u32, Timestamp), MetadataError> {
    let (mut newest, mut first) = (0, None);
    for (number, created) in list {
        let number = version(field, number)?;
        newest = newest.max(number);
        if number == 1 {
            first = Some(time(field, created)?);
        }
    }
    let remedy = "the time of submission is that of version 1; fetch the metadata again";
    Ok((newest, first.ok_or(MetadataError::Missing { field: "version 1", remedy })?))
}

/// The first category and the others.
pub(super) fn categories(
    field: &'static str,
    list: impl IntoIterator<Item = String>,
) -> Result<(String, Vec<String>), MetadataError> {
    let mut list = list.into_iter();
    let remedy = "a record needs arXiv's categories, the first one first";
    let primary = list.next().ok_or(MetadataError::Missing { field, remedy })?;
    let cross: Vec<String> = list.collect();
    for (index, category) in std::iter::once(&primary).chain(&cross).enumerate() {
        let is_category = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        if category.is_empty() || !category.bytes().all(is_category) {
            return Err(value(field, category, "a category such as math.AG"));
        }
        if index > 0 && (*category == primary || cross[..index - 1].contains(category)) {
            return Err(value(field, category, "there once only"));
        }
    }
    Ok((primary, cross))
}

/// A text and its hash, of which one is enough.
pub(super) fn text<'a>(
    names: [&'static str; 2],
    plain: Option<Cow<'a, str>>,
    digest: Option<Cow<'a, str>>,
) -> Result<Text<'a>, MetadataError> {
    let [name, digest_name] = names;
    let digest = digest.map(|digest| match is_hex_digest(&digest) {
        true => Ok(digest.into_owned()),
        false => Err(value(digest_name, &digest, "64 characters of lower-case hex")),
    });
    match (plain, digest.transpose()?) {
        (Some(plain), _) if plain.trim().is_empty() => {
            Err(value(name, &plain, "the text, in arXiv's spelling"))
        }
        (Some(plain), Some(digest)) if text_digest(&plain) != digest => {
            Err(MetadataError::Disagree(name, digest_name))
        }
        (Some(plain), _) => Ok(Text::Plain(plain)),
        (None, Some(digest)) => Ok(Text::Digest(digest)),
        (None, None) => Err(MetadataError::Missing {
            field: name,
            remedy: "a record holds its hash, so the text is needed in arXiv's spelling",
        }),
    }
}

pub(super) fn value(field: &'static str, found: &str, expected: &'static str) -> MetadataError {
    let found = match found.char_indices().nth(60) {
        Some((at, _)) => format!("{}...", &found[..at]),
        None => found.to_owned(),
    };
    MetadataError::Value { field, found, expected }
}
