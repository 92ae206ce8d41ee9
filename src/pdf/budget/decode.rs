//! How long a stream becomes when its filters are applied (ISO 32000-2, 7.4), as hayro-syntax applies them: what is
//! damaged is read up to the damage.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::DeflateDecoder;
use hayro_syntax::Filter;

use super::super::{MAX_DECODED, PdfError};

const TOO_LARGE: PdfError = PdfError::TooLarge { what: "a stream of more than 64 MiB" };
const DAMAGED: PdfError =
    PdfError::TooLarge { what: "a damaged stream that may have more than 64 MiB" };

/// The most bytes that a filter makes of one.
pub(super) fn ratio(filter: Filter) -> u64 {
    match filter {
        // The longest match, 258 bytes, in two bits.
        Filter::FlateDecode => 1032,
        // The longest string of a full table, 3838 bytes, in twelve bits.
        Filter::LzwDecode => 2559,
        // 128 bytes in two.
        Filter::RunLengthDecode => 64,
        // Four bytes in one "z".
        Filter::Ascii85Decode => 4,
        // Drawings are not decoded.
        _ => 1,
    }
}

/// The length of `raw` after `filters`; of none in between more than [`MAX_DECODED`].
pub(super) fn length(filters: &[Filter], raw: Cow<'_, [u8]>) -> Result<usize, PdfError> {
    let mut data = raw;
    for (index, filter) in filters.iter().enumerate() {
        let is_last = index + 1 == filters.len();
        let name = match filter {
            Filter::Crypt => continue,
            Filter::FlateDecode if is_last => return inflate(&data, |_| {}),
            Filter::FlateDecode => {
                let mut out = Vec::new();
                inflate(&data, |part| out.extend_from_slice(part))?;
                data = out.into();
                continue;
            }
            Filter::LzwDecode => "LZWDecode",
            Filter::RunLengthDecode => "RunLengthDecode",
            Filter::Ascii85Decode => "ASCII85Decode",
            Filter::AsciiHexDecode => "ASCIIHexDecode",
            _ => return Ok(data.len()),
        };
        data = match apply(name, &data)? {
            Some(out) => out.into(),
            None => {
                let most = ratio(*filter).saturating_mul(data.len() as u64);
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                return if is_last && most <= MAX_DECODED { Ok(most) } else { Err(DAMAGED) };
            }
        };
    }
    Ok(data.len())
}

/// Hands over what deflate makes of `data`, part by part, and returns its length. A checksum is not looked at.
fn inflate(data: &[u8], mut part: impl FnMut(&[u8])) -> Result<usize, PdfError> {
    // RFC 1950, 2.2: deflate, a multiple of 31, no dictionary. Without such a header the data are taken as deflate's own.
    let has_header = |head: [u8; 2]| {
        head[0] & 0x0F == 8 && u16::from_be_bytes(head).is_multiple_of(31) && head[1] & 0x20 == 0
    };
    let start = if data.first_chunk().is_some_and(|head| has_header(*head)) { 2 } else { 0 };
    let mut decoder = DeflateDecoder::new(&data[start..]);
    let mut buffer = [0; 32 << 10];
    let mut length = 0;
    while let Ok(count @ 1..) = decoder.read(&mut buffer) {
        length += count;
        if length > MAX_DECODED {
            return Err(TOO_LARGE);
        }
        part(&buffer[..count]);
    }
    Ok(length)
}

/// What lopdf makes of `data` by a filter; `None` where that is damaged.
fn apply(filter: &str, data: &[u8]) -> Result<Option<Vec<u8>>, PdfError> {
    let mut dict = lopdf::Dictionary::new();
    dict.set("Filter", lopdf::Object::Name(filter.into()));
    let stream = lopdf::Stream::new(dict, data.to_vec());
    match stream.get_plain_content_with_limit(MAX_DECODED) {
        Ok(decoded) => Ok(Some(decoded)),
        Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
            Err(TOO_LARGE)
        }
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deflated(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn of(filters: &[Filter], raw: &[u8]) -> Result<usize, PdfError> {
        length(filters, raw.into())
    }

    #[test]
    fn lengths_are_those_of_the_decoded_data() {
        let content = b"some words, some words, some words".repeat(3000);
        let zlib = deflated(&content);
        let flate = [Filter::FlateDecode];
        assert_eq!(of(&flate, &zlib).unwrap(), content.len());
        assert_eq!(of(&flate, &zlib[2..]).unwrap(), content.len(), "without a header");
        let cut = of(&flate, &zlib[..zlib.len() / 2]).unwrap();
        assert!(cut > 0 && cut < content.len(), "up to the damage");
        assert_eq!(of(&[], &zlib).unwrap(), zlib.len());
        let hex = data_encoding::HEXUPPER.encode(&zlib);
        let both = [Filter::AsciiHexDecode, Filter::FlateDecode];
        assert_eq!(of(&both, hex.as_bytes()).unwrap(), content.len());
        assert_eq!(of(&[Filter::FlateDecode; 2], &deflated(&zlib)).unwrap(), content.len());
        assert_eq!(of(&[Filter::FlateDecode, Filter::DctDecode], &zlib).unwrap(), content.len());
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let bomb = deflated(&vec![0; MAX_DECODED + (1 << 16)]);
        let raw = &bomb[2..];
        for data in [&*bomb, raw, &bomb[..bomb.len() - 9], &deflated(&bomb)] {
            let filters: &[Filter] =
                &[Filter::FlateDecode; 2][..1 + usize::from(data.len() < 2000)];
            assert!(matches!(of(filters, data), Err(PdfError::TooLarge { .. })), "{}", data.len());
        }
        // What a filter of those refuses, the next one gets from hayro-syntax all the same.
        let damaged = of(&[Filter::AsciiHexDecode, Filter::FlateDecode], b"zz").unwrap_err();
        assert!(damaged.to_string().contains("damaged stream"), "{damaged}");
        assert_eq!(of(&[Filter::AsciiHexDecode], b"zz").unwrap(), 2);
    }
}
