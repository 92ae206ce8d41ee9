//! The only door to PDF bytes.
//!
//! Reading is lazy, by hayro-syntax over the bytes of the file; so is the text of page 1, with hayro-interpret for
//! fonts and pages out of the ordinary; what is appended is serialised by lopdf. Nobody outside of this module sees their types.
//!
//! - [`Pdf`] opens a file and says what it holds: Info entries, XMP packets, page 1, signatures, damage.
//! - [`xmp`] reads and edits the XML of a packet.
//! - [`append`] plans and serialises an appended section (ISO 32000-2, 7.5.6).
//!
//! This module knows nothing of Pith Numbers; `metadata` does.

pub mod append;
mod budget;
mod clock;
mod codes;
mod content;
mod convert;
#[cfg(test)]
mod corpus;
mod deadline;
mod dict;
mod excerpt;
mod fonts;
mod form;
mod glyph;
mod glyph_names;
mod guard;
mod interpret;
mod kind;
mod map;
mod names;
mod page;
mod read;
mod revision;
mod script;
mod security;
mod signature;
mod text;
mod text_string;
mod trailer;
pub mod xmp;

use crate::error::{self, Remedy};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hayro_syntax::object::{ObjRef, ObjectIdentifier};
use hayro_syntax::{DecryptionError, LoadPdfError, PdfData};

pub use fonts::MissingFont;
pub use kind::OtherKind;
pub use page::{FirstPage, Link, Rect};
pub use read::{InfoEntry, MetadataStream, Signatures};
pub use script::Script;
pub use signature::{Signature, SignatureKind};
pub use text::Word;

use map::{Continued, Glance};
use security::{Handler, Resolved};
use trailer::Chain;

/// Decoded bytes that one stream may have (48 MiB). A few kilobytes of deflate can claim terabytes.
pub const MAX_DECODED: usize = 48 << 20;
/// How many objects a file lists of which hayro-syntax is told only those that are needed. A table of fewer takes less
/// memory than the program itself.
const LARGE: u64 = 50_000;
/// Bytes of a damaged file that are looked through in a second.
const SCANNED_IN_A_SECOND: u64 = 32 << 20;
/// What is said of a file in which no objects can be found.
const UNREADABLE: &str = "its objects cannot be read";

/// Why a PDF could not be read or continued.
///
/// The message is one line; [`PdfError::remedy`] is the second one. Neither names the file: the caller does.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The file could not be read.
    #[error("{}", error::io_message(.0))]
    Io(#[from] io::Error),
    /// The path leads to a directory, a pipe, a device.
    #[error("is {}, not a file", if *directory { "a directory" } else { "a pipe or a device" })]
    NotAFile {
        /// Whether it is a directory.
        directory: bool,
    },
    /// Another program wrote to the file while it was read.
    #[error("was changed by another program while it was read")]
    Changed,
    /// The file has no bytes.
    #[error("is empty")]
    Empty,
    /// There is no `%PDF-` in the first bytes, and nothing that could be read as a PDF.
    #[error("is not a PDF{}", kind.map_or(String::new(), |kind| format!(", but {}", kind.name)))]
    NotAPdf {
        /// What it is, where that is known.
        kind: Option<OtherKind>,
    },
    /// The file is encrypted with a user password, and none was given.
    #[error("is encrypted, and opens with a password only")]
    NeedsPassword,
    /// The password that was given opens nothing.
    #[error("is encrypted, and the password is wrong")]
    WrongPassword,
    /// The user's password has characters outside of ASCII, in a file encrypted by RC4 or AES-128.
    #[error(
        "has a password with characters outside of ASCII, which in files of this age (RC4, AES-128) cannot be tried"
    )]
    UnsupportedPassword,
    /// The security handler or algorithm is unknown.
    #[error("is encrypted in a way that cannot be read")]
    UnsupportedEncryption,
    /// What `what` names could not be read.
    #[error("is damaged: {what}")]
    Damaged {
        /// What is damaged.
        what: &'static str,
    },
    /// A limit of this program was reached.
    #[error("holds {what}, which is more than is read here")]
    TooLarge {
        /// What is too large, with its limit.
        what: &'static str,
    },
    /// The file is encrypted in a way in which nothing can be encrypted here.
    #[error("is encrypted in a way in which nothing can be added to it")]
    EncryptedOutput,
    /// The file may be read but not continued by an appended section.
    #[error("cannot be continued: {reason}")]
    NotAppendable {
        /// Why.
        reason: &'static str,
    },
}

impl PdfError {
    /// The message in a sentence on something in the file.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Damaged { what } => (*what).to_owned(),
            error => format!("it {error}"),
        }
    }
}

impl Remedy for PdfError {
    fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Io(error) => return Some(error::io_remedy(error).to_owned()),
            Self::NotAFile { directory: true } => "name the PDF inside of it",
            Self::NotAFile { directory: false } => "write it to a file first",
            Self::Changed => "run the command again when that one is done",
            Self::Empty => "the program that should have written it failed; make it again",
            Self::NotAPdf { kind: Some(kind) } => kind.remedy,
            Self::NotAPdf { kind: None } => "check the path; a PDF starts with %PDF-",
            Self::NeedsPassword | Self::WrongPassword => {
                "give its password with --password or --password-file"
            }
            Self::UnsupportedPassword => {
                "decrypt it first: qpdf --password=... --decrypt IN.pdf OUT.pdf"
            }
            Self::UnsupportedEncryption => "remove the encryption with the program that made it",
            Self::EncryptedOutput => "remove the encryption first: qpdf --decrypt IN.pdf OUT.pdf",
            Self::Damaged { .. } | Self::NotAppendable { .. } => {
                "make the PDF again, or repair it with: qpdf IN.pdf OUT.pdf"
            }
            Self::TooLarge { .. } => "this is not a paper's PDF; make it again from its source",
        };
        Some(remedy.to_owned())
    }
}

/// The number and generation of an indirect object (ISO 32000-2, 7.3.10). Displayed as `12 0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// The object number, from 1.
    pub number: u32,
    /// The generation number, 0 in nearly every file.
    pub generation: u16,
}

impl ObjectId {
    fn from_reference(reference: ObjRef) -> Option<Self> {
        Self::from_identifier(reference.into())
    }

    fn from_identifier(id: ObjectIdentifier) -> Option<Self> {
        Some(Self { number: id.obj_number, generation: u16::try_from(id.gen_number).ok()? })
    }

    fn identifier(self) -> ObjectIdentifier {
        ObjectIdentifier::new(self.number, i32::from(self.generation))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.generation)
    }
}

/// The version of PDF that a file declares: the Catalog's /Version, else the header's (ISO 32000-2, 7.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 1 or 2.
    pub major: u8,
    /// 0 to 7.
    pub minor: u8,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// How a file is encrypted (ISO 32000-2, 7.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// An owner password only: everyone may read.
    OwnerPassword,
    /// A user password, which was given.
    UserPassword,
}

/// Something unreadable or inconsistent that reading got around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What, in one clause.
    pub what: String,
    /// The object it concerns, where it concerns one.
    pub object: Option<ObjectId>,
}

/// An open PDF.
pub struct Pdf {
    data: PdfData,
    file: Arc<hayro_syntax::Pdf>,
    /// What hayro-syntax reads, where that is not `data` itself.
    continued: Option<Continued>,
    chain: Arc<Chain>,
    glance: Glance,
    /// Whether hayro-syntax goes by the cross-reference data.
    is_sound: bool,
    encryption: Option<Encryption>,
    /// What hayro-syntax opened the file with; empty where it opens without.
    password: String,
    /// Whether the file is encrypted, and its metadata streams are not.
    clear_metadata: bool,
    /// The signatures, and /P of the DocMDP transform where the file is certified.
    signed: (Vec<Signature>, Option<u8>),
    /// The file that the bytes come from.
    source: Option<map::Source>,
}

impl fmt::Debug for Pdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pdf")
            .field("bytes", &self.bytes().len())
            .field("encryption", &self.encryption)
            .finish()
    }
}

impl Pdf {
    /// Opens a regular file; symbolic links are followed. The password, the user's or the owner's, is used only
    /// where the file does not open without one.
    ///
    /// # Errors
    /// Everything in [`PdfError`] but `NotAppendable`.
    pub fn open(path: &Path, password: Option<&str>) -> Result<Self, PdfError> {
        let source = map::open(path)?;
        let pdf = Self::load(source.data(), source.glance(), password);
        // What was read of a file that changed says nothing of it, errors too.
        source.check_unchanged()?;
        pdf.map(|pdf| Self { source: Some(source), ..pdf })
    }

    /// Fails where another program has written to the file since it was opened: what was read of it since may be
    /// wrong. Never fails on a PDF in memory.
    ///
    /// # Errors
    /// [`PdfError::Changed`], [`PdfError::Io`].
    pub fn check_unchanged(&self) -> Result<(), PdfError> {
        if self.continued.as_ref().is_some_and(Continued::has_faulted) {
            return Err(PdfError::Changed);
        }
        self.source.as_ref().map_or(Ok(()), map::Source::check_unchanged)
    }

    /// Opens a PDF in memory.
    ///
    /// # Errors
    /// As [`Pdf::open`], without `Io` and `NotAFile`.
    pub fn from_bytes(bytes: Vec<u8>, password: Option<&str>) -> Result<Self, PdfError> {
        if bytes.is_empty() {
            return Err(PdfError::Empty);
        }
        Self::load(PdfData::from(bytes), Glance::default(), password)
    }

    fn load(data: PdfData, glance: Glance, password: Option<&str>) -> Result<Self, PdfError> {
        // hayro-syntax looks through the whole file where its cross-reference data is damaged, and may do so for
        // every level of a deep structure.
        let scan = data.as_ref().len() as u64 * 1000 / SCANNED_IN_A_SECOND;
        let limit = deadline::PATIENCE + Duration::from_millis(scan);
        let late = "objects or damage that take more than a second to look through";
        let password = password.map(str::to_owned);
        deadline::within(limit, UNREADABLE, late, move || {
            Self::load_at_leisure(data, glance, password.as_deref(), LARGE)
        })
    }

    /// Opens a file that is large where it lists as many objects as `large` says.
    fn load_at_leisure(
        data: PdfData,
        glance: Glance,
        password: Option<&str>,
        large: u64,
    ) -> Result<Self, PdfError> {
        let bytes = data.as_ref();
        let chain = Chain::read(bytes);
        let encrypted = chain.sections.iter().any(|section| section.encrypted);
        let handler = encrypted.then(|| Handler::of(bytes, &chain)).flatten();
        let is_sound =
            budget::structure::check(bytes, &glance, &chain, handler.as_ref(), password)?;
        let is_large = is_sound && !encrypted && chain.listed() >= large;
        let section = is_large.then(|| excerpt::section(bytes, &glance, &chain)).flatten();
        let continued = section.and_then(|section| glance.continued(bytes, &section));
        let read = continued.as_ref().map_or_else(|| data.clone(), Continued::data);
        let opened = match hayro_syntax::Pdf::new(read) {
            Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)) => {
                let typed = password.ok_or(PdfError::NeedsPassword)?;
                let password = match handler.as_ref().map(|handler| handler.resolve(typed)) {
                    Some(Resolved::Password(password)) => password,
                    Some(Resolved::Wrong) => return Err(PdfError::WrongPassword),
                    Some(Resolved::Unsupported) => return Err(PdfError::UnsupportedEncryption),
                    Some(Resolved::NotAscii) => return Err(PdfError::UnsupportedPassword),
                    None => typed.to_owned(),
                };
                let opened = hayro_syntax::Pdf::new_with_password(data.clone(), &password);
                opened.map(|file| (file, password, Some(Encryption::UserPassword)))
            }
            opened => {
                let encryption = encrypted.then_some(Encryption::OwnerPassword);
                opened.map(|file| (file, String::new(), encryption))
            }
        };
        let (file, password, encryption) = opened.map_err(|error| match error {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) => PdfError::WrongPassword,
            LoadPdfError::Decryption(_) => PdfError::UnsupportedEncryption,
            LoadPdfError::Invalid if !has_header(bytes) => {
                PdfError::NotAPdf { kind: OtherKind::of(bytes) }
            }
            LoadPdfError::Invalid => PdfError::Damaged { what: unreadable(bytes, &chain) },
        })?;
        let clear_metadata = handler.is_some_and(|handler| handler.has_clear_metadata());
        let (file, chain) = (Arc::new(file), Arc::new(chain));
        let mut pdf = Self {
            data,
            file,
            continued,
            chain,
            glance,
            is_sound,
            encryption,
            password,
            clear_metadata,
            signed: Default::default(),
            source: None,
        };
        // The first object that is not where it should be has the file looked through, once. That may be one that
        // opening did not need.
        pdf.look_at_all();
        pdf.signed = signature::find(&pdf.file);
        Ok(pdf)
    }

    /// What encrypts as the file is encrypted; `None` where it is not.
    fn cipher(&self) -> Result<Option<security::Cipher>, PdfError> {
        let Some(_) = self.encryption else { return Ok(None) };
        let handler = Handler::of(self.bytes(), &self.chain);
        let cipher = handler.and_then(|handler| handler.cipher(&self.password));
        cipher.map(Some).ok_or(PdfError::EncryptedOutput)
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.data.as_ref()
    }

    /// The declared version; 1.0 where the file declares none.
    #[must_use]
    pub fn version(&self) -> Version {
        use hayro_syntax::PdfVersion as V;
        let (major, minor) = match self.file.version() {
            V::Pdf10 => (1, 0),
            V::Pdf11 => (1, 1),
            V::Pdf12 => (1, 2),
            V::Pdf13 => (1, 3),
            V::Pdf14 => (1, 4),
            V::Pdf15 => (1, 5),
            V::Pdf16 => (1, 6),
            V::Pdf17 => (1, 7),
            V::Pdf20 => (2, 0),
        };
        Version { major, minor }
    }

    /// The number of pages that the page tree leads to (ISO 32000-2, 7.7.3); /Count is not believed.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.file.pages().len()
    }

    /// How the file is encrypted, `None` where it is not.
    #[must_use]
    pub fn encryption(&self) -> Option<Encryption> {
        self.encryption
    }
}

/// Why neither hayro-syntax nor, tried on hundreds of damaged files, lopdf finds anything to read.
fn unreadable(data: &[u8], chain: &Chain) -> &'static str {
    match chain.broken {
        Some(_) if !has_end(data) => "it is cut off, and no Catalog with pages is in what is left",
        Some(_) => "it has no cross-reference data, and no Catalog with pages can be found",
        None => "its Catalog or its page tree cannot be read",
    }
}

/// The end of the last section stands within the last 1024 bytes (ISO 32000-1, annex H, note 18).
fn has_end(data: &[u8]) -> bool {
    data[data.len().saturating_sub(1024)..].windows(5).any(|window| window == b"%%EOF")
}

/// Readers accept the header anywhere in the first 1024 bytes (ISO 32000-1, annex H, note 13).
fn has_header(data: &[u8]) -> bool {
    data[..data.len().min(1024)].windows(5).any(|window| window == b"%PDF-")
}
