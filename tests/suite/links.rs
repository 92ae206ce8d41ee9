//! Links in prose lead somewhere: to a file that is there, and to a heading in it.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const TOP: &str = env!("CARGO_MANIFEST_DIR");
/// Folders that hold prose, each looked through without the folders in it.
const FOLDERS: [&str; 9] = [
    "",
    "docs",
    "docs/how-to",
    "examples/spark",
    "templates",
    "tex",
    "tests",
    "tests/cmd",
    "tests/tex",
];

/// What a page links to, images too, and the anchors that it has.
#[derive(Debug, Default)]
struct Page {
    links: Vec<String>,
    anchors: Vec<String>,
}

fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let text = heading.take().unwrap_or_default();
                let anchor = anchor(&text, &page.anchors);
                page.anchors.push(anchor);
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => (),
        }
    }
    page
}

/// The anchor of a heading, by the rule that code hosts and mdBook share; a second one of a page gets a number.
fn anchor(heading: &str, taken: &[String]) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
    let anchor = anchor.to_lowercase();
    let names = std::iter::once(anchor.clone()).chain((1..).map(|n| format!("{anchor}-{n}")));
    names.into_iter().find(|name| !taken.contains(name)).expect("there is always a next number")
}

/// `path` without `.` and `..`, so that it can be looked up.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = out.pop(),
            Component::CurDir => (),
            part => out.push(part),
        }
    }
    out
}

/// All pages, by their path in the repository.
fn pages() -> HashMap<PathBuf, Page> {
    let mut pages = HashMap::new();
    for folder in FOLDERS {
        for entry in std::fs::read_dir(Path::new(TOP).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = std::fs::read_to_string(&path).unwrap();
                pages.insert(path.strip_prefix(TOP).unwrap().to_owned(), read(&text));
            }
        }
    }
    pages
}

/// What is wrong with `link` on the page `from`.
fn fault(link: &str, from: &Path, pages: &HashMap<PathBuf, Page>) -> Option<&'static str> {
    if link.starts_with("https://") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, a)| (path, Some(a)));
    let target = match path {
        "" => from.to_owned(),
        path => clean(&from.parent().unwrap().join(path)),
    };
    if !Path::new(TOP).join(&target).exists() {
        return Some("is not there");
    }
    // The site is made of docs/ alone.
    if from.starts_with("docs") && !target.starts_with("docs") {
        return Some("is not in docs/; name the path without a link");
    }
    let anchor = anchor?;
    match pages.get(&target) {
        Some(page) if page.anchors.iter().any(|known| known == anchor) => None,
        _ => Some("has no such heading"),
    }
}

#[test]
fn links_lead_to_files_and_headings() {
    let pages = pages();
    let mut wrong = Vec::new();
    for (from, page) in &pages {
        for link in &page.links {
            if let Some(fault) = fault(link, from, &pages) {
                wrong.push(format!("{}: {link} {fault}", from.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let pages = pages();
    let from = Path::new("docs/how-to/offline.md");
    let fault = |link: &str| fault(link, from, &pages);
    assert_eq!(fault("https://pith.science"), None);
    assert_eq!(fault("../checks.md#title-differs"), None);
    assert_eq!(fault("../checks.md#title"), Some("has no such heading"));
    assert_eq!(fault("checks.md"), Some("is not there"));
    assert!(fault("../../README.md").unwrap().starts_with("is not in docs/"));
    let text = "# `pith add`: a b\n## Two\n## Two\n[a](b.md#c) ![d](e.png)\n[f]\n\n[f]: g.md\n";
    let page = read(text);
    assert_eq!(page.anchors, ["pith-add-a-b", "two", "two-1"]);
    assert_eq!(page.links, ["b.md#c", "e.png", "g.md"]);
}
