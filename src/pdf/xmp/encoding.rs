//! The encodings of a packet: UTF-8, and UTF-16 in either byte order (ISO 16684-1, 7.1).

use std::borrow::Cow;

use super::XmpError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8 { mark: bool },
    Utf16 { big: bool, mark: bool },
}

pub(super) fn decode(bytes: &[u8]) -> Result<(String, Encoding), XmpError> {
    let utf16 = |bytes: &[u8], big: bool, mark: bool| {
        let unit = if big { u16::from_be_bytes } else { u16::from_le_bytes };
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).map_err(|_| XmpError::Encoding("UTF-16"))?;
        if !bytes.len().is_multiple_of(2) {
            return Err(XmpError::Encoding("UTF-16"));
        }
        Ok((text, Encoding::Utf16 { big, mark }))
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, true, true),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, false, true),
        [0, first, ..] if *first != 0 => utf16(bytes, true, false),
        [first, 0, ..] if *first != 0 => utf16(bytes, false, false),
        _ => {
            let mark = bytes.starts_with("\u{feff}".as_bytes());
            let text = std::str::from_utf8(if mark { &bytes[3..] } else { bytes });
            Ok((text.map_err(|_| XmpError::Encoding("UTF-8"))?.to_owned(), Encoding::Utf8 { mark }))
        }
    }
}

pub(super) fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let (mark, wide) = match encoding {
        Encoding::Utf8 { mark } => (mark, None),
        Encoding::Utf16 { big, mark } => (mark, Some(big)),
    };
    let text = if mark { Cow::Owned(format!("\u{feff}{text}")) } else { Cow::Borrowed(text) };
    match wide {
        None => text.into_owned().into_bytes(),
        Some(true) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Some(false) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    }
}
