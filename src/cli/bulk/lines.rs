//! JSON lines in blocks that are as large as one read gives.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use super::{MAX_LINE, Resume};
use crate::cli::Failure;

/// As much as a read from a file gives; one from a pipe gives what there is. With less, threads wait for each other.
const BLOCK: usize = 1 << 18;
/// The most lines of a block: each of them may lead to an error message that is longer than itself.
const MAX_LINES: usize = 1024;

/// Some lines of an input.
pub(in crate::cli) enum Block {
    /// Whole lines, some of them empty.
    Lines {
        /// The number of the first one, from 1.
        first: u64,
        /// With their line ends.
        bytes: Vec<u8>,
    },
    /// A line that is too long; it was passed over.
    TooLong {
        /// Its number.
        line: u64,
        /// How many bytes it had.
        bytes: u64,
    },
    /// The input cannot be read on.
    Failed(Failure),
}

/// The blocks of an input.
pub(in crate::cli) struct Lines<'r, R> {
    name: String,
    input: R,
    /// What was read and is not handed out.
    rest: Vec<u8>,
    /// The number of the next line.
    line: u64,
    ended: bool,
    most: usize,
    resume: &'r Resume,
}

impl<'r, R: Read> Lines<'r, R> {
    /// The lines of `input`, which is called `name`, without those that `resume` skips.
    pub fn new(name: &str, input: R, resume: &'r Resume) -> Self {
        let name = name.to_owned();
        Self { name, input, rest: Vec::new(), line: 1, ended: false, most: MAX_LINES, resume }
    }

    /// The same in blocks of so many lines at most, where each of them is waited for.
    pub fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Reads once.
    fn fill(&mut self) -> Result<(), Failure> {
        let length = self.rest.len();
        self.rest.resize(length + BLOCK, 0);
        let read = loop {
            match self.input.read(&mut self.rest[length..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.rest.truncate(length + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => self.ended = true,
            Ok(_) => {}
            Err(error) => {
                self.ended = true;
                return Err(Failure::io(self.name.as_ref(), &error));
            }
        }
        Ok(())
    }

    /// Passes over the rest of a line.
    fn pass_over(&mut self) -> Result<Block, Failure> {
        let (line, mut bytes) = (self.line, 0);
        self.line += 1;
        loop {
            if let Some(end) = memchr(b'\n', &self.rest) {
                self.rest.drain(..=end);
                bytes += end as u64 + 1;
                break;
            }
            bytes += self.rest.len() as u64;
            self.rest.clear();
            if self.ended {
                break;
            }
            self.fill()?;
        }
        Ok(Block::TooLong { line, bytes })
    }

    fn block(&mut self) -> Result<Option<Block>, Failure> {
        // Only what a read has added may hold the end of a line.
        let mut searched = 0;
        loop {
            if memchr(b'\n', &self.rest[searched..]).is_some()
                || (self.ended && !self.rest.is_empty())
            {
                break;
            }
            if self.ended {
                return Ok(None);
            }
            if self.rest.len() > MAX_LINE {
                return self.pass_over().map(Some);
            }
            searched = self.rest.len();
            self.fill()?;
        }
        let (mut count, mut end) = (0, self.rest.len());
        for at in memchr_iter(b'\n', &self.rest).take(self.most) {
            (count, end) = (count + 1, at + 1);
        }
        let rest = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let first = self.line;
        self.line += count;
        Ok(Some(Block::Lines { first, bytes }))
    }
}

impl<R: Read> Iterator for Lines<'_, R> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        loop {
            let block = match self.block() {
                Ok(block) => block?,
                Err(failure) => return Some(Block::Failed(failure)),
            };
            if !self.resume.skips() {
                return Some(block);
            }
            match skip(block, &self.name, self.resume) {
                Ok(None) => {}
                Ok(Some(block)) => return Some(block),
                Err(failure) => {
                    self.ended = true;
                    self.rest.clear();
                    return Some(Block::Failed(failure));
                }
            }
        }
    }
}

/// What is left of a block without the lines that are done.
fn skip(block: Block, name: &str, resume: &Resume) -> Result<Option<Block>, Failure> {
    match block {
        Block::Lines { first, bytes } => {
            let (mut line, mut at) = (first, 0);
            for each in bytes.split_inclusive(|&b| b == b'\n') {
                if !each.trim_ascii().is_empty() && !resume.skip(&format!("{name}:{line}"))? {
                    break;
                }
                (line, at) = (line + 1, at + each.len());
            }
            let bytes = bytes[at..].to_vec();
            Ok((!bytes.is_empty()).then_some(Block::Lines { first: line, bytes }))
        }
        Block::TooLong { line, bytes } => {
            let is_done = resume.skip(&format!("{name}:{line}"))?;
            Ok((!is_done).then_some(Block::TooLong { line, bytes }))
        }
        failed @ Block::Failed(_) => Ok(Some(failed)),
    }
}

/// The lines of a block with their numbers, without empty ones.
pub(in crate::cli) fn numbered(first: u64, bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let ends = memchr_iter(b'\n', bytes).chain([bytes.len()]);
    let lines =
        ends.scan(0, |begin, end| Some(bytes[std::mem::replace(begin, end + 1)..end].trim_ascii()));
    (first..).zip(lines).filter(|(_, line)| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives at most three bytes a read.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(3);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn read(input: impl Read) -> Vec<(u64, String)> {
        let resume = Resume::nothing();
        let mut all = Vec::new();
        for block in Lines::new("x", input, &resume) {
            match block {
                Block::Lines { first, bytes } => {
                    let lines = numbered(first, &bytes);
                    all.extend(
                        lines.map(|(n, line)| (n, String::from_utf8(line.to_vec()).unwrap())),
                    );
                }
                Block::TooLong { line, bytes } => all.push((line, format!("{bytes} bytes"))),
                Block::Failed(failure) => panic!("{failure:?}"),
            }
        }
        all
    }

    #[test]
    fn lines_keep_their_numbers_whatever_the_reads() {
        let text = "one\n\n  \r\nfour\r\nfive";
        let expected = [(1, "one"), (4, "four"), (5, "five")].map(|(n, l)| (n, l.to_owned()));
        assert_eq!(read(Drip(text.as_bytes())), expected);
        assert_eq!(read(text.as_bytes()), expected);
        assert_eq!(read(&b""[..]), []);
        let many = "x\n".repeat(1000);
        let numbers: Vec<_> = read(many.as_bytes()).into_iter().map(|(n, _)| n).collect();
        assert_eq!(numbers, (1..=1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let text =
            format!("a\n{}\nb\n{}", "x".repeat(MAX_LINE + BLOCK + 1), "y".repeat(2 * MAX_LINE));
        let lines = read(text.as_bytes());
        assert_eq!(lines[0], (1, "a".into()));
        assert_eq!(lines[1], (2, format!("{} bytes", MAX_LINE + BLOCK + 2)));
        assert_eq!(lines[2], (3, "b".into()));
        assert_eq!(lines[3], (4, format!("{} bytes", 2 * MAX_LINE)));
        assert_eq!(lines.len(), 4);
    }
}
