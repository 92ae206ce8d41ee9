//! Badges of a paper with a hostile title, read by the programs that people use.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use pith::badge::{Badge, Format, Style, proofs_in};
use pith::escape;
use pith::record::Record;
use pith::trust::Keyring;
use pith::verify::{Status, verify};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::records;
use crate::tools::require;

const HOSTILE: &str = "100% of $x_1$ & #2 {a} } ~b^c \\input{d} \\end{document} <script>mark()</script> \
    \"><img src=x onerror=mark()> '--> ]]> [e](f) **g** `h` |i| {{j}} <<k>> :l: @m http://n.invalid/ \
    \u{202e}rtl\u{202c} \0\u{7}\x1b[31m\u{9b}31m o\u{200b}p\u{feff} \u{2028}\r\n\r\nq % r\n@misc{s, t} \
    caf\u{e9} \u{1f600}\u{fe0f} \u{1f1e8}\u{1f1ed}";

/// The badge of the first seed under another title, signed by a key of the tests.
fn badge(title: &str) -> (Badge, Keyring) {
    let (record, trust) = records::signed(title);
    let mut keys = Keyring::pinned();
    keys.add_json(trust.as_bytes(), "keys.json").unwrap();
    let record = Record::from_slice(record.as_bytes()).unwrap();
    let verdict = verify(&record, None, &keys);
    assert_eq!(verdict.status(), Status::Verified, "{verdict:?}");
    (Badge::new(&record, &verdict).unwrap(), keys)
}

fn assert_reads_back(text: &str, keys: &Keyring) {
    let proofs = proofs_in(text.as_bytes()).unwrap();
    assert_eq!(proofs.len(), 1);
    assert_eq!(proofs[0].disagreements(), Vec::<&pith::badge::Shown>::new());
    assert_eq!(verify(&proofs[0].record, None, keys).status(), Status::Verified);
}

#[test]
fn a_hostile_title_leaves_no_control_characters() {
    let (badge, _) = badge(HOSTILE);
    for format in Format::ALL {
        for style in Style::ALL {
            let text = badge.render(format, style);
            assert!(text.lines().all(|line| escape::line(line) == line), "{format}: {text:?}");
        }
    }
}

#[test]
fn a_hostile_title_is_text_in_svg() {
    let (hostile, keys) = badge(HOSTILE);
    let (tame, _) = badge("A Title");
    for style in Style::ALL {
        let [hostile, tame] = [&hostile, &tame].map(|badge| badge.render(Format::Svg, style));
        let [hostile_xml, tame_xml] =
            [&hostile, &tame].map(|svg| roxmltree::Document::parse(svg).unwrap());
        let names = |document: &roxmltree::Document<'_>| -> Vec<String> {
            let elements = document.descendants().filter(roxmltree::Node::is_element);
            elements.map(|node| node.tag_name().name().to_owned()).collect()
        };
        assert_eq!(names(&hostile_xml), names(&tame_xml));
        let title = hostile_xml
            .descendants()
            .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title")));
        let title = title.unwrap().text().unwrap();
        assert!(title.ends_with(&escape::line(HOSTILE)), "{title}");
        assert_reads_back(&hostile, &keys);
    }
}

/// The snippet stands in a page whose own script reports what a browser made of it.
#[test]
fn a_hostile_title_is_text_in_a_browser() {
    if !require("chromium") {
        return;
    }
    let (badge, keys) = badge(HOSTILE);
    for style in Style::ALL {
        let html = badge.render(Format::Html, style);
        assert_reads_back(&html, &keys);
        let svg = badge.render(Format::Svg, style);
        let page = format!(
            "<!doctype html><meta charset=utf-8><script>let marked = 0; function mark() {{ marked += 1 }}</script>\
             <div id=html>{html}</div><div id=svg>{svg}</div>\
             <pre id=report></pre><script>onload = () => {{\
             const all = id => [...document.querySelectorAll(`#${{id}} *`)];\
             const link = document.querySelector('#html a');\
             report.textContent = encodeURIComponent(JSON.stringify({{ marked,\
               html: all('html').map(e => e.localName), svg: all('svg').map(e => e.localName),\
               title: link.title, href: link.href, text: link.innerText,\
               height: link.getBoundingClientRect().height,\
               picture: document.querySelector('#svg svg').getBoundingClientRect().width,\
               article: JSON.parse(document.querySelector('#html script').textContent),\
               tooltip: document.querySelector('#svg title').textContent }})) }}</script>"
        );
        assert_reads_back_in_page(&page, &keys);
        let report = browse(&page);
        assert_eq!(report["marked"], 0);
        assert_eq!(report["html"], json!(["a", "span", "span", "script"]));
        assert_eq!(report["title"], escape::line(HOSTILE));
        assert_eq!(report["href"], badge.url());
        assert_eq!(report["height"], 20);
        let code = &badge.number().short()[5..];
        let words: Vec<_> = report["text"].as_str().unwrap().split_whitespace().collect();
        assert_eq!(words, ["pith", code, "verified"]);
        assert_eq!(report["article"]["name"], HOSTILE);
        assert_eq!(report["article"]["@type"], "ScholarlyArticle");
        assert!(report["tooltip"].as_str().unwrap().ends_with(&escape::line(HOSTILE)));
        let elements = report["svg"].as_array().unwrap();
        assert!(!elements.iter().any(|name| name == "script" || name == "img"), "{elements:?}");
    }
}

fn assert_reads_back_in_page(page: &str, keys: &Keyring) {
    let proofs = proofs_in(page.as_bytes()).unwrap();
    assert_eq!(proofs.len(), 2);
    for proof in proofs {
        assert_eq!(proof.disagreements().len(), 0);
        assert_eq!(verify(&proof.record, None, keys).status(), Status::Verified);
    }
}

/// What the page wrote into its report.
fn browse(page: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, page).unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--no-first-run", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(&file)
        .output()
        .unwrap();
    let dom = String::from_utf8(output.stdout).unwrap();
    let report = dom.split_once("<pre id=\"report\">").and_then(|(_, rest)| rest.split_once('<'));
    let encoded = report.unwrap_or_else(|| panic!("no report in {dom}")).0;
    serde_json::from_slice(&percent_decode(encoded)).unwrap()
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(b) = bytes.next() {
        decoded.push(if b == b'%' {
            let digits: String = bytes.by_ref().take(2).map(char::from).collect();
            u8::from_str_radix(&digits, 16).unwrap()
        } else {
            b
        });
    }
    decoded
}

/// The title in the document, the badge's lines in the preamble, its entry in the bibliography.
#[test]
fn a_hostile_title_compiles_in_every_engine() {
    let (badge, _) = badge(HOSTILE);
    let lines = badge.render(Format::Latex, Style::Flat);
    assert!(lines.contains("\n\\usepackage{pith}\n\\pithnumber{"), "{lines}");
    let lines =
        lines.replace("\\usepackage{pith}", "\\newcommand\\pithnumber[1]{\\def\\suffix{#1}}");
    let title = escape::tex(HOSTILE);
    let code = &badge.number().short()[5..];
    let document = format!(
        "\\documentclass{{article}}\n{lines}\\title{{{title}}}\\date{{}}\n\\begin{{document}}\\maketitle\n\
         \\section{{{title}}}\\suffix\\ \\cite{{pith{code}}}\n\
         \\bibliographystyle{{plain}}\\bibliography{{badge}}\n\\end{{document}}\n"
    );
    for engine in ["pdflatex", "xelatex", "lualatex"] {
        if !(require(engine) && require("bibtex") && require("pdftotext")) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.tex"), &document).unwrap();
        fs::write(folder.path().join("badge.bib"), badge.render(Format::Bibtex, Style::Flat))
            .unwrap();
        let latex = [engine, "-interaction=nonstopmode", "-halt-on-error", "main.tex"];
        for command in [&latex[..], &["bibtex", "main"], &latex, &["pdftotext", "main.pdf"]] {
            run(folder.path(), command);
        }
        let text = fs::read_to_string(folder.path().join("main.txt")).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "100% of $x",
            "\\input{d}",
            "<script>mark()</script>",
            "[U+1F600]",
            badge.number().suffix.as_str(),
        ] {
            let found = text.replace(' ', "").contains(&part.replace(' ', ""));
            assert!(found, "{engine}: {part} is not in {text}");
        }
    }
}

fn run(folder: &Path, command: &[&str]) {
    let output = Command::new(command[0])
        .args(&command[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {log}");
}

#[test]
fn a_hostile_title_stays_a_links_title_in_markdown() {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let (badge, _) = badge(HOSTILE);
    let source = badge.render(Format::Markdown, Style::Flat);
    let events: Vec<_> = Parser::new_ext(&source, Options::all()).collect();
    let [
        Event::Start(Tag::Paragraph),
        Event::Start(Tag::Link { dest_url, title, .. }),
        Event::Text(text),
        Event::End(TagEnd::Link),
        Event::End(TagEnd::Paragraph),
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(**dest_url, badge.url());
    assert_eq!(**title, escape::line(HOSTILE));
    assert_eq!(**text, format!("{} verified", badge.number().short()));
}

/// In these the title is a comment: one line, of which the markup reads nothing.
#[test]
fn a_hostile_title_stays_a_comment_in_rst_and_asciidoc() {
    let (badge, _) = badge(HOSTILE);
    let (title, short, url) = (escape::line(HOSTILE), badge.number().short(), badge.url());
    let rst = badge.render(Format::Rst, Style::Flat);
    assert_eq!(rst, format!("..\n   {title}\n\n`{short} verified <{url}>`__\n"));
    let asciidoc = badge.render(Format::Asciidoc, Style::Flat);
    assert_eq!(asciidoc, format!("// {title}\nlink:{url}[{short} verified]\n"));
}

#[test]
fn a_hostile_title_is_itself_in_json() {
    let (badge, keys) = badge(HOSTILE);
    let json: Value = serde_json::from_str(&badge.render(Format::Json, Style::Flat)).unwrap();
    assert_eq!(json["title"], HOSTILE);
    assert_eq!(json["verified"], true);
    let proof = Record::from_slice(json["proof"].to_string().as_bytes()).unwrap();
    assert_eq!(verify(&proof, None, &keys).status(), Status::Verified);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_title_leaves_the_proof_readable(title in any::<String>()) {
        let (badge, keys) = badge(&title);
        for style in Style::ALL {
            let svg = badge.render(Format::Svg, style);
            roxmltree::Document::parse(&svg).unwrap();
            assert_reads_back(&svg, &keys);
            assert_reads_back(&badge.render(Format::Html, style), &keys);
        }
    }
}
