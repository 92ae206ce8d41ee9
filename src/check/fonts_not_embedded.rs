//! fonts-not-embedded

use super::{Check, Finding, Level, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "fonts-not-embedded",
    level: Level::Warning,
    summary: "a font is not in the PDF",
    looks_at: "The fonts that the first 50 pages name, also those in their figures. That of arXiv's own stamp is \
               passed over.",
    why: "Every reader sees another font in its place, with letters or formulas that are wrong or missing. \
          Publishers refuse such files, and PDF/A forbids them.",
    remedy: "Find the figure that the font comes from (`pdffonts paper.pdf` lists them by page with -f and -l) and \
             export it with its fonts: pdf.fonttype 42 in Matplotlib, cairo_pdf or embedFonts in R. Ghostscript \
             embeds what a finished file lacks: `gs -o OUT.pdf -sDEVICE=pdfwrite -dEmbedAllFonts=true IN.pdf`. It \
             drops the number and the proof: `pith inject OUT.pdf ID --in-place` puts them back.",
    needs: &[],
    run: Run::Pdf(run),
};

/// The name under which arXiv's stamp uses Times, which it does not put into the file.
const OF_STAMP: &str = "arXivStAmP";

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let fonts = subject.pdf.missing_fonts();
    let fonts = fonts.iter().filter(|font| font.resource != OF_STAMP);
    let findings = fonts.map(|font| {
        let object = font.object.map(|object| object.to_string());
        let place = Place { part: "page", page: Some(font.page), object, ..Place::default() };
        CHECK.finding(format!("the font {} is not in the PDF", font.name)).at(place)
    });
    findings.collect()
}
