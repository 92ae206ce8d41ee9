//! Fills the templates; templates/README.md names their fields.

use askama::Template;

use super::layout::Layout;
use super::{Badge, Format, NAMESPACE, Style, json_ld};
use crate::escape;

/// What every template may say.
struct Fields<'a> {
    /// `pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD`
    number: String,
    /// The 26 characters.
    suffix: &'a str,
    /// The first 8 of them.
    code: &'a str,
    /// The record's page.
    url: String,
    /// `arXiv:2403.01164v1`
    source: String,
    /// `2403.01164`
    arxiv_id: &'a str,
    /// The year in which version 1 was submitted.
    year: &'a str,
    category: &'a str,
    /// One line, without invisible characters.
    title: Option<String>,
    authors: Vec<&'a str>,
    verified: bool,
    /// JSON in ASCII.
    proof: Option<String>,
}

/// The colours of a flat badge.
struct Colors {
    label: &'static str,
    value: &'static str,
}

/// White text has a contrast of at least 4.5 : 1 on each (WCAG 2, 1.4.3).
const VERIFIED: Colors = Colors { label: "#555", value: "#2b7a3d" };
const UNVERIFIED: Colors = Colors { label: "#555", value: "#4a6785" };

const LABEL: &str = "pith";

macro_rules! templates {
    ($($name:ident, $path:literal $(, $syntax:literal)?;)*) => {$(
        #[derive(Template)]
        #[template(path = $path $(, syntax = $syntax)?)]
        struct $name<'a> {
            badge: &'a Fields<'a>,
        }
    )*};
}

templates! {
    Latex, "badge.tex", "tex";
    Bibtex, "badge.bib", "tex";
    Markdown, "badge.md";
    Rst, "badge.rst";
    Asciidoc, "badge.adoc";
    Text, "badge.txt";
}

#[derive(Template)]
#[template(path = "badge.svg")]
struct Svg<'a> {
    badge: &'a Fields<'a>,
    style: Style,
    namespace: &'a str,
    label: &'a str,
    value: &'a str,
    layout: Layout,
    colors: &'a Colors,
}

#[derive(Template)]
#[template(path = "badge.html")]
struct Html<'a> {
    badge: &'a Fields<'a>,
    style: Style,
    label: &'a str,
    value: &'a str,
    colors: &'a Colors,
    json_ld: String,
}

pub(super) fn render(badge: &Badge, format: Format, style: Style) -> String {
    let suffix = badge.number.suffix;
    let fields = &Fields {
        number: badge.number.to_string(),
        suffix: suffix.as_str(),
        code: &suffix.as_str()[..8],
        url: badge.url(),
        source: badge.source.prefixed(),
        arxiv_id: badge.source.id(),
        year: badge.submitted_on.get(..4).unwrap_or_default(),
        category: &badge.primary_category,
        title: badge.title().map(escape::line).filter(|title| !title.trim().is_empty()),
        authors: badge.authors.as_deref().map(split_authors).unwrap_or_default(),
        verified: badge.verified,
        proof: badge.proof.as_deref().map(escape::script_json),
    };
    let value =
        if badge.verified { format!("{} verified", fields.code) } else { fields.code.into() };
    let colors = if badge.verified { &VERIFIED } else { &UNVERIFIED };
    let filled = match format {
        Format::Latex => Latex { badge: fields }.render(),
        Format::Bibtex => Bibtex { badge: fields }.render(),
        Format::Markdown => Markdown { badge: fields }.render(),
        Format::Rst => Rst { badge: fields }.render(),
        Format::Asciidoc => Asciidoc { badge: fields }.render(),
        Format::Text => Text { badge: fields }.render(),
        Format::Svg => Svg {
            badge: fields,
            style,
            namespace: NAMESPACE,
            label: LABEL,
            value: &value,
            layout: Layout::new(LABEL, &value),
            colors,
        }
        .render(),
        Format::Html => {
            let json_ld = json_ld::json_ld(badge).to_string();
            Html { badge: fields, style, label: LABEL, value: &value, colors, json_ld }.render()
        }
        Format::Json => Ok(escape::script_json(&json_ld::badge_json(badge).to_string())),
    };
    let mut text =
        filled.expect("a template only fails where its writer does, and a String does not");
    text.push('\n');
    text
}

/// The names in a list such as `A. One, B. Two and C. Three`.
fn split_authors(text: &str) -> Vec<&str> {
    let names = text.split([',', ';']).flat_map(|part| part.split(" and "));
    names.map(str::trim).filter(|name| !name.is_empty()).collect()
}
