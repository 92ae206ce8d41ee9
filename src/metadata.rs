//! The metadata that a PDF carries (format 1.0): names, the values to write, and what a PDF says of itself.
//!
//! Nothing is verified here, and nothing is corrected: a [`Reading`] keeps what was found, each value with its
//! place, so that a check can point at it.

use std::fmt;

use crate::id::PithNumber;
use crate::pdf::xmp::{Packet, Schema, XmpError};
use crate::pdf::{ObjectId, Pdf, PdfError};
use crate::record::{Proof, Record};

/// The key of the number in the Info dictionary.
pub const INFO_NUMBER: &str = "PithNumber";
/// The key of the record's URL in the Info dictionary.
pub const INFO_URL: &str = "PithURL";
/// What our items in the bag xmp:Identifier start with.
pub const IDENTIFIER_PREFIX: &str = "pith:";

/// Our XMP namespace.
pub const SCHEMA: Schema = Schema {
    namespace: "https://pith.science/schemas/pith-pdf/1.0/",
    prefix: "pith",
    title: "Pith Number and its proof",
    properties: &[
        (Key::Number.name(), "The Pith Number of the record of this paper"),
        (Key::Url.name(), "The address of the record"),
        (Key::Title.name(), "The title that the record holds by its digest"),
        (Key::Source.name(), "The source that the record is about, with its version"),
        (Key::Sha256.name(), "The SHA-256 digest of the canonical record, in hexadecimal digits"),
        (Key::Record.name(), "The canonical record, as JSON"),
        (Key::KeyId.name(), "The identifier of the key that signed the record"),
        (Key::Signature.name(), "The Ed25519 signature of the digest, in base64"),
        (Key::SignedAt.name(), "The time of the signature"),
    ],
};

const XMP_NAMESPACE: &str = "http://ns.adobe.com/xap/1.0/";
const DC_NAMESPACE: &str = "http://purl.org/dc/elements/1.1/";
const PDF_NAMESPACE: &str = "http://ns.adobe.com/pdf/1.3/";

/// Keys of Info with the XMP properties that say the same (ISO 32000-2, 14.3.3, table 349; ISO 19005-1, 6.7.3).
const DESCRIBED: [(&str, &str, &str); 3] = [
    ("Author", DC_NAMESPACE, "creator"),
    ("Subject", DC_NAMESPACE, "description"),
    ("Keywords", PDF_NAMESPACE, "Keywords"),
];

/// Values of the format that a packet may have. One with the proof has ten.
const MAX_STATED: usize = 1_000;

/// One value of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// `pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD`, or `pith:<suffix>` where the year is unknown.
    Number,
    /// `https://pith.science/pith/<suffix>`.
    Url,
    /// The title in arXiv's spelling, TeX and all. It hashes to the record's.
    Title,
    /// `arXiv:2403.01164v1`.
    Source,
    /// The digest of the canonical record, 64 lower-case hexadecimal digits.
    Sha256,
    /// The canonical record, JSON on one line.
    Record,
    /// The identifier of the key that signed.
    KeyId,
    /// The signature, base64.
    Signature,
    /// When it was signed.
    SignedAt,
}

impl Key {
    /// Every key, in the order in which they are written.
    pub const ALL: [Self; 9] = [
        Self::Number,
        Self::Url,
        Self::Title,
        Self::Source,
        Self::Sha256,
        Self::Record,
        Self::KeyId,
        Self::Signature,
        Self::SignedAt,
    ];

    /// The name of the XMP property, without the prefix.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "Number",
            Self::Url => "URL",
            Self::Title => "Title",
            Self::Source => "Source",
            Self::Sha256 => "SHA256",
            Self::Record => "Record",
            Self::KeyId => "KeyID",
            Self::Signature => "Signature",
            Self::SignedAt => "SignedAt",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

/// The values to write into a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The full number, or `pith:<suffix>`.
    pub number: String,
    /// The record's address.
    pub url: String,
    /// The proof, where the record is at hand.
    pub proof: Option<Proof>,
}

impl Metadata {
    /// The metadata of a record that has verified, with its proof; `None` where it has no receipt.
    pub fn of(record: &Record) -> Option<Self> {
        let proof = record.proof()?;
        let number: PithNumber = proof.number.parse().ok()?;
        Some(Self { number: proof.number.clone(), url: number.url(), proof: Some(proof) })
    }

    /// The values of the XMP properties, in order; a value that is not known is left out.
    #[must_use]
    pub fn values(&self) -> Vec<(Key, &str)> {
        let mut values = vec![(Key::Number, self.number.as_str()), (Key::Url, &self.url)];
        if let Some(proof) = &self.proof {
            values.extend([
                (Key::Title, proof.title.as_str()),
                (Key::Source, &proof.source),
                (Key::Sha256, &proof.sha256),
                (Key::Record, &proof.record),
                (Key::KeyId, &proof.key_id),
                (Key::Signature, &proof.signature),
                (Key::SignedAt, &proof.signed_at),
            ]);
        }
        values.retain(|(_, value)| !value.is_empty());
        values
    }
}

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the Info dictionary.
    Info {
        /// Its object; `None` where it stands in the trailer itself.
        object: Option<ObjectId>,
    },
    /// As a property of ours in an XMP packet.
    Xmp {
        /// The metadata stream.
        object: ObjectId,
        /// The line of the packet, from 1.
        line: u32,
    },
    /// As an item of the bag xmp:Identifier.
    Identifier {
        /// The metadata stream.
        object: ObjectId,
        /// The line of the packet, from 1.
        line: u32,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Info { object: Some(object) } => write!(f, "Info (object {object})"),
            Self::Info { object: None } => write!(f, "Info (in the trailer)"),
            Self::Xmp { object, line } => write!(f, "XMP (object {object}, line {line})"),
            Self::Identifier { object, line } => {
                write!(f, "xmp:Identifier (object {object}, line {line})")
            }
        }
    }
}

/// A value that a PDF states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// What it is.
    pub key: Key,
    /// The value, without white space at its ends.
    pub value: String,
    /// Where it stands.
    pub place: Place,
}

/// A packet that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its metadata stream.
    pub object: ObjectId,
    /// Why.
    pub error: PacketError,
}

impl Unreadable {
    /// Whether more than one packet stands there.
    #[must_use]
    pub fn is_several(&self) -> bool {
        matches!(self.error, PacketError::Xml(XmpError::Several))
    }
}

/// Why a packet could not be read: its stream, or its XML.
#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    /// The stream.
    #[error("the XMP packet cannot be read: {}", .0.reason())]
    Stream(#[from] PdfError),
    /// The XML.
    #[error(transparent)]
    Xml(#[from] XmpError),
}

/// What a PDF says of itself.
#[derive(Debug, Default)]
pub struct Reading {
    /// Every value of the format, duplicates kept: Info first, then the packets in the Catalog's order.
    pub stated: Vec<Stated>,
    /// The titles that it states, Info's /Title and dc:title in every language, to try against a record.
    pub titles: Vec<(String, Place)>,
    /// What it says of the paper beside the title, as Info's keys name it: Author, Subject, Keywords. The items of
    /// a list are joined with a semicolon; of a text in several languages each is given.
    pub described: Vec<(&'static str, String, Place)>,
    /// The metadata streams that the Catalog names. More than one is a defect.
    pub packets: Vec<ObjectId>,
    /// Those of them that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Whether the Info dictionary could not be read.
    pub info_error: Option<PdfError>,
    /// The part of PDF/A that the packet claims.
    pub pdfa_part: Option<u8>,
}

impl Reading {
    /// Reads Info and XMP of a PDF.
    #[must_use]
    pub fn of(pdf: &Pdf) -> Self {
        let mut reading = Self::default();
        match pdf.info() {
            Ok(entries) => {
                for entry in entries {
                    let place = Place::Info { object: entry.object };
                    match entry.key.as_str() {
                        INFO_NUMBER => reading.state(Key::Number, &entry.value, place),
                        INFO_URL => reading.state(Key::Url, &entry.value, place),
                        "Title" => reading.titles.push((entry.value, place)),
                        key => {
                            let known = DESCRIBED.iter().find(|(info, ..)| *info == key);
                            reading
                                .described
                                .extend(known.map(|(info, ..)| (*info, entry.value, place)));
                        }
                    }
                }
            }
            Err(error) => reading.info_error = Some(error),
        }
        for stream in pdf.metadata_streams() {
            reading.packets.push(stream.object);
            let packet = stream.packet.map_err(PacketError::from);
            let before = reading.stated.len();
            let packet = packet.and_then(|bytes| Ok(Packet::parse(&bytes)?));
            let read = packet.and_then(|packet| {
                reading.packet(&packet, stream.object);
                match reading.stated.len() - before {
                    ..=MAX_STATED => Ok(()),
                    _ => Err(PdfError::TooLarge { what: "more than 1,000 values of ours" }.into()),
                }
            });
            if let Err(error) = read {
                reading.stated.truncate(before);
                reading.unreadable.push(Unreadable { object: stream.object, error });
            }
        }
        reading
    }

    fn packet(&mut self, packet: &Packet, object: ObjectId) {
        self.pdfa_part = self.pdfa_part.or_else(|| packet.pdfa_part());
        for property in packet.properties() {
            let line = property.line;
            match (&*property.namespace, property.name.as_str()) {
                (namespace, name) if namespace == SCHEMA.namespace => {
                    let Some(key) = Key::from_name(name) else {
                        continue;
                    };
                    for value in &property.values {
                        self.state(key, value, Place::Xmp { object, line });
                    }
                }
                (XMP_NAMESPACE, "Identifier") => {
                    for value in property
                        .values
                        .iter()
                        .filter(|value| value.trim().starts_with(IDENTIFIER_PREFIX))
                    {
                        self.state(Key::Number, value, Place::Identifier { object, line });
                    }
                }
                (DC_NAMESPACE, "title") => {
                    let place = Place::Xmp { object, line };
                    let titles = property.values.iter().cloned();
                    self.titles.extend(titles.map(|title| (title, place)));
                }
                (namespace, name) => {
                    let known = DESCRIBED.iter().find(|(_, of, n)| (*of, *n) == (namespace, name));
                    let Some((key, ..)) = known else { continue };
                    let place = Place::Xmp { object, line };
                    // A description is one text in several languages, the others are lists.
                    match name {
                        "description" => self
                            .described
                            .extend(property.values.iter().map(|text| (*key, text.clone(), place))),
                        _ => self.described.push((*key, property.values.join("; "), place)),
                    }
                }
            }
        }
    }

    fn state(&mut self, key: Key, value: &str, place: Place) {
        self.stated.push(Stated { key, value: value.trim().to_owned(), place });
    }

    /// What is stated for a key, in order.
    pub fn values(&self, key: Key) -> impl Iterator<Item = &Stated> {
        self.stated.iter().filter(move |stated| stated.key == key)
    }

    /// The value of a key where one is stated and all that are stated say the same. Numbers say the same where
    /// their suffixes do; the one with a year is returned.
    #[must_use]
    pub fn agreed(&self, key: Key) -> Option<&str> {
        let same = |a: &str, b: &str| match key {
            Key::Number => suffix(a).eq_ignore_ascii_case(suffix(b)) && years_agree(a, b),
            _ => a == b,
        };
        let best = self.values(key).max_by_key(|stated| stated.value.len())?;
        self.values(key).all(|stated| same(&stated.value, &best.value)).then_some(&best.value)
    }

    /// Whether several values are stated for a key, and do not say the same.
    #[must_use]
    pub fn contradicts(&self, key: Key) -> bool {
        self.agreed(key).is_none() && self.values(key).next().is_some()
    }

    /// The metadata, where number and URL are stated and nothing contradicts itself; with the proof where it is
    /// whole. Nothing is verified.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata> {
        let text = |key| self.agreed(key).map(str::to_owned);
        let proof = || {
            Some(Proof {
                number: text(Key::Number)?,
                title: text(Key::Title).unwrap_or_default(),
                source: text(Key::Source)?,
                sha256: text(Key::Sha256)?,
                record: text(Key::Record)?,
                key_id: text(Key::KeyId)?,
                signature: text(Key::Signature)?,
                signed_at: text(Key::SignedAt)?,
            })
        };
        Some(Metadata { number: text(Key::Number)?, url: text(Key::Url)?, proof: proof() })
    }
}

fn suffix(number: &str) -> &str {
    number.rsplit(':').next().unwrap_or(number)
}

/// Whether two numbers do not state different years.
fn years_agree(a: &str, b: &str) -> bool {
    let year = |number: &str| match *number.split(':').collect::<Vec<_>>() {
        [_, year, _] => Some(year.to_owned()),
        _ => None,
    };
    match (year(a), year(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}
