//! pdf-damaged

use super::{Check, Finding, Level, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "pdf-damaged",
    level: Level::Warning,
    summary: "the PDF is damaged, and was read by repairing it",
    looks_at: "The header, the cross-reference sections and trailers, whether they lead to the objects (the first \
               2,000), and whether the content of page 1 is whole and can be interpreted.",
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
    let page = match &subject.page {
        Ok(page) => page.damaged.then(|| "the content of page 1 is damaged".to_owned()),
        Err(error) => Some(format!("page 1 {error}")),
    };
    let page = page.map(|what| CHECK.finding(what).at(Place::PAGE_1));
    damage.chain(page).collect()
}
