use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::trust::Keyring;
use crate::verify::verify;

const SEEDS: [&str; 3] = [
    include_str!("../../tests/records/2403.01164.json"),
    include_str!("../../tests/records/2404.14294.json"),
    include_str!("../../tests/records/2606.29708.json"),
];

fn badge(text: &str) -> Badge {
    let record = Record::from_slice(text.as_bytes()).unwrap();
    Badge::new(&record, &verify(&record, None, &Keyring::pinned())).unwrap()
}

fn one_proof(text: &str) -> Embedded {
    let mut proofs = proofs_in(text.as_bytes()).unwrap();
    assert_eq!(proofs.len(), 1, "{text}");
    proofs.remove(0)
}

fn status(embedded: &Embedded) -> Status {
    verify(&embedded.record, None, &Keyring::pinned()).status()
}

/// Places and texts of what does not agree.
fn disagreements(embedded: &Embedded) -> Vec<(&str, &str)> {
    embedded.disagreements().iter().map(|shown| (shown.place, shown.text.as_str())).collect()
}

const CARRIERS: [(Format, Style); 4] = [
    (Format::Svg, Style::Flat),
    (Format::Svg, Style::Outline),
    (Format::Html, Style::Flat),
    (Format::Html, Style::Outline),
];

#[test]
fn a_badge_verifies_by_itself() {
    for seed in SEEDS {
        let badge = badge(seed);
        for (format, style) in CARRIERS {
            let embedded = one_proof(&badge.render(format, style));
            assert_eq!(status(&embedded), Status::Verified);
            assert_eq!(disagreements(&embedded), [], "{format}");
            let links = embedded.shown.iter().filter(|shown| shown.place == "link");
            assert!(links.map(|link| &link.text).eq([&badge.url()]));
        }
        let json: serde_json::Value =
            serde_json::from_str(&badge.render(Format::Json, Style::Flat)).unwrap();
        let proof = Record::from_slice(json["proof"].to_string().as_bytes()).unwrap();
        assert_eq!(verify(&proof, None, &Keyring::pinned()).status(), Status::Verified);
        assert_eq!(json["schema"], "pith.badge/1");
    }
}

#[test]
fn every_format_links_to_the_record() {
    for format in Format::ALL {
        for style in Style::ALL {
            let text = badge(SEEDS[0]).render(format, style);
            assert!(
                text.contains("https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD"),
                "{text}"
            );
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
            assert!(text.lines().all(|line| line == line.trim_end()), "{text:?}");
        }
        assert_eq!(format.name().parse(), Ok(format));
    }
    let error = "gif".parse::<Format>().unwrap_err().to_string();
    assert!(error.starts_with("it is none of latex, svg, html"), "{error}");
}

#[test]
fn a_tampered_badge_does_not_verify() {
    for (format, style) in CARRIERS {
        let text = badge(SEEDS[0]).render(format, style);
        for (from, to) in [
            ("2024-03-02T10", "2024-03-02T11"),
            ("uHdk7TLP", "uHdl7TLP"),
            ("WKFOJ2ECV52KUJR3SCIBSQ4GYD", "7YXM6JRYOH4O5NBMCHKEPDPSW2"),
            ("HeteGen", "HomoGen"),
        ] {
            let tampered = text.replace(from, to);
            assert_ne!(tampered, text);
            assert_eq!(status(&one_proof(&tampered)), Status::Failed, "{format}: {from}");
        }
    }
}

/// A genuine proof under another paper's link, number or title.
#[test]
fn a_proof_under_another_number_is_told() {
    let other = "https://pith.science/pith/7YXM6JRYOH4O5NBMCHKEPDPSW2";
    let own = "https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD";
    for (format, style) in CARRIERS {
        let text = badge(SEEDS[0]).render(format, style);
        let cases = [
            (format!("href=\"{own}\""), format!("href=\"{other}\""), "link", other),
            (
                format!("href=\"{own}\""),
                "href=\"https://pith.invalid/\"".into(),
                "link",
                "https://pith.invalid/",
            ),
            (">WKFOJ2EC verified<".into(), ">7YXM6JRY verified<".into(), "text", "7YXM6JRY"),
            (
                ">WKFOJ2EC verified<".into(),
                ">PITH:7YXM6JRY verified<".into(),
                "text",
                "PITH:7YXM6JRY",
            ),
        ];
        for (from, to, place, shown) in cases {
            let pasted = text.replace(&from, &to);
            assert_ne!(pasted, text, "{from}");
            let embedded = one_proof(&pasted);
            assert_eq!(status(&embedded), Status::Verified);
            let found = disagreements(&embedded);
            assert!(!found.is_empty() && found.iter().all(|d| *d == (place, shown)), "{found:?}");
        }
    }
    for (format, style) in CARRIERS {
        let text = badge(SEEDS[0]).render(format, style);
        for (from, to) in [
            (">WKFOJ2EC verified<", ">WKFOJ2EC retracted<"),
            ("WKFOJ2EC verified</", "WKFOJ2EC</span><span>pith:2026:MI552NCCD4HBZDJQTKS7H6AWNY</"),
            ("verified", "unverified"),
            (" class=\"pith-badge\" href=\"https://pith.science", " href=\"https://pith.invalid"),
            (" href=\"https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD\"", ""),
            ("</title>", "</title><desc>pith:2026:MI552NCCD4HBZDJQTKS7H6AWNY, verified</desc>"),
        ] {
            let changed = text.replace(from, to);
            let is_of_other = to.contains(if format == Format::Html { "<desc" } else { "<span" });
            if changed == text || is_of_other {
                continue;
            }
            let found = one_proof(&changed);
            assert!(!disagreements(&found).is_empty(), "{format}: {to}");
        }
    }
    // What tools for pages and pictures do to a badge.
    for (format, style) in CARRIERS {
        let text = badge(SEEDS[0]).render(format, style);
        for (from, to) in [
            (
                "WKFOJ2EC verified</span>",
                "WKFOJ2EC&nbsp;verified</span><span>(opens in a new tab)</span>",
            ),
            ("WKFOJ2EC verified</text>", "<tspan>WKFOJ2EC</tspan><tspan>verified</tspan></text>"),
            ("</title>", "</title><desc>Created with a program.</desc>"),
            ("WKFOJ2EC verified</", "WKFOJ2EC Verified</"),
        ] {
            let is_for_html = to.contains("span>(") || to.contains("Verified<");
            let is_for_svg = !to.contains("span>(");
            if (format == Format::Html && is_for_html) || (format == Format::Svg && is_for_svg) {
                assert_eq!(
                    disagreements(&one_proof(&text.replace(from, to))),
                    [],
                    "{format}: {to}"
                );
            }
        }
    }
    let svg = badge(SEEDS[0]).render(Format::Svg, Style::Flat);
    let renamed = one_proof(&svg.replacen("HeteGen", "HomoGen", 1));
    assert_eq!(disagreements(&renamed)[0].0, "title");
    let html = badge(SEEDS[0]).render(Format::Html, Style::Flat);
    let renamed = one_proof(&html.replace("\"name\":\"HeteGen", "\"name\":\"HomoGen"));
    assert_eq!(disagreements(&renamed)[0].0, "JSON-LD name");
}

#[test]
fn a_page_may_hold_several_badges_and_much_else() {
    let html: Vec<_> =
        SEEDS.iter().map(|seed| badge(seed).render(Format::Html, Style::Flat)).collect();
    let svg = badge(SEEDS[2]).render(Format::Svg, Style::Outline);
    let page = format!(
        "<!DOCTYPE html>\n<!-- {} --><html><title><a class=pith-badge></title><SCRIPT>if (a<b) c()</SCRIPT>\
         <a href='https://pith.science/pith/MI552NCCD4HBZDJQTKS7H6AWNY'>cited</a> {}<p>1 < 2 <!--> {}\
         <script type=application/ld+json>{{\"pith\": broken</script>{svg}</html>",
        html[2], html[0], html[1],
    );
    let proofs = proofs_in(page.as_bytes()).unwrap();
    let numbers: Vec<_> = proofs.iter().map(|p| badge_number(&p.record)).collect();
    assert_eq!(numbers, ["pith:WKFOJ2EC", "pith:7YXM6JRY", "pith:MI552NCC"]);
    assert_eq!(proofs[2].carrier, Carrier::Svg);
    for proof in &proofs {
        assert_eq!(status(proof), Status::Verified);
        assert_eq!(disagreements(proof), []);
    }
    let swapped = page.replace(&html[1], "<a class='x pith-badge' href=/elsewhere>fine</a>");
    assert_eq!(disagreements(&proofs_in(swapped.as_bytes()).unwrap()[1]), [("link", "/elsewhere")]);
}

fn badge_number(record: &Record) -> String {
    record.fields().unwrap().number(&record.digest()).short()
}

/// Shapes that other programs give to the same page.
#[test]
fn json_ld_may_be_reshaped() {
    let html = badge(SEEDS[1]).render(Format::Html, Style::Flat);
    let (_, script) = html.split_once("<script type=\"application/ld+json\">").unwrap();
    let (json, _) = script.split_once("</script>").unwrap();
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let graph = serde_json::json!({"@graph": [{"@type": "Person"}, value]});
    let page = format!("<p><script TYPE='application/LD+JSON' >\n{graph:#}\n</script >");
    let embedded = one_proof(&page);
    assert_eq!(status(&embedded), Status::Verified);
    assert_eq!(disagreements(&embedded), []);
}

#[test]
fn what_carries_no_proof_says_so() {
    let read = |text: &str| proofs_in(text.as_bytes()).unwrap_err();
    assert_eq!(read("{}"), ReadError::NotMarkup);
    assert_eq!(read(""), ReadError::NotMarkup);
    assert_eq!(read("<svg/>"), ReadError::NoProof(Carrier::Svg));
    assert_eq!(
        read("\u{FEFF}<?xml version='1.0'?><!-- < --><s:svg xmlns:s='s'/>"),
        ReadError::NoProof(Carrier::Svg)
    );
    assert_eq!(read("<p>none</p>"), ReadError::NoProof(Carrier::Html));
    assert!(matches!(read("<svg"), ReadError::Xml(_)));
    let dtd = read("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>");
    assert_eq!(dtd, ReadError::Xml("it has a document type declaration".into()));
    let proof = format!("<p:proof xmlns:p='{NAMESPACE}'>{{}}</p:proof>");
    assert_eq!(
        read(&format!("<svg>{proof}</svg>")),
        ReadError::Proof(crate::record::RecordError::NoRecord)
    );
    assert_eq!(read(&format!("<svg>{proof}{proof}</svg>")), ReadError::Several);
    let cut = format!("<script type=application/ld+json>{{\"pith\":\"{NAMESPACE}\"");
    assert!(matches!(read(&cut), ReadError::Proof(_)));
    assert!(matches!(proofs_in(b"<svg>\xFF</svg>"), Err(ReadError::Xml(_))));
    for error in [read(""), read("<svg/>"), dtd] {
        assert!(error.remedy().is_some());
    }
}

#[test]
fn a_record_that_fails_gets_no_badge() {
    let record = |text: &str| Record::from_slice(text.as_bytes()).unwrap();
    let failed = record(&SEEDS[0].replace("uHdk7TLP", "uHdl7TLP"));
    let verdict = verify(&failed, None, &Keyring::pinned());
    let error = Badge::new(&failed, &verdict).unwrap_err();
    assert!(matches!(error, BadgeError::Failed { step: StepName::Receipt, .. }), "{error}");
    let unknown = record(&SEEDS[0].replace(
        "},\"schema_version\":\"1.0\"},\"receipt\"",
        "},\"schema_version\":\"2.0\"},\"receipt\"",
    ));
    let verdict = verify(&unknown, None, &Keyring::pinned());
    assert!(matches!(
        Badge::new(&unknown, &verdict),
        Err(BadgeError::UnknownSchema | BadgeError::Failed { .. })
    ));
    let verdict = verify(&record(SEEDS[1]), None, &Keyring::pinned());
    assert_eq!(Badge::new(&record(SEEDS[0]), &verdict), Err(BadgeError::UnknownSchema));
}

#[test]
fn an_unverified_badge_does_not_say_verified() {
    let badge = badge(&SEEDS[0].replace("\"receipt\":{", "\"no_receipt\":{"));
    assert!(!badge.verified());
    for format in Format::ALL {
        let text = badge.render(format, Style::Flat).replace("\"verified\":false", "");
        assert!(!text.contains("verified"), "{text}");
        assert!(!text.contains("signature_b64"), "{text}");
    }
    let html = badge.render(Format::Html, Style::Flat);
    assert_eq!(proofs_in(html.as_bytes()), Err(ReadError::NoProof(Carrier::Html)));
}

/// Each of these takes quadratic time in a careless reader.
#[test]
fn hostile_markup_is_read_in_bounded_time() {
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let numbered =
        |piece: &str| (0..60_000).map(|n| piece.replace('#', &n.to_string())).collect::<String>();
    let proof = badge(SEEDS[0]).render(Format::Html, Style::Flat);
    let pages = [
        many("<a b=\"", 2_000_000),
        many("<!--", 2_000_000),
        many("<script type=application/ld+json>", 2_000_000),
        many("<script type=application/ld+json>[\"pith\"]</script>", 2_000_000),
        many("<svg>", 2_000_000),
        many("<a class=pith-badge>", 2_000_000),
        many("<a class=pith-badge>AAAAAAAA </a>", 2_000_000),
        many("</", 2_000_000),
        many(&proof, 1_000_000),
        format!("<script type=application/ld+json>{}", many("[", 1_000_000)),
        format!("<p {}>", numbered(" a#=1")),
        format!("<svg {}/>", numbered(" a#=''")),
        format!("<svg>{}</svg>", numbered("<g xmlns:a#='b'>")),
        format!("<svg>{}", many("<g>", 900_000)),
        format!("<svg xmlns:p='{NAMESPACE}'>{}</svg>", many("<p:proof>{}</p:proof>", 900_000)),
        many("<svg/>", 9_000_000),
    ];
    for page in pages {
        let started = Instant::now();
        let _ = proofs_in(page.as_bytes());
        let taken = started.elapsed();
        assert!(taken < Duration::from_secs(10), "{taken:?}: {}", &page[..60]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_markup_makes_the_reader_panic(pieces in proptest::collection::vec(
        prop_oneof![
            Just("<svg ".to_owned()), Just("<a class=pith-badge href=".into()), Just("</a".into()), Just(">".into()),
            Just("<!--".into()), Just("-->".into()), Just("<script type=application/ld+json>".into()),
            Just("</script>".into()), Just("{\"subjectOf\":{\"additionalType\":\"https://pith.science/schemas/pith-badge/1.0/\"".into()),
            Just("\"text\":\"{}\"}}".into()), Just("<title>".into()), Just("\"".into()), Just("='".into()), any::<String>(),
        ], 0..12)
    ) {
        let _ = proofs_in(pieces.concat().as_bytes());
    }
}
