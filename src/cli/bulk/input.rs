//! A file or standard input, and what is in it, told by how it begins.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::MAX_LINE;
use crate::cli::{Exit, Failure};

/// What an input is, as far as its beginning tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Content {
    /// A PDF: readers accept a header within the first kilobyte.
    Pdf,
    /// SVG, HTML or any XML.
    Markup,
    /// One value of JSON.
    Json,
    /// An object of JSON on each line.
    JsonLines,
    /// UTF-16, which nothing here is written in.
    Utf16,
    /// Anything else.
    Unknown,
}

/// The beginning of an input and the rest of it.
pub(in crate::cli) struct Head {
    pub content: Content,
    begin: Vec<u8>,
    rest: Box<dyn Read + Send>,
}

/// Opens a file, or standard input for `-`, and looks how it begins.
pub(in crate::cli) fn open(path: &Path) -> Result<Head, Failure> {
    let rest: Box<dyn Read + Send> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(path).map_err(|error| Failure::io(path, &error))?;
        let metadata = file.metadata().map_err(|error| Failure::io(path, &error))?;
        if metadata.is_dir() {
            let message = format!("{}: it is a folder", path.display());
            return Err(Failure::new(Exit::Io, message, Some("give the file in it".into())));
        }
        Box::new(file)
    };
    let mut head = Head { content: Content::Unknown, begin: Vec::new(), rest };
    head.look().map_err(|error| Failure::io(path, &error))?;
    Ok(head)
}

impl Head {
    /// The whole input from its beginning, without a byte order mark.
    pub fn into_reader(self) -> impl Read + Send {
        io::Cursor::new(self.begin).chain(self.rest)
    }

    /// All bytes, of which there may be `limit`.
    pub fn read(self, path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = self.begin;
        let left = (limit as u64 + 1).saturating_sub(bytes.len() as u64);
        self.rest.take(left).read_to_end(&mut bytes).map_err(|error| Failure::io(path, &error))?;
        if bytes.len() > limit {
            let message = format!("{}: it is larger than {limit} bytes", path.display());
            let remedy = "check that it is the right file".to_owned();
            return Err(Failure::new(Exit::Io, message, Some(remedy)));
        }
        Ok(bytes)
    }

    fn look(&mut self) -> io::Result<()> {
        const HEADER: usize = 1024;
        while self.begin.len() < HEADER && self.more()? {}
        let header = &self.begin[..self.begin.len().min(HEADER)];
        self.content = if header.windows(5).any(|window| window == b"%PDF-") {
            Content::Pdf
        } else if header.starts_with(b"\xFF\xFE") || header.starts_with(b"\xFE\xFF") {
            Content::Utf16
        } else {
            // Editors put a byte order mark before UTF-8.
            if self.begin.starts_with(b"\xEF\xBB\xBF") {
                self.begin.drain(..3);
            }
            loop {
                match self.begin.iter().copied().find(|byte| !byte.is_ascii_whitespace()) {
                    Some(b'<') => break Content::Markup,
                    Some(b'[') => break Content::Json,
                    Some(b'{') => break self.json()?,
                    Some(_) => break Content::Unknown,
                    None if self.begin.len() > MAX_LINE || !self.more()? => break Content::Unknown,
                    None => {}
                }
            }
        };
        Ok(())
    }

    /// Objects line by line close on their line what they opened; one of the first two may be cut off.
    fn json(&mut self) -> io::Result<Content> {
        loop {
            let mut lines = self.begin.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
            let mut lines = lines.by_ref().filter(|line| !line.is_empty());
            let is_object = |line: &[u8]| line.starts_with(b"{") && line.ends_with(b"}");
            // The last of the lines may go on where reading has not got to.
            let first = lines.next().unwrap_or_default();
            let second = lines.next();
            let second_is_whole = lines.next().is_some() || self.begin.ends_with(b"\n");
            match second {
                Some(_) if is_object(first) => return Ok(Content::JsonLines),
                Some(second) if second_is_whole => {
                    return Ok(if is_object(second) { Content::JsonLines } else { Content::Json });
                }
                // A line longer than any record may stand before good ones.
                _ if self.begin.len() > 2 * MAX_LINE => return Ok(Content::JsonLines),
                _ => {}
            }
            let is_list = second.is_some_and(is_object);
            if !self.more()? {
                return Ok(if is_list { Content::JsonLines } else { Content::Json });
            }
        }
    }

    /// Reads once more; `false` at the end.
    fn more(&mut self) -> io::Result<bool> {
        let length = self.begin.len();
        self.begin.resize(length + (1 << 16), 0);
        let read = loop {
            match self.rest.read(&mut self.begin[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.begin.truncate(length + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Content {
        let (begin, rest) = text.as_bytes().split_at(text.len().min(1));
        let rest: Box<dyn Read + Send> = Box::new(io::Cursor::new(rest.to_vec()));
        let mut head = Head { content: Content::Unknown, begin: begin.to_vec(), rest };
        head.look().unwrap();
        head.content
    }

    #[test]
    fn content_is_told_by_how_it_begins() {
        assert_eq!(content("  \u{feff}"), Content::Unknown);
        assert_eq!(content("\u{feff}{\"a\": 1}"), Content::Json);
        assert_eq!(content("junk %PDF-1.7"), Content::Pdf);
        assert_eq!(content("\n<svg/>"), Content::Markup);
        assert_eq!(content("[{}]"), Content::Json);
        assert_eq!(content("{\"a\": 1}\n\n{\"a\": 2}"), Content::JsonLines);
        assert_eq!(content("{\"a\": 1}\nno JSON"), Content::JsonLines);
        assert_eq!(content("{\"cut\n{\"a\": 2}\n"), Content::JsonLines);
        assert_eq!(content("{\"cut\n{\"a\": 2}"), Content::JsonLines);
        assert_eq!(content("{\n  \"a\": 1\n}\n"), Content::Json);
        assert_eq!(content("{\"a\": 1}\n"), Content::Json);
        assert_eq!(
            content(&format!("{{{}}}\n{{}}\n", "x".repeat(3 * MAX_LINE))),
            Content::JsonLines
        );
        assert_eq!(content(""), Content::Unknown);
    }
}
