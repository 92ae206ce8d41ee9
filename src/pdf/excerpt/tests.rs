//! Nothing may be read otherwise because an excerpt is all that hayro-syntax is told. `PITH_PDFS=/usr/share cargo test
//! excerpt` compares other PDFs too.

use std::path::Path;

use super::super::{Pdf, PdfError, corpus, map};

/// Everything that can be asked of a file.
fn everything(pdf: &Pdf) -> Vec<String> {
    let packets = pdf.metadata_streams().into_iter();
    let mut said: Vec<_> = packets
        .map(|stream| format!("{} {:?}", stream.object, stream.packet.map_err(|e| e.to_string())))
        .collect();
    said.push(format!("{:?}", pdf.info().map_err(|error| error.to_string())));
    said.push(format!("{:?}", pdf.first_page().map_err(|error| error.to_string())));
    said.push(format!("{} {} pages", pdf.version(), pdf.page_count()));
    said.push(format!("{:?} {:?}", pdf.signatures(), pdf.signature_list()));
    said.push(format!("{:?} {:?}", pdf.scripts(), pdf.missing_fonts()));
    said.push(format!("{:?} {}", pdf.damage(), pdf.has_output_intents()));
    said
}

/// A file as it is read where all that lists `large` objects is large; an error where it cannot be read.
fn open(path: &Path, large: u64) -> Result<Pdf, PdfError> {
    let source = map::open(path)?;
    let glance = map::Glance::mapped(path)?;
    Pdf::load_at_leisure(source.data(), glance, None, large)
}

#[test]
fn an_excerpt_says_the_same() {
    let (mut excerpts, mut different) = (0, Vec::new());
    for path in corpus::paths() {
        let Ok(whole) = open(&path, u64::MAX) else { continue };
        let part = open(&path, 0).unwrap();
        excerpts += usize::from(part.continued.is_some());
        let (whole, part) = (everything(&whole), everything(&part));
        let differ = whole.iter().zip(&part).find(|(whole, part)| whole != part);
        different.extend(differ.map(|(a, b)| format!("{}:\n  {a}\n  {b}", path.display())));
    }
    println!("{excerpts} excerpts, {} different", different.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(excerpts > 20, "only {excerpts} excerpts");
}
