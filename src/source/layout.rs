//! Where things are on a site and in a folder of records, from its base (protocol.md section 5).

use crate::id::{ArxivId, Suffix};
use crate::record::Json;

/// From an arXiv id to a record; the id stands in the query. In a folder, a file that tells where the
/// aliases are, because servers of files do not read queries.
pub(super) const RESOLVE: &str = "api/pith-number/resolve";

/// In that file, the pattern of the addresses of aliases.
const PATTERN_KEY: &str = "alias_pattern";
const PLACE: &str = "{arxiv_id}";

/// The record of a suffix.
pub(super) fn record(suffix: &Suffix) -> String {
    format!("pith/{suffix}.json")
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

/// The file of an alias in a folder; on the site, [`ALIAS_PATTERN`] leads to it.
pub(super) fn alias(id: &ArxivId) -> String {
    format!("arxiv/{}.json", id.id())
}

/// In the file of an alias, every number of the paper, the best first.
pub(super) const NUMBERS_KEY: &str = "pith_numbers";

/// How many records have aliases. As an id it would have no digits.
pub(super) const INDEX: &str = "arxiv/index.json";

/// The number in [`INDEX`].
pub(super) fn indexed_records(document: &Json) -> Option<u64> {
    match document.get("records")? {
        Json::Integer(records) => u64::try_from(*records).ok(),
        _ => None,
    }
}
