//! Proofs in a page: JSON-LD scripts, and SVG badges that stand in the page.
//!
//! A page is not parsed into a tree: one pass over its tags, which skips comments and raw text as
//! HTML's tokenizer does, finds scripts and badges. It never goes back, so its time is linear.

use super::{
    Carrier, Embedded, LINK, ReadError, Shown, check_size, date, find, identifier, license, svg,
    title, words,
};
use crate::badge::NAMESPACE;
use crate::record::{Json, Record, RecordError};

/// The most bytes of a page that are looked at.
pub const MAX_BYTES: usize = 8_000_000;

/// Elements whose content holds no tags.
const RAW_TEXT: [&[u8]; 8] =
    [b"script", b"style", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes"];

/// The most bytes of a badge's text that are looked at.
const MAX_TEXT: usize = 1000;

pub(super) fn read(page: &[u8]) -> Result<Vec<Embedded>, ReadError> {
    check_size(Carrier::Html, page.len(), MAX_BYTES)?;
    let mut found = Vec::new();
    // What the badges since the last script show: a badge's link stands before its script.
    let mut shown = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.iter().position(|&b| b == b'<') {
        rest = &rest[at..];
        if rest.starts_with(b"<!--") {
            // "<!-->" is a comment already.
            rest = find(rest, b"-->").map_or(b"", |end| &rest[end + 3..]);
            continue;
        }
        if !rest.get(1).is_some_and(u8::is_ascii_alphabetic) {
            rest = &rest[1..];
            continue;
        }
        // A tag that never ends hides all that follows it.
        let Some(tag) = Tag::read(rest) else { break };
        let content = &rest[tag.len..];
        if tag.name == b"svg" {
            let end = find_ignoring_case(rest, b"</svg>").map_or(rest.len(), |end| end + 6);
            let (picture, after) = rest.split_at(end);
            if find(picture, NAMESPACE.as_bytes()).is_some() {
                found.extend(svg::read(picture)?);
            }
            rest = after;
        } else if tag.name == b"a" && tag.is_badge() {
            let inside = &content[..content.len().min(MAX_TEXT)];
            let (inside, _) =
                inside.split_at(find_ignoring_case(inside, b"</a").unwrap_or(inside.len()));
            shown.push(identifier(LINK, &tag.attribute("href")));
            shown.extend(words("aria-label", &tag.attribute("aria-label")));
            let tooltip = tag.attribute("title");
            shown.extend((!tooltip.is_empty()).then(|| title("tooltip", &tooltip)));
            shown.extend(words("text", &characters(&without_tags(inside))));
            rest = &content[inside.len()..];
        } else if RAW_TEXT.contains(&tag.name.as_slice()) {
            let end = [b"</", tag.name.as_slice()].concat();
            let length = find_ignoring_case(content, &end).unwrap_or(content.len());
            rest = &content[length..];
            if tag.name == b"script"
                && tag.attribute("type").trim().eq_ignore_ascii_case("application/ld+json")
            {
                read_script(&content[..length], &mut shown, &mut found)?;
            }
        } else {
            rest = content;
        }
    }
    if let Some(last) = found.last_mut() {
        last.shown.extend(shown);
    }
    Ok(found)
}

/// Reads one JSON-LD script; others than ours say nothing to us, broken ones neither.
fn read_script(
    script: &[u8],
    shown: &mut Vec<Shown>,
    found: &mut Vec<Embedded>,
) -> Result<(), ReadError> {
    if find(script, b"pith").is_none() {
        return Ok(());
    }
    match Json::parse(script) {
        Ok(json) => {
            let before = found.len();
            articles(&json, found)?;
            if found.len() > before {
                found[before].shown.splice(0..0, shown.drain(..));
            } else if names_pith(&json) {
                // A badge without a proof, and all that it shows.
                shown.clear();
            }
            Ok(())
        }
        Err(error) if find(script, NAMESPACE.as_bytes()).is_some() => {
            Err(RecordError::Json(error).into())
        }
        Err(_) => Ok(()),
    }
}

/// Every article that a proof is about, at any depth (`@graph`).
fn articles(json: &Json, found: &mut Vec<Embedded>) -> Result<(), ReadError> {
    let children: Vec<&Json> = match json {
        Json::Array(items) => items.iter().collect(),
        Json::Object(members) => members.iter().map(|(_, value)| value).collect(),
        _ => return Ok(()),
    };
    let works = json.get("subjectOf").map(items).unwrap_or_default();
    let work = works.into_iter().find(|work| text(work, "additionalType") == Some(NAMESPACE));
    if let Some(proof) = work.and_then(|work| text(work, "text")) {
        let record = Record::from_slice(proof.as_bytes())?;
        found.push(Embedded { carrier: Carrier::Html, record, shown: statements(json) });
    }
    children.into_iter().try_for_each(|child| articles(child, found))
}

/// What JSON-LD says of its article.
fn statements(article: &Json) -> Vec<Shown> {
    let mut shown = Vec::new();
    for identified in article.get("identifier").map(items).unwrap_or_default() {
        for key in ["value", "url"] {
            shown.extend(text(identified, key).map(|text| identifier("JSON-LD identifier", text)));
        }
    }
    shown.extend(text(article, "sameAs").map(|text| identifier("JSON-LD sameAs", text)));
    shown.extend(text(article, "name").map(|text| title("JSON-LD name", text)));
    shown.extend(text(article, "datePublished").map(|text| date("JSON-LD datePublished", text)));
    shown.extend(text(article, "license").map(|text| license("JSON-LD license", text)));
    for work in article.get("subjectOf").map(items).unwrap_or_default() {
        let is_proof = text(work, "additionalType") == Some(NAMESPACE);
        let link = text(work, "url").filter(|_| is_proof);
        shown.extend(link.map(|link| identifier("JSON-LD subjectOf", link)));
    }
    shown
}

fn names_pith(article: &Json) -> bool {
    let identifiers = article.get("identifier").map(items).unwrap_or_default();
    identifiers.into_iter().any(|identified| text(identified, "propertyID") == Some("pith"))
}

fn text<'a>(object: &'a Json, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Json::as_str)
}

/// JSON-LD writes a list of one without brackets.
fn items(value: &Json) -> Vec<&Json> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

/// An attribute's value with its character references resolved, those that a badge is written with (HTML 13.5).
fn characters(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// A start tag.
struct Tag {
    name: Vec<u8>,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    len: usize,
}

impl Tag {
    /// Reads the start tag that `bytes` begin with (HTML 13.2.5.8 to 13.2.5.40).
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut input = Input { bytes, at: 1 };
        let name = input.take(|b| !matches!(b, b'/' | b'>') && !b.is_ascii_whitespace());
        let mut tag = Self { name: name.to_ascii_lowercase(), attributes: Vec::new(), len: 0 };
        loop {
            input.take(|b| b == b'/' || b.is_ascii_whitespace());
            if input.peek()? == b'>' {
                tag.len = input.at + 1;
                return Some(tag);
            }
            // A '=' at the beginning belongs to the name.
            let start = input.at;
            input.at += 1;
            input.take(|b| !matches!(b, b'/' | b'>' | b'=') && !b.is_ascii_whitespace());
            let name = bytes[start..input.at].to_ascii_lowercase();
            input.take(|b| b.is_ascii_whitespace());
            let value = if input.peek()? == b'=' { input.value()? } else { b"" };
            tag.attributes.push((name, value.to_vec()));
        }
    }

    /// The value of an attribute, as a browser reads it; of two with the same name, HTML takes the first.
    fn attribute(&self, name: &str) -> String {
        let found = self.attributes.iter().find(|(key, _)| key == name.as_bytes());
        found.map(|(_, value)| characters(&String::from_utf8_lossy(value))).unwrap_or_default()
    }

    /// Whether a link is a badge: by its class, or because it says to be one.
    fn is_badge(&self) -> bool {
        if self.attribute("class").split_ascii_whitespace().any(|class| class == "pith-badge") {
            return true;
        }
        let label = self.attribute("aria-label");
        let is_claim = label.starts_with("pith ") && label.contains(" verified");
        is_claim && !words("", &label).is_empty()
    }
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&b| !belongs(b)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The value after '=', quoted or not. `None` where its quote never ends.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.at += 1;
        self.take(|b| b.is_ascii_whitespace());
        let quote = self.peek()?;
        if !matches!(quote, b'"' | b'\'') {
            return Some(self.take(|b| b != b'>' && !b.is_ascii_whitespace()));
        }
        self.at += 1;
        let value = self.take(|b| b != quote);
        self.peek()?;
        self.at += 1;
        Some(value)
    }
}

fn without_tags(content: &[u8]) -> String {
    let mut text = Vec::new();
    let mut in_tag = false;
    for &b in content {
        match b {
            b'<' => {
                in_tag = true;
                text.push(b' ');
            }
            b'>' => in_tag = false,
            _ if !in_tag => text.push(b),
            _ => {}
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn find_ignoring_case(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}
