//! Reading, on PDFs of every kind of writer, against pdfinfo and the source.

use pith::pdf::{Pdf, Rect, Word};

use crate::pdf_files::{ENGINES, TITLE, bitmap_paper, build, paper, stream};

#[test]
fn a_title_over_three_lines_comes_out_as_its_words() {
    for engine in ENGINES {
        let Some(path) = paper(engine) else { continue };
        let pdf = Pdf::open(&path, None).unwrap();
        let page = pdf.first_page().unwrap();
        let words: Vec<&str> = page.words.iter().map(|word| word.text.as_str()).collect();
        let title: Vec<&str> = TITLE.split(' ').collect();
        assert!(
            words.windows(title.len()).any(|run| run == title),
            "{engine}: {:#?}",
            page.words.iter().take(40).collect::<Vec<_>>()
        );
        // The footnote marks: hayro-font has no character for the names of their glyphs in Computer Modern.
        assert!(page.undecoded <= 4, "{engine}: {}", page.undecoded);
        assert!(pdf.damage().is_empty(), "{engine}: {:?}", pdf.damage());
        assert_eq!(pdf.page_count(), 1);
    }
}

#[test]
fn bitmap_fonts_are_read_by_their_codes() {
    let Some(path) = bitmap_paper() else { return };
    let page = Pdf::open(&path, None).unwrap().first_page().unwrap();
    let text = texts(&page.words).join(" ");
    assert!(text.contains(TITLE), "{text}");
}

/// A page with `content`, set in Times that is not embedded.
fn page(content: &str) -> Pdf {
    let content = stream("", content);
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (
            3,
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/CropBox[10 10 600 780]/Rotate 90/Contents 6 0 R\
             /Resources<</Font<</F 7 0 R>>>>/Annots[8 0 R 9 0 R]>>",
        ),
        (6, content.as_str()),
        (7, "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>"),
        (
            8,
            "<</Type/Annot/Subtype/Link/Rect[100 700 200 712]/Contents(Pith Number)\
             /A<</S/URI/URI(https://pith.science/pith/X)>>>>",
        ),
        (9, "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/Dest[3 0 R/Fit]>>"),
    ];
    Pdf::from_bytes(build(&objects, "/Root 1 0 R"), None).unwrap()
}

fn words(content: &str) -> Vec<Word> {
    page(content).first_page().unwrap().words
}

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

#[test]
fn boxes_rotation_and_links_are_read() {
    let page = page("").first_page().unwrap();
    assert_eq!(page.media_box, Rect { x0: 0.0, y0: 0.0, x1: 612.0, y1: 792.0 });
    assert_eq!(page.crop_box, Rect { x0: 10.0, y0: 10.0, x1: 600.0, y1: 780.0 });
    assert_eq!(page.rotation, 90);
    let [link] = page.links.as_slice() else { panic!("{:?}", page.links) };
    assert_eq!(link.uri, "https://pith.science/pith/X");
    assert_eq!(link.contents.as_deref(), Some("Pith Number"));
    assert_eq!(link.rect, Rect { x0: 100.0, y0: 700.0, x1: 200.0, y1: 712.0 });
}

#[test]
fn a_stamp_on_the_left_edge_is_read() {
    let stamp = "BT /F 20 Tf 0 1 -1 0 32 250 Tm (arXiv:2403.01164v1  [cs.DC]  2 Mar 2024) Tj ET";
    let words = words(&format!("BT /F 10 Tf 100 700 Td (Body text.) Tj ET {stamp}"));
    assert_eq!(
        texts(&words),
        ["Body", "text.", "arXiv:2403.01164v1", "[cs.DC]", "2", "Mar", "2024"]
    );
    let stamp = words[2].rect;
    assert!(
        stamp.x0 > 10.0 && stamp.x1 <= 32.5 && stamp.y0 >= 249.0 && stamp.y1 > 400.0,
        "{stamp:?}"
    );
    assert!(words[2].line_start);
}

#[test]
fn kerning_joins_and_spaces_separate() {
    let set = words(
        "BT /F 10 Tf 100 700 Td [(A)80(V)-20(A)-250(B)-333(C)] TJ 0 -12 Td (D) Tj 30 0 Td (E-) Tj 0 -12 Td (F) Tj ET",
    );
    assert_eq!(texts(&set), ["AVA", "B", "C", "D", "E-", "F"]);
    let lines: Vec<bool> = set.iter().map(|word| word.line_start).collect();
    assert_eq!(lines, [true, false, false, true, false, true]);
    assert!(set[4].hyphen_end);
    assert!((set[0].rect.x0 - 100.0).abs() < 0.01 && (set[0].rect.y0 - 700.0).abs() < 0.01);
    assert!((set[0].size - 10.0).abs() < 0.01);
}

#[test]
fn scripts_and_hidden_text_are_words_of_their_own() {
    let set = words(
        "BT /F 10 Tf 100 700 Td (Title) Tj /F 7 Tf 3.6 Ts (1,2) Tj /F 10 Tf 0 Ts (more) Tj 3 Tr ( hidden) Tj ET",
    );
    assert_eq!(texts(&set), ["Title", "1,2", "more", "hidden"]);
    assert_eq!(set.iter().map(|word| word.script).collect::<Vec<_>>(), [false, true, false, false]);
    assert_eq!(set.iter().map(|word| word.visible).collect::<Vec<_>>(), [true, true, true, false]);
}

#[test]
fn filled_and_stroked_text_counts_once() {
    assert_eq!(
        texts(&words("BT /F 10 Tf 100 700 Td 2 Tr (Outline) Tj 1 Tr ( only) Tj ET")),
        ["Outline", "only"]
    );
}

#[test]
fn text_strings_of_every_encoding_are_read() {
    let info =
        "<</A(caf\\351)/B<FEFF00E9>/C<EFBBBFC3A9>/D(a\\\nb)/Trapped/True/E 4/A(again)/F[1]>>";
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R/Version/1.6>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
        (4, info),
    ];
    let pdf = Pdf::from_bytes(build(&objects, "/Root 1 0 R/Info 4 0 R"), None).unwrap();
    let entries = pdf.info().unwrap();
    let entries: Vec<_> =
        entries.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
    let expected = [
        ("A", "caf\u{e9}"),
        ("B", "\u{e9}"),
        ("C", "\u{e9}"),
        ("D", "ab"),
        ("Trapped", "True"),
        ("E", "4"),
        ("A", "again"),
    ];
    assert_eq!(entries, expected);
    assert_eq!(pdf.version().to_string(), "1.6");
    assert_eq!(pdf.encryption(), None);
}
