use proptest::prelude::*;

use super::*;
use crate::error::Remedy;

const SUFFIX: &str = "WKFOJ2ECV52KUJR3SCIBSQ4GYD";

/// Every input with what it is printed as, or the message of its error (and its remedy after " / ").
const TABLE: &[(&str, &str)] = &include!("table.in");

#[test]
fn table_of_inputs() {
    assert!(TABLE.len() >= 80, "{} inputs", TABLE.len());
    for (input, expected) in TABLE {
        let found = match input.parse::<Query>() {
            Ok(query) => query.to_string(),
            Err(error) => match error.remedy() {
                Some(remedy) => format!("error: {error} / {remedy}"),
                None => format!("error: {error}"),
            },
        };
        assert_eq!(found, *expected, "input {input:?}");
    }
}

#[test]
fn the_year_is_derived_so_numbers_share_a_page() {
    let full: PithNumber = format!("pith:2024:{SUFFIX}").parse().unwrap();
    assert_eq!(full.short(), "pith:WKFOJ2EC");
    assert_eq!(full.url(), format!("https://pith.science/pith/{SUFFIX}"));
    assert_eq!(full.url(), PithNumber::from(full.suffix).url());
}

#[test]
fn versions_are_of_the_same_paper() {
    let one: ArxivId = "hep-th/9807195v1".parse().unwrap();
    let two: ArxivId = "hep-th/9807195v2".parse().unwrap();
    assert!(one.same_paper(&two));
    assert_ne!(one, two);
    assert_eq!(one.doi(), "10.48550/arxiv.hep-th/9807195");
}

fn arxiv_id() -> impl Strategy<Value = String> {
    let new_4 = ("(07(0[4-9]|1[0-2])|(0[89]|1[0-4])(0[1-9]|1[0-2]))", "[0-9]{4}");
    let new_5 = ("(1[5-9]|[2-8][0-9])(0[1-9]|1[0-2])", "[0-9]{5}");
    let old = (
        prop::sample::select(vec!["hep-th", "math", "cs", "astro-ph", "q-bio"]),
        "(9[1-9]|0[0-6])(0[1-9]|1[0-2])[0-9]{3}",
    );
    let id = prop_oneof![
        new_4.prop_map(|(yymm, n)| format!("{yymm}.{n}")),
        new_5.prop_map(|(yymm, n)| format!("{yymm}.{n}")),
        old.prop_map(|(archive, n)| format!("{archive}/{n}")),
    ];
    (id, prop::option::of(1u32..100)).prop_map(|(id, version)| match version {
        Some(version) => format!("{id}v{version}"),
        None => id,
    })
}

fn wrapped(id: &str) -> Vec<String> {
    vec![
        id.to_owned(),
        format!("  {id}\n"),
        format!("arXiv:{id}"),
        format!("ARXIV:{id}"),
        format!("https://arxiv.org/abs/{id}"),
        format!("http://www.arxiv.org/pdf/{id}.pdf?download=1#page=2"),
        format!("export.arxiv.org/html/{id}/"),
        format!("10.48550/arXiv.{id}"),
        format!("doi:10.48550/ARXIV.{id}"),
        format!("https://doi.org/10.48550/arXiv.{id}"),
    ]
}

proptest! {
    #[test]
    fn arxiv_ids_print_as_they_parse(text in arxiv_id()) {
        let id: ArxivId = text.parse().unwrap();
        prop_assert_eq!(id.to_string(), &text[..]);
        for form in wrapped(&text) {
            prop_assert_eq!(form.parse::<Query>(), Ok(Query::Arxiv(id.clone())), "{}", form);
        }
    }

    #[test]
    fn numbers_print_as_they_parse(
        year in prop::option::of(1991u16..2100), suffix in "[A-Z2-7]{26}", lower in any::<bool>(),
    ) {
        let number = PithNumber { year, suffix: suffix.parse().unwrap() };
        let text = number.to_string();
        let text = if lower { text.to_lowercase() } else { text };
        prop_assert_eq!(text.parse::<PithNumber>(), Ok(number));
        prop_assert_eq!(text.parse::<Query>(), Ok(Query::Pith(number)));
        prop_assert_eq!(number.url().parse::<Query>(), Ok(Query::Pith(number.suffix.into())));
    }

    #[test]
    fn queries_print_as_they_parse(
        year in prop::option::of(1991u16..2100), head in "[A-Z2-7]{8}([A-Z2-7]{4}){0,2}",
    ) {
        let query = Query::Prefix { year, prefix: head.parse().unwrap() };
        prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query));
    }

    #[test]
    fn any_text_is_an_id_or_an_error(text in ".{0,60}") {
        if let Ok(query) = text.parse::<Query>() {
            prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query));
        }
    }
}
