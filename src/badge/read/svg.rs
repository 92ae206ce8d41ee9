//! The proof in the `metadata` of an SVG picture.

use roxmltree::{Document, Node, ParsingOptions};

use super::{Carrier, Embedded, ReadError, Shown, check_size, identifier, numbers, title};
use crate::badge::NAMESPACE;
use crate::record::Record;

/// The most bytes of a picture. A badge has about 4 kB.
const MAX_BYTES: usize = 1_000_000;
const MAX_NODES: u32 = 10_000;
const MAX_ATTRIBUTES: usize = 500;

pub(super) fn read(bytes: &[u8]) -> Result<Option<Embedded>, ReadError> {
    check_size(Carrier::Svg, bytes.len(), MAX_BYTES)?;
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::Xml("it is not UTF-8".into()))?;
    if has_huge_tag(text) {
        return Err(ReadError::Xml(format!("a tag has more than {MAX_ATTRIBUTES} attributes")));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..Default::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        ReadError::Xml(match error {
            roxmltree::Error::DtdDetected => {
                "it declares a document type, which no badge does".into()
            }
            roxmltree::Error::NodesLimitReached => format!("it has more than {MAX_NODES} nodes"),
            other => other.to_string(),
        })
    })?;
    let mut proofs = document.descendants().filter(|node| node.has_tag_name((NAMESPACE, "proof")));
    let Some(proof) = proofs.next() else {
        return Ok(None);
    };
    if proofs.next().is_some() {
        return Err(ReadError::Several);
    }
    let record = Record::from_slice(text_of(proof).as_bytes())?;
    let mut shown = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        collect(node, &mut shown);
    }
    Ok(Some(Embedded { carrier: Carrier::Svg, record, shown }))
}

/// The parser compares every attribute of a tag with every other. A tag ends before the next '<',
/// and each of its attributes has a '='.
fn has_huge_tag(text: &str) -> bool {
    let equals = |part: &str| part.bytes().filter(|&b| b == b'=').count();
    text.split('<').any(|part| equals(part) > MAX_ATTRIBUTES)
}

fn collect(node: Node<'_, '_>, shown: &mut Vec<Shown>) {
    if let Some(label) = node.attribute("aria-label") {
        shown.extend(numbers("label", label));
    }
    match node.tag_name().name() {
        "a" => {
            // `href` of SVG 2, `xlink:href` of SVG 1.1.
            let links = node.attributes().filter(|attribute| attribute.name() == "href");
            shown.extend(links.map(|link| identifier("link", link.value())));
        }
        "text" => shown.extend(numbers("text", &text_of(node))),
        "title" => {
            let text = text_of(node);
            let (head, rest) = text.split_once(": ").unwrap_or((&text, ""));
            shown.extend(numbers("title", head));
            if !rest.is_empty() {
                shown.push(title("title", rest));
            }
        }
        _ => {}
    }
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}
