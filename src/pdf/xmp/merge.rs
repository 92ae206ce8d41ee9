//! A change to a packet, as edits of byte ranges.

use std::ops::Range;

use askama::Template;
use roxmltree::{Attribute, Node};

use super::encoding::encode;
use super::{
    Change, PDFA_EXTENSION, PDFA_SCHEMA, Packet, RDF, Schema, XMP, XmpError, array, is_property,
    rdf, text_of, value_of,
};
use crate::escape;

/// Bytes of white space that a new packet ends with, for editors in place (ISO 16684-1, 7.3.2).
const PADDING: usize = 2048;

impl Packet {
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
        // One of another name is a description too, which says a type (RDF/XML, 2.13).
        let descriptions: Vec<_> = rdf.children().filter(Node::is_element).collect();
        if let Some(first) = descriptions.first() {
            // All of a packet's descriptions are about one resource (ISO 16684-1, 7.4). Old writers leave the prefix out.
            let about = first.attribute((RDF, "about")).or_else(|| first.attribute("about"));
            fill.about = about.unwrap_or_default().into();
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

    /// A bag of `items`, where the prefix rdf may not be declared.
    fn bag(&self, items: &str) -> String {
        format!("<rdf:Bag{}>{items}</rdf:Bag>", self.rdf)
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
        if let Some(attribute) = node.attribute_node((XMP, "Identifier")) {
            self.identifier_attribute(node, attribute, change, fill);
        }
        Ok(())
    }

    fn date(&mut self, node: Node<'_, '_>, date: &str) {
        if let Some(attribute) = node.attribute_node((XMP, "MetadataDate")) {
            self.edits.push((value_range(self.text, attribute), escape::xml(date)));
        }
        let mut elements =
            node.children().filter(|child| child.has_tag_name((XMP, "MetadataDate")));
        if let Some(element) = elements.find(|element| !text_of(*element).trim().is_empty()) {
            self.set_text(element, date);
        }
    }

    /// Puts `text` into an element that has no elements in it; `false` where it has some. Comments stay.
    fn set_text(&mut self, node: Node<'_, '_>, text: &str) -> bool {
        let content = content(self.text, node);
        let edit = content.map(|place| (place, escape::xml(text) + &comments(self.text, node)));
        let is_set = edit.is_some();
        self.edits.extend(edit);
        is_set
    }

    /// A simple value where the specification wants a bag: whoever reads it so would not read a bag beside it.
    fn identifier_attribute(
        &mut self,
        node: Node<'_, '_>,
        attribute: Attribute<'_, '_>,
        change: &Change<'_>,
        fill: &mut Fill<'_>,
    ) {
        let is_ours = attribute.value().trim().starts_with(change.identifier_prefix);
        match fill.identifier.take() {
            None if is_ours => self.remove(attribute.range()),
            None => {}
            Some(new) if is_ours => {
                self.edits.push((value_range(self.text, attribute), escape::xml(new)));
            }
            Some(new) => {
                let source = &self.text[attribute.range()];
                let name = source.split('=').next().unwrap_or_default().trim_end();
                let bag = fill.bag(&[attribute.value(), new].map(item).concat());
                self.remove(attribute.range());
                self.append(node, &format!("<{name}>{bag}</{name}>"));
            }
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
            self.lone_identifier(node, change, fill);
            return;
        };
        let items: Vec<_> = bag.children().filter(Node::is_element).collect();
        let is_ours =
            |item: &Node<'_, '_>| value_of(*item).trim().starts_with(change.identifier_prefix);
        let (ours, others): (Vec<Node<'_, '_>>, Vec<Node<'_, '_>>) =
            items.into_iter().partition(is_ours);
        let new = fill.identifier.take();
        match (new, others.is_empty()) {
            (None, true) if !ours.is_empty() => {
                self.remove_property(parent, node);
                return;
            }
            (Some(new), _) => {
                let name = sibling_name(self.text, bag, "li");
                let fresh = || format!("<{name}>{}</{name}>", escape::xml(new));
                match ours.first() {
                    Some(item) if self.set_text(*item, new) => {}
                    // What qualifies the old number does not qualify the new one.
                    Some(item) => self.edits.push((item.range(), fresh())),
                    None => self.append(bag, &fresh()),
                }
            }
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

    /// Makes a bag of a property that has none. A second property of that name beside it is what XMP does not allow.
    fn lone_identifier(&mut self, node: Node<'_, '_>, change: &Change<'_>, fill: &mut Fill<'_>) {
        let is_ours = value_of(node).trim().starts_with(change.identifier_prefix);
        let Some(new) = fill.identifier.take() else {
            if is_ours {
                self.remove(node.range());
            }
            return;
        };
        let bag = |old: &str| fill.bag(&(old.to_owned() + &item(new)));
        if let Some(resource) = node.attribute_node((RDF, "resource")) {
            let quoted = value_range(self.text, resource).start - 1..resource.range().end;
            let old = format!("<rdf:li rdf:resource={}/>", &self.text[quoted]);
            self.remove(resource.range());
            self.append(node, &bag(&old));
        } else if is_empty(node) {
            self.append(node, &bag(""));
        } else if let Some(content) = content(self.text, node) {
            let old = match is_ours {
                true => comments(self.text, node),
                false => format!("<rdf:li>{}</rdf:li>", &self.text[content.clone()]),
            };
            self.edits.push((content, bag(&old)));
        }
        // What is neither text nor array is no value of this property, and stays as it is.
    }

    fn extension(
        &mut self,
        parent: Node<'_, '_>,
        node: Node<'_, '_>,
        change: &Change<'_>,
        fill: &mut Fill<'_>,
    ) -> Result<(), XmpError> {
        let template = SchemaTemplate { rdf: fill.rdf, schema: fill.schema };
        let xml = template.render().map_err(|error| XmpError::Malformed(error.to_string()))?;
        let Some(bag) = array(node) else {
            // A second property of that name beside it is what XMP does not allow.
            if std::mem::take(&mut fill.extension) && is_empty(node) {
                self.append(node, &fill.bag(xml.trim_end()));
            }
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
            self.remove_property(parent, node);
            return Ok(());
        }
        for item in &ours {
            self.remove(item.range());
        }
        if std::mem::take(&mut fill.extension) {
            self.append(bag, xml.trim_end());
        }
        Ok(())
    }

    /// Removes a property, and its description where nothing else is left of that.
    fn remove_property(&mut self, parent: Node<'_, '_>, node: Node<'_, '_>) {
        let alone = parent.children().filter(Node::is_element).count() == 1
            && !parent.attributes().any(|attribute| is_property(&attribute));
        self.remove(if alone { parent.range() } else { node.range() });
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

/// Whether a property has no value.
fn is_empty(node: Node<'_, '_>) -> bool {
    let blank = |child: Node<'_, '_>| child.text().is_some_and(|text| text.trim().is_empty());
    node.attribute((RDF, "resource")).is_none()
        && node.children().all(|child| child.is_comment() || (child.is_text() && blank(child)))
}

/// The comments and processing instructions in an element.
fn comments(text: &str, node: Node<'_, '_>) -> String {
    let comments = node.children().filter(|child| child.is_comment() || child.is_pi());
    comments.map(|comment| &text[comment.range()]).collect()
}

/// Where the content of an element stands; `None` where it has elements in it, or no closing tag. Text in several parts
/// is one node, whose place is that of the first.
fn content(text: &str, node: Node<'_, '_>) -> Option<Range<usize>> {
    if node.children().any(|child| child.is_element()) {
        return None;
    }
    let range = node.range();
    let source = &text[range.clone()];
    let mut quote = None;
    let end_of_tag = source.bytes().position(|byte| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), _) => {
            quote = quote.filter(|_| open != byte);
            false
        }
        _ => false,
    })?;
    let (start, end) = (end_of_tag + 1, source.rfind("</")?);
    (start <= end).then(|| range.start + start..range.start + end)
}

/// Where the value of an attribute stands, within its quotes. The parser knows it of short names alone.
fn value_range(text: &str, attribute: Attribute<'_, '_>) -> Range<usize> {
    let range = attribute.range();
    let quote = text[range.clone()].find(['"', '\'']).unwrap_or_default();
    range.start + quote + 1..range.end - 1
}

/// An item of a bag.
fn item(value: &str) -> String {
    format!("<rdf:li>{}</rdf:li>", escape::xml(value))
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
