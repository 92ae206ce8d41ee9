//! OAI-PMH with `metadataPrefix=arXivRaw`, the only form of arXiv's that has licence and times of all versions.

use std::borrow::Cow;

use super::metadata::{self, Metadata, MetadataError, Text};
use super::xml::{Element, Space};

/// Reads a `record` of OAI-PMH, or the `arXivRaw` in one alone.
pub(super) fn read(element: &Element) -> Result<Metadata<'static>, MetadataError> {
    if element.is(Space::ArxivRaw, "arXivRaw") {
        return raw(element);
    }
    let status = element.all(Space::Oai, "header").find_map(|header| header.attribute("status"));
    if status == Some("deleted") {
        return Err(MetadataError::Deleted);
    }
    let content = element.one(Space::Oai, "metadata")?;
    match content.children.first() {
        Some(form) if form.is(Space::ArxivRaw, "arXivRaw") => raw(form),
        Some(form) => Err(MetadataError::OtherFormat { found: form.name.clone() }),
        None => Err(MetadataError::OtherFormat { found: String::new() }),
    }
}

fn raw(paper: &Element) -> Result<Metadata<'static>, MetadataError> {
    let field = |name| paper.one(Space::ArxivRaw, name).map(|element| element.text.as_str());
    let versions: Vec<_> = paper
        .all(Space::ArxivRaw, "version")
        .map(|version| {
            let date = version.one(Space::ArxivRaw, "date")?;
            Ok((version.attribute("version").unwrap_or_default(), date.text.as_str()))
        })
        .collect::<Result<_, MetadataError>>()?;
    let (version, submitted_at) = metadata::versions("version", versions.into_iter())?;
    // Papers without a licence have no such element.
    let license = match paper.all(Space::ArxivRaw, "license").next() {
        Some(_) => field("license")?.trim().to_owned(),
        None => String::new(),
    };
    let categories = field("categories")?.split_ascii_whitespace().map(str::to_owned);
    let (primary_category, cross_categories) = metadata::categories("categories", categories)?;
    let text = |name: &'static str| -> Result<Text<'static>, MetadataError> {
        metadata::text([name, ""], Some(Cow::Owned(field(name)?.to_owned())), None)
    };
    Ok(Metadata {
        id: metadata::id("id", field("id")?)?.with_version(None),
        version,
        submitted_at,
        license: Some(license.into()),
        primary_category,
        cross_categories,
        title: text("title")?,
        abstract_text: text("abstract")?,
    })
}
