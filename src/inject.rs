//! Metadata into a PDF, and out again: planned changes, an appended section, a file that is whole at every moment.
//!
//! The new file is written beside its target, synced where it replaces one, read back with the code that reads every
//! PDF, compared, and only then renamed over the target. What is written is compared with what was asked for; nothing is verified.

use std::fmt;
use std::fs::{self, File, FileTimes};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::NamedTempFile;

use crate::error::{self, Remedy};
use crate::metadata::{
    self, IDENTIFIER_PREFIX, INFO_NUMBER, INFO_URL, Key, Metadata, PacketError, Place, Reading,
};
use crate::pdf::append::{Appended, Changes, plan};
use crate::pdf::xmp::{Change, Packet, new_packet};
use crate::pdf::{ObjectId, Pdf, PdfError, Signatures};

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
    /// What is signed. An appended section leaves the signed bytes as they are.
    pub signatures: Signatures,
    /// What the author should know.
    pub notes: Vec<Note>,
}

/// Something that an author should know about the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The section that an earlier run appended was replaced (inject) or taken off (strip).
    OwnSection,
    /// The file was linearized, and loses the fast view of its first page.
    Linearized,
    /// The file is PDF/A-4, which has no Info dictionary: the values are in XMP only.
    NoInfo,
    /// The file had no XMP packet; it got one.
    NewPacket,
    /// The Catalog named several metadata streams; it names one now.
    DuplicateMetadata,
    /// An XMP packet that could not be read was replaced.
    PacketReplaced,
    /// The metadata that was taken out is still in the bytes of an earlier revision of the file.
    EarlierRevision,
    /// Page 1 still links to pith.science: the badge is part of the page.
    BadgeRemains,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OwnSection => "the section of an earlier run was replaced",
            Self::Linearized => "the file is no longer optimised for a fast view of its first page",
            Self::NoInfo => "PDF/A-4 has no Info dictionary; the values are in XMP only",
            Self::NewPacket => "the file had no XMP packet and has one now",
            Self::DuplicateMetadata => "the Catalog named more than one metadata stream and names one now",
            Self::PacketReplaced => "an XMP packet that could not be read was replaced",
            Self::EarlierRevision => {
                "the metadata is still in the file's earlier revision; for blind review make the PDF again without it"
            }
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
    /// The file is certified, and its certification allows no change (ISO 32000-2, 12.8.2.2).
    #[error("{}: is certified, and its certification allows no change", path.display())]
    Certified {
        /// The input.
        path: PathBuf,
    },
    /// Another program changed the input in the meantime.
    #[error("{}: was changed by another program in the meantime", path.display())]
    Changed {
        /// The input.
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
                "change the file before it is certified, or invalidate that with --force"
            }
            Self::Changed { .. } => "run the command again",
            Self::Unfaithful { .. } => "the target is as it was; please report this with the file",
        };
        Some(remedy.to_owned())
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
    let job = Job::open(input, output, options)?;
    job.check_certification()?;
    let base = job.base()?;
    let base = base.as_ref().unwrap_or(&job.pdf);
    let mut notes = job.notes(base);
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
    let info = if Packet::parse(&packet).is_ok_and(|packet| packet.pdfa_part() == Some(4)) {
        notes.push(Note::NoInfo);
        Vec::new()
    } else {
        vec![
            (INFO_NUMBER.to_owned(), Some(metadata.number.clone())),
            (INFO_URL.to_owned(), Some(metadata.url.clone())),
        ]
    };
    let needs_info = !info.is_empty();
    let section = job.plan(base, &Changes { info, packet: Some(packet) })?;
    job.write(base, section.as_ref(), notes, |reading| {
        let stated = |key, place: fn(&Place) -> bool, value: &str| {
            let mut found = reading.values(key).filter(|stated| place(&stated.place)).peekable();
            found.peek().is_some() && found.all(|stated| stated.value == value.trim())
        };
        let in_info = |place: &Place| matches!(place, Place::Info { .. });
        let in_xmp = |place: &Place| matches!(place, Place::Xmp { .. });
        let info = !needs_info
            || (stated(Key::Number, in_info, &metadata.number)
                && stated(Key::Url, in_info, &metadata.url));
        if !info {
            return Some("Info does not hold the values");
        }
        let xmp = values.iter().all(|(key, value)| stated(*key, in_xmp, value));
        (!xmp).then_some("XMP does not hold the values")
    })
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
    let job = Job::open(input, output, options)?;
    let base = job.base()?;
    let base = base.as_ref().unwrap_or(&job.pdf);
    let mut notes = job.notes(base);
    let reading = Reading::of(base);
    let mut section = None;
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
        notes.push(Note::EarlierRevision);
    }
    let links = base.first_page().map(|page| page.links).unwrap_or_default();
    if links.iter().any(|link| link.uri.contains("pith.science/")) {
        notes.push(Note::BadgeRemains);
    }
    job.write(base, section.as_ref(), notes, |reading| {
        (!reading.stated.is_empty()).then_some("a value is still there")
    })
}

/// An input that was read, and its target.
struct Job<'a> {
    /// The input as it was given, for messages.
    input: PathBuf,
    /// The input, links followed.
    real: PathBuf,
    target: PathBuf,
    options: &'a Options,
    pdf: Pdf,
    /// The input when it was opened.
    opened: fs::Metadata,
    /// Held until the target is written.
    _lock: File,
}

impl<'a> Job<'a> {
    fn open(input: &Path, output: Output<'_>, options: &'a Options) -> Result<Self, InjectError> {
        let unreadable = |error| InjectError::Input { path: input.to_owned(), error };
        let real = fs::canonicalize(input).map_err(|error| unreadable(error.into()))?;
        let (lock, opened) = lock(&real).map_err(unreadable)?;
        let target = match output {
            Output::InPlace => real.clone(),
            Output::Path(path) => {
                let target = follow(path)
                    .map_err(|error| InjectError::Output { path: path.to_owned(), error })?;
                if target == real
                    || fs::metadata(&target).is_ok_and(|target| same_file(&target, &opened))
                {
                    return Err(InjectError::SameFile { path: path.to_owned() });
                }
                if fs::metadata(&target).is_ok_and(|target| !target.is_file()) {
                    return Err(InjectError::NotAFile { path: path.to_owned() });
                }
                target
            }
        };
        let pdf = Pdf::open(&real, options.password.as_deref()).map_err(unreadable)?;
        Ok(Self { input: input.to_owned(), real, target, options, pdf, opened, _lock: lock })
    }

    fn base(&self) -> Result<Option<Pdf>, InjectError> {
        self.pdf.original().map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: PdfError) -> InjectError {
        InjectError::Input { path: self.input.clone(), error }
    }

    fn check_certification(&self) -> Result<(), InjectError> {
        if self.pdf.signatures().doc_mdp == Some(1) && !self.options.force {
            return Err(InjectError::Certified { path: self.input.clone() });
        }
        Ok(())
    }

    fn notes(&self, base: &Pdf) -> Vec<Note> {
        let own = base.bytes().len() != self.pdf.bytes().len();
        let conditions =
            [(own, Note::OwnSection), (!own && base.is_linearized(), Note::Linearized)];
        conditions.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
    }

    /// The Catalog's packet with `change` made to it, or a new one.
    fn merged(
        &self,
        base: &Pdf,
        change: &Change<'_>,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<u8>, InjectError> {
        let mut streams = base.metadata_streams();
        if streams.len() > 1 {
            notes.push(Note::DuplicateMetadata);
        }
        let new = |notes: &mut Vec<Note>, note| {
            notes.push(note);
            new_packet(change).map_err(|_| InjectError::Unfaithful {
                path: self.input.clone(),
                what: "the new XMP packet is not well formed",
            })
        };
        let Some(stream) = streams.pop() else {
            return new(notes, Note::NewPacket);
        };
        let packet = stream.packet.map_err(PacketError::from);
        match packet
            .and_then(|bytes| Packet::parse(&bytes)?.with(change).map_err(PacketError::from))
        {
            Ok(packet) => Ok(packet),
            Err(_) if self.options.force => new(notes, Note::PacketReplaced),
            Err(error) => {
                Err(InjectError::Packet { path: self.input.clone(), object: stream.object, error })
            }
        }
    }

    fn plan(&self, base: &Pdf, changes: &Changes) -> Result<Option<Appended>, InjectError> {
        plan(base, changes).map_err(|error| self.unreadable(error))
    }

    /// Writes the bytes of `base` and `section` to the target, after `check` found nothing wrong with the outcome.
    fn write(
        &self,
        base: &Pdf,
        section: Option<&Appended>,
        notes: Vec<Note>,
        check: impl Fn(&Reading) -> Option<&'static str>,
    ) -> Result<Report, InjectError> {
        let unwritable = |error| InjectError::Output { path: self.target.clone(), error };
        let appended = section.map(|section| section.bytes.as_slice()).unwrap_or_default();
        let prefix = base.bytes().len() as u64;
        let report = Report {
            output: self.target.clone(),
            changed: prefix + appended.len() as u64 != self.opened.len()
                || !self.pdf.bytes().ends_with(appended),
            input_length: self.opened.len(),
            output_length: prefix + appended.len() as u64,
            signatures: self.pdf.signatures(),
            notes,
        };
        if !report.changed && self.target == self.real {
            return Ok(report);
        }
        let folder = self.target.parent().unwrap_or(Path::new("."));
        let replaces = self.target.exists();
        let mut temporary = tempfile::Builder::new()
            .prefix(".pith-")
            .suffix(".pdf")
            .tempfile_in(folder)
            .map_err(unwritable)?;
        self.fill(&mut temporary, prefix, appended).map_err(unwritable)?;
        self.read_back(temporary.path(), base, &check)?;
        let now = fs::metadata(&self.real).map_err(|error| self.unreadable(error.into()))?;
        if now.len() != self.opened.len()
            || now.modified().ok() != self.opened.modified().ok()
            || !same_file(&now, &self.opened)
        {
            return Err(InjectError::Changed { path: self.input.clone() });
        }
        temporary.persist(&self.target).map_err(|error| unwritable(error.error))?;
        // The rename is on the disk when the folder is. Not all file systems can sync a folder.
        if replaces && let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(report)
    }

    fn fill(&self, temporary: &mut NamedTempFile, prefix: u64, appended: &[u8]) -> io::Result<()> {
        let file = temporary.as_file_mut();
        // Copied by the kernel where it can: the file does not pass through this process.
        let copied = io::copy(&mut File::open(&self.real)?.take(prefix), file)?;
        if copied != prefix {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the input became shorter"));
        }
        file.write_all(appended)?;
        let replaced = fs::metadata(&self.target);
        if let Ok(replaced) = &replaced {
            keep_owner(file, replaced);
        }
        file.set_permissions(replaced.as_ref().unwrap_or(&self.opened).permissions())?;
        if self.options.keep_times {
            let mut times = FileTimes::new().set_modified(self.opened.modified()?);
            if let Ok(accessed) = self.opened.accessed() {
                times = times.set_accessed(accessed);
            }
            file.set_times(times)?;
        }
        // A new file that a power cut takes can be made again from the input; a replaced one cannot.
        if replaced.is_ok() { file.sync_all() } else { Ok(()) }
    }

    fn read_back(
        &self,
        path: &Path,
        base: &Pdf,
        check: impl Fn(&Reading) -> Option<&'static str>,
    ) -> Result<(), InjectError> {
        let unfaithful = |what| InjectError::Unfaithful { path: self.input.clone(), what };
        let written = Pdf::open(path, self.options.password.as_deref())
            .map_err(|_| unfaithful("it cannot be opened"))?;
        let prefix = base.bytes().len() as u64;
        if !same_start(&self.real, path, prefix).map_err(|error| self.unreadable(error.into()))? {
            return Err(unfaithful("the old bytes are not its start"));
        }
        if written.page_count() != base.page_count() {
            return Err(unfaithful("the number of pages changed"));
        }
        if written.damage().len() > base.damage().len() {
            return Err(unfaithful("it is damaged"));
        }
        match check(&Reading::of(&written)) {
            Some(what) => Err(unfaithful(what)),
            None => Ok(()),
        }
    }
}

/// Up to this length (bytes) a copy is compared whole.
const COMPARED_WHOLE: u64 = 8 << 20;
/// Bytes of one comparison.
const WINDOW: u64 = 256 << 10;
/// Comparisons of a longer copy: at its start, at its end, and between in equal steps.
const WINDOWS: u64 = 64;

/// Whether two files start with the same `length` bytes. The kernel has copied them and said how many, and nobody
/// wrote to the input meanwhile, which is looked at later. To read 200 MB back twice takes longer than all else, so of
/// a long file 16 MiB are compared. Read, not mapped: pages of a map count as memory of this process.
fn same_start(a: &Path, b: &Path, length: u64) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    let last = length.saturating_sub(WINDOW);
    let steps = if length <= COMPARED_WHOLE { length.div_ceil(WINDOW) } else { WINDOWS };
    let mut windows = [vec![0; WINDOW as usize], vec![0; WINDOW as usize]];
    for step in 0..steps {
        let start =
            if length <= COMPARED_WHOLE { step * WINDOW } else { last / (steps - 1) * step };
        let start = if step + 1 == steps { last } else { start };
        let window = WINDOW.min(length - start) as usize;
        for (file, bytes) in [&mut a, &mut b].into_iter().zip(&mut windows) {
            file.seek(SeekFrom::Start(start))?;
            match file.read_exact(&mut bytes[..window]) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                read => read?,
            }
        }
        if windows[0][..window] != windows[1][..window] {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The file that a path leads to, also where it does not exist yet.
fn follow(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Ok(real) => Ok(real),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Ok(link) = fs::read_link(path) {
                return Ok(path.parent().unwrap_or(Path::new("")).join(link));
            }
            let name = path.file_name().ok_or(error)?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            Ok(fs::canonicalize(folder)?.join(name))
        }
        Err(error) => Err(error),
    }
}

/// Locks a file against other runs of this program, so that two that write to it at once do so in turn. Another
/// program's lock is waited for; a file system without locks goes without.
fn lock(path: &Path) -> Result<(File, fs::Metadata), PdfError> {
    loop {
        let named = fs::metadata(path)?;
        if !named.is_file() {
            return Err(PdfError::NotAFile { directory: named.is_dir() });
        }
        let file = File::open(path)?;
        let _ = file.lock();
        // The run that was waited for has put another file in this one's place.
        let opened = file.metadata()?;
        if same_file(&opened, &fs::metadata(path)?) {
            return Ok((file, opened));
        }
    }
}

#[cfg(unix)]
fn same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    // Two files made at the same instant count as one: refused where it is wrong, never overwritten.
    a.created().is_ok_and(|created| b.created().is_ok_and(|other| created == other))
        && a.len() == b.len()
}

/// Keeps owner and group, where this process may: a file that root changes stays its owner's.
#[cfg(unix)]
fn keep_owner(file: &File, model: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(model.uid()), Some(model.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// The time in UTC, as XMP writes it: `2026-01-02T03:04:05Z`.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date of a day since 1970-01-01, in the Gregorian calendar, whose 400 years have 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years start in March here, so that a leap day is the last of its year.
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year_of_era + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_are_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(19_786), (2024, 3, 4));
        assert_eq!(civil(20_819), (2027, 1, 1));
    }
}
