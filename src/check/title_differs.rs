//! title-differs

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::verify::StepName;

pub(super) const CHECK: Check = Check {
    id: "title-differs",
    level: Level::Error,
    summary: "the title in the record does not stand on page 1",
    looks_at: "The words of page 1: some run of them, in lower case with single spaces, must hash to the \
               title's hash in the record. Titles with formulas or accents count where the PDF's own Title \
               hashes to it; where neither tells, the check stays silent.",
    why: "A genuine proof can be pasted into any PDF. The title binds the two together.",
    remedy: "If this is another paper's proof, take that of this one: `pith add main.tex ID --force`. If it is the \
             right paper and its title was changed since, its number stays right, because a record keeps the title of \
             the version that it was computed from: give the paper that title, or set the level of title-differs to \
             warning, as `pith check --help` shows.",
    needs: &[Need::Page, Need::Proof],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let failures = subject.verdict.failures();
    let of_title = failures.filter(|step| step.step == StepName::TitleOnPage);
    of_title.map(|step| CHECK.finding(step.detail.clone()).at(Place::PAGE_1)).collect()
}
