//! output-intent

use super::{Check, Finding, Level, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "output-intent",
    level: Level::Note,
    summary: "the PDF has an output intent, and arXiv does not stamp such a file",
    looks_at: "The /OutputIntents entry of the Catalog, which files for print and PDF/A files have.",
    why: "arXiv leaves its stamp off such a PDF, so the stamp does not bind it to its paper.",
    remedy: "For arXiv, submit sources, or a PDF without an output intent (leave pdfx or \\DocumentMetadata's \
             standard out). For an archive that wants PDF/A, keep it.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    if !subject.pdf.has_output_intents() {
        return Vec::new();
    }
    let place = Place { part: "Catalog", ..Place::default() };
    vec![CHECK.finding(CHECK.summary).at(place)]
}
