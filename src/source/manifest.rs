//! The list of mirrors that a registry publishes, `/pith-mirrors.json` (protocol.md section 5).

use std::time::SystemTime;

use serde_json::json;

use crate::error::Remedy;
use crate::record::{Json, JsonError, Timestamp};
use crate::trust::Key;

/// The most bytes of a manifest.
pub const MAX_MANIFEST_BYTES: usize = 1_000_000;
/// The most mirrors in one.
const MAX_MIRRORS: usize = 100;

/// Why a manifest names no mirrors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// Of another type than `pith_mirror_manifest`.
    #[error("it is no list of mirrors (manifest_type \"pith_mirror_manifest\")")]
    Type,
    /// Not one with a `base_url`.
    #[error("it names no mirror with a base_url")]
    Empty,
    /// More than a hundred.
    #[error("it names {0} mirrors; at most {MAX_MIRRORS} are asked")]
    TooMany(usize),
}

impl Remedy for ManifestError {
    fn remedy(&self) -> Option<String> {
        match self {
            Self::Json(error) => error.remedy(),
            _ => Some("give a file in the shape of https://pith.science/pith-mirrors.json".into()),
        }
    }
}

/// The base addresses in a manifest, in its order. Nothing else in it is believed: its mirrors are
/// verified like any source, and its keys count only for [`crate::trust::Keyring::add_json`].
///
/// # Errors
/// [`ManifestError`].
///
/// ```
/// let manifest = br#"{"manifest_type": "pith_mirror_manifest",
///     "mirrors": [{"name": "pith.science", "base_url": "https://pith.science"}]}"#;
/// assert_eq!(pith::source::mirrors_in(manifest)?, ["https://pith.science"]);
/// # Ok::<(), pith::source::ManifestError>(())
/// ```
pub fn mirrors_in(manifest: &[u8]) -> Result<Vec<String>, ManifestError> {
    let document = Json::parse(manifest)?;
    if document.get("manifest_type").and_then(Json::as_str) != Some("pith_mirror_manifest") {
        return Err(ManifestError::Type);
    }
    let mirrors = document.get("mirrors").and_then(Json::as_array).unwrap_or_default();
    let addresses = mirrors.iter().filter_map(|mirror| mirror.get("base_url")?.as_str());
    let addresses: Vec<String> = addresses.map(str::to_owned).collect();
    match addresses.len() {
        0 => Err(ManifestError::Empty),
        count if count > MAX_MIRRORS => Err(ManifestError::TooMany(count)),
        _ => Ok(addresses),
    }
}

/// A manifest of one mirror at the address `site`, whose records are signed with `key`.
pub fn manifest(site: &str, key: &Key) -> serde_json::Value {
    let site = site.trim_end_matches('/');
    let pattern = |path: &str| format!("{site}/{path}");
    json!({
        "manifest_type": "pith_mirror_manifest",
        "manifest_version": "1.0",
        "generated_at": Timestamp::parse_rfc5322(&httpdate::fmt_http_date(SystemTime::now()))
            .map(|now| now.to_string()),
        "mirrors": [{
            "name": site.split("://").last().unwrap_or(site),
            "mirror_type": "https",
            "base_url": site,
            "bundle_pattern": pattern("pith/{suffix}/bundle.json"),
            "well_known_pattern": pattern(".well-known/pith/{suffix}/bundle.json"),
            "public_key": key.to_json(),
        }],
    })
}
