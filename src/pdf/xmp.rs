//! XMP packets (ISO 16684-1): read, merge, make.
//!
//! A packet is edited by byte ranges: what is not ours keeps every byte, comments, order and padding too. roxmltree
//! says where things stand, and refuses document type declarations, so there are no entities to expand. A packet that
//! is not well formed is an error value; nothing here writes one over it.

use std::borrow::Cow;
use std::ops::Range;

use askama::Template;
use roxmltree::{Attribute, Document, Node};

use crate::escape;
use crate::xml::{self, XmlError};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const PDFA_ID: &str = "http://www.aiim.org/pdfa/ns/id/";
const PDFA_EXTENSION: &str = "http://www.aiim.org/pdfa/ns/extension/";
const PDFA_SCHEMA: &str = "http://www.aiim.org/pdfa/ns/schema#";

/// XML nodes that a packet may have. 5 MB of editing history have some 300,000.
const MAX_NODES: u32 = 2_000_000;
/// Bytes of white space that a new packet ends with, for editors in place (ISO 16684-1, 7.3.2).
const PADDING: usize = 2048;

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
    pub namespace: String,
    /// The name without prefix.
    pub name: String,
    /// One text for a simple property, the items' texts for an array (rdf:Bag, rdf:Seq, rdf:Alt).
    pub values: Vec<String>,
    /// The line it stands on, from 1.
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8 { mark: bool },
    Utf16 { big: bool, mark: bool },
}

/// A packet that was read.
#[derive(Debug, Clone)]
pub struct Packet {
    text: String,
    encoding: Encoding,
    /// Well-formed XML within `text`: some writers pad with zero bytes.
    xml: Range<usize>,
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
        let packet = Self { text, encoding, xml };
        rdf(&packet.document()?)?;
        Ok(packet)
    }

    fn document(&self) -> Result<Document<'_>, XmpError> {
        xml::parse(&self.text[self.xml.clone()], MAX_NODES).map_err(|error| match error {
            XmlError::Doctype => XmpError::Doctype,
            error => XmpError::Malformed(error.to_string()),
        })
    }

    /// Every property of the packet, in element and in attribute form, in document order, duplicates kept.
    #[must_use]
    pub fn properties(&self) -> Vec<Property> {
        let Ok(document) = self.document() else {
            return Vec::new();
        };
        let Ok(rdf) = rdf(&document) else {
            return Vec::new();
        };
        let line = |at| document.text_pos_at(at).row;
        let mut properties = Vec::new();
        for description in rdf.children().filter(Node::is_element) {
            for attribute in description.attributes().filter(is_property) {
                properties.push(Property {
                    namespace: attribute.namespace().unwrap_or_default().to_owned(),
                    name: attribute.name().to_owned(),
                    values: vec![attribute.value().to_owned()],
                    line: line(attribute.range().start),
                });
            }
            for element in description.children().filter(Node::is_element) {
                properties.push(Property {
                    namespace: element.tag_name().namespace().unwrap_or_default().to_owned(),
                    name: element.tag_name().name().to_owned(),
                    values: values(element),
                    line: line(element.range().start),
                });
            }
        }
        properties
    }

    /// The part of PDF/A that the packet claims (ISO 19005-1, 6.7.11), without proof.
    #[must_use]
    pub fn pdfa_part(&self) -> Option<u8> {
        let properties = self.properties();
        let part = properties
            .iter()
            .find(|property| property.namespace == PDFA_ID && property.name == "part")?;
        part.values.first()?.trim().parse().ok()
    }

    /// The packet with `change` made to it, in the encoding it came in.
    ///
    /// # Errors
    /// [`XmpError::Malformed`] where the outcome would not be well formed.
    pub fn with(&self, change: &Change<'_>) -> Result<Vec<u8>, XmpError> {
        let document = self.document()?;
        let rdf = rdf(&document)?;
        let text = &self.text[self.xml.clone()];
        let mut edits = Edits { text, edits: Vec::new() };
        let extension = matches!(self.pdfa_part(), Some(1..=3)) && !change.properties.is_empty();
        let mut fill = Fill::new(change, extension);
        if rdf.lookup_namespace_uri(Some("rdf")) != Some(RDF) {
            fill.rdf = " xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"";
        }
        let descriptions: Vec<_> =
            rdf.children().filter(|node| node.has_tag_name((RDF, "Description"))).collect();
        if let Some(first) = descriptions.first() {
            // All of a packet's descriptions are about one resource (ISO 16684-1, 7.4).
            fill.about = first.attribute((RDF, "about")).unwrap_or_default().into();
        }
        for description in descriptions {
            edits.description(description, change, &mut fill)?;
        }
        let mut added = fill.properties_xml()?;
        added.truncate(added.trim_end().len());
        if !added.is_empty() {
            edits.append(rdf, &added);
        }
        let mut out = self.text[..self.xml.start].to_owned();
        edits.apply(&mut out);
        out.push_str(&self.text[self.xml.end..]);
        let bytes = encode(&out, self.encoding);
        Self::parse(&bytes)?;
        Ok(bytes)
    }
}

/// A new packet in UTF-8 with `change` as its only content, padded, writable (ISO 16684-1, 7.3).
///
/// # Errors
/// [`XmpError::Malformed`] where the template fails; it does not.
pub fn new_packet(change: &Change<'_>) -> Result<Vec<u8>, XmpError> {
    let fill = Fill::new(change, false);
    let line = " ".repeat(127) + "\n";
    let padding = line.repeat(PADDING / line.len());
    let packet = PacketTemplate {
        mark: '\u{feff}',
        padding: padding.trim_end_matches('\n'),
        properties: &fill.properties_xml()?,
    };
    packet.render().map(String::into_bytes).map_err(|error| XmpError::Malformed(error.to_string()))
}

/// What stands in rdf:RDF.
#[derive(Template)]
#[template(path = "xmp-properties.xml")]
struct Fill<'a> {
    rdf: &'static str,
    about: String,
    schema: &'a Schema,
    properties: &'a [(&'a str, &'a str)],
    identifier: Option<&'a str>,
    extension: bool,
}

#[derive(Template)]
#[template(path = "xmp.xml")]
struct PacketTemplate<'a> {
    mark: char,
    padding: &'a str,
    properties: &'a str,
}

#[derive(Template)]
#[template(path = "xmp-schema.xml")]
struct SchemaTemplate<'a> {
    rdf: &'a str,
    schema: &'a Schema,
}

impl<'a> Fill<'a> {
    fn new(change: &'a Change<'a>, extension: bool) -> Self {
        Self {
            rdf: "",
            about: String::new(),
            schema: change.schema,
            properties: &change.properties,
            identifier: change.identifier,
            extension,
        }
    }

    fn properties_xml(&self) -> Result<String, XmpError> {
        self.render().map_err(|error| XmpError::Malformed(error.to_string()))
    }
}

/// Edits of byte ranges that do not overlap.
struct Edits<'t> {
    text: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    /// Takes our properties out of a description, and brings the properties that we share up to date.
    fn description(
        &mut self,
        node: Node<'_, '_>,
        change: &Change<'_>,
        fill: &mut Fill<'_>,
    ) -> Result<(), XmpError> {
        let ours = |namespace: Option<&str>| namespace == Some(change.schema.namespace);
        let elements: Vec<_> = node.children().filter(Node::is_element).collect();
        let (mine, others): (Vec<Node<'_, '_>>, Vec<Node<'_, '_>>) =
            elements.into_iter().partition(|element| ours(element.tag_name().namespace()));
        let (my_attributes, other_attributes): (Vec<_>, Vec<_>) = node
            .attributes()
            .filter(is_property)
            .partition(|attribute| ours(attribute.namespace()));
        let had_ours = !mine.is_empty() || !my_attributes.is_empty();
        let bare = node
            .children()
            .all(|child| child.is_element() || child.text().is_some_and(|t| t.trim().is_empty()));
        if had_ours && others.is_empty() && other_attributes.is_empty() && bare {
            self.remove(node.range());
            return Ok(());
        }
        for element in mine {
            self.remove(element.range());
        }
        for attribute in my_attributes {
            self.remove(attribute.range());
        }
        if let Some(date) = change.date {
            self.date(node, date);
        }
        for element in others {
            if element.has_tag_name((XMP, "Identifier")) {
                self.identifier(node, element, change, fill);
            } else if element.has_tag_name((PDFA_EXTENSION, "schemas")) {
                self.extension(node, element, change, fill)?;
            }
        }
        if node.attribute((XMP, "Identifier")).is_some() {
            // A simple value where the specification wants a bag: whoever reads it so would not read a bag beside it.
            fill.identifier = None;
        }
        Ok(())
    }

    fn date(&mut self, node: Node<'_, '_>, date: &str) {
        if let Some(attribute) = node.attribute_node((XMP, "MetadataDate")) {
            self.edits.push((attribute.range_value(), escape::xml(date)));
        }
        if let Some(element) =
            node.children().find(|child| child.has_tag_name((XMP, "MetadataDate")))
            && let Some(text) = element.first_child().filter(Node::is_text)
        {
            self.edits.push((text.range(), escape::xml(date)));
        }
    }

    fn identifier(
        &mut self,
        parent: Node<'_, '_>,
        node: Node<'_, '_>,
        change: &Change<'_>,
        fill: &mut Fill<'_>,
    ) {
        let Some(bag) = array(node) else {
            // A simple value becomes the first item of the bag.
            if let (Some(new), Some(text)) =
                (&fill.identifier, node.first_child().filter(Node::is_text))
            {
                let item = format!("<rdf:li>{}</rdf:li>", escape::xml(new));
                let old = &self.text[text.range()];
                let bag = format!("<rdf:Bag{}><rdf:li>{old}</rdf:li>{item}</rdf:Bag>", fill.rdf);
                self.edits.push((text.range(), bag));
                fill.identifier = None;
            }
            return;
        };
        let items: Vec<_> = bag.children().filter(Node::is_element).collect();
        let is_ours =
            |item: &Node<'_, '_>| text_of(*item).trim().starts_with(change.identifier_prefix);
        let (ours, others): (Vec<Node<'_, '_>>, Vec<Node<'_, '_>>) =
            items.into_iter().partition(is_ours);
        let new = fill.identifier.take();
        match (new, others.is_empty()) {
            (None, true) if !ours.is_empty() => {
                // Nothing is left of the property, and perhaps of its description.
                let alone = parent.children().filter(Node::is_element).count() == 1
                    && !parent.attributes().any(|attribute| is_property(&attribute));
                self.remove(if alone { parent.range() } else { node.range() });
                return;
            }
            (Some(new), _) => match ours.first().and_then(|item| item.first_child()) {
                Some(text) => self.edits.push((text.range(), escape::xml(new))),
                None => {
                    let name = sibling_name(self.text, bag, "li");
                    self.append(bag, &format!("<{name}>{}</{name}>", escape::xml(new)));
                }
            },
            (None, _) => {
                if let Some(first) = ours.first() {
                    self.remove(first.range());
                }
            }
        }
        for item in ours.iter().skip(1) {
            self.remove(item.range());
        }
    }

    fn extension(
        &mut self,
        parent: Node<'_, '_>,
        node: Node<'_, '_>,
        change: &Change<'_>,
        fill: &mut Fill<'_>,
    ) -> Result<(), XmpError> {
        let Some(bag) = array(node) else {
            return Ok(());
        };
        let is_ours = |item: &Node<'_, '_>| {
            let element =
                item.descendants().find(|node| node.has_tag_name((PDFA_SCHEMA, "namespaceURI")));
            element.is_some_and(|element| text_of(element).trim() == change.schema.namespace)
                || item.descendants().any(|node| {
                    node.attribute((PDFA_SCHEMA, "namespaceURI")) == Some(change.schema.namespace)
                })
        };
        let items: Vec<_> = bag.children().filter(Node::is_element).collect();
        let (ours, others): (Vec<Node<'_, '_>>, Vec<Node<'_, '_>>) =
            items.into_iter().partition(is_ours);
        if !fill.extension && others.is_empty() && !ours.is_empty() {
            let alone = parent.children().filter(Node::is_element).count() == 1
                && !parent.attributes().any(|attribute| is_property(&attribute));
            self.remove(if alone { parent.range() } else { node.range() });
            return Ok(());
        }
        for item in &ours {
            self.remove(item.range());
        }
        if fill.extension {
            fill.extension = false;
            let template = SchemaTemplate { rdf: fill.rdf, schema: fill.schema };
            let xml = template.render().map_err(|error| XmpError::Malformed(error.to_string()))?;
            self.append(bag, xml.trim_end());
        }
        Ok(())
    }

    /// Removes a range with the white space before it.
    fn remove(&mut self, range: Range<usize>) {
        let start = self.text[..range.start].trim_end_matches([' ', '\t', '\r', '\n']).len();
        self.edits.push((start..range.end, String::new()));
    }

    /// Adds `xml` as the last content of an element.
    fn append(&mut self, node: Node<'_, '_>, xml: &str) {
        let range = node.range();
        let source = &self.text[range.clone()];
        if let Some(open) = source.strip_suffix("/>") {
            let name = qualified_name(self.text, node);
            let start = range.start + open.trim_end().len();
            self.edits.push((start..range.end, format!(">{xml}</{name}>")));
        } else if let Some(close) = source.rfind("</") {
            let at = range.start + close;
            // Before the white space that indents the closing tag, so that it keeps its line.
            let at = self.text[..at].trim_end_matches([' ', '\t', '\r', '\n']).len();
            self.edits.push((at..at, xml.to_owned()));
        }
    }

    fn apply(mut self, out: &mut String) {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut kept = 0;
        for (range, replacement) in self.edits {
            // Removals of neighbours share the white space between them.
            let start = range.start.max(kept);
            out.push_str(&self.text[kept..start]);
            out.push_str(&replacement);
            kept = range.end.max(kept);
        }
        out.push_str(&self.text[kept..]);
    }
}

fn rdf<'a, 'input>(document: &'a Document<'input>) -> Result<Node<'a, 'input>, XmpError> {
    document.descendants().find(|node| node.has_tag_name((RDF, "RDF"))).ok_or(XmpError::NoRdf)
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
        return array.children().filter(Node::is_element).map(text_of).collect();
    }
    match node.attribute((RDF, "resource")) {
        Some(resource) => vec![resource.to_owned()],
        None => vec![text_of(node)],
    }
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The name of an element as it is written.
fn qualified_name<'t>(text: &'t str, node: Node<'_, '_>) -> &'t str {
    let tag = &text[node.range().start + 1..];
    let end = tag
        .find(|character: char| character.is_ascii_whitespace() || matches!(character, '>' | '/'));
    &tag[..end.unwrap_or(tag.len())]
}

/// A name with the prefix of an element.
fn sibling_name(text: &str, node: Node<'_, '_>, name: &str) -> String {
    match qualified_name(text, node).split_once(':') {
        Some((prefix, _)) => format!("{prefix}:{name}"),
        None => name.to_owned(),
    }
}

fn decode(bytes: &[u8]) -> Result<(String, Encoding), XmpError> {
    let utf16 = |bytes: &[u8], big: bool, mark: bool| {
        let unit = if big { u16::from_be_bytes } else { u16::from_le_bytes };
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).map_err(|_| XmpError::Encoding("UTF-16"))?;
        if !bytes.len().is_multiple_of(2) {
            return Err(XmpError::Encoding("UTF-16"));
        }
        Ok((text, Encoding::Utf16 { big, mark }))
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, true, true),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, false, true),
        [0, first, ..] if *first != 0 => utf16(bytes, true, false),
        [first, 0, ..] if *first != 0 => utf16(bytes, false, false),
        _ => {
            let mark = bytes.starts_with("\u{feff}".as_bytes());
            let text = std::str::from_utf8(if mark { &bytes[3..] } else { bytes });
            Ok((text.map_err(|_| XmpError::Encoding("UTF-8"))?.to_owned(), Encoding::Utf8 { mark }))
        }
    }
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let (mark, wide) = match encoding {
        Encoding::Utf8 { mark } => (mark, None),
        Encoding::Utf16 { big, mark } => (mark, Some(big)),
    };
    let text = if mark { Cow::Owned(format!("\u{feff}{text}")) } else { Cow::Borrowed(text) };
    match wide {
        None => text.into_owned().into_bytes(),
        Some(true) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Some(false) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    }
}
