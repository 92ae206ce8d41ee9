//! Canonical bytes, canonical text and their digests (protocol.md sections 1 and 2): reading and
//! writing on one screen.

use data_encoding::HEXLOWER;
use memchr::memmem;
use sha2::{Digest, Sha256};

use super::{Json, Timestamp};
use crate::id::{ArxivId, PithNumber, Suffix};

/// The canonical JSON of a value: keys sorted by code point, no white space, non-ASCII as UTF-8.
///
/// The same as Python's `json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`
/// for every value whose numbers are whole. Fractions are written in Rust's shortest form, so a
/// digest over them is not reliable; `has_float` tells.
pub fn canonical_bytes(value: &Json) -> Vec<u8> {
    // As much as the canonical part of a record takes.
    let mut out = Vec::with_capacity(1024);
    write(value, &mut out);
    out
}

fn write(value: &Json, out: &mut Vec<u8>) {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Integer(n) => out.extend_from_slice(n.to_string().as_bytes()),
        Json::Float(x) => out.extend_from_slice(x.to_string().as_bytes()),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => write_list(b'[', b']', items, out, write),
        Json::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            // UTF-8 sorts by bytes as it does by code points.
            sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            write_list(b'{', b'}', sorted, out, |(key, value), out| {
                write_string(key, out);
                out.push(b':');
                write(value, out);
            });
        }
    }
}

fn write_list<T>(
    open: u8,
    close: u8,
    items: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("writing a string to memory does not fail");
}

/// Whether a number with a fraction stands anywhere in `value`.
pub(crate) fn has_float(value: &Json) -> bool {
    match value {
        Json::Float(_) => true,
        Json::Array(items) => items.iter().any(has_float),
        Json::Object(members) => members.iter().any(|(_, value)| has_float(value)),
        _ => false,
    }
}

/// Title or abstract as it is hashed: ends stripped, white space runs as one space, lower case.
/// TeX stays as it is.
pub fn canonical_text(text: &str) -> String {
    if text.is_ascii() {
        return canonical_ascii(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.to_lowercase()
}

/// The same for ASCII, as nearly every text is: loops over all bytes that a processor does many at a time, and more work
/// only where white space stands twice.
fn canonical_ascii(text: &str) -> String {
    // Those of Unicode's White_Space that are ASCII: the vertical tab is among them.
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let plain = |byte: u8| if is_space(byte) { b' ' } else { byte.to_ascii_lowercase() };
    let text = text.trim().as_bytes();
    let mut out: Vec<u8> = text.iter().map(|&byte| plain(byte)).collect();
    if memmem::find(&out, b"  ").is_some() {
        out.dedup_by(|next, last| *next == b' ' && *last == b' ');
    }
    String::from_utf8(out).expect("ASCII in, ASCII out")
}

/// SHA-256 of the canonical form of a title or abstract, in lower-case hex.
pub fn text_digest(text: &str) -> String {
    HEXLOWER.encode(&sha256(canonical_text(text).as_bytes()))
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The fields of a canonical record of schema version 1.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRecord {
    /// The arXiv id with the version that was current when the record was first computed.
    pub source: ArxivId,
    /// When version 1 was submitted (UTC).
    pub submitted_at: Timestamp,
    /// arXiv's licence URI verbatim; empty where arXiv has none.
    pub license: String,
    /// arXiv's first category.
    pub primary_cat: String,
    /// The other categories, sorted by code point.
    pub cross_cats_sorted: Vec<String>,
    /// SHA-256 (lower-case hex) of the canonical title.
    pub title_canon_sha256: String,
    /// SHA-256 (lower-case hex) of the canonical abstract.
    pub abstract_canon_sha256: String,
}

/// How a canonical record differs from schema version 1.0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Another schema version, of which nothing is known.
    #[error("schema version {0} is not known to this program")]
    UnknownVersion(String),
    /// A field that is missing, of another type or of another form.
    #[error("{field} should be {expected}")]
    Field {
        /// Where in the record: `metadata.license`.
        field: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// A key that schema version 1.0 does not have.
    #[error("{0:?} is not a key of schema version 1.0")]
    UnknownKey(String),
}

impl CanonicalRecord {
    /// Reads the fields; exactly the keys of protocol.md section 2.
    ///
    /// # Errors
    /// [`SchemaError`] for the first difference.
    pub fn from_json(record: &Json) -> Result<Self, SchemaError> {
        match record.get("schema_version") {
            Some(Json::String(version)) if version == "1.0" => {}
            Some(Json::String(version)) => {
                return Err(SchemaError::UnknownVersion(version.to_string()));
            }
            _ => return Err(field("schema_version", "the text \"1.0\"")),
        }
        let metadata = record.get("metadata").unwrap_or(&Json::Null);
        let source = record.get("source").unwrap_or(&Json::Null);
        only_keys(record, &["metadata", "schema_version", "source"])?;
        only_keys(
            metadata,
            &[
                "abstract_canon_sha256",
                "cross_cats_sorted",
                "license",
                "primary_cat",
                "submitted_at",
                "title_canon_sha256",
            ],
        )?;
        only_keys(source, &["id", "kind", "version"])?;
        if source.get("kind").and_then(Json::as_str) != Some("arxiv") {
            return Err(field("source.kind", "\"arxiv\""));
        }
        let text = |key: &str| metadata.get(key).and_then(Json::as_str).map(str::to_owned);
        let digest = |key: &'static str, name| {
            text(key)
                .filter(|hex| is_hex_digest(hex))
                .ok_or(field(name, "64 characters of lower-case hex"))
        };
        Ok(Self {
            source: read_source(source)?,
            submitted_at: text("submitted_at")
                .and_then(|text| Timestamp::parse_seconds(&text))
                .ok_or(field("metadata.submitted_at", "a time of the form YYYY-MM-DDTHH:MM:SSZ"))?,
            license: text("license").ok_or(field("metadata.license", "text"))?,
            primary_cat: text("primary_cat").ok_or(field("metadata.primary_cat", "text"))?,
            cross_cats_sorted: read_cross_cats(metadata)?,
            title_canon_sha256: digest("title_canon_sha256", "metadata.title_canon_sha256")?,
            abstract_canon_sha256: digest(
                "abstract_canon_sha256",
                "metadata.abstract_canon_sha256",
            )?,
        })
    }

    /// The canonical bytes of a record with these fields, its keys in their order.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let mut text = |key: &str, value: &str| {
            out.extend_from_slice(key.as_bytes());
            write_string(value, &mut out);
        };
        text("{\"metadata\":{\"abstract_canon_sha256\":", &self.abstract_canon_sha256);
        for (index, cat) in self.cross_cats_sorted.iter().enumerate() {
            text(if index == 0 { ",\"cross_cats_sorted\":[" } else { "," }, cat);
        }
        let end = if self.cross_cats_sorted.is_empty() { ",\"cross_cats_sorted\":[" } else { "" };
        text(&format!("{end}],\"license\":"), &self.license);
        text(",\"primary_cat\":", &self.primary_cat);
        text(",\"submitted_at\":", &self.submitted_at.to_string());
        text(",\"title_canon_sha256\":", &self.title_canon_sha256);
        text("},\"schema_version\":\"1.0\",\"source\":{\"id\":", self.source.id());
        let version = self.source.version().unwrap_or(1);
        out.extend_from_slice(format!(",\"kind\":\"arxiv\",\"version\":{version}}}}}").as_bytes());
        out
    }

    /// The number of a record with these fields and this digest.
    pub fn number(&self, digest: &[u8; 32]) -> PithNumber {
        PithNumber { year: Some(self.submitted_at.year()), suffix: Suffix::from_digest(digest) }
    }
}

fn field(field: &'static str, expected: &'static str) -> SchemaError {
    SchemaError::Field { field, expected }
}

fn only_keys(value: &Json, keys: &[&str]) -> Result<(), SchemaError> {
    let Json::Object(members) = value else {
        return Ok(());
    };
    match members.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
        Some((key, _)) => Err(SchemaError::UnknownKey(key.to_string())),
        None => Ok(()),
    }
}

fn read_source(source: &Json) -> Result<ArxivId, SchemaError> {
    let wrong_id = field("source.id", "an arXiv id without a version");
    let text = source.get("id").and_then(Json::as_str).ok_or(wrong_id.clone())?;
    let id: ArxivId = text.parse().map_err(|_| wrong_id.clone())?;
    if id.id() != text {
        return Err(wrong_id);
    }
    match source.get("version") {
        Some(Json::Integer(n)) if *n >= 1 => {
            let version = u32::try_from(*n).map_err(|_| field("source.version", "a version"))?;
            Ok(id.with_version(Some(version)))
        }
        _ => Err(field("source.version", "a whole number from 1")),
    }
}

fn read_cross_cats(metadata: &Json) -> Result<Vec<String>, SchemaError> {
    let wrong = field("metadata.cross_cats_sorted", "a list of categories, sorted");
    let items = metadata.get("cross_cats_sorted").and_then(Json::as_array).ok_or(wrong.clone())?;
    let cats: Option<Vec<String>> =
        items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    cats.filter(|cats| cats.is_sorted()).ok_or(wrong)
}

pub(crate) fn is_hex_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
