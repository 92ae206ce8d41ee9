//! XML from outside, parsed within bounds: no document type declarations (and so no entities), a
//! bounded number of nodes, no tag with thousands of attributes.

use roxmltree::{Document, ParsingOptions};

/// More attributes than any element of XMP or SVG has. The parser compares each with every other.
const MAX_ATTRIBUTES: usize = 500;

/// Why a text is not parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum XmlError {
    #[error("it has a document type declaration")]
    Doctype,
    #[error("a tag has more than {MAX_ATTRIBUTES} attributes")]
    Attributes,
    #[error("it has more than {0} nodes")]
    Nodes(u32),
    #[error("{0}")]
    Malformed(String),
}

/// Parses `text`, which may have at most `nodes` nodes.
pub(crate) fn parse(text: &str, nodes: u32) -> Result<Document<'_>, XmlError> {
    if has_huge_tag(text) {
        return Err(XmlError::Attributes);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: nodes, ..Default::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::Doctype,
        roxmltree::Error::NodesLimitReached => XmlError::Nodes(nodes),
        other => XmlError::Malformed(other.to_string()),
    })
}

fn has_huge_tag(text: &str) -> bool {
    text.split('<').any(|tag| attributes(tag.as_bytes()) > MAX_ATTRIBUTES)
}

/// The number of '=' in a tag outside of its attributes' values; the tag begins `tag`.
fn attributes(tag: &[u8]) -> usize {
    let (mut count, mut quote) = (0, None);
    for byte in tag {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => break,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => count += 1,
            (None, _) => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_xml_is_refused_in_no_time() {
        let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
        assert_eq!(parse(&format!("<a{attributes}/>"), 10).unwrap_err(), XmlError::Attributes);
        let declared = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        assert_eq!(parse(declared, 10).unwrap_err(), XmlError::Doctype);
        assert_eq!(parse("<a><b/><b/><b/></a>", 3).unwrap_err(), XmlError::Nodes(3));
        assert!(matches!(parse("<a>", 10).unwrap_err(), XmlError::Malformed(_)));
    }

    #[test]
    fn text_may_hold_any_number_of_equals_signs() {
        parse(&format!("<a>{}</a>", "=".repeat(10_000)), 10).unwrap();
    }
}
