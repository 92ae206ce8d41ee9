//! The keys of pith.sty: each does what the manual says, and the same as an option of the package, in \pithsetup and in
//! \pithnumber.

use std::fs;
use std::path::Path;

use pith::metadata::{Key, Place, Reading};
use pith::pdf::Pdf;

use crate::records::HETEGEN_SUFFIX;
use crate::tools;

const STY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tex/pith.sty");

/// What a reader and a program find in a PDF.
#[derive(Debug, PartialEq)]
struct Seen {
    /// The words of page 1 with their lower edge in points, in the order of the page.
    words: Vec<(String, i32)>,
    /// Address, width and height of each link, in points.
    links: Vec<(String, i32, i32)>,
    /// Place, key and value of the metadata.
    metadata: Vec<(&'static str, &'static str, String)>,
    /// Whether page 1 paints in red.
    red: bool,
}

impl Seen {
    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|(found, _)| found == word)
    }

    /// Where a word stands, in points over the foot of the page.
    fn height_of(&self, word: &str) -> i32 {
        let found = self.words.iter().find(|(found, _)| found == word);
        found.unwrap_or_else(|| panic!("no {word:?} in {:?}", self.words)).1
    }

    fn value(&self, place: &str, key: &str) -> Option<&str> {
        let found = self.metadata.iter().find(|(p, k, _)| (*p, *k) == (place, key));
        found.map(|(_, _, value)| value.as_str())
    }
}

/// Compiles a paper without a complaint; `packages` stand before pith, `body` at the beginning of the text.
fn compile(packages: &str, options: &str, setup: &str, keys: &str, body: &str) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(STY, folder.path().join("pith.sty")).unwrap();
    let tex = format!(
        "\\documentclass{{article}}\n{packages}\\usepackage[{options}]{{pith}}\n\\pithsetup{{{setup}}}\n\
         \\pithnumber[{keys}]{{{HETEGEN_SUFFIX}}}\n\\title{{Topmost}}\\author{{Somebody}}\\date{{}}\n\
         \\begin{{document}}\n\\maketitle\n{body}Bottommost.\n\\end{{document}}\n"
    );
    fs::write(folder.path().join("main.tex"), tex).unwrap();
    let flags = ["-interaction=nonstopmode", "-halt-on-error", "main.tex"];
    // In article the place is right in the first run; \pithbadge is known to the second.
    for _ in 0..=usize::from(body.contains("\\pithbadge")) {
        tools::run(folder.path(), "pdflatex", &flags);
    }
    let log = fs::read(folder.path().join("main.log")).unwrap();
    for line in String::from_utf8_lossy(&log).lines() {
        let is_warning = line.contains("Warning") || line.starts_with("Overfull");
        assert!(!is_warning, "{options}{setup}{keys}: {line}");
    }
    see(folder.path())
}

fn see(folder: &Path) -> Seen {
    let pdf = Pdf::open(&folder.join("main.pdf"), None).unwrap();
    assert_eq!(pdf.page_count(), 1);
    let page = pdf.first_page().unwrap();
    let round = |length: f32| length.round() as i32;
    let words = page.words.iter().map(|word| (word.text.clone(), round(word.rect.y0 as f32)));
    let links = page.links.iter().map(|link| {
        let rect = link.rect;
        (link.uri.clone(), round((rect.x1 - rect.x0) as f32), round((rect.y1 - rect.y0) as f32))
    });
    let reading = Reading::of(&pdf);
    let keys = [(Key::Number, "Number"), (Key::Url, "URL"), (Key::Source, "Source")];
    let metadata = keys.iter().flat_map(|(key, name)| {
        reading.values(*key).map(move |stated| {
            let place = match stated.place {
                Place::Info { .. } => "Info",
                Place::Xmp { .. } => "XMP",
                Place::Identifier { .. } => "Identifier",
            };
            (place, *name, stated.value.clone())
        })
    });
    let content =
        tools::run(folder, "qpdf", &["--qdf", "--no-original-object-ids", "main.pdf", "-"]);
    Seen {
        words: words.collect(),
        links: links.collect(),
        metadata: metadata.collect(),
        red: content.contains("1 0 0 rg"),
    }
}

/// The paper with `keys` as options of the package.
fn with(packages: &str, keys: &str, body: &str) -> Option<Seen> {
    let here = ["pdflatex", "qpdf"].iter().all(|tool| tools::require(tool));
    here.then(|| compile(packages, keys, "", "", body))
}

const FULL: &str = "pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD";
const URL: &str = "https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD";

#[test]
fn without_a_key() {
    let Some(seen) = with("", "", "") else { return };
    let [title, badge, author] = ["Topmost", FULL, "Somebody"].map(|word| seen.height_of(word));
    assert!(title > badge && badge > author, "{seen:?}");
    assert!(seen.has("Pith") && seen.has("Number") && !seen.red, "{seen:?}");
    assert_eq!(seen.links.iter().map(|link| &*link.0).collect::<Vec<_>>(), [URL]);
    assert_eq!(seen.value("Info", "Number"), Some(FULL));
    assert_eq!(seen.value("XMP", "Number"), Some(FULL));
    assert_eq!(seen.value("XMP", "Source"), None);
}

#[test]
fn position_title_is_the_default() {
    let (Some(seen), Some(without)) = (with("", "position=title", ""), with("", "", "")) else {
        return;
    };
    assert_eq!(seen, without);
}

#[test]
fn position_page_is_the_foot() {
    let Some(seen) = with("", "position=page", "") else { return };
    assert!((10..40).contains(&seen.height_of(FULL)), "{seen:?}");
    assert!(seen.height_of("Bottommost.") > 400, "{seen:?}");
    assert_eq!(seen.links.len(), 1);
}

#[test]
fn position_manual_is_where_the_command_stands() {
    let Some(nowhere) = with("", "position=manual", "") else { return };
    assert!(!nowhere.has(FULL) && nowhere.links.is_empty(), "{nowhere:?}");
    assert_eq!(nowhere.value("Info", "Number"), Some(FULL), "the metadata stay");
    let body = "Before.\\par\\pithbadge\\par ";
    for position in ["position=manual", "position=title", "position=page"] {
        let Some(seen) = with("", position, body) else { return };
        let [before, badge, after] =
            ["Before.", FULL, "Bottommost."].map(|word| seen.height_of(word));
        assert!(before > badge && badge > after, "{position}: {seen:?}");
        let badges = seen.words.iter().filter(|(word, _)| word == FULL).count();
        assert_eq!((badges, seen.links.len()), (1, 1), "{position}: one badge only");
    }
}

#[test]
fn style_box_has_a_frame_around_the_same_words() {
    let (Some(boxed), Some(text)) = (with("", "style=box", ""), with("", "style=text", "")) else {
        return;
    };
    assert!(boxed.has("Pith") && boxed.has("Number") && boxed.has(FULL), "{boxed:?}");
    let (frame, line) = (&boxed.links[0], &text.links[0]);
    assert!(frame.1 >= line.1 + 10 && frame.2 >= line.2 + 3, "{frame:?} around {line:?}");
}

#[test]
fn style_short_shows_eight_characters_and_links_to_all() {
    let Some(seen) = with("", "style=short", "") else { return };
    assert!(seen.has("pith:WKFOJ2EC") && !seen.has(FULL) && !seen.has("Pith"), "{seen:?}");
    assert_eq!(seen.links[0].0, URL);
    assert_eq!(seen.value("Info", "Number"), Some(FULL));
}

#[test]
fn color_paints_the_badge() {
    for package in ["\\usepackage{xcolor}\n", "\\usepackage{color}\n"] {
        let (Some(seen), Some(plain)) = (with(package, "color=red", ""), with(package, "", ""))
        else {
            return;
        };
        assert!(seen.red && !plain.red, "{package}");
        assert_eq!(seen.words, plain.words, "a colour moves nothing");
    }
}

#[test]
fn prefix_stands_before_the_number() {
    for (given, words) in [
        ("prefix=Record", &["Record"][..]),
        ("prefix=The Record of", &["The", "Record", "of"]),
        ("prefix={One, two}", &["One,", "two"]),
        ("prefix=", &[]),
        ("prefix={}", &[]),
    ] {
        let Some(seen) = with("", given, "") else { return };
        let words: Vec<_> = words.iter().copied().chain([FULL]).collect();
        let height = seen.height_of(FULL);
        let line = seen.words.iter().filter(|(_, at)| (at - height).abs() <= 3);
        let line: Vec<_> = line.map(|(word, _)| word.as_str()).collect();
        assert_eq!(line, words, "{given}");
    }
}

#[test]
fn link_false_leaves_the_text() {
    let (Some(seen), Some(linked)) = (with("", "link=false", ""), with("", "link=true", "")) else {
        return;
    };
    assert_eq!((seen.links.len(), linked.links.len()), (0, 1));
    assert_eq!(seen.words, linked.words);
    assert_eq!(seen.metadata, linked.metadata);
}

#[test]
fn metadata_false_leaves_the_badge() {
    let (Some(seen), Some(with)) = (with("", "metadata=false", ""), with("", "metadata=true", ""))
    else {
        return;
    };
    assert_eq!((seen.metadata.len(), with.metadata.is_empty()), (0, false));
    assert_eq!((&seen.words, &seen.links), (&with.words, &with.links));
}

#[test]
fn year_is_part_of_the_full_form() {
    let Some(seen) = with("", "year=2024", "") else { return };
    let number = format!("pith:2024:{HETEGEN_SUFFIX}");
    assert!(seen.has(&number) && !seen.has(FULL), "{seen:?}");
    for place in ["Info", "XMP", "Identifier"] {
        assert_eq!(seen.value(place, "Number"), Some(&*number), "{place}");
    }
    assert_eq!(seen.links[0].0, URL);
}

#[test]
fn source_goes_into_the_metadata() {
    for (given, stated) in [
        ("source=2403.01164v1", "arXiv:2403.01164v1"),
        ("source=arXiv:2403.01164v1", "arXiv:2403.01164v1"),
        ("source=hep-th/9807195v2", "arXiv:hep-th/9807195v2"),
    ] {
        let Some(seen) = with("", given, "") else { return };
        assert_eq!(seen.value("XMP", "Source"), Some(stated), "{given}");
    }
}

/// Keys add up, and the later one of two holds.
#[test]
fn the_later_key_holds() {
    let Some(once) = with("", "prefix=One,year=2024", "") else { return };
    assert!(once.has("One") && once.has(&format!("pith:2024:{HETEGEN_SUFFIX}")), "{once:?}");
    let seen = compile("", "style=box,prefix=One,year=2024", "style=short", "style=text", "");
    assert_eq!(seen, once);
}

/// The same keys by the three ways; together the lines have every key but `anonymous`.
#[test]
fn the_three_ways_agree() {
    for keys in [
        "position=page,style=box,color=red,prefix=The Record of,year=2024,source=2403.01164v1",
        "position=manual,style=short,metadata=false",
        "position=title,style=text,link=false,prefix={One, two}",
    ] {
        let packages = "\\usepackage{xcolor}\n";
        let body = if keys.contains("manual") { "\\pithbadge\\par " } else { "" };
        let Some(as_option) = with(packages, keys, body) else { return };
        assert_ne!(as_option, compile(packages, "", "", "", ""), "{keys}");
        assert_eq!(as_option, compile(packages, "", keys, "", body), "\\pithsetup: {keys}");
        assert_eq!(as_option, compile(packages, "", "", keys, body), "\\pithnumber: {keys}");
    }
}

/// In a line that is too narrow the badge leaves out the prefix, then shortens the number; a frame stays.
#[test]
fn a_narrow_line_has_a_shorter_badge() {
    for style in ["text", "box"] {
        let mut heights = Vec::new();
        for (width, word, has_prefix) in
            [(240, FULL, true), (150, FULL, false), (80, "pith:WKFOJ2EC", false)]
        {
            let body = format!(
                "\\noindent\\begin{{minipage}}{{{width}pt}}\\pithbadge\\end{{minipage}}\\par "
            );
            let Some(seen) = with("", &format!("style={style}"), &body) else { return };
            assert!(seen.has(word), "{style}, {width}pt: {seen:?}");
            assert_eq!(seen.has("Pith"), has_prefix, "{style}, {width}pt");
            assert!(seen.links[0].1 <= width, "{style}, {width}pt: {:?}", seen.links);
            heights.push(seen.links[0].2);
        }
        let framed = heights.iter().all(|height| *height >= 13);
        assert_eq!(framed, style == "box", "{style}: {heights:?}");
    }
}
