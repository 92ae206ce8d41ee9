//! The revisions of a file before its newest one: what each appended section found (ISO 32000-2, 7.5.6).

use std::sync::Arc;

use hayro_syntax::PdfData;
use hayro_syntax::object::{FromBytes, Number};
use hayro_syntax::reader::{Reader, ReaderExt};

use super::deadline::{self, Allowance, PATIENCE};
use super::trailer::Chain;
use super::{Pdf, PdfError};

/// Revisions that are opened, the newest first.
const MAX_REVISIONS: usize = 32;
/// How far behind the start of a section its `startxref` is looked for: a table of 1.6 million objects.
const MAX_SECTION: usize = 32 << 20;

const STARTXREF: &[u8] = b"startxref";
const END: &[u8] = b"%%EOF";

/// Bytes of another file, up to a length.
struct Prefix {
    data: PdfData,
    length: usize,
}

impl AsRef<[u8]> for Prefix {
    fn as_ref(&self) -> &[u8] {
        &self.data.as_ref()[..self.length]
    }
}

impl Pdf {
    /// The earlier revisions, newest first, at most 32, as far as there is time. One that cannot be opened is left
    /// out. The first page and the rest of a linearized file are one revision. Nothing is copied.
    pub fn revisions(&self) -> impl Iterator<Item = Pdf> {
        let mut left = Allowance::new(MAX_REVISIONS);
        let ends = self.revision_ends().into_iter().take_while(move |_| left.take());
        ends.filter_map(|length| self.up_to(length).ok())
    }

    /// The file that its first `length` bytes are. Nothing is copied.
    pub(super) fn up_to(&self, length: usize) -> Result<Pdf, PdfError> {
        let prefix = Prefix { data: self.data.clone(), length };
        Self::load(PdfData::from(Arc::new(prefix)), self.glance.clone(), Some(&self.password))
    }

    fn revision_ends(&self) -> Vec<usize> {
        if self.chain.sections.len() < 2 {
            return Vec::new();
        }
        let (data, chain) = (self.data.clone(), Arc::clone(&self.chain));
        let late = "revisions that take more than a second to find";
        let find = move || Ok(revision_ends(data.as_ref(), &chain));
        deadline::within(PATIENCE, "its revisions cannot be read", late, find).unwrap_or_default()
    }
}

/// The lengths of the earlier revisions, the longest first.
fn revision_ends(data: &[u8], chain: &Chain) -> Vec<usize> {
    let Some((newest, earlier)) = chain.sections.split_first() else {
        return Vec::new();
    };
    let mut left = Allowance::new(usize::MAX);
    let mut ends: Vec<_> = earlier
        .iter()
        .take_while(|_| left.take())
        .filter(|section| section.offset < newest.offset)
        .filter_map(|section| {
            let (start, end) = end_of(data, section.offset, newest.offset)?;
            // That of a linearized file's first page leads nowhere.
            earlier.iter().any(|section| section.offset == start).then_some(end)
        })
        .collect();
    ends.sort_unstable_by(|a, b| b.cmp(a));
    ends.dedup();
    ends.truncate(MAX_REVISIONS);
    ends
}

/// The value of the first `startxref` behind `from`, and where the `%%EOF` after it ends.
fn end_of(data: &[u8], from: u64, before: u64) -> Option<(u64, usize)> {
    let (from, before) = (usize::try_from(from).ok()?, usize::try_from(before).ok()?);
    let part = data.get(from..before.min(from.saturating_add(MAX_SECTION)))?;
    let at = part.windows(STARTXREF.len()).position(|window| window == STARTXREF)?;
    let mut reader = Reader::new(part);
    reader.jump(at + STARTXREF.len());
    reader.skip_white_spaces();
    let value = u64::try_from(Number::from_bytes(reader.tail()?)?.as_i64()).ok()?;
    let tail = &part[at..];
    let end = tail.windows(END.len()).take(80).position(|window| window == END)?;
    Some((value, from + at + end + END.len()))
}
