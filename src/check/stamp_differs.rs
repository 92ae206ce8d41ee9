//! stamp-differs

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::verify::StepName;

pub(super) const CHECK: Check = Check {
    id: "stamp-differs",
    level: Level::Error,
    summary: "arXiv's stamp names another paper than the record",
    looks_at: "The stamp that arXiv draws up the left edge of page 1, and the source in the record. Another \
               version of the same paper is no difference.",
    why: "arXiv knows which paper it stamped. A proof of another paper was pasted in.",
    remedy: "Take the proof of the paper that the stamp names: `pith inject paper.pdf ID -o OUT.pdf`.",
    needs: &[Need::Page, Need::Proof],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let failures = subject.verdict.failures();
    let of_stamp = failures.filter(|step| step.step == StepName::Stamp);
    of_stamp.map(|step| CHECK.finding(step.detail.clone()).at(Place::PAGE_1)).collect()
}
