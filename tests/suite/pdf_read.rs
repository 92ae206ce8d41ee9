//! Reading, on PDFs of every kind of writer, against pdfinfo and the source.

use pith::pdf::Pdf;

use crate::pdf_files::{ENGINES, TITLE, paper};

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
