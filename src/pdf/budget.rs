//! A bound on what reading decodes: hayro decodes cross-reference data, fonts, forms and content without one.
//!
//! Decoding everything twice would cost more than the reading. A filter makes of a byte only so many, so what is small
//! enough needs no look; only what could be too large is decoded here, up to a limit, before hayro does.

mod decode;
pub(super) mod page;
pub(super) mod structure;

use std::borrow::Cow;

use hayro_syntax::object::{Dict, Number, Object, Stream};

use super::security::Cipher;
use super::{MAX_DECODED, ObjectId, PdfError, names};

/// Bytes that the ToUnicode maps of a page may have (4 MiB): what is made of them takes ten times as much, and more. One
/// of all characters has 1 MB.
pub(super) const MAX_MAPS: usize = 4 << 20;
/// Columns that a predictor (7.4.4.4) may have. hayro-syntax makes room for a row of them, whatever there is.
const MAX_COLUMNS: f64 = 65_536.0;
/// What streams may come to that are read one after the other.
const MAX_TOTAL: usize = 2 * MAX_DECODED;

/// A stream that hayro may decode.
struct Encoded<'a> {
    stream: Stream<'a>,
    /// The object that it is encrypted under, where nobody has decrypted it so far.
    locked: Option<ObjectId>,
}

impl<'a> Encoded<'a> {
    fn open(stream: Stream<'a>) -> Self {
        Self { stream, locked: None }
    }

    /// The most bytes that it can decode to.
    fn possible(&self) -> u64 {
        if self.has_wide_rows() {
            return u64::MAX;
        }
        let length = self.stream.raw_data().len() as u64;
        self.stream.filters().into_iter().map(decode::ratio).fold(length, u64::saturating_mul)
    }

    /// How many bytes it decodes to. What cannot be decrypted counts as it is.
    fn decoded(&self, cipher: Option<&Cipher>) -> Result<usize, PdfError> {
        if self.has_wide_rows() {
            return Err(PdfError::TooLarge {
                what: "a stream of rows with more than 65,536 columns",
            });
        }
        let decrypt = |(cipher, id): (&Cipher, _)| cipher.open(id, &self.stream);
        let raw = match cipher.zip(self.locked).and_then(decrypt) {
            Some(raw) => raw.into(),
            None => self.stream.raw_data(),
        };
        decode::length(&self.stream.filters(), raw)
    }

    /// Whether all of it can be decoded. Not of one that is encrypted.
    fn is_sound(&self) -> bool {
        let (dict, filters) = (self.stream.dict(), self.stream.filters());
        let named = [names::FILTER, b"F"].iter().find_map(|key| dict.get::<Object<'_>>(*key));
        let named = match named {
            Some(Object::Name(_)) => 1,
            Some(Object::Array(names)) => names.raw_iter().count(),
            _ => 0,
        };
        // hayro-syntax passes over filters that it does not know.
        named == filters.len() && decode::is_sound(&filters, self.stream.raw_data())
    }

    fn has_wide_rows(&self) -> bool {
        let is_wide = |params: &Dict<'_>| {
            let columns = params.get::<Number>(b"Columns".as_slice());
            columns.is_some_and(|columns| columns.as_f64() > MAX_COLUMNS)
        };
        let params = |key: &&[u8]| self.stream.dict().get::<Object<'_>>(*key);
        [names::DECODE_PARMS, b"DP"].iter().filter_map(params).any(|params| match params {
            Object::Dict(params) => is_wide(&params),
            Object::Array(all) => all
                .iter::<Object<'_>>()
                .filter_map(Object::into_dict)
                .any(|params| is_wide(&params)),
            _ => false,
        })
    }
}

/// Decodes a stream that may have `most` bytes, and is not encrypted any more. `None` where it is damaged.
pub(super) fn decode<'a>(
    stream: &Stream<'a>,
    most: usize,
) -> Result<Option<Cow<'a, [u8]>>, PdfError> {
    let encoded = Encoded::open(stream.clone());
    if encoded.possible() > most as u64 && encoded.decoded(None)? > most {
        return Err(PdfError::TooLarge { what: "a stream that is too large" });
    }
    Ok(stream.decoded_data().ok())
}

/// Those of `sized`, streams with the most that each decodes to, that have to be decoded to know that none has more than
/// [`MAX_DECODED`]; all of them, where they may come to more than `unseen` together.
fn suspects<T>(sized: Vec<(T, u64)>, unseen: u64) -> Vec<T> {
    let all = sized.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add(*size)) > unseen;
    let suspects = sized.into_iter().filter(|(_, size)| all || *size > MAX_DECODED as u64);
    suspects.map(|(stream, _)| stream).collect()
}

/// Refuses streams of which one decodes to more than [`MAX_DECODED`], or that come to more than `most` together, which is
/// `what`.
fn check_all<'a>(
    streams: impl IntoIterator<Item = Encoded<'a>>,
    cipher: Option<&Cipher>,
    most: usize,
    what: &'static str,
) -> Result<(), PdfError> {
    let mut known = 0;
    for stream in streams {
        known += stream.decoded(cipher)?;
        if known > most {
            return Err(PdfError::TooLarge { what });
        }
    }
    Ok(())
}
