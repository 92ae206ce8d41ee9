//! proof-invalid

use super::{Check, Finding, Level, Need, Run, Subject};
use crate::verify::StepName;

pub(super) const CHECK: Check = Check {
    id: "proof-invalid",
    level: Level::Error,
    summary: "the proof in the PDF does not verify",
    looks_at: "The record in pith:Record: its digest, the number that follows from it, its source and title, and the \
               Ed25519 signature of a known key over it.",
    why: "A proof that does not verify was damaged or forged. It is worse than none.",
    remedy: "Fetch the record again and write it anew: `pith sty ID` and compile, or `pith inject`. If the \
             signature is by a registry of your own, give its key with --trust.",
    needs: &[Need::Proof],
    run: Run::Pdf(run),
};

const STEPS: [StepName; 6] = [
    StepName::Schema,
    StepName::Number,
    StepName::Digest,
    StepName::Source,
    StepName::Title,
    StepName::Receipt,
];

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let failures = subject.verdict.failures().filter(|step| STEPS.contains(&step.step));
    failures
        .map(|step| {
            CHECK.finding(format!("the proof fails at the step {}: {}", step.step, step.detail))
        })
        .collect()
}
