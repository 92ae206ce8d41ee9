//! Dictionaries as bytes: entries with their places, so that a changed dictionary keeps every other byte.
//!
//! Tokens are read by hayro-syntax; nothing is parsed here.

use std::ops::Range;

use hayro_syntax::object::{MaybeRef, Name, Object, String as PdfString};
use hayro_syntax::reader::{Reader, ReaderExt};

/// One entry of a dictionary.
pub(super) struct RawEntry {
    /// The key, without the slash, `#xx` decoded (ISO 32000-2, 7.3.5).
    pub key: Vec<u8>,
    /// Key and value, in the bytes of the dictionary.
    pub span: Range<usize>,
    /// The value alone.
    pub value: Range<usize>,
}

/// The entries of `data`, which starts with `<<`, in their order and with duplicates: a reader keeps one value
/// of a key (ISO 32000-2, 7.3.7 forbids two), and not all readers the same.
pub(super) fn raw_entries(data: &[u8]) -> Option<Vec<RawEntry>> {
    let mut reader = Reader::new(data);
    reader.forward_tag(b"<<")?;
    let mut entries = Vec::new();
    loop {
        reader.skip_white_spaces_and_comments();
        if reader.forward_tag(b">>").is_some() {
            return Some(entries);
        }
        let start = reader.offset();
        let key = reader.read_without_context::<Name<'_>>()?;
        reader.skip_white_spaces_and_comments();
        let value_start = reader.offset();
        reader.skip::<MaybeRef<Object<'_>>>(false)?;
        entries.push(RawEntry {
            key: key.as_ref().to_vec(),
            span: start..reader.offset(),
            value: value_start..reader.offset(),
        });
    }
}

/// Whether there may be a reference in `data`. Most arrays are numbers alone, the widths of a font.
pub(super) fn has_references(data: &[u8]) -> bool {
    memchr::memchr(b'R', data).is_some()
}

/// `data` without the entries of `remove`, and with `add` (serialised entries) before the closing `>>`.
pub(super) fn splice(data: &[u8], remove: impl Fn(&[u8]) -> bool, add: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() + add.len() + 2);
    let mut kept = 0;
    for entry in raw_entries(data)?.iter().filter(|entry| remove(&entry.key)) {
        out.extend_from_slice(&data[kept..entry.span.start]);
        // `/A(x)/B/C` may stand without white space between the entries.
        out.push(b' ');
        kept = entry.span.end;
    }
    let end = data.len().checked_sub(2)?;
    out.extend_from_slice(data.get(kept..end)?);
    if !add.is_empty() {
        // A new line, because a comment may end the last one.
        out.push(b'\n');
        out.extend_from_slice(add);
    }
    out.extend_from_slice(b">>");
    Some(out)
}

/// `data`, a dictionary, with `new` in the place of each string. `new` gets the string decoded and gives its token.
pub(super) fn replace_strings(
    data: &[u8],
    new: impl Fn(&[u8]) -> Option<String>,
) -> Option<Vec<u8>> {
    let mut reader = Reader::new(data);
    let mut out = Vec::with_capacity(data.len() * 2);
    while !reader.at_end() {
        let start = reader.offset();
        reader.skip_white_spaces_and_comments();
        let next = reader.peek_byte();
        let pair = matches!(reader.peek_bytes(2), Some(b"<<" | b">>"));
        let is_string = next == Some(b'(') || (next == Some(b'<') && !pair);
        match next {
            _ if is_string => {}
            Some(b'/') => reader.skip::<Name<'_>>(false).map(drop)?,
            Some(_) => reader.skip_bytes(if pair { 2 } else { 1 })?,
            None => {}
        }
        out.extend_from_slice(reader.range(start..reader.offset())?);
        if is_string {
            let string = reader.read_without_context::<PdfString<'_>>()?;
            out.extend_from_slice(new(&string)?.as_bytes());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_duplicates_and_places() {
        let data = b"<</A 1 0 R/Meta#64ata 2 0 R % c\n /A[<</B 1>>(x\\)>>)]>> tail";
        let entries = raw_entries(data).unwrap();
        let keys: Vec<_> =
            entries.iter().map(|e| String::from_utf8_lossy(&e.key).into_owned()).collect();
        assert_eq!(keys, ["A", "Metadata", "A"]);
        assert_eq!(&data[entries[1].value.clone()], b"2 0 R");
        assert_eq!(&data[entries[2].value.clone()], b"[<</B 1>>(x\\)>>)]");
    }

    #[test]
    fn every_string_is_replaced_and_nothing_else() {
        let data = b"<</A(x)/B[<41><</C (a\\)(b))>>]%(no)\n/D#28 1 0 R/E<</F()>>>>";
        let hex = |text: &[u8]| Some(format!("<{}>", text.len()));
        let out = replace_strings(data, hex).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "<</A<1>/B[<1><</C <5>>>]%(no)\n/D#28 1 0 R/E<</F<0>>>>>"
        );
    }

    #[test]
    fn splice_keeps_the_rest() {
        let data = b"<</A(x)/B/C/D 1>>";
        let out = splice(data, |key| key == b"B", b"/E 2").unwrap();
        assert_eq!(out, b"<</A(x) /D 1\n/E 2>>");
    }
}
