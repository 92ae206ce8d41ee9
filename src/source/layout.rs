//! Where things are on a site and in a folder of records, from its base (protocol.md section 5).

use serde_json::json;

use crate::id::{ArxivId, PithNumber, Suffix};
use crate::record::Json;

/// From an arXiv id to a record; the id stands in the query. In a folder, a file that tells where the
/// aliases are, because servers of files do not read queries.
pub(super) const RESOLVE: &str = "api/pith-number/resolve";

/// In that file, the pattern of the addresses of aliases.
pub(super) const PATTERN_KEY: &str = "alias_pattern";
/// Where a folder has its aliases.
pub(super) const ALIAS_PATTERN: &str = "arxiv/{arxiv_id}.json";
const PLACE: &str = "{arxiv_id}";

/// How many records have aliases. As an id it would have digits.
pub(super) const INDEX: &str = "arxiv/index.json";

/// The registry's key, as its manifest shows it.
pub(super) const KEY: &str = "pith-signing-key.json";

/// The list of mirrors.
pub(super) const MANIFEST: &str = "pith-mirrors.json";

/// The record of a suffix.
pub(super) fn record(suffix: &Suffix) -> String {
    format!("pith/{suffix}.json")
}

/// The portable bundle of a suffix.
pub(super) fn bundle(suffix: &Suffix) -> String {
    format!("pith/{suffix}/bundle.json")
}

/// The same under the well-known addresses (RFC 8615).
pub(super) fn well_known_bundle(suffix: &Suffix) -> String {
    format!(".well-known/{}", bundle(suffix))
}

/// The file of an alias.
pub(super) fn alias(id: &ArxivId) -> String {
    fill(ALIAS_PATTERN, id)
}

/// The pattern in the answer of a site that has its aliases in files.
pub(super) fn alias_pattern(document: &Json) -> Option<String> {
    let pattern = document.get(PATTERN_KEY)?.as_str()?;
    pattern.contains(PLACE).then(|| pattern.to_owned())
}

/// The address of one id by such a pattern.
pub(super) fn fill(pattern: &str, id: &ArxivId) -> String {
    pattern.replace(PLACE, id.id())
}

/// The text of the file of an alias: every record of the paper, the latest version first. Its
/// `pith_number` is read by anyone who reads an answer of [`RESOLVE`].
pub(super) fn alias_file(mut records: Vec<(u32, PithNumber)>) -> String {
    records.sort_unstable_by_key(|(version, number)| (std::cmp::Reverse(*version), *number));
    let best = records.first().map(|(_, number)| number.to_string());
    let records: Vec<_> = records
        .iter()
        .map(|(version, number)| json!({ "version": version, "pith_number": number.to_string() }))
        .collect();
    format!("{}\n", json!({ "pith_number": best, "records": records }))
}

/// The versions and numbers in the file of an alias.
pub(super) fn aliased(document: &Json) -> Vec<(u32, PithNumber)> {
    let records = document.get("records").and_then(Json::as_array).unwrap_or_default();
    let entry = |record: &Json| {
        let number = record.get("pith_number")?.as_str()?.parse().ok()?;
        match record.get("version")? {
            Json::Integer(version) => Some((u32::try_from(*version).ok()?, number)),
            _ => None,
        }
    };
    records.iter().filter_map(entry).collect()
}

/// The number in [`INDEX`].
pub(super) fn indexed_records(document: &Json) -> Option<u64> {
    match document.get("records")? {
        Json::Integer(records) => u64::try_from(*records).ok(),
        _ => None,
    }
}
