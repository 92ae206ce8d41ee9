//! Text strings (ISO 32000-2, 7.9.2.2): PDFDocEncoding, UTF-16BE, UTF-8.

use lopdf::{Object, StringFormat};

/// Decodes a text string. Never fails: what is not valid in the encoding becomes U+FFFD. UTF-16LE, which no
/// version of PDF allows and some writers use, is read too.
pub(super) fn decode(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return utf16(rest, u16::from_le_bytes);
    }
    lopdf::decode_text_string(&Object::String(bytes.to_vec(), StringFormat::Literal))
        .unwrap_or_else(|_| {
            if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
                utf16(rest, u16::from_be_bytes)
            } else {
                String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
                    .into_owned()
            }
        })
}

/// The string object for `text`: ASCII as it is, all else as UTF-16BE, which every version of PDF reads.
pub(super) fn encode(text: &str) -> Object {
    lopdf::text_string(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_read() {
        assert_eq!(decode(b"caf\xE9 \x8D"), "caf\u{e9} \u{201c}");
        assert_eq!(decode(b"\xFE\xFF\x00c\x00\xE9"), "c\u{e9}");
        assert_eq!(decode(b"\xFF\xFEc\x00\xE9\x00"), "c\u{e9}");
        assert_eq!(decode(b"\xEF\xBB\xBFc\xC3\xA9"), "c\u{e9}");
        assert_eq!(decode(b"\xFE\xFF\xD8\x00"), "\u{fffd}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["pith:2024:AB", "(a) \\ )", "Gödel \u{1f600}"] {
            let Object::String(bytes, _) = encode(text) else { panic!("not a string") };
            assert_eq!(decode(&bytes), text);
        }
    }
}
