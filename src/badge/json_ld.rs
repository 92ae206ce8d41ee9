//! The badge as JSON: schema.org's terms for web pages, and `pith.badge/1` for scripts.

use serde_json::{Value, json};

use super::{Badge, NAMESPACE};

/// A `ScholarlyArticle` that search engines read. The proof is the text of a work about the article
/// (`subjectOf`), so that every property is one of schema.org's.
pub(super) fn json_ld(badge: &Badge) -> Value {
    let mut article = json!({
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "identifier": [
            {
                "@type": "PropertyValue",
                "propertyID": "pith",
                "value": badge.number.to_string(),
                "url": badge.url(),
            },
            {
                "@type": "PropertyValue",
                "propertyID": "arXiv",
                "value": badge.source.prefixed(),
                "url": badge.source.url(),
            },
        ],
        "sameAs": badge.source.url(),
        "datePublished": badge.submitted_on,
    });
    if let Some(title) = &badge.title {
        article["name"] = json!(title);
    }
    if !badge.license.is_empty() {
        article["license"] = json!(badge.license);
    }
    if let Some(proof) = &badge.proof {
        article["subjectOf"] = json!({
            "@type": "CreativeWork",
            "additionalType": NAMESPACE,
            "name": "Pith record and receipt",
            "encodingFormat": "application/json",
            "url": format!("{}.json", badge.url()),
            "text": proof,
        });
    }
    article
}

/// Everything that the badge says, for scripts. The version is in `schema`; it may only grow.
pub(super) fn badge_json(badge: &Badge) -> Value {
    let proof = badge
        .proof
        .as_ref()
        .map(|proof| serde_json::from_str::<Value>(proof).expect("Record::proof_json writes JSON"));
    json!({
        "schema": "pith.badge/1",
        "pith_number": badge.number.to_string(),
        "url": badge.url(),
        "source": badge.source.prefixed(),
        "title": badge.title,
        "verified": badge.verified,
        "proof": proof,
    })
}
