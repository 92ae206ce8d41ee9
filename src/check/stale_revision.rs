//! stale-revision

use super::{Check, Finding, Level, Place, Run, Subject};
use crate::id::PithNumber;
use crate::metadata::{Key, Reading};

pub(super) const CHECK: Check = Check {
    id: "stale-revision",
    level: Level::Warning,
    summary: "an earlier revision in the file names another number",
    looks_at: "The numbers in Info and XMP of the file as it was before each change that was appended to it (the \
               last 32; the first page of a linearized file counts as none). Also an earlier number where the file \
               states none any more.",
    why: "Changes to a PDF are appended, and what they replace stays in the file for everyone to read: a number \
          of another paper, or one that was taken out for blind review.",
    remedy: "Compile the paper anew, or write the file anew in one piece: `qpdf IN.pdf OUT.pdf`. Signatures do \
             not survive that.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let now = subject.number();
    let mut seen = Vec::new();
    let mut findings = Vec::new();
    for revision in subject.pdf.revisions() {
        let reading = Reading::of(&revision);
        for stated in reading.values(Key::Number) {
            let Ok(number) = stated.value.parse::<PithNumber>() else { continue };
            let is_other = now.is_none_or(|now| now.suffix != number.suffix);
            if !is_other || seen.contains(&number.suffix) {
                continue;
            }
            seen.push(number.suffix);
            let message = match now {
                Some(_) => CHECK.summary,
                None => "an earlier revision in the file still states a number",
            };
            let length = revision.bytes().len();
            let finding = CHECK.finding(format!("{message} (its first {length} bytes)"));
            let mut finding = finding.found(&stated.value).at(Place::from(stated.place));
            finding.expected = now.map(|now| now.to_string());
            findings.push(finding);
        }
    }
    findings
}
