//! XML from outside as a stream of papers: one element in memory at a time, whatever the length of the list.
//!
//! roxmltree, which reads XMP and SVG elsewhere in this crate, needs a whole document in memory; a harvest of arXiv has
//! gigabytes. No document type declaration is accepted, and so no entity but XML's own five.

use std::io::{self, BufRead, Read};

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::metadata::{Metadata, MetadataError};
use super::{MAX_BYTES, atom, oai};
use crate::error::Remedy;

/// Deeper than any of the forms goes.
const MAX_DEPTH: usize = 32;
/// More elements than any one paper has.
const MAX_ELEMENTS: usize = 5_000;

/// The namespaces that tell the forms apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// OAI-PMH's frame around the records.
    Oai,
    /// The form `arXivRaw` of a record.
    ArxivRaw,
    /// Atom.
    Atom,
    /// What arXiv adds to Atom.
    AtomArxiv,
    /// Any other, or none.
    Other,
}

impl Space {
    fn of(resolved: &ResolveResult<'_>) -> Self {
        match resolved {
            ResolveResult::Bound(Namespace(name)) => match *name {
                "http://www.openarchives.org/OAI/2.0/" => Self::Oai,
                "http://arxiv.org/OAI/arXivRaw/" => Self::ArxivRaw,
                "http://www.w3.org/2005/Atom" => Self::Atom,
                "http://arxiv.org/schemas/atom" => Self::AtomArxiv,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// An element with all that is in it.
#[derive(Debug)]
pub(super) struct Element {
    pub space: Space,
    pub name: String,
    attributes: Vec<(String, String)>,
    /// The text that stands in it, not that of its children.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// The children of this name, in order.
    pub fn all(&self, space: Space, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.is(space, name))
    }

    /// The only child of this name.
    ///
    /// # Errors
    /// [`MetadataError::Missing`], or [`MetadataError::Value`] where there are several.
    pub fn one(&self, space: Space, name: &'static str) -> Result<&Self, MetadataError> {
        let mut all = self.all(space, name);
        let remedy = "fetch the metadata again";
        let first = all.next().ok_or(MetadataError::Missing { field: name, remedy })?;
        match all.next() {
            Some(second) => Err(super::metadata::value(name, &second.text, "there once only")),
            None => Ok(first),
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What stands in a list of papers.
#[derive(Debug)]
pub enum Item {
    /// A paper, or why it cannot be used; the ones after it can.
    Paper(Result<Metadata<'static>, MetadataError>),
    /// OAI-PMH's word that the list goes on in another answer: the token to ask for it.
    More(String),
}

/// Why the rest of the XML is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// A document type declaration.
    #[error("it has a document type declaration, which this program does not read")]
    Doctype,
    /// Another encoding than UTF-8.
    #[error("it is in {0}, and only UTF-8 is read")]
    Encoding(String),
    /// Not well-formed, from this byte on.
    #[error("its XML cannot be read on at byte {at}: {message}")]
    Malformed {
        /// The offset in bytes.
        at: u64,
        /// What is wrong.
        message: String,
    },
    /// An element with more bytes, children or levels than any paper has.
    #[error("its XML at byte {0} is larger or deeper than any paper's metadata")]
    TooLarge(u64),
    /// Reading failed.
    #[error("{0}")]
    Io(String),
    /// An answer of OAI-PMH that says why there are no records.
    #[error("it is an answer without records: {0}")]
    NoAnswer(String),
    /// XML of another kind.
    #[error("it is XML without arXiv metadata (OAI-PMH with metadataPrefix=arXivRaw, or Atom)")]
    Empty,
}

impl Remedy for FeedError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Doctype | Self::Malformed { .. } | Self::TooLarge(_) => {
                "what stands before it was read; fetch the rest again".into()
            }
            Self::Encoding(_) => "save it as UTF-8".into(),
            Self::Io(_) => "check the file".into(),
            Self::NoAnswer(_) => "ask for other papers or dates".into(),
            Self::Empty => {
                "ask arXiv with verb=GetRecord or ListRecords and metadataPrefix=arXivRaw".into()
            }
        })
    }
}

/// The papers in OAI-PMH answers or Atom feeds, one document or several one after the other.
///
/// ```
/// use pith::compute::{Item, Papers};
/// let xml = br#"<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>0805.1230</id>
///     <version version="v1"><date>Fri, 9 May 2008 00:29:11 GMT</date></version>
///     <title>A title</title><categories>astro-ph</categories><abstract>An abstract.</abstract></arXivRaw>"#;
/// let Some(Ok(Item::Paper(Ok(metadata)))) = Papers::new(&xml[..]).next() else { panic!() };
/// assert_eq!(metadata.submitted_at.to_string(), "2008-05-09T00:29:11Z");
/// assert_eq!(metadata.license.as_deref(), Some(""));
/// ```
pub struct Papers<R: BufRead> {
    reader: NsReader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    found_any: bool,
    /// The last `error` element of OAI-PMH.
    refusal: Option<String>,
    ended: bool,
}

impl<R: BufRead> Papers<R> {
    /// Papers in the XML that `input` gives, UTF-8.
    pub fn new(input: R) -> Self {
        let mut reader = NsReader::from_reader(Bounded { input, left: MAX_BYTES });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, found_any: false, refusal: None, ended: false }
    }

    fn read(&mut self) -> Result<Option<Item>, FeedError> {
        loop {
            self.reader.get_mut().left = MAX_BYTES;
            let Some(element) = self.advance()? else {
                return match (self.found_any, self.refusal.take()) {
                    (true, _) => Ok(None),
                    (false, Some(refusal)) => Err(FeedError::NoAnswer(refusal)),
                    (false, None) => Err(FeedError::Empty),
                };
            };
            if element.is(Space::Oai, "error") {
                let code = element.attribute("code").unwrap_or("error");
                self.refusal = Some(format!("{code}: {}", element.text.trim()));
                continue;
            }
            if element.is(Space::Oai, "resumptionToken") {
                match element.text.trim() {
                    "" => continue,
                    token => return Ok(Some(Item::More(token.to_owned()))),
                }
            }
            self.found_any = true;
            let metadata = match element.is(Space::Atom, "entry") {
                true => atom::read(&element),
                false => oai::read(&element),
            };
            return Ok(Some(Item::Paper(metadata)));
        }
    }

    /// The next element that matters, whole, or `None` at the end.
    fn advance(&mut self) -> Result<Option<Element>, FeedError> {
        let mut stack: Vec<Element> = Vec::new();
        let mut count = 0;
        loop {
            self.buffer.clear();
            let event = self.reader.read_resolved_event_into(&mut self.buffer);
            let (resolved, event) = match event {
                Ok(event) => event,
                Err(error) => return Err(self.failure(&error)),
            };
            match event {
                Event::Start(start) => {
                    let space = Space::of(&resolved);
                    let name = start.local_name().into_inner().to_owned();
                    self.depth += 1;
                    count += 1;
                    if self.depth > MAX_DEPTH || count > MAX_ELEMENTS && !stack.is_empty() {
                        return Err(FeedError::TooLarge(self.reader.buffer_position()));
                    }
                    if stack.is_empty() {
                        if !begins(space, &name) {
                            self.reader.get_mut().left = MAX_BYTES;
                            continue;
                        }
                        count = 0;
                    }
                    let attributes = attributes(&start);
                    let (text, children) = (String::new(), Vec::new());
                    stack.push(Element { space, name, attributes, text, children });
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    if let Some(element) = stack.pop() {
                        match stack.last_mut() {
                            Some(parent) => parent.children.push(element),
                            None => return Ok(Some(element)),
                        }
                    }
                }
                Event::Text(text) => push(&mut stack, &text.xml10_content()),
                Event::CData(text) => push(&mut stack, &text.xml10_content()),
                Event::GeneralRef(name) => {
                    let character = match name.resolve_char_ref() {
                        Ok(Some(character)) => Some(character.to_string()),
                        Ok(None) => resolve_xml_entity(&name).map(str::to_owned),
                        Err(_) => None,
                    };
                    let Some(character) = character else {
                        let message = format!("&{}; is not defined", &*name);
                        let at = self.reader.buffer_position();
                        return Err(FeedError::Malformed { at, message });
                    };
                    push(&mut stack, &character);
                }
                Event::Decl(declaration) => {
                    if let Some(Ok(encoding)) = declaration.encoding()
                        && !encoding.eq_ignore_ascii_case("utf-8")
                        && !encoding.eq_ignore_ascii_case("us-ascii")
                    {
                        return Err(FeedError::Encoding(encoding.into_owned()));
                    }
                }
                Event::DocType(_) => return Err(FeedError::Doctype),
                Event::Eof if self.depth > 0 => {
                    let at = self.reader.buffer_position();
                    return Err(FeedError::Malformed { at, message: "it is cut off".into() });
                }
                Event::Eof => return Ok(None),
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
            }
            if stack.is_empty() {
                self.reader.get_mut().left = MAX_BYTES;
            }
        }
    }

    fn failure(&mut self, error: &quick_xml::Error) -> FeedError {
        let at = self.reader.buffer_position();
        match error {
            _ if self.reader.get_mut().left == 0 => FeedError::TooLarge(at),
            quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                FeedError::Malformed { at, message: "it is not UTF-8".into() }
            }
            quick_xml::Error::Io(error) => FeedError::Io(crate::error::io_message(error)),
            quick_xml::Error::Encoding(_) => {
                FeedError::Malformed { at, message: "it is not UTF-8".into() }
            }
            other => FeedError::Malformed { at, message: other.to_string() },
        }
    }
}

impl<R: BufRead> Iterator for Papers<R> {
    type Item = Result<Item, FeedError>;

    /// The next paper. After an error there is nothing more: where a broken element ends, nobody knows.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.read().transpose();
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

/// The elements that are read whole.
fn begins(space: Space, name: &str) -> bool {
    match space {
        Space::Oai => matches!(name, "record" | "error" | "resumptionToken"),
        Space::ArxivRaw => name == "arXivRaw",
        Space::Atom => name == "entry",
        Space::AtomArxiv | Space::Other => false,
    }
}

fn push(stack: &mut [Element], text: &str) {
    if let Some(element) = stack.last_mut() {
        element.text.push_str(text);
    }
}

/// The attributes without a namespace. None of those that are looked at holds a reference.
fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    // Looking for duplicates compares each with every other.
    let mut all = start.attributes();
    let all = all.with_checks(false).take(MAX_DEPTH).flatten();
    all.map(|each| (each.key.into_inner().to_owned(), each.value.into_owned())).collect()
}

/// A reader that ends with an error where one element takes more than was left for it.
struct Bounded<R> {
    input: R,
    left: usize,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("too large"));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.input.consume(count);
    }
}
