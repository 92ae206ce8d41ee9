//! pith.sty under LaTeXML, which makes arXiv's HTML: the badge under the title as a link, and the keys.
//!
//! Each paper is converted twice, with pith.sty alone (read because of `--includestyles`) and with its binding
//! beside it. The result must be the same.

use std::fs;

use pith::record::Record;
use roxmltree::{Document, Node, ParsingOptions};

use crate::records::{HETEGEN, HETEGEN_SUFFIX};
use crate::tools;

const NUMBER: &str = r"\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}";
const FULL: &str = "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD";
const TITLE: &str = "Heterogeneous Parallel Inference";

/// What differs from paper to paper.
#[derive(Clone, Copy, Default)]
struct Case<'a> {
    /// The class; article if empty.
    class: &'a str,
    class_options: &'a str,
    /// Lines before pith.sty.
    before: &'a str,
    options: &'a str,
    /// Lines after pith.sty.
    number: &'a str,
    /// The end of the text.
    body: &'a str,
    /// pith.sty as CTAN has it, without a record block.
    bare: bool,
}

impl Case<'_> {
    fn tex(&self, package: bool) -> String {
        let Self { class_options, before, options, number, body, .. } = self;
        let class = if self.class.is_empty() { "article" } else { self.class };
        let lines = if package {
            format!("\\usepackage[{options}]{{pith}}\n{number}\n")
        } else {
            String::new()
        };
        format!(
            "\\documentclass[{class_options}]{{{class}}}\n{before}\n{lines}\
             \\title{{{TITLE}}}\n\\author{{The authors}}\n\\begin{{document}}\n\\maketitle\n\
             \\begin{{abstract}}A short text.\\end{{abstract}}\n\\section{{One}}\nThe body. {body}\n\\end{{document}}\n"
        )
    }
}

/// The page as XHTML, and the last line that latexml prints: its status.
struct Page {
    xhtml: String,
    status: String,
}

fn convert(tex: &str, sty: &str, binding: bool) -> Page {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tex"), tex).unwrap();
    fs::write(folder.path().join("pith.sty"), sty).unwrap();
    let mut arguments = vec!["--dest=main.xml", "main.tex"];
    if binding {
        let text = include_str!("../../tex/pith.sty.ltxml");
        fs::write(folder.path().join("pith.sty.ltxml"), text).unwrap();
    } else {
        arguments.insert(0, "--includestyles");
    }
    let output = tools::output(folder.path(), "latexml", &arguments);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}");
    let status = log.lines().find(|line| line.contains("Conversion complete"));
    // Without the time it took.
    let status = status.unwrap_or_else(|| panic!("no status in {log}"));
    let status = status.split(" (reqd.").next().unwrap().to_owned();
    let arguments = ["--format=xhtml", "--nodefaultresources", "--dest=main.xhtml", "main.xml"];
    tools::run(folder.path(), "latexmlpost", &arguments);
    let xhtml = fs::read_to_string(folder.path().join("main.xhtml")).unwrap();
    Page { xhtml, status }
}

impl Page {
    fn parse(&self) -> Document<'_> {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        Document::parse_with_options(&self.xhtml, options).unwrap()
    }
}

/// The text of a node, blanks as one.
fn text(node: Node) -> String {
    // `text` of an element is that of its first child, so only text nodes count.
    let parts = node.descendants().filter(Node::is_text).filter_map(|node| node.text());
    parts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn by_class<'a>(page: &'a Document, class: &str) -> Vec<Node<'a, 'a>> {
    let has = |node: &Node| {
        node.attribute("class").is_some_and(|value| value.split(' ').any(|word| word == class))
    };
    page.descendants().filter(has).collect()
}

/// The links to the record, with their text.
fn links(page: &Document) -> Vec<(String, String)> {
    page.descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/1999/xhtml", "a")))
        .filter_map(|node| Some((node.attribute("href")?.to_owned(), text(node))))
        .filter(|(href, _)| href.contains("pith.science"))
        .collect()
}

fn sty(bare: bool) -> String {
    if bare {
        return pith::sty::PACKAGE.into();
    }
    pith::sty::render(&Record::from_slice(HETEGEN.as_bytes()).unwrap()).unwrap()
}

/// Both ways of reading pith.sty; `None` where LaTeXML is missing.
fn pages(case: Case) -> Option<[Page; 2]> {
    if !["latexml", "latexmlpost"].iter().all(|tool| tools::require(tool)) {
        return None;
    }
    let (tex, sty) = (case.tex(true), sty(case.bare));
    Some([false, true].map(|binding| convert(&tex, &sty, binding)))
}

fn url() -> String {
    format!("https://pith.science/pith/{HETEGEN_SUFFIX}")
}

/// The badge stands between title and author, is a link, and nothing else on the page changes.
fn shown(case: Case) {
    let Some(pages) = pages(case) else { return };
    let plain = convert(&case.tex(false), "", true);
    let plain_text = text(plain.parse().root_element());
    for page in pages {
        assert_eq!(page.status, plain.status, "no new warning");
        let document = page.parse();
        let title = by_class(&document, "ltx_title_document")[0];
        assert_eq!(text(title), TITLE);
        let badges = by_class(&document, "ltx_subtitle");
        assert_eq!(badges.len(), 1);
        assert_eq!(text(badges[0]), format!("Pith Number {FULL}"));
        let next = title.next_sibling_element();
        assert_eq!(next.map(|node| node.id()), Some(badges[0].id()), "right after the title");
        assert_eq!(links(&document), [(url(), format!("Pith Number {FULL}"))]);

        let head = document.descendants().find(|node| node.tag_name().name() == "head").unwrap();
        assert!(text(head).contains(TITLE));
        let metadata = &page.xhtml[head.range()];
        assert!(!metadata.to_lowercase().contains("pith"), "no part of the page's own data");
        let own = text(document.root_element()).replace(&format!("Pith Number {FULL}"), "");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let is_date = |word: &String| word.contains(':');
        let own: Vec<_> = words(&own).into_iter().filter(|word| !is_date(word)).collect();
        let plain: Vec<_> = words(&plain_text).into_iter().filter(|word| !is_date(word)).collect();
        assert_eq!(own, plain, "the paper's own words");
    }
}

/// What stands on the page about the number: links, and the badge's text under the title.
fn badge(case: Case) -> Option<(Vec<(String, String)>, Vec<String>)> {
    let [raw, bound] = pages(case)?;
    let read = |page: &Page| {
        let document = page.parse();
        let badges = by_class(&document, "ltx_subtitle").into_iter().map(text).collect();
        (links(&document), badges)
    };
    assert!(raw.status.contains("No obvious problems"), "{}", raw.status);
    assert_eq!(raw.status, bound.status);
    assert_eq!(read(&raw), read(&bound), "with and without the binding");
    Some(read(&raw))
}

/// The text under the title, which has no link.
fn unlinked(case: Case, expected: &str) {
    let Some((links, badges)) = badge(case) else { return };
    assert!(links.is_empty(), "{links:?}");
    assert_eq!(badges, [expected]);
}

/// Neither the name nor the number nor the address is anywhere on the page.
fn hidden(case: Case) {
    let Some(pages) = pages(case) else { return };
    for page in pages {
        let page = page.xhtml.to_lowercase();
        assert!(!page.contains("pith") && !page.contains(&HETEGEN_SUFFIX.to_lowercase()));
    }
}

#[test]
fn article_has_the_badge_in_html() {
    shown(Case { number: NUMBER, ..Case::default() });
}

#[test]
fn article_with_hyperref_has_the_badge_in_html() {
    shown(Case { before: r"\usepackage{hyperref}", number: NUMBER, ..Case::default() });
}

#[test]
fn revtex_has_the_badge_in_html() {
    shown(Case { class: "revtex4-2", class_options: "aps,prl", number: NUMBER, ..Case::default() });
}

#[test]
fn acmart_has_the_badge_in_html() {
    shown(Case { class: "acmart", class_options: "sigconf", number: NUMBER, ..Case::default() });
}

#[test]
fn html_takes_the_number_from_the_record_block() {
    shown(Case::default());
}

#[test]
fn html_brings_a_pasted_number_into_shape() {
    let number = r"\pithnumber[link=false]{ pith:2024:wkfoj2ecv52kujr3scibsq4gyd }";
    let expected = format!("Pith Number {FULL}");
    unlinked(Case { number, bare: true, ..Case::default() }, &expected);
    let number = r"\pithnumber[year=2024]{pith:wkfoj2ecv52kujr3scibsq4gyd}";
    unlinked(Case { number, bare: true, options: "link=false", ..Case::default() }, &expected);
}

#[test]
fn html_obeys_style_and_prefix() {
    let number = r"\pithsetup{link=false, style=short}";
    unlinked(Case { number, ..Case::default() }, "pith:WKFOJ2EC");
    let number = r"\pithsetup{link=false, style=box, prefix={One, two}}";
    unlinked(Case { number, ..Case::default() }, &format!("One, two {FULL}"));
    unlinked(Case { options: "link=false,prefix=", ..Case::default() }, FULL);
}

#[test]
fn html_prints_the_badge_where_it_is_asked_for() {
    let case = Case { options: "position=manual", body: r"See \pithbadge.", ..Case::default() };
    let Some((links, badges)) = badge(case) else { return };
    assert_eq!(links, [(url(), format!("Pith Number {FULL}"))]);
    assert!(badges.is_empty(), "{badges:?}");
}

/// Without a colour package the key is an error in the PDF; here it is passed over.
#[test]
fn html_obeys_color() {
    for before in ["", r"\usepackage{xcolor}"] {
        let Some(pages) = pages(Case { before, options: "color=red", ..Case::default() }) else {
            return;
        };
        for page in pages {
            assert!(page.status.contains("No obvious problems"), "{}", page.status);
            assert_eq!(page.xhtml.contains("#FF0000"), !before.is_empty());
        }
    }
}

#[test]
fn html_of_a_blind_paper_says_nothing() {
    hidden(Case { options: "anonymous", ..Case::default() });
    hidden(Case { class_options: "anonymous", number: NUMBER, ..Case::default() });
    hidden(Case { class: "acmart", class_options: "review", number: NUMBER, ..Case::default() });
}

#[test]
fn html_of_a_paper_without_a_number_is_the_paper() {
    hidden(Case { bare: true, ..Case::default() });
}

#[test]
fn an_explicit_key_decides_in_html() {
    let case = Case { class_options: "anonymous", options: "anonymous=false", ..Case::default() };
    let Some((links, _)) = badge(case) else { return };
    assert_eq!(links.len(), 1);
}
