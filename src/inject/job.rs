//! One run: an input, its target, and a file that is whole at every moment between.

use std::fs::{self, File, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::compare::same_start;
use super::target::{self, Target};
use super::temporary::Temporary;
use super::{InjectError, Note, Options, Output, Report};
use crate::metadata::{PacketError, Reading};
use crate::pdf::append::{Changes, plan};
use crate::pdf::xmp::{Change, Packet, new_packet};
use crate::pdf::{Pdf, PdfError, Signatures};

/// An input that was read, and its target.
pub(super) struct Job<'a> {
    /// The input as it was given, for messages.
    input: PathBuf,
    /// The input, links followed.
    real: PathBuf,
    target: Target,
    options: &'a Options,
    pub pdf: Pdf,
    /// What of the input is signed. An appended section leaves those bytes as they are.
    pub signatures: Signatures,
    /// The input when it was opened.
    opened: fs::Metadata,
    /// Held until the target is written.
    _lock: File,
}

impl<'a> Job<'a> {
    pub(super) fn open(
        input: &Path,
        output: Output<'_>,
        options: &'a Options,
    ) -> Result<Self, InjectError> {
        let unreadable = |error| InjectError::Input { path: input.to_owned(), error };
        let real = fs::canonicalize(input).map_err(|error| unreadable(error.into()))?;
        let (lock, opened) = target::lock(&real, output).map_err(unreadable)?;
        let target = Target::find(output, &real, &opened)?;
        let pdf = Pdf::open(&real, options.password.as_deref()).map_err(unreadable)?;
        let signatures = pdf.signatures();
        let input = input.to_owned();
        Ok(Self { input, real, target, options, pdf, signatures, opened, _lock: lock })
    }

    pub(super) fn base(&self) -> Result<Option<Pdf>, InjectError> {
        self.pdf.original().map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: PdfError) -> InjectError {
        InjectError::Input { path: self.input.clone(), error }
    }

    pub(super) fn check_certification(&self) -> Result<(), InjectError> {
        if self.signatures.doc_mdp == Some(1) && !self.options.force {
            return Err(InjectError::Certified { path: self.input.clone() });
        }
        Ok(())
    }

    pub(super) fn notes(&self, base: &Pdf) -> Vec<Note> {
        let own = base.bytes().len() != self.pdf.bytes().len();
        let has_names = self.target.old.as_ref().is_some_and(|old| target::names(old) > 1);
        let conditions = [
            (own, Note::OwnSection),
            (!own && base.is_linearized(), Note::Linearized),
            (has_names, Note::OtherNames),
        ];
        conditions.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
    }

    /// The Catalog's packet with `change` made to it, or a new one.
    pub(super) fn merged(
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
            // A section of ours shows that it was replaced before.
            Err(_) if self.options.force || base.bytes().len() != self.pdf.bytes().len() => {
                new(notes, Note::PacketReplaced)
            }
            Err(error) => {
                Err(InjectError::Packet { path: self.input.clone(), object: stream.object, error })
            }
        }
    }

    /// Our own section, where it makes just these changes to `base`: encryption would give it other bytes every time,
    /// and so would the date.
    pub(super) fn current(
        &self,
        base: &Pdf,
        change: &Change<'_>,
        info: &[(String, Option<String>)],
    ) -> Option<&[u8]> {
        let section = self.pdf.bytes().get(base.bytes().len()..).filter(|s| !s.is_empty())?;
        let packet = self.pdf.xmp()?.packet.ok()?;
        let known = Packet::parse(&packet).ok()?;
        let change = Change { date: known.date(), ..change.clone() };
        let entries = self.pdf.info().ok()?;
        let holds = |(key, value): &(String, Option<String>)| {
            let stated = entries.iter().filter(|entry| entry.key == *key);
            stated.map(|entry| &entry.value).eq(value)
        };
        let same = self.merged(base, &change, &mut Vec::new()).ok()? == packet;
        (same && info.iter().all(holds)).then_some(section)
    }

    /// The bytes to stand behind `base`; none where nothing changes.
    pub(super) fn plan(&self, base: &Pdf, changes: &Changes) -> Result<Vec<u8>, InjectError> {
        let section = plan(base, changes).map_err(|error| self.unreadable(error))?;
        Ok(section.map(|section| section.bytes).unwrap_or_default())
    }

    /// Writes the bytes of `base` and `appended` to the target, after `check` found nothing wrong with the outcome.
    pub(super) fn write(
        &self,
        base: &Pdf,
        appended: &[u8],
        notes: Vec<Note>,
        check: impl Fn(&Reading) -> Option<&'static str>,
    ) -> Result<Report, InjectError> {
        let prefix = base.bytes().len() as u64;
        let mut report = Report {
            output: self.target.path.clone(),
            changed: prefix + appended.len() as u64 != self.opened.len()
                || !self.pdf.bytes().ends_with(appended),
            input_length: self.opened.len(),
            output_length: prefix + appended.len() as u64,
            notes,
        };
        if !report.changed {
            report.notes.retain(|note| *note != Note::OwnSection);
            if self.target.path == self.real {
                return Ok(report);
            }
        }
        let unwritable = |error| InjectError::Output { path: self.target.path.clone(), error };
        let folder = self.target.path.parent().unwrap_or(Path::new("."));
        let mut temporary = Temporary::new(folder).map_err(unwritable)?;
        self.fill(temporary.file(), prefix, appended).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => InjectError::Changed { path: self.input.clone() },
            _ => unwritable(error),
        })?;
        self.read_back(temporary.path(), base, &check)?;
        let now = fs::metadata(&self.real).map_err(|error| self.unreadable(error.into()))?;
        if !target::unchanged(&self.opened, &now) {
            return Err(InjectError::Changed { path: self.input.clone() });
        }
        if !self.target.is_as_it_was() {
            return Err(InjectError::Changed { path: self.target.path.clone() });
        }
        if self.target.old.is_none() {
            temporary.create(&self.target.path).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    InjectError::Changed { path: self.target.path.clone() }
                }
                _ => unwritable(error),
            })?;
            return Ok(report);
        }
        temporary.replace(&self.target.path).map_err(unwritable)?;
        // The rename is on the disk when the folder is. Not all file systems can sync a folder.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(report)
    }

    fn fill(&self, file: &mut File, prefix: u64, appended: &[u8]) -> io::Result<()> {
        // Copied by the kernel where it can: the file does not pass through this process.
        let copied = io::copy(&mut File::open(&self.real)?.take(prefix), file)?;
        if copied != prefix {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.write_all(appended)?;
        if let Some(old) = &self.target.old {
            keep_owner(file, old);
        }
        file.set_permissions(match &self.target.old {
            Some(old) => old.permissions(),
            None => writable(self.opened.permissions()),
        })?;
        if self.options.keep_times {
            let mut times = FileTimes::new().set_modified(self.opened.modified()?);
            if let Ok(accessed) = self.opened.accessed() {
                times = times.set_accessed(accessed);
            }
            file.set_times(times)?;
        }
        // A new file that a power cut takes can be made again from the input; a replaced one cannot.
        if self.target.old.is_some() { file.sync_all() } else { Ok(()) }
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

/// Keeps owner and group, where this process may: a file that root changes stays its owner's, and one of a group
/// that its members change stays the group's.
#[cfg(unix)]
fn keep_owner(file: &File, model: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(file, Some(model.uid()), Some(model.gid())).is_err() {
        let _ = fchown(file, None, Some(model.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// A new file may be written by its owner, who makes it again, also where the input is in a read-only store.
#[cfg(unix)]
fn writable(permissions: fs::Permissions) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(permissions.mode() | 0o200)
}

#[cfg(not(unix))]
fn writable(mut permissions: fs::Permissions) -> fs::Permissions {
    permissions.set_readonly(false);
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What another program writes in the meantime is not lost.
    #[test]
    fn a_file_that_changed_in_the_meantime_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("in.pdf"), folder.path().join("out.pdf"));
        let paper = include_bytes!("../cli/demo/paper.pdf");
        let options = Options::default();
        for (output, changed) in
            [(Output::InPlace, &input), (Output::Path(&out), &input), (Output::Path(&out), &out)]
        {
            fs::write(&input, paper).unwrap();
            let job = Job::open(&input, output, &options).unwrap();
            fs::write(changed, b"another program's").unwrap();
            let error = job.write(&job.pdf, b"%\n", Vec::new(), |_| None).unwrap_err();
            let InjectError::Changed { path } = error else { panic!("{error}") };
            assert!(path.ends_with(changed.file_name().unwrap()));
            assert_eq!(fs::read(changed).unwrap(), b"another program's");
            fs::remove_file(changed).unwrap();
            assert_eq!(
                fs::read_dir(folder.path()).unwrap().count(),
                usize::from(changed != &input)
            );
        }
    }
}
