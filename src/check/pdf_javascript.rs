//! pdf-javascript

use super::{Check, Finding, Level, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "pdf-javascript",
    level: Level::Warning,
    summary: "the PDF has JavaScript",
    looks_at: "Scripts of the document (on opening, closing, saving, printing), of form fields, and of the pages \
               and annotations of the first 50 pages.",
    why: "A script can change what a viewer shows, so two readers may see two papers. Repositories refuse such \
          files, and PDF/A forbids them.",
    remedy: "Leave out what makes it: the packages animate, media9, insdljs and the form fields of hyperref. \
             Put animations beside the paper as ancillary files.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let scripts = subject.pdf.scripts();
    let findings = scripts.iter().map(|script| {
        let part = if script.page.is_some() { "page" } else { "document" };
        let object = script.object.map(|object| object.to_string());
        let place = Place { part, page: script.page, object, ..Place::default() };
        CHECK.finding(format!("the PDF has JavaScript that runs {}", script.runs)).at(place)
    });
    findings.collect()
}
