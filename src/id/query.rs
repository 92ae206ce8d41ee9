//! What a person types or pastes for a paper: any form of identifier.

use std::fmt;
use std::str::FromStr;

use super::number::split_number;
use super::{ArxivId, IdError, MAX_INPUT, PithNumber, Prefix};

/// A paper as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// By arXiv id.
    Arxiv(ArxivId),
    /// By Pith Number.
    Pith(PithNumber),
    /// By the first 8, 12 or 16 characters of the suffix; only a local source can look these up.
    Prefix {
        /// The year, where one was given.
        year: Option<u16>,
        /// The characters.
        prefix: Prefix,
    },
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arxiv(id) => write!(f, "arXiv:{id}"),
            Self::Pith(number) => number.fmt(f),
            Self::Prefix { year: Some(year), prefix } => write!(f, "pith:{year}:{prefix}"),
            Self::Prefix { year: None, prefix } => write!(f, "pith:{prefix}"),
        }
    }
}

impl FromStr for Query {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        let text = unwrap(&visible);
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > MAX_INPUT {
            return Err(IdError::TooLong(text.len()));
        }
        if let Some((host, path)) = split_address(text) {
            return address(&host, path);
        }
        if let Some(id) = strip_prefix(text, "arxiv:") {
            return arxiv(id.trim_start());
        }
        if let Some(doi) = strip_prefix(text, "doi:") {
            return self::doi(doi.trim_start());
        }
        if strip_prefix(text, "10.").is_some() {
            return doi(text);
        }
        if strip_prefix(text, "pith:").is_some() {
            return number(text);
        }
        if text.contains(['/', '.']) {
            return arxiv(text);
        }
        bare(text)
    }
}

/// Characters that come along when an id is copied from a page and that nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// An id without what surrounds it in running text: brackets, quotes, final punctuation, the rest of
/// arXiv's stamp, the command of our package.
fn unwrap(text: &str) -> &str {
    let opening = |c: char| c.is_whitespace() || "([{<\"'`\u{201c}\u{2018}".contains(c);
    let closing = |c: char| c.is_whitespace() || ")]}>\"'`\u{201d}\u{2019}.,;".contains(c);
    let text = text.trim_start_matches(opening).trim_end_matches(closing);
    let text = text.strip_prefix("\\pithnumber{").unwrap_or(text);
    match text.split_once(char::is_whitespace) {
        Some((id, category)) if category.trim_start().starts_with('[') => id,
        _ => text,
    }
}

/// `%2F` as it stands for; what is no escape of an ASCII character stays.
fn decode_percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code.filter(u8::is_ascii) {
            Some(byte) => {
                out.push(byte.into());
                rest = &rest[at + 3..];
            }
            None => {
                out.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

/// `text` after `prefix`, which is compared without regard to case.
fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Host (lower case, without `www.`) and path of an address, with or without its scheme.
fn split_address(text: &str) -> Option<(String, &str)> {
    let with_scheme = strip_prefix(text, "https://").or_else(|| strip_prefix(text, "http://"));
    let rest = with_scheme.unwrap_or(text);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or(&host);
    let host = host.strip_prefix("www.").unwrap_or(host).to_owned();
    (with_scheme.is_some() || is_known_host(&host)).then_some((host, path))
}

fn is_arxiv_host(host: &str) -> bool {
    host == "arxiv.org" || host.ends_with(".arxiv.org")
}

fn is_known_host(host: &str) -> bool {
    is_arxiv_host(host) || matches!(host, "doi.org" | "dx.doi.org" | "pith.science")
}

fn address(host: &str, path: &str) -> Result<Query, IdError> {
    let path = path.split('#').next().unwrap_or(path);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = decode_percent(path.trim_end_matches('/'));
    match host {
        "doi.org" | "dx.doi.org" => doi(&path),
        "pith.science" => resolver_address(&path, query),
        _ if is_arxiv_host(host) => arxiv_address(&path),
        _ => Err(IdError::Address),
    }
}

fn arxiv_address(path: &str) -> Result<Query, IdError> {
    let (page, id) = path.split_once('/').ok_or(IdError::Address)?;
    match &page.to_ascii_lowercase()[..] {
        "abs" | "pdf" | "html" | "format" | "src" | "e-print" | "ps" => {
            let id = strip_prefix(id, "arxiv:").unwrap_or(id);
            let is_file = id.len() > 4
                && id.get(id.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(".pdf"));
            arxiv(if is_file { &id[..id.len() - 4] } else { id })
        }
        _ => Err(IdError::Address),
    }
}

/// The addresses of protocol.md section 5.
fn resolver_address(path: &str, query: &str) -> Result<Query, IdError> {
    let path = path.strip_prefix(".well-known/").unwrap_or(path);
    if path == "api/pith-number/resolve" {
        let id = query.split('&').find_map(|pair| pair.strip_prefix("arxiv="));
        return arxiv(&decode_percent(id.ok_or(IdError::Address)?));
    }
    let name = ["pith/", "paper/", "api/pith-number/"]
        .iter()
        .find_map(|head| path.strip_prefix(head))
        .ok_or(IdError::Address)?;
    if let Some(id) = name.strip_suffix("/integrity.json") {
        return arxiv(id);
    }
    let name = name.split('/').next().unwrap_or(name);
    number(name.strip_suffix(".json").unwrap_or(name))
}

fn arxiv(text: &str) -> Result<Query, IdError> {
    text.parse().map(Query::Arxiv)
}

fn doi(text: &str) -> Result<Query, IdError> {
    let id = strip_prefix(text, "10.48550/arxiv.").ok_or(IdError::ForeignDoi)?;
    arxiv(id)
}

fn number(text: &str) -> Result<Query, IdError> {
    let (year, suffix) = split_number(text)?;
    if Prefix::LENGTHS.contains(&suffix.chars().count()) {
        Ok(Query::Prefix { year, prefix: suffix.parse()? })
    } else {
        Ok(Query::Pith(PithNumber { year, suffix: suffix.parse()? }))
    }
}

/// A word without any punctuation that would tell what it is.
fn bare(text: &str) -> Result<Query, IdError> {
    let length = text.chars().count();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(digits_only(text));
    }
    let is_word = text.bytes().all(|b| b.is_ascii_alphanumeric());
    // Any other word is no damaged suffix, and advice about base32 would mislead.
    let is_base32 = text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'));
    match length {
        24..=28 => number(text),
        6.. if is_base32 => number(text),
        8 | 12 | 16 if is_word => number(text),
        _ => Err(IdError::Unknown),
    }
}

fn digits_only(text: &str) -> IdError {
    let pointed = |digits: &str| {
        let (yymm, number) = digits.split_at_checked(4)?;
        format!("{yymm}.{number}").parse::<ArxivId>().ok()
    };
    match pointed(text) {
        Some(id) => IdError::Incomplete {
            missing: "the point after the first four is missing",
            meant: Some(id.to_string()),
        },
        None if text.len() == 7 => IdError::Incomplete {
            missing: "the archive before them is missing (hep-th/9807195)",
            meant: None,
        },
        None => IdError::Unknown,
    }
}
