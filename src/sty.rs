//! pith.sty: the package as it is, and one that carries a record's proof (templates/README.md).

mod read;

use askama::Template;

use crate::error::Remedy;
use crate::escape;
use crate::record::Record;
pub use read::{Reading, State};

/// The bare package, tex/pith.sty.
pub const PACKAGE: &str = include_str!("../tex/pith.sty");

/// The date and the version of [`PACKAGE`], as `\ProvidesExplPackage` states them: `2026-11-21` and `0.1.0`.
#[must_use]
pub fn package_version() -> (&'static str, &'static str) {
    let (_, stamp) = PACKAGE.split_once("\\ProvidesExplPackage {pith} {").expect("a stamp");
    let (date, rest) = stamp.split_once("} {").expect("a date");
    (date, rest.split_once('}').expect("a version").0)
}

/// How long a line of the record block gets before it is cut after a comma.
const LINE: usize = 100;

/// Why a record cannot stand in a pith.sty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StyError {
    /// No receipt, or a schema that is not known: there is no proof to carry.
    #[error("the record has no proof (no receipt, or an unknown schema)")]
    NoProof,
}

impl Remedy for StyError {
    fn remedy(&self) -> Option<String> {
        Some("`pith sty` without an id writes the package without a record".into())
    }
}

#[derive(Template)]
#[template(path = "pith.sty", syntax = "tex")]
struct Sty<'a> {
    number: &'a str,
    title: &'a str,
    source: &'a str,
    url: &'a str,
    version: &'a str,
    suffix: &'a str,
    year: u16,
    digest: &'a str,
    record: &'a str,
    key_id: &'a str,
    signature: &'a str,
    signed_at: &'a str,
    body: &'a str,
}

/// A pith.sty with the proof of `record`, which the caller has verified.
///
/// # Errors
/// [`StyError::NoProof`].
pub fn render(record: &Record) -> Result<String, StyError> {
    let proof = record.proof().ok_or(StyError::NoProof)?;
    let fields = record.fields().map_err(|_| StyError::NoProof)?;
    let number = fields.number(&record.digest());
    let sty = Sty {
        number: &proof.number,
        title: &proof.title,
        source: &proof.source,
        url: &number.url(),
        version: env!("CARGO_PKG_VERSION"),
        suffix: number.suffix.as_str(),
        year: fields.submitted_at.year(),
        digest: &proof.sha256,
        record: &cut(&escape::tex_data(&proof.record)),
        key_id: &proof.key_id,
        signature: &proof.signature,
        signed_at: &proof.signed_at,
        body: PACKAGE,
    };
    Ok(sty.render().expect("writing to memory does not fail"))
}

/// Cuts a value into lines after its commas. TeX joins the lines again.
fn cut(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + value.len() / LINE + 1);
    let mut column = 0;
    for part in value.split_inclusive(',') {
        if column > 0 && column + part.len() > LINE {
            out.push('\n');
            column = 0;
        }
        out.push_str(part);
        column += part.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_block_is_ascii_data_that_gives_the_record_back() {
        let bytes = include_bytes!("../tests/records/2403.01164.json");
        let record = Record::from_slice(bytes).unwrap();
        let sty = render(&record).unwrap();
        let start = sty.find("\\field record |").unwrap() + "\\field record |".len();
        let value = &sty[start..start + sty[start..].find('|').unwrap()];
        assert!(value.lines().all(|line| line.len() <= 120), "{value}");
        let text = format!("<r>{}</r>", value.replace('\n', ""));
        let xml = roxmltree::Document::parse(&text).unwrap();
        let text = xml.root_element().text().unwrap();
        assert_eq!(text.as_bytes(), record.canonical_bytes());
        assert!(sty.ends_with(PACKAGE.trim_end()) || sty.ends_with(PACKAGE));
    }

    #[test]
    fn a_record_without_a_receipt_has_no_proof() {
        let text = include_str!("../tests/records/2403.01164.json").replace("\"receipt\"", "\"x\"");
        let record = Record::from_slice(text.as_bytes()).unwrap();
        assert_eq!(render(&record), Err(StyError::NoProof));
    }
}
