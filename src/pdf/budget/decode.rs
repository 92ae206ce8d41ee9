//! How long a stream becomes when its filters are applied (ISO 32000-2, 7.4), as hayro-syntax applies them: what is
//! cut off is read up to its end, and what is damaged further than by others, so that a bound takes the place of its length.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};
use hayro_syntax::Filter;
use simd_adler32::{Adler32, adler32};

use super::super::{MAX_DECODED, PdfError};

const TOO_LARGE: PdfError = PdfError::TooLarge { what: "a stream of more than 48 MiB" };
const DAMAGED: PdfError =
    PdfError::TooLarge { what: "a damaged stream that may have more than 48 MiB" };

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
        let decoded = match filter {
            Filter::Crypt => continue,
            Filter::FlateDecode if is_last => return inflated_length(&data),
            Filter::FlateDecode => {
                let mut out = Vec::new();
                let inflated = inflate(after_header(&data), |part| out.extend_from_slice(part))?;
                inflated.is_whole.then_some(out)
            }
            other => match name(*other) {
                Some(name) => apply(name, &data)?,
                None => return Ok(data.len()),
            },
        };
        let Some(decoded) = decoded else {
            let most = ratio(*filter).saturating_mul(data.len() as u64);
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            return if is_last && most <= MAX_DECODED { Ok(most) } else { Err(DAMAGED) };
        };
        data = decoded.into();
    }
    Ok(data.len())
}

/// The length of what hayro-syntax makes of `data`; of what is damaged, the most that it may be: it is taken as zlib, as
/// deflate alone, and once more with patience, whichever gives something.
fn inflated_length(data: &[u8]) -> Result<usize, PdfError> {
    let body = after_header(data);
    let inflated = inflate(body, |_| {})?;
    if inflated.is_whole {
        return Ok(inflated.length);
    }
    let alone = inflate(data, |_| {})?;
    let alone = if alone.is_whole { alone.length } else { 0 };
    // The bits that were read ahead count too.
    let rest = inflated.rest as u64 + 8;
    let rest = ratio(Filter::FlateDecode).saturating_mul(rest);
    let most = usize::try_from(rest).unwrap_or(usize::MAX).saturating_add(inflated.length);
    if most <= MAX_DECODED { Ok(most.max(alone)) } else { Err(DAMAGED) }
}

/// Whether what is deflated in `raw`, by the first `filters` that deflate, is whole and is what its checksum says. Nothing
/// is nothing: some programs do not encode it. Of other filters nobody can tell.
pub(super) fn is_sound(filters: &[Filter], raw: Cow<'_, [u8]>) -> bool {
    let mut data = raw;
    for filter in filters {
        match filter {
            Filter::Crypt => continue,
            Filter::FlateDecode => return data.is_empty() || is_whole(&data),
            // By its parameters it is one of two.
            Filter::LzwDecode => return true,
            _ => {}
        }
        let Some(Ok(Some(decoded))) = name(*filter).map(|name| apply(name, &data)) else {
            return true;
        };
        data = decoded.into();
    }
    true
}

/// Whether deflated data has its end, and before it nothing wrong. The checksum may be missing.
fn is_whole(data: &[u8]) -> bool {
    let body = after_header(data);
    let mut sum = Adler32::new();
    let Ok(inflated) = inflate(body, |part| sum.write(part)) else { return true };
    let has_header = body.len() < data.len();
    let stated = body[body.len() - inflated.rest..].first_chunk().filter(|_| has_header);
    inflated.has_end && stated.is_none_or(|stated| u32::from_be_bytes(*stated) == sum.finish())
}

/// Whether deflated `data` ends with the checksum of `decoded` (RFC 1950, 2.2).
pub(super) fn has_checksum_of(data: &[u8], decoded: &[u8]) -> bool {
    data.last_chunk().is_some_and(|sum| u32::from_be_bytes(*sum) == adler32(&decoded))
}

/// What stands behind the header of zlib (RFC 1950, 2.2: deflate, a multiple of 31, no dictionary); all where there is
/// none.
fn after_header(data: &[u8]) -> &[u8] {
    match data {
        [a, b, rest @ ..]
            if a & 0x0F == 8
                && u16::from_be_bytes([*a, *b]).is_multiple_of(31)
                && b & 0x20 == 0 =>
        {
            rest
        }
        _ => data,
    }
}

/// What became of deflated data.
struct Inflated {
    length: usize,
    /// How many bytes were not read.
    rest: usize,
    /// Whether nothing was wrong up to the end, of the stream or of what there is of it.
    is_whole: bool,
    /// Whether the stream's own end was reached.
    has_end: bool,
}

/// Hands over what deflate makes of `data`, part by part. A checksum is not looked at.
fn inflate(data: &[u8], mut part: impl FnMut(&[u8])) -> Result<Inflated, PdfError> {
    let mut inflater = Decompress::new(false);
    let mut buffer = [0; 32 << 10];
    let (mut rest, mut length) = (data, 0);
    loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(rest, &mut buffer, FlushDecompress::None);
        rest = &rest[(inflater.total_in() - read) as usize..];
        let count = (inflater.total_out() - written) as usize;
        length += count;
        if length > MAX_DECODED {
            return Err(TOO_LARGE);
        }
        part(&buffer[..count]);
        let Ok(status) = status else {
            return Ok(Inflated { length, rest: rest.len(), is_whole: false, has_end: false });
        };
        // What is cut off has its end where the data have theirs.
        if status != Status::Ok || rest.is_empty() && count < buffer.len() {
            let has_end = status == Status::StreamEnd;
            return Ok(Inflated { length, rest: rest.len(), is_whole: true, has_end });
        }
    }
}

/// The name of a filter that lopdf applies; `None` of one that makes pictures.
fn name(filter: Filter) -> Option<&'static str> {
    match filter {
        Filter::LzwDecode => Some("LZWDecode"),
        Filter::RunLengthDecode => Some("RunLengthDecode"),
        Filter::Ascii85Decode => Some("ASCII85Decode"),
        Filter::AsciiHexDecode => Some("ASCIIHexDecode"),
        _ => None,
    }
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
    fn what_is_damaged_or_cut_off_is_told() {
        let content = b"some words, some words, some words".repeat(3000);
        let zlib = deflated(&content);
        let is_sound = |filters: &[Filter], raw: &[u8]| super::is_sound(filters, raw.into());
        let flate = [Filter::FlateDecode];
        assert!(has_checksum_of(&zlib, &content) && !has_checksum_of(&zlib, &content[1..]));
        for sound in [&zlib[..], &zlib[2..], &zlib[..zlib.len() - 4], &[&zlib[..], b"\n"].concat()]
        {
            assert!(is_sound(&flate, sound), "the checksum may be missing, and a line may end");
        }
        assert!(is_sound(&flate, b"") && !is_sound(&flate, &zlib[..zlib.len() - 9]), "cut off");
        for at in 2..zlib.len() {
            let mut damaged = zlib.clone();
            damaged[at] ^= 0x10;
            assert!(!is_sound(&flate, &damaged), "byte {at}");
        }
        let hex = data_encoding::HEXUPPER.encode(&zlib);
        let both = [Filter::AsciiHexDecode, Filter::FlateDecode];
        assert!(is_sound(&both, hex.as_bytes()) && !is_sound(&both, &hex.as_bytes()[..99]));
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

    /// A stored block whose length is not the one that its complement says: others stop there, hayro-syntax goes on.
    #[test]
    fn deflate_goes_on_after_damage() {
        let damaged = |rest: &[u8]| [&[0, 1, 0, 0, 0, b'x'][..], rest].concat();
        let flate = [Filter::FlateDecode];
        let small = damaged(&deflated(b"some words")[2..]);
        // Five bytes of it are the block's head.
        assert_eq!(of(&flate, &small).unwrap(), 1032 * (small.len() - 5 + 8));
        let late = [&deflated(&[b'x'; 1 << 20])[2..900], &small[..]].concat();
        assert!(of(&flate, &late).unwrap() > 800_000, "what was decoded before counts as it is");
        assert!(matches!(of(&[Filter::FlateDecode; 2], &small), Err(PdfError::TooLarge { .. })));
        assert!(matches!(of(&flate, &damaged(&[0; 70_000])), Err(PdfError::TooLarge { .. })));
    }
}
