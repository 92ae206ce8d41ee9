//! pdf-damaged

use super::{Check, Finding, Level, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "pdf-damaged",
    level: Level::Warning,
    summary: "the PDF is damaged, and was read by repairing it",
    looks_at: "The header, the cross-reference sections and trailers, and whether page 1 can be interpreted.",
    why: "Viewers repair such files silently, each in its own way. Repositories may refuse them, and nothing \
          can be appended to some of them.",
    remedy: "Make the PDF again. If that cannot be, `qpdf IN.pdf OUT.pdf` writes a repaired copy.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let damage = subject.pdf.damage().into_iter().map(|damage| {
        let object = damage.object.map(|object| object.to_string());
        let place = Place { part: "file", object, ..Place::default() };
        CHECK.finding(damage.what).at(place)
    });
    let page = subject.page.as_ref().err();
    let page = page.map(|error| CHECK.finding(format!("page 1 {error}")).at(Place::PAGE_1));
    damage.chain(page).collect()
}
