//! The proof in the `metadata` of an SVG picture.

use roxmltree::Node;

use super::{
    Carrier, Embedded, LINK, ReadError, Shown, check_size, foreign, identifier, title, words,
};
use crate::badge::NAMESPACE;
use crate::record::Record;
use crate::xml;

/// The most bytes of a picture. A badge has about 4 kB.
const MAX_BYTES: usize = 1_000_000;
const MAX_NODES: u32 = 10_000;

pub(super) fn read(bytes: &[u8]) -> Result<Option<Embedded>, ReadError> {
    check_size(Carrier::Svg, bytes.len(), MAX_BYTES)?;
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::Xml("it is not UTF-8".into()))?;
    let document =
        xml::parse(text, MAX_NODES).map_err(|error| ReadError::Xml(error.to_string()))?;
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
    let embedded = Embedded { carrier: Carrier::Svg, record, shown };
    Ok(Some(match embedded.has_badge() {
        true => embedded,
        false => Embedded { shown: [vec![foreign(LINK, "")], embedded.shown].concat(), ..embedded },
    }))
}

fn collect(node: Node<'_, '_>, shown: &mut Vec<Shown>) {
    if let Some(label) = node.attribute("aria-label") {
        shown.extend(words("label", label));
    }
    match node.tag_name().name() {
        "a" => {
            // `href` of SVG 2, `xlink:href` of SVG 1.1.
            let links = node.attributes().filter(|attribute| attribute.name() == "href");
            shown.extend(links.map(|link| identifier(LINK, link.value())));
        }
        "text" => shown.extend(words("text", &words_of(node))),
        "desc" => shown.extend(words("description", &words_of(node))),
        "title" => {
            let text = text_of(node);
            let (head, rest) = text.split_once(": ").unwrap_or((&text, ""));
            shown.extend(words("title", head));
            if !rest.is_empty() {
                shown.push(title("title", rest));
            }
        }
        _ => {}
    }
}

fn text_of(node: Node<'_, '_>) -> String {
    parts_of(node).concat()
}

/// The text of a node with a blank between its parts.
fn words_of(node: Node<'_, '_>) -> String {
    parts_of(node).join(" ")
}

fn parts_of<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}
