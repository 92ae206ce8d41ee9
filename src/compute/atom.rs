//! The Atom answer of arXiv's API. It has no licence, which has to come from elsewhere.

use std::borrow::Cow;

use super::metadata::{self, Metadata, MetadataError, Text};
use super::xml::{Element, Space};
use crate::id::Query;

/// Reads an `entry`.
pub(super) fn read(entry: &Element) -> Result<Metadata<'static>, MetadataError> {
    let field = |name| entry.one(Space::Atom, name).map(|element| element.text.as_str());
    // http://arxiv.org/abs/2403.01164v1: the version is the newest, or the one that was asked for.
    let address = field("id")?;
    let wrong_id = || metadata::value("id", address, "the address of a paper's version at arXiv");
    let Ok(Query::Arxiv(id)) = address.parse() else { return Err(wrong_id()) };
    let version = id.version().ok_or_else(wrong_id)?;
    let primary = entry.one(Space::AtomArxiv, "primary_category")?;
    let primary = primary.attribute("term").unwrap_or_default().to_owned();
    // The classes of MSC and ACM stand among the categories.
    let terms = entry.all(Space::Atom, "category").filter_map(|each| each.attribute("term"));
    let cross: Vec<_> = terms.filter(|term| is_category(term) && *term != primary).collect();
    let listed = std::iter::once(primary).chain(cross.into_iter().map(str::to_owned));
    let (primary_category, cross_categories) = metadata::categories("category", listed)?;
    let text = |name: &'static str| -> Result<Text<'static>, MetadataError> {
        metadata::text([name, ""], Some(Cow::Owned(field(name)?.to_owned())), None)
    };
    Ok(Metadata {
        id: id.with_version(None),
        version,
        submitted_at: metadata::time("published", field("published")?)?,
        license: None,
        primary_category,
        cross_categories,
        title: text("title")?,
        abstract_text: text("summary")?,
    })
}

/// arXiv's categories begin with an archive in small letters; `68T05` and `I.2.6` do not.
fn is_category(term: &str) -> bool {
    let (archive, class) = term.split_once('.').unwrap_or((term, "a"));
    let is_archive = |b: u8| b.is_ascii_lowercase() || b == b'-';
    let is_class = |b: u8| b.is_ascii_alphabetic() || b == b'-';
    !archive.is_empty() && archive.bytes().all(is_archive) && class.bytes().all(is_class)
}
