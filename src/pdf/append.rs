//! Appended sections (ISO 32000-2, 7.5.6): what changes goes to the end, and every byte before it stays.
//!
//! A changed dictionary is the old one's bytes with entries taken out and put in, so what is not touched is not
//! written anew. Values, streams and strings are serialised by lopdf. A file whose cross-reference data does not
//! lead to its own objects is refused: a section that continues it would hide what is broken.
//!
//! A section starts with a comment that tells the length of the file before it. With it, a section at the end of
//! a file is known again, is replaced instead of stacked, and can be taken off.

use std::fmt::Write as _;

use hayro_syntax::object::{Array, Dict, FromBytes, String as PdfString};
use lopdf::{Dictionary, Stream, StringFormat, Writer};
use sha2::{Digest, Sha256};

use super::dict::{raw_entries, splice};
use super::read::UNREADABLE_INFO;
use super::security::{self, Cipher};
use super::trailer::{Info, MAX_NUMBER, Place, Section, last_startxref};
use super::{ObjectId, Pdf, PdfError, names, text_string};

/// What the comment at the start of a section says, before the length of the file in front of it.
const MARKER: &str = "%pith-section 1 ";
/// Offsets in a cross-reference table have ten digits (7.5.4).
const TABLE_LIMIT: u64 = 9_999_999_999;

/// Objects that a section of ours may have: Info, Catalog, metadata, cross-reference stream.
const MAX_OBJECTS: u64 = 4;

/// What to change in a file.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Keys of the Info dictionary, without the slash, with their new text; `None` takes the key out.
    pub info: Vec<(String, Option<String>)>,
    /// The packet that the Catalog's /Metadata is to lead to.
    pub packet: Option<Vec<u8>>,
}

/// A section, ready to stand behind the file that it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The length of that file: where the section starts.
    pub start: u64,
    /// The bytes of the section.
    pub bytes: Vec<u8>,
    /// The objects that it replaces or adds, the cross-reference stream not among them.
    pub objects: Vec<ObjectId>,
}

impl Pdf {
    /// The length of the file before our own section, where the file ends in one.
    #[must_use]
    pub fn own_section(&self) -> Option<u64> {
        super::guard::guard("its cross-reference data cannot be read", || {
            own_section(self.bytes(), self.chain.newest()?)
        })
        .ok()?
    }

    /// The file as it was before our own section; `None` where it does not end in one. No bytes are copied.
    ///
    /// # Errors
    /// Those of [`Pdf::from_bytes`].
    pub fn original(&self) -> Result<Option<Pdf>, PdfError> {
        let Some(length) = self.own_section().and_then(|length| usize::try_from(length).ok())
        else {
            return Ok(None);
        };
        self.up_to(length).map(Some)
    }

    /// Whether the file is linearized (ISO 32000-2, annex F): an appended section keeps it valid and loses the
    /// fast view of its first page.
    #[must_use]
    pub fn is_linearized(&self) -> bool {
        let data = self.bytes();
        data[..data.len().min(1024)].windows(11).any(|window| window == b"/Linearized")
    }
}

fn own_section(data: &[u8], newest: &Section) -> Option<u64> {
    let first = usize::try_from(newest.lowest_offset(data, MAX_OBJECTS)?).ok()?;
    let before = data.get(..first)?.strip_suffix(b"\n")?;
    let line = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    let digits = before[line..].strip_prefix(MARKER.as_bytes())?;
    let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    // The comment stands at that length, or after the line end that was put there.
    let starts_there = line == length || (line == length + 1 && data[length] == b'\n');
    let ends_here = data.ends_with(format!("startxref\n{}\n%%EOF\n", newest.offset).as_bytes());
    let continues = last_startxref(data.get(..length)?)? == newest.prev?;
    (starts_there && ends_here && continues).then_some(length as u64)
}

/// Plans the section that makes `changes` to `pdf`; `None` where nothing changes.
///
/// # Errors
/// [`PdfError::EncryptedOutput`]; [`PdfError::NotAppendable`] where its cross-reference data is damaged;
/// [`PdfError::TooLarge`] where an offset does not fit a cross-reference table.
pub fn plan(pdf: &Pdf, changes: &Changes) -> Result<Option<Appended>, PdfError> {
    super::guard::guard("its objects cannot be read", || {
        let newest = check(pdf)?;
        let mut plan = Plan::new(pdf, newest)?;
        plan.info(&changes.info)?;
        if let Some(packet) = &changes.packet {
            plan.metadata(packet)?;
        }
        plan.finish()
    })?
}

fn refuse(reason: &'static str) -> PdfError {
    PdfError::NotAppendable { reason }
}

/// Whether the file can be continued; its newest section.
fn check(pdf: &Pdf) -> Result<&Section, PdfError> {
    if !pdf.bytes().starts_with(b"%PDF-") {
        // Readers disagree whether offsets count from the header or from the first byte.
        return Err(refuse("it does not start with %PDF-"));
    }
    let newest = match (&pdf.chain.broken, pdf.chain.newest()) {
        (None, Some(newest)) => newest,
        _ => return Err(refuse("its cross-reference data is damaged")),
    };
    let roots = raw_entries(&newest.trailer).into_iter().flatten();
    if roots.filter(|entry| entry.key == names::ROOT).count() > 1 {
        // Readers differ in which one they take.
        return Err(refuse("its trailer names two Catalogs"));
    }
    if newest.root != pdf.catalog_id() || pdf.missed(newest).is_some() {
        return Err(refuse("its cross-reference data does not lead to its objects"));
    }
    Ok(newest)
}

struct Plan<'a> {
    pdf: &'a Pdf,
    newest: &'a Section,
    /// Encrypts strings and streams, where the file is encrypted.
    cipher: Option<Cipher>,
    next: u32,
    objects: Vec<(ObjectId, Vec<u8>)>,
    info: Option<ObjectId>,
}

impl<'a> Plan<'a> {
    fn new(pdf: &'a Pdf, newest: &'a Section) -> Result<Self, PdfError> {
        let next = pdf.chain.next_number();
        let cipher = pdf.cipher()?;
        Ok(Self { pdf, newest, cipher, next, objects: Vec::new(), info: None })
    }

    fn new_id(&mut self) -> Result<ObjectId, PdfError> {
        let number = self.next;
        if number > MAX_NUMBER {
            return Err(refuse("it has no object number left that all readers know"));
        }
        self.next = number + 1;
        Ok(ObjectId { number, generation: 0 })
    }

    fn info(&mut self, changes: &[(String, Option<String>)]) -> Result<(), PdfError> {
        let (id, old) = match &self.newest.info {
            Info::Indirect(id) => {
                let dict = self.pdf.file.xref().get::<Dict<'_>>(id.identifier());
                // A reference to an object that was never there is null (7.3.10), and its number is still to be
                // had. A trailer with another number makes exiftool speak of a duplicate.
                let unused = id.number <= MAX_NUMBER
                    && self.pdf.chain.place(self.pdf.bytes(), id.number).is_none();
                let id = (dict.is_some() || unused).then_some(*id);
                self.next = self.next.max(id.map_or(0, |id| id.number.saturating_add(1)));
                (id, dict.map_or(b"<<>>".to_vec(), |dict| dict.data().to_vec()))
            }
            Info::Direct(bytes) => (None, bytes.clone()),
            Info::None => (None, b"<<>>".to_vec()),
        };
        let changed = |key: &[u8]| changes.iter().any(|(changed, _)| changed.as_bytes() == key);
        let entries = raw_entries(&old).ok_or(UNREADABLE_INFO)?;
        if changes.iter().all(|(_, value)| value.is_none())
            && !entries.iter().any(|entry| changed(&entry.key))
        {
            return Ok(());
        }
        // Strings in a trailer are not encrypted, nor are those of an object in an object stream (7.6.2).
        let was_plain = id.is_none_or(|id| self.is_in_stream(id));
        let id = match id {
            Some(id) => id,
            None => self.new_id()?,
        };
        let old = self.encrypted(id, old, was_plain)?;
        let mut added = Vec::new();
        for (key, value) in changes {
            if let Some(value) = value {
                serialise(&lopdf::Object::Name(key.clone().into_bytes()), &mut added)?;
                added.push(b' ');
                serialise(&self.text(id, value)?, &mut added)?;
                added.push(b'\n');
            }
        }
        let new = splice(&old, changed, &added).ok_or(UNREADABLE_INFO)?;
        self.info = Some(id);
        self.objects.push((id, new));
        Ok(())
    }

    /// A text string as it stands in an object.
    fn text(&self, id: ObjectId, value: &str) -> Result<lopdf::Object, PdfError> {
        match (&self.cipher, text_string::encode(value)) {
            (Some(cipher), lopdf::Object::String(plain, _)) => {
                let bytes = cipher.string(id, &plain).ok_or(PdfError::EncryptedOutput)?;
                Ok(lopdf::Object::String(bytes, StringFormat::Hexadecimal))
            }
            (_, text) => Ok(text),
        }
    }

    /// A dictionary as it stands in an object of its own. In a file that is not encrypted, as it is.
    fn encrypted(&self, id: ObjectId, dict: Vec<u8>, was_plain: bool) -> Result<Vec<u8>, PdfError> {
        match &self.cipher {
            Some(cipher) if was_plain => cipher.strings(id, &dict).ok_or(PdfError::EncryptedOutput),
            _ => Ok(dict),
        }
    }

    fn is_in_stream(&self, id: ObjectId) -> bool {
        matches!(self.pdf.chain.place(self.pdf.bytes(), id.number), Some(Place::InStream { .. }))
    }

    fn metadata(&mut self, packet: &[u8]) -> Result<(), PdfError> {
        let id = match *self.pdf.metadata_ids() {
            [id] if !self.is_shared(id) => id,
            _ => self.new_metadata()?,
        };
        let mut dict = Dictionary::new();
        dict.set(names::TYPE, lopdf::Object::Name(b"Metadata".to_vec()));
        dict.set(names::SUBTYPE, lopdf::Object::Name(b"XML".to_vec()));
        let mut content = packet.to_vec();
        if let Some(cipher) = &self.cipher {
            let old = self.pdf.file.xref().get::<hayro_syntax::object::Stream<'_>>(id.identifier());
            let named = old.and_then(|stream| security::crypt_filter(stream.dict()));
            let (encrypted, filter) =
                cipher.metadata(id, named, packet).ok_or(PdfError::EncryptedOutput)?;
            content = encrypted;
            if let Some(filter) = filter {
                dict.set(names::FILTER, lopdf::Object::Name(names::CRYPT.to_vec()));
                // Identity is the default (7.4.10), and exiftool 12 refuses it where it is named.
                if filter != security::IDENTITY {
                    let name = lopdf::Object::Name(filter);
                    let kind = lopdf::Object::Name(b"CryptFilterDecodeParms".to_vec());
                    let parameters = Dictionary::from_iter([("Type", kind), ("Name", name)]);
                    dict.set(names::DECODE_PARMS, parameters);
                }
            }
        }
        // Not compressed, so that programs that know nothing of PDF find the packet (14.3.2).
        let stream = Stream::new(dict, content).with_compression(false);
        let mut body = Vec::new();
        serialise(&lopdf::Object::Stream(stream), &mut body)?;
        self.objects.push((id, body));
        Ok(())
    }

    /// A page may name the Catalog's metadata stream as its own, and keeps the old one then.
    fn is_shared(&self, id: ObjectId) -> bool {
        let pages = self.pdf.file.pages();
        pages.iter().any(|page| {
            page.raw().get_ref(names::METADATA).and_then(ObjectId::from_reference) == Some(id)
        })
    }

    /// Makes the Catalog lead to a new object by its one /Metadata key.
    fn new_metadata(&mut self) -> Result<ObjectId, PdfError> {
        const UNREADABLE: PdfError = PdfError::Damaged { what: "its Catalog cannot be read" };
        let id = self.new_id()?;
        let catalog = self.pdf.catalog().ok_or(UNREADABLE)?;
        let entry = format!("/Metadata {id} R\n");
        let root = self.newest.root.ok_or(UNREADABLE)?;
        let old = self.encrypted(root, catalog.data().to_vec(), self.is_in_stream(root))?;
        let new = splice(&old, |key| key == names::METADATA, entry.as_bytes()).ok_or(UNREADABLE)?;
        self.objects.push((root, new));
        Ok(id)
    }

    fn finish(mut self) -> Result<Option<Appended>, PdfError> {
        if self.objects.is_empty() {
            return Ok(None);
        }
        self.objects.sort_by_key(|(id, _)| *id);
        let data = self.pdf.bytes();
        let start = data.len() as u64;
        let mut out = Vec::new();
        if !matches!(data.last(), Some(b'\n' | b'\r')) {
            out.push(b'\n');
        }
        out.extend_from_slice(format!("{MARKER}{start}\n").as_bytes());
        let mut places = Vec::new();
        for (id, body) in &self.objects {
            places.push((*id, start + out.len() as u64));
            out.extend_from_slice(format!("{id} obj\n").as_bytes());
            out.extend_from_slice(body);
            out.extend_from_slice(b"\nendobj\n");
        }
        let xref = start + out.len() as u64;
        if self.newest.stream.is_some() {
            self.cross_reference_stream(&mut out, places, xref)?;
        } else {
            self.cross_reference_table(&mut out, &places)?;
        }
        out.extend_from_slice(format!("startxref\n{xref}\n%%EOF\n").as_bytes());
        let objects = self.objects.into_iter().map(|(id, _)| id).collect();
        Ok(Some(Appended { start, bytes: out, objects }))
    }

    fn cross_reference_table(
        &self,
        out: &mut Vec<u8>,
        places: &[(ObjectId, u64)],
    ) -> Result<(), PdfError> {
        let mut table = String::from("xref\n");
        for run in runs(places) {
            let _ = writeln!(table, "{} {}", run[0].0.number, run.len());
            for (id, offset) in run {
                if *offset > TABLE_LIMIT {
                    return Err(PdfError::TooLarge { what: "offsets of more than ten digits" });
                }
                // 20 bytes with the line end (7.5.4).
                let _ = writeln!(table, "{offset:010} {:05} n ", id.generation);
            }
        }
        out.extend_from_slice(table.as_bytes());
        let trailer = self.trailer(out, &[], self.next)?;
        out.extend_from_slice(b"trailer\n");
        out.extend_from_slice(&trailer);
        out.push(b'\n');
        Ok(())
    }

    fn cross_reference_stream(
        &mut self,
        out: &mut Vec<u8>,
        mut places: Vec<(ObjectId, u64)>,
        xref: u64,
    ) -> Result<(), PdfError> {
        let id = self.new_id()?;
        places.push((id, xref));
        // Some readers, hayro-syntax among them, know widths of 1 to 4 and 8 bytes only.
        let width = if xref <= u64::from(u32::MAX) { 4 } else { 8 };
        let mut entries = Vec::new();
        for (id, offset) in &places {
            entries.push(1);
            entries.extend_from_slice(&offset.to_be_bytes()[8 - width..]);
            entries.extend_from_slice(&id.generation.to_be_bytes());
        }
        let mut added =
            format!("/Type /XRef\n/W [1 {width} 2]\n/Length {}\n/Index [", entries.len());
        for run in runs(&places) {
            let _ = write!(added, " {} {}", run[0].0.number, run.len());
        }
        added.push_str(" ]\n");
        let dict = self.trailer(out, added.as_bytes(), self.next)?;
        out.extend_from_slice(format!("{id} obj\n").as_bytes());
        out.extend_from_slice(&dict);
        out.extend_from_slice(b"\nstream\n");
        out.extend_from_slice(&entries);
        out.extend_from_slice(b"\nendstream\nendobj\n");
        Ok(())
    }

    /// The old trailer's entries, whether modified or not (7.5.6), with those that belong to its section replaced.
    fn trailer(&self, body: &[u8], section: &[u8], size: u32) -> Result<Vec<u8>, PdfError> {
        const SECTION: [&[u8]; 12] = [
            names::SIZE,
            names::PREV,
            names::XREF_STM,
            names::TYPE,
            names::WIDTHS,
            names::INDEX,
            b"Length",
            names::FILTER,
            names::DECODE_PARMS,
            b"F",
            b"FFilter",
            b"DL",
        ];
        let mut added = section.to_vec();
        let prev = last_startxref(self.pdf.bytes())
            .ok_or(refuse("its cross-reference data is damaged"))?;
        added.extend_from_slice(format!("/Size {size}\n/Prev {prev}\n").as_bytes());
        if let Some(id) = self.info {
            added.extend_from_slice(format!("/Info {id} R\n").as_bytes());
        }
        let id = self.file_identifier(body);
        added.extend_from_slice(id.as_deref().unwrap_or_default().as_bytes());
        let replaced = |key: &[u8]| {
            SECTION.contains(&key)
                || (key == names::INFO && self.info.is_some())
                || (key == names::ID && id.is_some())
        };
        splice(&self.newest.trailer, replaced, &added)
            .ok_or(PdfError::Damaged { what: "its trailer cannot be read" })
    }

    /// /ID with the old first part and a new second one (14.4), from what is appended, so that the same change
    /// gives the same bytes. A file without /ID stays without.
    fn file_identifier(&self, body: &[u8]) -> Option<String> {
        let trailer = Dict::from_bytes(&self.newest.trailer)?;
        let array = match trailer.get_ref(names::ID) {
            // hayro-syntax would decrypt it, and it never is encrypted (7.6.2). It is carried on as it is.
            Some(_) if self.cipher.is_some() => return None,
            Some(reference) => self.pdf.file.xref().get::<Array<'_>>(reference.into())?,
            None => trailer.get::<Array<'_>>(names::ID)?,
        };
        let first = array.flex_iter().next::<PdfString<'_>>()?;
        let mut digest = Sha256::new();
        digest.update(&*first);
        digest.update(self.pdf.bytes().len().to_be_bytes());
        digest.update(body);
        let hex = |bytes: &[u8]| data_encoding::HEXUPPER.encode(bytes);
        Some(format!("/ID [<{}> <{}>]\n", hex(&first), hex(&digest.finalize()[..16])))
    }
}

/// Runs of consecutive object numbers.
fn runs(places: &[(ObjectId, u64)]) -> impl Iterator<Item = &[(ObjectId, u64)]> {
    places.chunk_by(|(a, _), (b, _)| a.number.checked_add(1) == Some(b.number))
}

fn serialise(object: &lopdf::Object, out: &mut Vec<u8>) -> Result<(), PdfError> {
    Ok(Writer::write_object(out, object)?)
}
