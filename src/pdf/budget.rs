//! A bound on what reading decodes: hayro decodes cross-reference data, fonts, forms and content without one.
//!
//! Decoding everything twice would cost more than the reading. Deflate makes a byte into 1032 at most, so what is small
//! enough needs no look; only what could be too large is decoded here, up to a limit, before hayro does.

pub(super) mod page;
pub(super) mod structure;

use hayro_syntax::object::Stream;

use super::security::Cipher;
use super::{MAX_DECODED, ObjectId, PdfError, read};

/// The most bytes that a filter makes of one: deflate's longest match, 258 bytes, in two bits.
const RATIO: u64 = 1032;
/// What all streams may come to.
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
        let filters = u32::try_from(self.stream.filters().len()).unwrap_or(u32::MAX);
        (self.stream.raw_data().len() as u64).saturating_mul(RATIO.saturating_pow(filters))
    }

    /// How many bytes it decodes to, 0 where it is damaged: hayro reads on up to where the damage is. Of filters one
    /// after the other that may be far.
    fn decoded(&self, cipher: Option<&Cipher>) -> Result<usize, PdfError> {
        const DAMAGED: PdfError =
            PdfError::TooLarge { what: "a damaged stream that may have more than 64 MiB" };
        let raw = match (cipher, self.locked) {
            (Some(cipher), Some(id)) => cipher.open(id, &self.stream).ok_or(DAMAGED)?.into(),
            _ => self.stream.raw_data(),
        };
        match read::decoded_length(&self.stream, raw) {
            Err(error @ PdfError::TooLarge { .. }) => Err(error),
            Err(_) if self.stream.filters().len() > 1 => Err(DAMAGED),
            length => Ok(length.unwrap_or(0)),
        }
    }
}

/// The streams that have to be decoded to know that none has more than [`MAX_DECODED`]; all of them, where they may
/// come to more than `unseen` together.
fn suspects<'s, 'a>(streams: &'s [Encoded<'a>], unseen: u64) -> Vec<&'s Encoded<'a>> {
    let possible: Vec<u64> = streams.iter().map(Encoded::possible).collect();
    let all = possible.iter().fold(0_u64, |sum, size| sum.saturating_add(*size)) > unseen;
    let is_suspect = |size: u64| all || size > MAX_DECODED as u64;
    streams.iter().zip(possible).filter(|(_, size)| is_suspect(*size)).map(|(it, _)| it).collect()
}

/// Refuses streams of which one decodes to more than [`MAX_DECODED`], or that come to more than [`MAX_TOTAL`] together,
/// which is `what`.
fn check_all(
    suspects: &[&Encoded<'_>],
    cipher: Option<&Cipher>,
    what: &'static str,
) -> Result<(), PdfError> {
    let mut known = 0;
    for stream in suspects {
        known += stream.decoded(cipher)?;
        if known > MAX_TOTAL {
            return Err(PdfError::TooLarge { what });
        }
    }
    Ok(())
}
