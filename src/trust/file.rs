//! Files of keys: where the keys stand in them, and what they say of each.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use super::{Key, TrustError, verifying_key};
use crate::record::{Json, Timestamp};

/// Every object with a key_id and a key, wherever it stands. [`Json::parse`] has bounded the depth.
pub(super) fn collect(value: &Json, origin: &str, found: &mut Vec<Key>) -> Result<(), TrustError> {
    match value {
        Json::Array(items) => items.iter().try_for_each(|item| collect(item, origin, found)),
        Json::Object(members) => {
            let has = |key| value.get(key).is_some();
            if has("key_id") && (has("public_key_b64") || has("public_key_hex")) {
                found.push(read_key(value, origin)?);
                return Ok(());
            }
            members.iter().try_for_each(|(_, member)| collect(member, origin, found))
        }
        _ => Ok(()),
    }
}

fn read_key(object: &Json, origin: &str) -> Result<Key, TrustError> {
    let text = |key| object.get(key).and_then(Json::as_str);
    let key_id = text("key_id").unwrap_or_default().to_owned();
    let bad = |problem| TrustError::BadKey { key_id: key_id.clone(), problem };
    if text("algorithm").is_some_and(|algorithm| algorithm != "ed25519") {
        return Err(bad("its algorithm is not ed25519"));
    }
    let from_b64 = text("public_key_b64").map(|b64| BASE64.decode(b64.as_bytes()));
    let from_hex = text("public_key_hex").map(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()));
    let bytes = match (from_b64, from_hex) {
        (Some(Ok(a)), Some(Ok(b))) if a != b => return Err(bad("its base64 and hex forms differ")),
        (Some(Ok(bytes)), None | Some(Ok(_))) | (None, Some(Ok(bytes))) => bytes,
        _ => return Err(bad("it is neither base64 nor hex")),
    };
    let verifying = verifying_key(&bytes).ok_or(bad("it is not an Ed25519 key"))?;
    let time = |name| match object.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(Timestamp::parse)
            .map(Some)
            .ok_or(bad("its validity is not a time of the form YYYY-MM-DDTHH:MM:SSZ")),
    };
    let valid_until = time("valid_until")?.or(time("rotates_at")?);
    let valid_from = time("valid_from")?;
    let is_withdrawn = match text("status") {
        None | Some("active" | "primary") => false,
        // A key that was retired at a known time has signed well before it.
        Some("retired") => valid_until.is_none(),
        Some("revoked") => true,
        Some(_) => return Err(bad("its status is none of active, retired and revoked")),
    };
    let key = Key::new(key_id.clone(), verifying, origin.to_owned());
    let key = Key { valid_from, valid_until, is_withdrawn, ..key };
    let stated = text("fingerprint_sha256_hex");
    if stated.is_some_and(|hex| !hex.to_ascii_lowercase().starts_with(&key.fingerprint())) {
        return Err(bad("its fingerprint is not that of the key"));
    }
    let stated = text("fingerprint_sha256_b32_first128bits");
    if stated.is_some_and(|text| text != key.fingerprint_base32()) {
        return Err(bad("its base32 fingerprint is not that of the key"));
    }
    Ok(key)
}
