//! Metadata into a PDF, and out again: planned changes, an appended section, a file that is whole at every moment.
//!
//! The new file is written beside its target, synced where it replaces one, read back with the code that reads every
//! PDF, compared, and only then renamed over the target. What is written is compared with what was asked for; nothing is verified.

mod compare;
mod date;
mod job;
pub(crate) mod target;
mod temporary;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{self, Remedy};
use crate::metadata::{
    self, IDENTIFIER_PREFIX, INFO_NUMBER, INFO_URL, Key, Metadata, PacketError, Place, Reading,
};
use crate::pdf::append::Changes;
use crate::pdf::xmp::{Change, Packet};
use crate::pdf::{ObjectId, Pdf, PdfError, Signatures};

use date::now;
use job::Job;

/// Characters of what a PDF states that are repeated in a message.
const MAX_SHOWN: usize = 60;

/// Where the outcome goes.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// To this path, which must not be the input; an existing file is replaced.
    Path(&'a Path),
    /// Over the input; symbolic links are followed.
    InPlace,
}

/// How to write.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The user's or the owner's password, for a file that does not open without one.
    pub password: Option<String>,
    /// Replace an XMP packet that cannot be read, and change a file whose certification allows no change.
    pub force: bool,
    /// Give the outcome the input's times.
    pub keep_times: bool,
}

/// What was done.
#[derive(Debug)]
pub struct Report {
    /// The file that was written, links followed.
    pub output: PathBuf,
    /// Whether the outcome differs from the input.
    pub changed: bool,
    /// Bytes of the input.
    pub input_length: u64,
    /// Bytes of the outcome.
    pub output_length: u64,
    /// What the author should know.
    pub notes: Vec<Note>,
}

/// Something that an author should know about the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The section that an earlier run appended was taken off, or another one put in its place.
    OwnSection,
    /// The file named another paper; it names that no longer. Its number as it was stated, cut off where it is long.
    OtherNumber(String),
    /// The section of an earlier run holds these values already, and stays.
    Current,
    /// The file was linearized, and loses the fast view of its first page.
    Linearized,
    /// The file is PDF/A-4, which has no Info dictionary: the values are in XMP only.
    NoInfo,
    /// The file had no XMP packet; it got one.
    NewPacket,
    /// The Catalog named several metadata streams; it names one now.
    DuplicateMetadata,
    /// The packet's xmp:Identifier is neither text nor a list, and was left as it is.
    NoIdentifier,
    /// An XMP packet that could not be read was replaced.
    PacketReplaced,
    /// The metadata that was taken out is still in the bytes of an earlier revision of the file.
    EarlierRevision,
    /// The file that was replaced has other names (hard links), which keep the old file.
    OtherNames,
    /// Page 1 still links to pith.science: the badge is part of the page.
    BadgeRemains,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherNumber(number) => return write!(f, "it had another paper's number: {number}"),
            Self::OwnSection => "what an earlier run had appended was taken off",
            Self::Current => "it was there already, and stays as it is",
            Self::Linearized => "the file is no longer optimised for a fast view of its first page",
            Self::NoInfo => "PDF/A-4 has no Info dictionary; the values are in XMP only",
            Self::NewPacket => "the file had no XMP packet and has one now",
            Self::DuplicateMetadata => "the Catalog named more than one metadata stream and names one now",
            Self::NoIdentifier => {
                "xmp:Identifier is no list and stays as it is; the number stands in pith:Number alone"
            }
            Self::PacketReplaced => "an XMP packet that could not be read was replaced",
            Self::EarlierRevision => {
                "the metadata is still in the file's earlier revision; for blind review make the PDF again without it"
            }
            Self::OtherNames => "the file has other names (hard links), which keep the old file",
            Self::BadgeRemains => {
                "page 1 still links to pith.science; for blind review make the PDF again without the badge"
            }
        })
    }
}

/// Why nothing was written. The target is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InjectError {
    /// The input could not be read or continued.
    #[error("{}: {error}", path.display())]
    Input {
        /// The input.
        path: PathBuf,
        /// Why.
        error: PdfError,
    },
    /// The outcome could not be written.
    #[error("{}: cannot be written: {}", path.display(), error::io_message(error))]
    Output {
        /// The target.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The output is there, and is no file that could be replaced.
    #[error("{}: is a folder, a pipe or a device, and is not replaced", path.display())]
    NotAFile {
        /// The output as it was given.
        path: PathBuf,
    },
    /// The output is the input.
    #[error("{}: is the input itself", path.display())]
    SameFile {
        /// The output as it was given.
        path: PathBuf,
    },
    /// The XMP packet cannot be read, so nothing can be merged into it.
    #[error("{}: {error} (object {object})", path.display())]
    Packet {
        /// The input.
        path: PathBuf,
        /// The metadata stream.
        object: ObjectId,
        /// Why.
        error: PacketError,
    },
    /// The file is certified or locked, and that allows no change (ISO 32000-2, 12.8.2.2 and table 236).
    #[error("{}: is certified or locked by a signature, which allows no change", path.display())]
    Certified {
        /// The input.
        path: PathBuf,
    },
    /// Another program changed the input or the target in the meantime.
    #[error("{}: was changed by another program in the meantime", path.display())]
    Changed {
        /// The file that was changed.
        path: PathBuf,
    },
    /// Another run writes the output.
    #[error("{}: is being written by another run", path.display())]
    Busy {
        /// The output as it was given.
        path: PathBuf,
    },
    /// The file that would be replaced is read-only.
    #[error("{}: is read-only", path.display())]
    ReadOnly {
        /// The file, links followed.
        path: PathBuf,
    },
    /// What was written did not read back as it was asked for.
    #[error("{}: the outcome does not read back: {what}", path.display())]
    Unfaithful {
        /// The input.
        path: PathBuf,
        /// What differs.
        what: &'static str,
    },
}

impl Remedy for InjectError {
    fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Input { error, .. } => return error.remedy(),
            Self::Output { error, .. } => error::io_remedy(error),
            Self::NotAFile { .. } => "give the name of a file with -o",
            Self::SameFile { .. } => "give another output, or --in-place",
            Self::Packet { .. } => "make the PDF again, or replace the packet with --force",
            Self::Certified { .. } => {
                "change the file before it is signed, or invalidate that with --force"
            }
            Self::Changed { .. } => "look at it, and run the command again",
            Self::Busy { .. } => "run the command again when that one is done",
            Self::ReadOnly { .. } => "make it writable, or write to another file with -o",
            Self::Unfaithful { .. } => "the target is as it was; please report this with the file",
        };
        Some(remedy.to_owned())
    }
}

/// A PDF that was opened, of which nothing is written yet.
pub struct Edit<'a>(Job<'a>);

impl<'a> Edit<'a> {
    /// Opens `input`, whose outcome goes to `output`. Other runs for the same output are kept off from here on.
    ///
    /// # Errors
    /// [`InjectError`].
    pub fn open(
        input: &Path,
        output: Output<'_>,
        options: &'a Options,
    ) -> Result<Self, InjectError> {
        Job::open(input, output, options).map(Self)
    }

    /// What of the input is signed.
    pub fn signatures(&self) -> &Signatures {
        &self.0.signatures
    }

    /// Writes `metadata`, as [`inject`] does.
    ///
    /// # Errors
    /// [`InjectError`]; the target is then as it was.
    pub fn inject(self, metadata: &Metadata) -> Result<Report, InjectError> {
        put_in(&self.0, metadata)
    }

    /// Takes our metadata out, as [`strip`] does.
    ///
    /// # Errors
    /// [`InjectError`]; the target is then as it was.
    pub fn strip(self) -> Result<Report, InjectError> {
        take_out(&self.0)
    }
}

/// Writes `metadata` into a PDF.
///
/// The old bytes are a prefix of the outcome, except that a section of ours at the end of the input is replaced.
///
/// # Errors
/// [`InjectError`]; the target is then as it was.
pub fn inject(
    input: &Path,
    output: Output<'_>,
    metadata: &Metadata,
    options: &Options,
) -> Result<Report, InjectError> {
    Edit::open(input, output, options)?.inject(metadata)
}

/// Takes our metadata out of a PDF.
///
/// A section of ours at the end is cut off, which gives the bytes back that were there before it. Metadata that the
/// PDF was made with is taken out by an appended section: readers no longer find it, and the bytes still hold it
/// ([`Note::EarlierRevision`]).
///
/// # Errors
/// [`InjectError`]; the target is then as it was.
pub fn strip(input: &Path, output: Output<'_>, options: &Options) -> Result<Report, InjectError> {
    Edit::open(input, output, options)?.strip()
}

fn put_in(job: &Job<'_>, metadata: &Metadata) -> Result<Report, InjectError> {
    job.check_certification()?;
    let base = job.base()?;
    let base = base.as_ref().unwrap_or(&job.pdf);
    let mut notes = job.notes(base);
    notes.extend(other_number(&job.pdf, &metadata.number).map(Note::OtherNumber));
    let date = now();
    let values = metadata.values();
    let change = Change {
        schema: &metadata::SCHEMA,
        properties: values.iter().map(|(key, value)| (key.name(), *value)).collect(),
        identifier: Some(&metadata.number),
        identifier_prefix: IDENTIFIER_PREFIX,
        date: Some(&date),
    };
    let packet = job.merged(base, &change, &mut notes)?;
    let (has_info, has_identifier) = match Packet::parse(&packet) {
        Ok(packet) => (packet.pdfa_part() != Some(4), packet.has_identifier(&metadata.number)),
        Err(_) => (true, false),
    };
    let missing = [(has_info, Note::NoInfo), (has_identifier, Note::NoIdentifier)];
    notes.extend(missing.into_iter().filter_map(|(is_there, note)| (!is_there).then_some(note)));
    let value = |value: &String| has_info.then(|| value.clone());
    let info = vec![
        (INFO_NUMBER.to_owned(), value(&metadata.number)),
        (INFO_URL.to_owned(), value(&metadata.url)),
    ];
    let section = match job.current(base, &change, &info) {
        Some(section) => {
            notes = vec![Note::Current];
            section.to_vec()
        }
        None => job.plan(base, &Changes { info, packet: Some(packet) })?,
    };
    job.write(base, &section, notes, |reading| {
        let stated = |key, place: fn(&Place) -> bool, value: &str| {
            let mut found = reading.values(key).filter(|stated| place(&stated.place)).peekable();
            found.peek().is_some() && found.all(|stated| stated.value == value.trim())
        };
        let in_info = |place: &Place| matches!(place, Place::Info { .. });
        let in_xmp = |place: &Place| matches!(place, Place::Xmp { .. });
        let info = match has_info {
            true => {
                stated(Key::Number, in_info, &metadata.number)
                    && stated(Key::Url, in_info, &metadata.url)
            }
            false => !reading.stated.iter().any(|stated| in_info(&stated.place)),
        };
        if !info {
            return Some("Info does not hold the values");
        }
        let in_bag = |place: &Place| matches!(place, Place::Identifier { .. });
        let xmp = values.iter().all(|(key, value)| stated(*key, in_xmp, value))
            && (!has_identifier || stated(Key::Number, in_bag, &metadata.number));
        (!xmp).then_some("XMP does not hold the values")
    })
}

/// The number that `pdf` states and that is not `number`.
fn other_number(pdf: &Pdf, number: &str) -> Option<String> {
    let reading = Reading::of(pdf);
    let other = reading.values(Key::Number).find(|stated| stated.value.trim() != number)?;
    Some(other.value.trim().chars().take(MAX_SHOWN).collect())
}

fn take_out(job: &Job<'_>) -> Result<Report, InjectError> {
    let base = job.base()?;
    let base = base.as_ref().unwrap_or(&job.pdf);
    let mut notes = job.notes(base);
    let reading = Reading::of(base);
    let mut section = Vec::new();
    if !reading.stated.is_empty() {
        job.check_certification()?;
        let date = now();
        let change = Change {
            schema: &metadata::SCHEMA,
            properties: Vec::new(),
            identifier: None,
            identifier_prefix: IDENTIFIER_PREFIX,
            date: Some(&date),
        };
        let in_packet =
            reading.stated.iter().any(|stated| !matches!(stated.place, Place::Info { .. }));
        let packet = if in_packet { Some(job.merged(base, &change, &mut notes)?) } else { None };
        let info = vec![(INFO_NUMBER.to_owned(), None), (INFO_URL.to_owned(), None)];
        section = job.plan(base, &Changes { info, packet })?;
    }
    let is_stated = |earlier: Pdf| !Reading::of(&earlier).stated.is_empty();
    if !reading.stated.is_empty() || base.revisions().any(is_stated) {
        notes.push(Note::EarlierRevision);
    }
    let links = base.first_page().map(|page| page.links).unwrap_or_default();
    if links.iter().any(|link| link.uri.contains("pith.science/")) {
        notes.push(Note::BadgeRemains);
    }
    job.write(base, &section, notes, |reading| {
        (!reading.stated.is_empty()).then_some("a value is still there")
    })
}
