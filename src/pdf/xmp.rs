//! XMP packets (ISO 16684-1): read, merge, make.
//!
//! A packet is edited by byte ranges: what is not ours keeps every byte, comments, order and padding too. roxmltree
//! says where things stand, and refuses document type declarations, so there are no entities to expand. A packet that
//! is not well formed is an error value; nothing here writes one over it.

mod encoding;
mod merge;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use roxmltree::{Attribute, Document, Node};

use crate::xml::{self, XmlError};

pub use merge::new_packet;

use encoding::{Encoding, decode};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const PDFA_ID: &str = "http://www.aiim.org/pdfa/ns/id/";
const PDFA_EXTENSION: &str = "http://www.aiim.org/pdfa/ns/extension/";
const PDFA_SCHEMA: &str = "http://www.aiim.org/pdfa/ns/schema#";

/// What a packet begins with (ISO 16684-1, 7.3.2).
const WRAPPER: &str = "<?xpacket begin";

/// XML nodes that a packet may have. 5 MB of editing history have some 300,000.
const MAX_NODES: u32 = 1_000_000;
/// Properties that a packet may have: each takes a hundred times as much memory as in the packet. Others have some hundred.
const MAX_PROPERTIES: usize = 100_000;

/// Why a packet could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmpError {
    /// Neither UTF-8 nor UTF-16, or not valid in the one that it seems to be.
    #[error("the XMP packet is not valid {0}")]
    Encoding(&'static str),
    /// It has a document type declaration.
    #[error("the XMP packet has a document type declaration")]
    Doctype,
    /// It is not well-formed XML.
    #[error("the XMP packet is not well-formed XML: {0}")]
    Malformed(String),
    /// More than one packet stands in it, one behind the other.
    #[error("the metadata stream holds more than one XMP packet")]
    Several,
    /// It has no rdf:RDF element.
    #[error("the XMP packet has no rdf:RDF")]
    NoRdf,
}

/// A namespace that properties are written in, with what PDF/A wants to be told about it.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The namespace's URI.
    pub namespace: &'static str,
    /// The preferred prefix.
    pub prefix: &'static str,
    /// A title, for the extension schema description (ISO 19005-1, 6.7.8).
    pub title: &'static str,
    /// Every property, all of value type Text, with its description.
    pub properties: &'static [(&'static str, &'static str)],
}

/// What to make of a packet.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// The namespace. All properties of it that a packet has are taken out first.
    pub schema: &'a Schema,
    /// The properties to write, in this order; empty to take ours out only.
    pub properties: Vec<(&'a str, &'a str)>,
    /// The item to have in the bag xmp:Identifier (ISO 16684-1, 8.4).
    pub identifier: Option<&'a str>,
    /// What our items in that bag start with. All of them are taken out first.
    pub identifier_prefix: &'a str,
    /// The new value of xmp:MetadataDate, where the packet has one.
    pub date: Option<&'a str>,
}

/// A property of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The namespace's URI.
    pub namespace: Arc<str>,
    /// The name without prefix.
    pub name: String,
    /// One text for a simple property, the items' texts for an array (rdf:Bag, rdf:Seq, rdf:Alt).
    pub values: Vec<String>,
    /// The line it stands on, from 1.
    pub line: u32,
}

/// A packet that was read.
#[derive(Debug, Clone)]
pub struct Packet {
    text: String,
    encoding: Encoding,
    /// Well-formed XML within `text`: some writers pad with zero bytes.
    xml: Range<usize>,
    properties: Vec<Property>,
}

impl Packet {
    /// Reads a packet: UTF-8 or UTF-16 in either byte order, with and without byte order mark and xpacket wrapper.
    ///
    /// # Errors
    /// [`XmpError`], where it is not well-formed XML with an rdf:RDF.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmpError> {
        let (text, encoding) = decode(bytes)?;
        let padding = |character: char| character == '\0' || character.is_ascii_whitespace();
        let start = text.len() - text.trim_start_matches(padding).len();
        let xml = start..start + text[start..].trim_end_matches(padding).len();
        let document = document(&text[xml.clone()]).map_err(|error| match error {
            XmpError::Malformed(_) if text.matches(WRAPPER).nth(1).is_some() => XmpError::Several,
            error => error,
        })?;
        let properties = properties(&document, rdf(&document)?)?;
        Ok(Self { text, encoding, xml, properties })
    }

    fn document(&self) -> Result<Document<'_>, XmpError> {
        document(&self.text[self.xml.clone()])
    }

    /// Every property of the packet, in element and in attribute form, in document order, duplicates kept.
    #[must_use]
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// xmp:MetadataDate.
    #[must_use]
    pub fn date(&self) -> Option<&str> {
        self.property(XMP, "MetadataDate")
    }

    /// Whether xmp:Identifier (ISO 16684-1, 8.4) has this item.
    #[must_use]
    pub fn has_identifier(&self, item: &str) -> bool {
        let is_it = |p: &&Property| &*p.namespace == XMP && p.name == "Identifier";
        self.properties.iter().filter(is_it).any(|p| p.values.iter().any(|value| value == item))
    }

    fn property(&self, namespace: &str, name: &str) -> Option<&str> {
        let mut properties = self.properties.iter();
        let found = properties.find(|p| &*p.namespace == namespace && p.name == name)?;
        found.values.first().map(String::as_str)
    }

    /// The part of PDF/A that the packet claims (ISO 19005-1, 6.7.11), without proof.
    #[must_use]
    pub fn pdfa_part(&self) -> Option<u8> {
        self.property(PDFA_ID, "part")?.trim().parse().ok()
    }
}

fn document(xml: &str) -> Result<Document<'_>, XmpError> {
    xml::parse(xml, MAX_NODES).map_err(|error| match error {
        XmlError::Doctype => XmpError::Doctype,
        error => XmpError::Malformed(error.to_string()),
    })
}

fn rdf<'a, 'input>(document: &'a Document<'input>) -> Result<Node<'a, 'input>, XmpError> {
    document.descendants().find(|node| node.has_tag_name((RDF, "RDF"))).ok_or(XmpError::NoRdf)
}

fn properties(document: &Document<'_>, rdf: Node<'_, '_>) -> Result<Vec<Property>, XmpError> {
    let mut lines = Lines { text: document.input_text(), counted: 0, line: 1 };
    let mut namespaces = Namespaces::default();
    let mut properties = Vec::new();
    let mut add = |namespace, name: &str, values, place: Range<usize>| {
        if properties.len() == MAX_PROPERTIES {
            let much = format!("it has more than {MAX_PROPERTIES} properties");
            return Err(XmpError::Malformed(much));
        }
        let (namespace, line) = (namespaces.share(namespace), lines.of(place.start));
        properties.push(Property { namespace, name: name.to_owned(), values, line });
        Ok(())
    };
    for description in rdf.children().filter(Node::is_element) {
        for attribute in description.attributes().filter(is_property) {
            let values = vec![attribute.value().to_owned()];
            add(attribute.namespace(), attribute.name(), values, attribute.range())?;
        }
        for element in description.children().filter(Node::is_element) {
            let name = element.tag_name();
            add(name.namespace(), name.name(), values(element), element.range())?;
        }
    }
    Ok(properties)
}

/// Namespaces that are kept once, however many names are in them.
#[derive(Default)]
struct Namespaces(HashMap<*const str, Arc<str>>);

impl Namespaces {
    /// By its place and length: the parser has one text for all names under a declaration.
    fn share(&mut self, namespace: Option<&str>) -> Arc<str> {
        let uri = namespace.unwrap_or_default();
        Arc::clone(self.0.entry(std::ptr::from_ref(uri)).or_insert_with(|| uri.into()))
    }
}

/// The lines of a text, for places one after the other.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line of the byte at `place`, from 1.
    fn of(&mut self, place: usize) -> u32 {
        let passed = &self.text.as_bytes()[self.counted..place];
        self.line += u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(0);
        self.counted = place;
        self.line
    }
}

/// Whether an attribute of a description is a property in attribute form (ISO 16684-1, 7.9.2.2).
fn is_property(attribute: &Attribute<'_, '_>) -> bool {
    attribute.namespace().is_some_and(|namespace| {
        namespace != RDF && namespace != "http://www.w3.org/XML/1998/namespace"
    })
}

fn array<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    let is_array = |child: &Node<'_, '_>| {
        child.tag_name().namespace() == Some(RDF)
            && matches!(child.tag_name().name(), "Bag" | "Seq" | "Alt")
    };
    node.children().find(is_array)
}

fn values(node: Node<'_, '_>) -> Vec<String> {
    if let Some(array) = array(node) {
        return array.children().filter(Node::is_element).map(value_of).collect();
    }
    vec![value_of(node)]
}

/// The text of a simple value, or its URI; of one with qualifiers, which say more about it, rdf:value alone (ISO 16684-1, 7.8).
fn value_of(node: Node<'_, '_>) -> String {
    let described = node.children().find(|child| child.has_tag_name((RDF, "Description")));
    let fields = described.unwrap_or(node);
    if let Some(value) = fields.children().find(|child| child.has_tag_name((RDF, "value"))) {
        return text_of(value);
    }
    let attribute = fields.attribute((RDF, "value")).or_else(|| node.attribute((RDF, "resource")));
    attribute.map_or_else(|| text_of(node), str::to_owned)
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}
