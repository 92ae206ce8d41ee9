//! Many receipts by few keys: each signature is checked on its own, with multiples of the key computed once.
//!
//! Why this and not batch verification. A batch adds up random multiples of many verification equations and finds the
//! sum to be zero. That proves the equations up to points of small order: two signatures whose `R` is off by such a
//! point, which only the key's holder can make, cancel in one run and not in the next, and the strict check refuses
//! both. Then a bad signature still has to be searched for. Here nothing is random and nothing is added up: the strict
//! check's own equation `R = [s]B - [k]A` (RFC 8032 section 5.1.7, without the cofactor) is computed for each signature
//! and compared byte by byte. What is saved is the doublings, because `B` and `A` are always the same points, and the
//! field inversions, which many points share. Whatever is not accepted here is left to the strict check, so the two can
//! only agree.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use ed25519_dalek::Signature;
use sha2::{Digest, Sha512};

use super::{Key, Keyring, ReceiptError};
use crate::record::Receipt;

/// Signatures from which on multiples pay: computing them takes as long as checking about that many.
const PAYS_FROM: usize = 128;
/// Keys that get multiples, each a megabyte.
const MOST_KEYS: usize = 4;

/// A keyring for many receipts. Threads can share it.
#[derive(Debug)]
pub struct BulkKeyring<'k> {
    keys: &'k Keyring,
    checked: AtomicUsize,
    base: OnceLock<Multiples>,
    /// Those of the keyring's first keys.
    multiples: [OnceLock<Multiples>; MOST_KEYS],
}

impl<'k> BulkKeyring<'k> {
    /// A keyring for many receipts.
    pub fn new(keys: &'k Keyring) -> Self {
        let checked = AtomicUsize::new(0);
        Self { keys, checked, base: OnceLock::new(), multiples: Default::default() }
    }

    /// The keys alone.
    pub fn keys(&self) -> &'k Keyring {
        self.keys
    }

    /// Checks each receipt over its digest, as [`Keyring::check`] does.
    pub fn check_all(
        &self,
        receipts: &[(&Receipt, [u8; 32])],
    ) -> Vec<Result<&'k Key, ReceiptError>> {
        let count = self.checked.fetch_add(receipts.len(), Ordering::Relaxed) + receipts.len();
        if count < PAYS_FROM {
            return receipts
                .iter()
                .map(|(receipt, digest)| self.keys.check(receipt, digest))
                .collect();
        }
        let named: Vec<_> =
            receipts.iter().map(|(receipt, digest)| self.keys.named(receipt, digest)).collect();
        let expected = self.expected_points(receipts, &named);
        let compressed = EdwardsPoint::compress_batch_alloc(&expected);
        let all = receipts.iter().zip(named).zip(compressed);
        all.map(|(((receipt, digest), named), point)| {
            let (key, signature) = named?;
            if !agrees(&point, &signature) {
                key.check_signature(digest, &signature)?;
            }
            key.check_window(receipt.signed_at.as_deref())?;
            Ok(key)
        })
        .collect()
    }

    /// `[s]B - [k]A` for each receipt. The identity, which is of small order and so never agrees, where there is nothing
    /// to compute it from.
    fn expected_points(
        &self,
        receipts: &[(&Receipt, [u8; 32])],
        named: &[Result<(&Key, Signature), ReceiptError>],
    ) -> Vec<EdwardsPoint> {
        // Zero adds nothing.
        let zeros = vec![Scalar::ZERO; receipts.len()];
        let mut all_s = zeros.clone();
        let mut all_k: [Vec<Scalar>; MOST_KEYS] = Default::default();
        for (index, ((_, digest), named)) in receipts.iter().zip(named).enumerate() {
            let Ok((key, signature)) = named else { continue };
            let place = self.keys.keys().iter().position(|known| std::ptr::eq(known, *key));
            let Some(of_key) = place.and_then(|place| all_k.get_mut(place)) else { continue };
            if let Some((s, k)) = scalars(key, signature, digest) {
                if of_key.is_empty() {
                    of_key.clone_from(&zeros);
                }
                (all_s[index], of_key[index]) = (s, k);
            }
        }
        let mut sums = vec![EdwardsPoint::identity(); receipts.len()];
        self.base.get_or_init(|| Multiples::of(&ED25519_BASEPOINT_POINT)).add_to(&mut sums, &all_s);
        let all = self.keys.keys().iter().zip(&self.multiples).zip(all_k);
        for ((key, multiples), all_k) in all.filter(|(_, all_k)| !all_k.is_empty()) {
            let multiples = multiples.get_or_init(|| {
                let point = CompressedEdwardsY(*key.key.as_bytes()).decompress();
                Multiples::of(&-point.expect("a key of the ring is a point of the curve"))
            });
            multiples.add_to(&mut sums, &all_k);
        }
        sums
    }
}

/// `s` and `k` of a signature, or `None` where `s` is not reduced.
fn scalars(key: &Key, signature: &Signature, digest: &[u8; 32]) -> Option<(Scalar, Scalar)> {
    let s = Option::from(Scalar::from_canonical_bytes(*signature.s_bytes()))?;
    let hash = Sha512::new()
        .chain_update(signature.r_bytes())
        .chain_update(key.key.as_bytes())
        .chain_update(digest);
    Some((s, Scalar::from_bytes_mod_order_wide(&hash.finalize().into())))
}

/// Whether the point is the signature's `R`, in the only encoding that a point has, and not of small order.
fn agrees(point: &CompressedEdwardsY, signature: &Signature) -> bool {
    static OF_SMALL_ORDER: LazyLock<[CompressedEdwardsY; 8]> =
        LazyLock::new(|| EIGHT_TORSION.map(|point| point.compress()));
    point.as_bytes() == signature.r_bytes() && !OF_SMALL_ORDER.contains(point)
}

/// Bits of a scalar that one addition takes care of. More need more memory than a core's cache has for one place.
const BITS: usize = 9;
/// Digits of a scalar of 253 bits, with room for a carry.
const DIGITS: usize = 256_usize.div_ceil(BITS);
/// Digits are signed, so half of their values have multiples.
const HALF: usize = 1 << (BITS - 1);

/// `[j * 2^(9i)]P` for each place `i` and each digit `j`, so that a product needs additions only.
///
/// Variable time: scalars and points of a verification are public.
struct Multiples(Vec<EdwardsPoint>);

impl Multiples {
    fn of(point: &EdwardsPoint) -> Self {
        let mut all = Vec::with_capacity(DIGITS * HALF);
        let mut unit = *point;
        for _ in 0..DIGITS {
            let mut multiple = unit;
            for _ in 1..HALF {
                all.push(multiple);
                multiple += unit;
            }
            all.push(multiple);
            unit = multiple + multiple;
        }
        Self(all)
    }

    /// Adds `[scalar]P` to each sum. Place by place for all of them, since the multiples of one place fit into a cache
    /// and those of all places do not.
    fn add_to(&self, sums: &mut [EdwardsPoint], scalars: &[Scalar]) {
        let digits: Vec<_> = scalars.iter().map(digits).collect();
        for (place, multiples) in self.0.chunks_exact(HALF).enumerate() {
            for (sum, digits) in sums.iter_mut().zip(&digits) {
                let digit = digits[place];
                match usize::from(digit.unsigned_abs()) {
                    0 => {}
                    size if digit > 0 => *sum += &multiples[size - 1],
                    size => *sum -= &multiples[size - 1],
                }
            }
        }
    }
}

/// The digits of a scalar, from the lowest, each from `-HALF + 1` to `HALF`.
fn digits(scalar: &Scalar) -> [i16; DIGITS] {
    let bytes = scalar.as_bytes();
    let mut carry = 0;
    std::array::from_fn(|place| {
        let (byte, shift) = (place * BITS / 8, place * BITS % 8);
        let at = |index: usize| i32::from(bytes.get(index).copied().unwrap_or(0));
        let window = (at(byte) | at(byte + 1) << 8 | at(byte + 2) << 16) >> shift;
        let digit = (window & (2 * HALF as i32 - 1)) + carry;
        // More than half of the next place's unit is that unit, less something.
        carry = i32::from(digit > HALF as i32);
        (digit - carry * 2 * HALF as i32) as i16
    })
}

impl std::fmt::Debug for Multiples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Multiples({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};
    use ed25519_dalek::hazmat::ExpandedSecretKey;
    use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

    use super::*;

    fn keyring(key: &VerifyingKey) -> Keyring {
        let mut keys = Keyring::pinned();
        let key = BASE64.encode(key.as_bytes());
        let json = format!("{{\"key_id\": \"test\", \"public_key_b64\": \"{key}\"}}");
        keys.add_json(json.as_bytes(), "keys.json").unwrap();
        keys
    }

    fn receipt(signature: &[u8]) -> Receipt {
        let signature_b64 = BASE64.encode(signature);
        Receipt { key_id: "test".into(), signature_b64, ..Receipt::default() }
    }

    fn digest(number: u64) -> [u8; 32] {
        crate::record::sha256(&number.to_le_bytes())
    }

    #[test]
    fn products_are_those_of_the_library() {
        let multiples = Multiples::of(&ED25519_BASEPOINT_POINT);
        let edges = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(257_u64)];
        let some = (0..50).map(|n| Scalar::from_bytes_mod_order(digest(n)));
        let powers =
            (0..252).step_by(BITS).map(|n| (0..n).fold(Scalar::ONE, |x, _| x + x) - Scalar::ONE);
        for scalar in edges.into_iter().chain(some).chain(powers) {
            let mut product = [EdwardsPoint::identity()];
            multiples.add_to(&mut product, &[scalar]);
            assert_eq!(product[0], ED25519_BASEPOINT_POINT * scalar, "{scalar:?}");
        }
    }

    /// A signature of the key's holder over `R + T`, with `T` of order 8: it satisfies the equation with the cofactor,
    /// and a batch accepts some of them.
    fn with_torsion(key: &SigningKey, digest: &[u8; 32]) -> Vec<u8> {
        let secret = ExpandedSecretKey::from(&key.to_bytes());
        let r = Scalar::from_bytes_mod_order(*digest);
        let torsion = curve25519_dalek::constants::EIGHT_TORSION[1];
        let point = (ED25519_BASEPOINT_POINT * r + torsion).compress();
        let hash = Sha512::new()
            .chain_update(point.as_bytes())
            .chain_update(key.verifying_key().as_bytes())
            .chain_update(digest);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let s = r + k * secret.scalar;
        [&point.as_bytes()[..], s.as_bytes()].concat()
    }

    #[test]
    fn each_receipt_has_the_outcome_that_it_has_alone() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let keys = keyring(&key.verifying_key());
        let mut all = Vec::new();
        for number in 0..400_u64 {
            let digest = digest(number);
            let mut bytes = key.sign(&digest).to_bytes().to_vec();
            match number % 10 {
                // One bit anywhere: in R, in s, in its top bits.
                0 => bytes[number as usize * 7 / 45 % 64] ^= 1 << (number % 8),
                // s plus the group's order, which only the strict check refuses.
                1 => {
                    let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
                    let order = HEXLOWER.decode(order.as_bytes()).unwrap();
                    let mut carry = 0;
                    for (byte, add) in bytes[32..].iter_mut().zip(order) {
                        let sum = u16::from(*byte) + u16::from(add) + carry;
                        (*byte, carry) = (sum as u8, sum >> 8);
                    }
                }
                2 => bytes = with_torsion(&key, &digest),
                // R of small order: the identity, and s = k * a makes the equation hold.
                3 => {
                    let identity = EdwardsPoint::identity().compress();
                    let secret = ExpandedSecretKey::from(&key.to_bytes());
                    let hash = Sha512::new()
                        .chain_update(identity.as_bytes())
                        .chain_update(key.verifying_key().as_bytes())
                        .chain_update(digest);
                    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
                    bytes = [&identity.as_bytes()[..], (k * secret.scalar).as_bytes()].concat();
                }
                // The same with y written as p + 1.
                4 => {
                    bytes = vec![0xff; 64];
                    (bytes[0], bytes[31]) = (0xee, 0x7f);
                }
                5 => bytes.truncate(63),
                _ => {}
            }
            let mut receipt = receipt(&bytes);
            if number % 10 == 6 {
                receipt.key_id = "unknown".into();
            }
            all.push((receipt, digest));
        }
        let pairs: Vec<_> = all.iter().map(|(receipt, digest)| (receipt, *digest)).collect();
        let bulk = BulkKeyring::new(&keys);
        let mut good = 0;
        for chunk in pairs.chunks(50) {
            for ((receipt, digest), outcome) in chunk.iter().zip(bulk.check_all(chunk)) {
                assert_eq!(outcome, keys.check(receipt, digest), "{receipt:?}");
                good += usize::from(outcome.is_ok());
            }
        }
        assert_eq!(good, 120);
        assert!(bulk.multiples[1].get().is_some(), "multiples were used");
    }
}
