use super::*;

const OAI: &str = include_str!("../../tests/metadata/oai.xml");
const SNAPSHOT: &str = include_str!("../../tests/metadata/snapshot.jsonl");
const ATOM: &str = include_str!("../../tests/metadata/atom.xml");
const FIELDS: &str = include_str!("../../tests/metadata/fields.json");

/// Their numbers, which tests/vectors/records.jsonl has from the registry.
const CHROMATIC: &str = "pith:2018:DZZVYWZRF6PJR2GJ6YMJEK6U5K";
const BLACK_HOLE: &str = "pith:2007:PK67SBAVI3PBQMN37G6J5ZSHQT";

fn papers(xml: &str) -> Vec<Result<Item, FeedError>> {
    Papers::new(std::io::BufReader::new(xml.as_bytes())).collect()
}

fn only(xml: &str) -> Result<Metadata<'static>, MetadataError> {
    let mut items = papers(xml);
    assert_eq!(items.len(), 1, "{items:?}");
    let Item::Paper(paper) = items.remove(0).unwrap() else { panic!("no paper") };
    paper
}

fn number(metadata: &Metadata<'_>) -> String {
    compute(metadata, &Options::default()).unwrap().number().to_string()
}

/// Every form of the same paper has the same number.
#[test]
fn the_forms_agree() {
    let lines: Vec<_> = SNAPSHOT.lines().map(|line| line.as_bytes()).collect();
    let numbers: Vec<_> =
        lines.iter().map(|line| number(&Metadata::from_json(line).unwrap())).collect();
    assert_eq!(numbers, [CHROMATIC, BLACK_HOLE]);
    let in_xml: Vec<_> = papers(OAI)
        .into_iter()
        .map(|item| match item.unwrap() {
            Item::Paper(paper) => number(&paper.unwrap()),
            Item::More(token) => panic!("{token}"),
        })
        .collect();
    assert_eq!(in_xml, numbers);
    assert_eq!(number(&Metadata::from_json(FIELDS.as_bytes()).unwrap()), numbers[0]);
    let atom = only(ATOM).unwrap();
    assert_eq!(compute(&atom, &Options::default()).unwrap_err(), ComputeError::NoLicense);
    let license = Some("http://arxiv.org/licenses/nonexclusive-distrib/1.0/".to_owned());
    let computed = compute(&atom, &Options { license, version: None }).unwrap();
    assert_eq!(computed.number().to_string(), numbers[0]);
    assert_eq!(computed.fields.cross_cats_sorted, ["cs.DM"], "no class of MSC or ACM");
}

#[test]
fn canonical_bytes_are_those_of_the_value() {
    let mut computed =
        compute(&Metadata::from_json(FIELDS.as_bytes()).unwrap(), &Options::default()).unwrap();
    for (cats, license) in [(vec![], ""), (vec!["a"], "x\"\\\u{1}é"), (vec!["a", "b"], "http://x/")]
    {
        computed.fields.cross_cats_sorted = cats.into_iter().map(str::to_owned).collect();
        computed.fields.license = license.to_owned();
        let bytes = computed.fields.to_bytes();
        let value = crate::record::Json::parse(&bytes).unwrap();
        assert_eq!(crate::record::canonical_bytes(&value), bytes);
        assert_eq!(CanonicalRecord::from_json(&value).unwrap(), computed.fields);
    }
}

fn fields(change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) -> String {
    let mut value: serde_json::Value = serde_json::from_str(FIELDS).unwrap();
    change(value.as_object_mut().unwrap());
    value.to_string()
}

fn refused(json: &str) -> String {
    Metadata::from_json(json.as_bytes()).expect_err(json).to_string()
}

#[test]
fn spellings_of_the_same_fields_agree() {
    let expected = number(&Metadata::from_json(FIELDS.as_bytes()).unwrap());
    let same = [
        fields(|f| drop(f.insert("version".into(), "v1".into()))),
        fields(|f| {
            f.remove("version");
            f.insert("id".into(), "arXiv:1809.10355v1".into());
        }),
        fields(|f| {
            f.remove("primary_cat");
            f.remove("cross_cats");
            f.insert("categories".into(), "math.CO cs.DM".into());
        }),
        fields(|f| {
            f.insert("title".into(), " $(g,f)$-chromatic\n  spanning trees and\tFORESTS ".into());
        }),
        fields(|f| {
            let digest = "1d4e7f47559cf540a7beb5bb11077ce2a07ebc797609dcba0b0d758811f98d2f";
            f.remove("abstract");
            f.insert("abstract_canon_sha256".into(), digest.into());
        }),
        fields(|f| drop(f.insert("submitted_at".into(), "Thu, 27 Sep 2018 05:54:49 GMT".into()))),
        fields(|f| drop(f.insert("comments".into(), serde_json::json!({"deep": [1, 2.5]})))),
    ];
    for json in same {
        let metadata =
            Metadata::from_json(json.as_bytes()).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(number(&metadata), expected, "{json}");
    }
}

#[test]
fn nothing_is_guessed() {
    for key in [
        "id",
        "version",
        "submitted_at",
        "title",
        "abstract",
        "license",
        "primary_cat",
        "cross_cats",
    ] {
        let message = refused(&fields(|f| drop(f.remove(key))));
        assert!(message.starts_with("it has no "), "{key}: {message}");
    }
    let cases: [(&str, serde_json::Value, &str); 12] = [
        ("id", "1809.103".into(), "which is not an arXiv id"),
        ("id", "1809.10355v2".into(), "its id and its version disagree"),
        ("version", 0.into(), "a version is a number from 1"),
        ("version", true.into(), "expected a version"),
        ("submitted_at", "2018-09-27".into(), "which is not a time such as"),
        ("submitted_at", "2018-02-30T05:54:49Z".into(), "which is not a time such as"),
        ("title", "  ".into(), "which is not the text"),
        ("title", 3.into(), "expected text"),
        ("title_canon_sha256", "0".repeat(64).into(), "disagree"),
        ("cross_cats", serde_json::json!(["math.CO"]), "which is not there once only"),
        ("cross_cats", serde_json::json!(["math CO"]), "which is not a category"),
        ("schema_version", "1.0".into(), "it is a Pith record"),
    ];
    for (key, value, expected) in cases {
        let message = refused(&fields(|f| drop(f.insert(key.into(), value))));
        assert!(message.contains(expected), "{key}: {message}");
    }
    let twice = FIELDS.replacen('{', "{\"title\": \"x\",", 1);
    assert!(refused(&twice).contains("duplicate field"), "{}", refused(&twice));
}

#[test]
fn the_newest_version_counts_and_version_1_has_the_date() {
    let line = SNAPSHOT.lines().next().unwrap();
    let later = r#""versions": [{"version": "v3", "created": "Fri, 1 Mar 2019 00:00:00 GMT"}, "#;
    let line = line.replace(r#""versions": ["#, later);
    let metadata = Metadata::from_json(line.as_bytes()).unwrap();
    assert_eq!((metadata.version, metadata.submitted_at.year()), (3, 2018));
    let at = |version| compute(&metadata, &Options { version, license: None });
    assert_eq!(at(None).unwrap().fields.source.version(), Some(3));
    let first = Metadata::from_json(SNAPSHOT.lines().next().unwrap().as_bytes()).unwrap();
    assert_eq!(at(Some(1)).unwrap().number().to_string(), number(&first));
    assert_eq!(at(Some(4)).unwrap_err(), ComputeError::Version { asked: 4, current: 3 });
    let without = line.replace("\"v1\"", "\"v2\"");
    assert!(refused(&without).contains("it has no version 1"));
}

#[test]
fn doubts_are_told() {
    let computed = |json: String| {
        compute(&Metadata::from_json(json.as_bytes()).unwrap(), &Options::default()).unwrap()
    };
    assert!(computed(FIELDS.to_owned()).doubts.is_empty());
    let accents = computed(fields(|f| drop(f.insert("title".into(), "Schrödinger".into()))));
    assert_eq!(accents.doubts.len(), 1);
    assert_eq!(accents.fields.title_canon_sha256, crate::record::text_digest("schrödinger"));
}

#[test]
fn hostile_xml_ends_soon() {
    let paper = &OAI[OAI.find("<record>").unwrap()..OAI.find("</record>").unwrap() + 9];
    let list = |inside: &str| {
        format!(
            "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><ListRecords>{inside}</ListRecords></OAI-PMH>"
        )
    };
    let last = |xml: &str| papers(xml).pop().unwrap().unwrap_err();
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>";
    assert_eq!(last(&format!("{bomb}{}", list(paper))), FeedError::Doctype);
    let entity = list(&paper.replace("<title>", "<title>&b;"));
    assert!(matches!(last(&entity), FeedError::Malformed { .. }));
    assert!(matches!(last(&"<a>".repeat(1_000_000)), FeedError::TooLarge(_)));
    assert!(matches!(last(&list(&"<record>".repeat(40))), FeedError::TooLarge(_)));
    let wide = list(&format!("<record>{}</record>", "<a/>".repeat(10_000)));
    assert!(matches!(last(&wide), FeedError::TooLarge(_)));
    let long = list(&format!("<record>{}</record>", "x".repeat(3_000_000)));
    assert!(matches!(last(&long), FeedError::TooLarge(_)));
    let outside = list(&format!("<x>{}</x>{paper}", "x".repeat(3_000_000)));
    assert!(matches!(last(&outside), FeedError::TooLarge(_)));
    assert!(matches!(last(&list(&paper[..500])), FeedError::Malformed { .. }));
    assert_eq!(last("<a/>"), FeedError::Empty);
    assert_eq!(last(""), FeedError::Empty);
    let latin = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{}", list(paper));
    assert_eq!(last(&latin), FeedError::Encoding("ISO-8859-1".into()));
}

#[test]
fn what_is_no_paper_is_named_and_the_next_one_follows() {
    let paper = &OAI[OAI.find("<record>").unwrap()..OAI.find("</record>").unwrap() + 9];
    let list = |inside: &str| {
        format!(
            "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><ListRecords>{inside}</ListRecords></OAI-PMH>"
        )
    };
    let deleted = "<record><header status=\"deleted\"><identifier>x</identifier></header></record>";
    let other =
        "<record><header/><metadata><dc xmlns=\"http://purl.org/dc/\"/></metadata></record>";
    let token = "<resumptionToken cursor=\"0\">1234|1001</resumptionToken>";
    let all = papers(&list(&format!("{deleted}{other}{paper}{token}")));
    let all: Vec<_> = all.into_iter().map(Result::unwrap).collect();
    assert!(matches!(&all[0], Item::Paper(Err(MetadataError::Deleted))));
    assert!(
        matches!(&all[1], Item::Paper(Err(MetadataError::OtherFormat { found })) if found == "dc")
    );
    assert!(matches!(&all[2], Item::Paper(Ok(_))));
    assert!(matches!(&all[3], Item::More(token) if token == "1234|1001"));
    // Two answers, one after the other.
    assert_eq!(papers(&format!("{OAI}{OAI}")).iter().filter(|item| item.is_ok()).count(), 4);
    let refusal = "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><error code=\"noRecordsMatch\">none</error></OAI-PMH>";
    assert_eq!(
        papers(refusal)[0].as_ref().unwrap_err(),
        &FeedError::NoAnswer("noRecordsMatch: none".into())
    );
    // Names count by their namespace, whatever their prefix.
    let prefixed = paper
        .replace("<record", "<o:record")
        .replace("</record", "</o:record")
        .replace("<header", "<o:header")
        .replace("</header", "</o:header")
        .replace("<metadata", "<o:metadata")
        .replace("</metadata", "</o:metadata")
        .replace("<identifier", "<o:identifier")
        .replace("</identifier", "</o:identifier")
        .replace("<datestamp", "<o:datestamp")
        .replace("</datestamp", "</o:datestamp")
        .replace("<setSpec", "<o:setSpec")
        .replace("</setSpec", "</o:setSpec");
    let prefixed =
        format!("<o:x xmlns:o=\"http://www.openarchives.org/OAI/2.0/\">{prefixed}</o:x>");
    assert!(only(&prefixed).is_ok());
    let foreign =
        list(paper).replace("http://www.openarchives.org/OAI/2.0/", "http://example.org/");
    assert!(only(&foreign).is_ok(), "an arXivRaw alone is enough");
    let foreign = foreign.replace("http://arxiv.org/OAI/arXivRaw/\"", "http://example.org/\"");
    assert_eq!(papers(&foreign)[0].as_ref().unwrap_err(), &FeedError::Empty);
}
