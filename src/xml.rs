//! XML from outside, parsed within bounds: no document type declarations (and so no entities), a
//! bounded number of nodes, no tag with thousands of attributes.

use std::collections::HashSet;

use roxmltree::{Document, ParsingOptions};

/// More attributes than any element of XMP or SVG has. The parser compares each with every other.
const MAX_ATTRIBUTES: usize = 500;

/// What resolving names may take, in comparisons of attributes: a tenth of a second.
const MAX_WORK: usize = 1 << 24;
/// How many of these a comparison of namespaces takes.
const NAMESPACE: usize = 64;

/// Namespaces that a text may declare, each as often as it likes: the parser keeps a sorted list of them.
const MAX_NAMESPACES: usize = 5_000;

/// What the name of an attribute that declares a namespace begins with.
const XMLNS: &[u8] = b"xmlns";

/// Why a text is not parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum XmlError {
    #[error("it has a document type declaration")]
    Doctype,
    #[error("a tag has more than {MAX_ATTRIBUTES} attributes")]
    Attributes,
    #[error("its tags have too many attributes and namespaces")]
    Work,
    #[error("it declares more than {MAX_NAMESPACES} namespaces")]
    Namespaces,
    #[error("it has more than {0} nodes")]
    Nodes(u32),
    #[error("{0}")]
    Malformed(String),
}

/// Parses `text`, which may have at most `nodes` nodes.
pub(crate) fn parse(text: &str, nodes: u32) -> Result<Document<'_>, XmlError> {
    check_tags(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: nodes, ..Default::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::Doctype,
        roxmltree::Error::NodesLimitReached => XmlError::Nodes(nodes),
        other => XmlError::Malformed(other.to_string()),
    })
}

/// Refuses tags that would take long: the parser compares each attribute with every other one of its tag, and each
/// namespace that is declared with all those that are known there.
fn check_tags(text: &str) -> Result<(), XmlError> {
    let mut work = 0;
    // How many namespaces are known in each element that is open.
    let mut known = vec![0];
    let mut declared = HashSet::new();
    for tag in text.split('<').skip(1) {
        let Tag { attributes, namespaces, is_empty } = Tag::of(tag.as_bytes(), &mut declared);
        if attributes > MAX_ATTRIBUTES {
            return Err(XmlError::Attributes);
        }
        let all = known.last().copied().unwrap_or(0) + namespaces;
        work += attributes * attributes + NAMESPACE * namespaces * all;
        if work > MAX_WORK {
            return Err(XmlError::Work);
        }
        if declared.len() > MAX_NAMESPACES {
            return Err(XmlError::Namespaces);
        }
        match tag.as_bytes().first() {
            Some(b'/') => drop(known.pop()),
            Some(b'!' | b'?') => {}
            _ if is_empty => {}
            _ => known.push(all),
        }
    }
    Ok(())
}

/// What a tag holds.
struct Tag {
    /// The number of '=' outside of the attributes' values.
    attributes: usize,
    /// How many of them may declare a namespace.
    namespaces: usize,
    /// Whether no other tag closes it.
    is_empty: bool,
}

impl Tag {
    /// The tag that `text` begins with. What it declares is added to `declared`.
    fn of<'a>(text: &'a [u8], declared: &mut HashSet<&'a [u8]>) -> Self {
        let mut tag = Self { attributes: 0, namespaces: 0, is_empty: false };
        // Where the last name begins, and whether it goes on.
        let (mut quote, mut name, mut in_name) = (None, 0, false);
        for (at, byte) in text.iter().enumerate() {
            match (quote, byte) {
                (Some(open), byte) if open == byte => {
                    if text[name..].starts_with(XMLNS) {
                        declared.insert(&text[name..at]);
                    }
                    quote = None;
                }
                (Some(_), _) => {}
                (None, b'>') => {
                    tag.is_empty = text[..at].ends_with(b"/");
                    break;
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => {
                    tag.attributes += 1;
                    tag.namespaces += usize::from(text[name..].starts_with(XMLNS));
                    in_name = false;
                }
                (None, byte) if byte.is_ascii_whitespace() => in_name = false,
                (None, _) if in_name => {}
                (None, _) => (name, in_name) = (at, true),
            }
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_xml_is_refused_in_no_time() {
        let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
        assert_eq!(parse(&format!("<a{attributes}/>"), 10).unwrap_err(), XmlError::Attributes);
        let nested: String = (0..2000).map(|n| format!("<a xmlns:b{n} = 'c'>")).collect();
        assert_eq!(parse(&nested, 10_000).unwrap_err(), XmlError::Work);
        let beside: String = (0..6000).map(|n| format!("<b xmlns:b{n}='c'/>")).collect();
        assert_eq!(parse(&format!("<a>{beside}</a>"), 10_000).unwrap_err(), XmlError::Namespaces);
        let attributes: String = (0..400).map(|n| format!(" a{n}=''")).collect();
        assert_eq!(
            parse(&format!("<a{attributes}/>").repeat(1000), 10).unwrap_err(),
            XmlError::Work
        );
        let declared = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        assert_eq!(parse(declared, 10).unwrap_err(), XmlError::Doctype);
        assert_eq!(parse("<a><b/><b/><b/></a>", 3).unwrap_err(), XmlError::Nodes(3));
        assert!(matches!(parse("<a>", 10).unwrap_err(), XmlError::Malformed(_)));
    }

    #[test]
    fn text_may_hold_any_number_of_equals_signs() {
        parse(&format!("<a>{}</a>", "=".repeat(10_000)), 10).unwrap();
    }

    #[test]
    fn elements_beside_each_other_may_declare_any_number_of_namespaces() {
        let elements = "<b xmlns:c='d' xmlns:e=\"f\"><c:d e:f=''/></b>".repeat(5000);
        parse(&format!("<a>{elements}</a>"), 20_000).unwrap();
    }
}
