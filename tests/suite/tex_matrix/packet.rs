//! The packets that other packages write: completed in time, or not touched.

use std::fs;
use std::path::{Path, PathBuf};

use pith::metadata::{self, Key, Reading};
use pith::pdf::Pdf;
use roxmltree::{Document, Node};

use super::paper::{Paper, two_lines};
use super::{release, template};
use crate::pdf_archival;
use crate::records::HETEGEN_SUFFIX;

/// The templates in which pith stands before the packet is written.
const TEMPLATES: [&str; 2] = ["with-pdfx-after", "with-xmpincl"];

#[test]
fn anonymous_in_time_leaves_the_packet_alone() {
    if !super::can_compile() {
        return;
    }
    let folder = release::folder("tex-packet");
    for name in TEMPLATES {
        let lines = format!("\\usepackage[anonymous]{{pith}}\n\\pithnumber{{{HETEGEN_SUFFIX}}}");
        let paper = Paper::write(&folder.join(name), &template(name), &lines);
        assert!(paper.compile("pdflatex"), "{name}: {}", paper.errors());
        let reading = Reading::of(&Pdf::open(&paper.pdf(), None).unwrap());
        assert_eq!(reading.packets.len(), 1, "{name}: the other package's packet");
        assert!(reading.unreadable.is_empty(), "{name}");
        assert!(!reading.stated.iter().any(|stated| stated.key == Key::Number), "{name}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn anonymous_too_late_is_an_error() {
    if !super::can_compile() {
        return;
    }
    let folder = release::folder("tex-packet-late");
    for name in TEMPLATES {
        let lines = two_lines();
        let tex = String::from_utf8(template(name)).unwrap();
        let tex = tex.replace("\\begin{document}", "\\pithsetup{anonymous}\n\\begin{document}");
        let paper = Paper::write(&folder.join(name), tex.as_bytes(), &lines);
        assert!(!paper.compile("pdflatex"), "{name}");
        let text = "holds the number already";
        assert!(paper.errors().contains(text), "{name}: {}", paper.errors());
    }
    fs::remove_dir_all(folder).unwrap();
}

const SCHEMA: &str = "http://www.aiim.org/pdfa/ns/schema#";
const PROPERTY: &str = "http://www.aiim.org/pdfa/ns/property#";

/// The text of a child element.
fn text<'a>(node: Node<'a, '_>, namespace: &str, name: &str) -> &'a str {
    let child = node.children().find(|child| child.has_tag_name((namespace, name)));
    child.and_then(|child| child.text()).unwrap_or_default()
}

/// PDF/A papers of each package, as flavours of veraPDF: the template, what is replaced in it.
const ARCHIVAL: [(&str, &str, &str, &str); 5] = [
    (
        "2b",
        "with-hyperxmp",
        "pdftitle={HeteGen}",
        "pdftitle={HeteGen},pdfapart=2,pdfaconformance=B",
    ),
    ("1b", "with-pdfx-after", "a-2b", "a-1b"),
    ("3u", "with-pdfx-after", "a-2b", "a-3u"),
    ("3b", "with-documentmetadata-only", "A-2b", "A-3b"),
    ("4", "with-documentmetadata-only", "A-2b", "A-4"),
];

/// Each of them by two engines, with `lines` for the two lines.
fn archival(folder: &Path, lines: &str) -> Vec<(&'static str, PathBuf)> {
    let mut papers = Vec::new();
    for (flavour, name, old, new) in ARCHIVAL {
        for engine in ["pdflatex", "lualatex"] {
            let tex = String::from_utf8(template(name)).unwrap();
            assert!(tex.contains(old), "{name}");
            let folder = folder.join(format!("{name}-{flavour}-{engine}"));
            let paper = Paper::write(&folder, tex.replace(old, new).as_bytes(), lines);
            assert!(paper.compile(engine), "{name}, {engine}: {}", paper.errors());
            papers.push((flavour, paper.pdf()));
        }
    }
    papers
}

/// ISO 19005-1, 6.7.8: the packet describes our schema once, in the one bag that it has, with each property.
fn assert_schema(pdf: &Path) {
    let packet = Pdf::open(pdf, None).unwrap().xmp().unwrap().packet.unwrap();
    let packet = String::from_utf8(packet).unwrap();
    let case = format!("{}: {packet}", pdf.display());
    let document = Document::parse(&packet).unwrap();
    let is_bag = |node: &Node<'_, '_>| {
        node.has_tag_name(("http://www.aiim.org/pdfa/ns/extension/", "schemas"))
    };
    assert_eq!(document.descendants().filter(is_bag).count(), 1, "{case}");
    let bag = document.descendants().find(is_bag).unwrap();
    let ours = metadata::SCHEMA.namespace;
    let is_ours = |node: &Node<'_, '_>| text(*node, SCHEMA, "namespaceURI") == ours;
    assert_eq!(bag.descendants().filter(is_ours).count(), 1, "{case}");
    let schema = bag.descendants().find(is_ours).unwrap();
    assert_eq!(text(schema, SCHEMA, "prefix"), metadata::SCHEMA.prefix, "{case}");
    assert_eq!(text(schema, SCHEMA, "schema"), metadata::SCHEMA.title, "{case}");
    let properties = schema.descendants().filter_map(|item| {
        let name = text(item, PROPERTY, "name");
        (!name.is_empty()).then_some((name, text(item, PROPERTY, "description")))
    });
    assert_eq!(properties.collect::<Vec<_>>(), metadata::SCHEMA.properties, "{case}");
}

/// Some of these papers break rules of their own; pith.sty breaks no other.
#[test]
fn a_paper_of_pdfa_stays_one() {
    if !super::can_compile() {
        return;
    }
    let folder = release::folder("tex-archival");
    let (with, without) =
        (archival(&folder.join("with"), &two_lines()), archival(&folder.join("without"), ""));
    for (_, pdf) in &with {
        assert_schema(pdf);
    }
    let Some(broken) = pdf_archival::judge(&with) else { return };
    let expected = pdf_archival::judge(&without).expect("it is there");
    for ((rules, expected), (flavour, pdf)) in broken.iter().zip(&expected).zip(&with) {
        assert_eq!(rules, expected, "{flavour}: {}", pdf.display());
    }
    let sound = expected.iter().filter(|rules| rules.is_empty()).count();
    assert!(sound >= 6, "pdfx and the kernel make sound files: {expected:?}");
    fs::remove_dir_all(folder).unwrap();
}
