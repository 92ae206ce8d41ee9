//! Texts that take the place of others in the files of a paper.

use std::ops::Range;

use super::{Edit, Paper};
use crate::latex::spot;

/// Ranges of the files, none within another, and the texts that take their place.
#[derive(Default)]
pub(super) struct Changes(Vec<Change>);

struct Change {
    file: usize,
    range: Range<usize>,
    text: String,
}

impl Changes {
    pub fn push(&mut self, file: usize, range: Range<usize>, text: String) {
        self.0.push(Change { file, range, text });
        self.0.sort_by_key(|change| (change.file, change.range.start));
    }

    /// The files that change, in the order of the paper's.
    pub fn edits(&self, paper: &Paper) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (index, file) in paper.files.iter().enumerate() {
            if self.of(index).next().is_some() {
                let new = self.applied(index, &file.bytes);
                edits.push(Edit { file: file.name.clone(), old: file.bytes.clone(), new });
            }
        }
        edits
    }

    /// The line, from 1, on which a place is found when all is changed.
    pub fn line(&self, paper: &Paper, file: usize, at: usize) -> u32 {
        let mut place = at;
        for Change { range, text, .. } in self.of(file).filter(|change| change.range.start < at) {
            place = place + text.len() - range.len();
        }
        spot(&self.applied(file, &paper.files[file].bytes), place..place).line
    }

    fn of(&self, file: usize) -> impl Iterator<Item = &Change> {
        self.0.iter().filter(move |change| change.file == file)
    }

    fn applied(&self, file: usize, bytes: &[u8]) -> Vec<u8> {
        let mut new = Vec::with_capacity(bytes.len() + 100);
        let mut done = 0;
        for Change { range, text, .. } in self.of(file) {
            new.extend_from_slice(&bytes[done..range.start]);
            new.extend_from_slice(text.as_bytes());
            done = range.end;
        }
        new.extend_from_slice(&bytes[done..]);
        new
    }
}
