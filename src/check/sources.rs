//! A paper's sources with everything that the checks of sources judge.

use std::ops::Range;
use std::path::PathBuf;

use super::{ALL, Levels, Outcome, Place, Run};
use crate::id::{PithNumber, Query};
use crate::latex::{Spot, Tree, TreeError, beside, spot};
use crate::paper::{self, Event, Paper, STY};
use crate::record::Record;
use crate::sty;
use crate::trust::Keyring;
use crate::verify::{Step, StepName, Verdict, verify};

/// The most findings of one check: more of the same help nobody.
pub(super) const MAX_FINDINGS: usize = 20;

/// The sources of a paper, read.
#[derive(Debug)]
pub struct Sources<'a> {
    /// Where the files are.
    pub tree: &'a Tree,
    /// What goes before a file's name when it is shown: the folder as the user knows it.
    pub base: PathBuf,
    /// The paper.
    pub paper: Paper,
    /// The pith.sty beside its main file.
    pub sty: Option<StyFile>,
    /// What verifying the record in pith.sty gave.
    pub verdict: Verdict,
    /// The keys that are believed.
    pub keys: &'a Keyring,
    /// The paper that it should be, where the caller knows.
    pub expected: Option<&'a Query>,
    /// The record that is pinned for the paper.
    pub pin: Option<Pin>,
    /// The compiled PDF that lies beside it.
    pub pdf: Option<Beside>,
}

/// A pith.sty in the sources.
#[derive(Debug)]
pub struct StyFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is.
    pub reading: sty::Reading,
}

/// A pith.json for the paper.
#[derive(Clone, Debug)]
pub struct Pin {
    /// The file, as it is shown.
    pub name: String,
    /// Its record, or why there is none.
    pub record: Result<Record, String>,
}

/// A compiled PDF.
#[derive(Debug)]
pub struct Beside {
    /// The file, as it is shown.
    pub name: String,
    /// The number that it is about.
    pub number: Option<PithNumber>,
}

impl<'a> Sources<'a> {
    /// Reads the paper whose main file is `main`.
    ///
    /// # Errors
    /// [`TreeError`] where a file cannot be read.
    pub fn new(
        tree: &'a Tree,
        base: PathBuf,
        main: &str,
        keys: &'a Keyring,
    ) -> Result<Self, TreeError> {
        let paper = Paper::read(tree, main)?;
        let name = beside(main, STY);
        let bytes = tree.read(&name)?;
        let sty = bytes.map(|bytes| {
            let reading = sty::Reading::read(&bytes);
            StyFile { name, bytes, reading }
        });
        let verdict = verdict(&paper, sty.as_ref(), keys);
        Ok(Self { tree, base, paper, sty, verdict, keys, expected: None, pin: None, pdf: None })
    }

    /// Runs every check of sources that is not off.
    pub fn check_at(&self, levels: &Levels) -> Outcome {
        let mut outcome = Outcome::default();
        for check in ALL {
            if let Run::Sources(run) = check.run {
                outcome.add(check, levels, || run(self));
            }
        }
        outcome
    }

    /// The number that the paper is about: the first that it declares, else that of pith.sty's record. With the
    /// year of the record, where it is the record's.
    pub fn number(&self) -> Option<PithNumber> {
        let declared = self.declared().next().map(|(_, number)| number);
        match (declared, self.verdict.pith_number) {
            (Some(declared), Some(number)) if declared.suffix == number.suffix => Some(number),
            (declared, of_record) => declared.or(of_record),
        }
    }

    /// The numbers that the sources declare, without those that are malformed.
    pub(super) fn declared(&self) -> impl Iterator<Item = (&Event, PithNumber)> {
        self.paper.numbers().filter_map(|(event, text)| Some((event, paper::number(text).ok()?)))
    }

    /// The record in pith.sty.
    pub(super) fn record(&self) -> Option<&Record> {
        self.sty.as_ref()?.reading.record.as_ref()?.as_ref().ok()
    }

    /// The place of an event's argument, or of the whole command where it has none.
    pub(super) fn place(&self, event: &Event) -> Place {
        let range = if event.argument.is_empty() { &event.range } else { &event.argument };
        self.place_in(event.file, range.clone())
    }

    pub(super) fn place_in(&self, file: usize, range: Range<usize>) -> Place {
        let file = &self.paper.files[file];
        self.place_at(&file.name, &file.bytes, range)
    }

    pub(super) fn place_at(&self, name: &str, bytes: &[u8], range: Range<usize>) -> Place {
        let Spot { line, column, length, text } = spot(bytes, range);
        Place {
            part: "source",
            file: Some(self.base.join(name).display().to_string()),
            line: Some(line),
            column: Some(column),
            length: Some(length),
            excerpt: Some(text),
            ..Place::default()
        }
    }

    /// A file as a whole, by the name that is shown.
    pub(super) fn whole(name: &str) -> Place {
        Place { part: "source", file: Some(name.to_owned()), ..Place::default() }
    }
}

/// The verdict on the record in pith.sty. Without one nothing can be verified.
fn verdict(paper: &Paper, sty: Option<&StyFile>, keys: &Keyring) -> Verdict {
    let reason = match sty.map(|sty| &sty.reading.record) {
        Some(Some(Ok(record))) => return verify(record, None, keys),
        Some(Some(Err(error))) => error.clone(),
        Some(None) => "pith.sty carries no record".to_owned(),
        None => "there is no pith.sty beside the main file".to_owned(),
    };
    let declared = paper.numbers().find_map(|(_, text)| paper::number(text).ok());
    let steps = [StepName::Number, StepName::Digest, StepName::Source, StepName::Receipt];
    let steps = steps.map(|name| Step::not_checked(name, reason.clone())).into();
    Verdict { pith_number: declared, steps }
}
