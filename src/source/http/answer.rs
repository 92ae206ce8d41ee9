//! What came back: bounded, parsed, and read for what it is.

use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::id::{PithNumber, Suffix};
use crate::record::{Json, MAX_BYTES, Record};
use crate::source::SourceError;

/// What came back.
pub(super) enum Answer {
    /// JSON, the address that it came from at last, and its entity tag.
    Json { document: Json, url: String, etag: Option<String> },
    /// A redirect to the page of a record.
    Suffix(Suffix),
    /// What is known already still holds.
    NotModified,
}

/// The bytes of an answer as they come in, unpacked.
#[derive(Default)]
pub(super) struct Body(Vec<u8>);

impl Body {
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), SourceError> {
        if self.0.len() + chunk.len() > MAX_BYTES {
            let message = format!("answered with more than {MAX_BYTES} bytes, which is no record");
            return Err(SourceError::Unusable(message));
        }
        self.0.extend_from_slice(chunk);
        Ok(())
    }

    pub fn json(&self, url: &str) -> Result<Json, SourceError> {
        match self.0.trim_ascii_start().first() {
            Some(b'<') => Err(web_page(url)),
            _ => Json::parse(&self.0).map_err(|error| no_record(url, &error)),
        }
    }
}

/// Servers of files have many names for JSON; a page for people is none of them.
pub(super) fn check_type(headers: &HeaderMap, url: &str) -> Result<(), SourceError> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    match &*media_type {
        "text/html" | "application/xhtml+xml" => Err(web_page(url)),
        _ => Ok(()),
    }
}

fn web_page(url: &str) -> SourceError {
    SourceError::Unusable(format!("answered {url} with a web page instead of a record"))
}

pub(super) fn no_record(url: &str, error: &dyn std::fmt::Display) -> SourceError {
    SourceError::Unusable(format!("answered {url} with something that is no record: {error}"))
}

/// The suffix in the address of a record's page, `.../pith/<suffix>`, or of the record itself.
pub(super) fn suffix_of_page(url: &Url) -> Option<Suffix> {
    let mut segments = url.path_segments()?.rev();
    let name = segments.next()?;
    let suffix = name.strip_suffix(".json").unwrap_or(name).parse().ok();
    suffix.filter(|_| segments.next() == Some("pith"))
}

/// A `pith_number` at the top of an answer or one level down.
pub(super) fn number_in(document: &Json) -> Option<PithNumber> {
    let number = |value: &Json| value.get("pith_number")?.as_str()?.parse().ok();
    number(document).or_else(|| match document {
        Json::Object(members) => members.iter().find_map(|(_, child)| number(child)),
        _ => None,
    })
}

/// Whether the number that stands beside a record in an answer, if any does, is the record's. What
/// stands in the record itself is verified with it.
pub(super) fn is_wrapped_for(document: &Json, record: &Record) -> bool {
    let stated = match document.get("pith_number") {
        Some(stated) if document != record.document() && *stated != Json::Null => stated,
        _ => return true,
    };
    let digest = record.digest();
    let number = stated.as_str().and_then(|text| text.parse::<PithNumber>().ok());
    number.is_some_and(|number| {
        let year = record.fields().ok().and_then(|fields| fields.number(&digest).year);
        number.suffix == Suffix::from_digest(&digest)
            && (number.year.is_none() || year.is_none() || number.year == year)
    })
}

/// An address as it may be shown: without user and password.
pub(super) fn without_login(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}
