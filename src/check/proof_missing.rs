//! proof-missing

use super::{Check, Finding, Level, Run, Subject};
use crate::metadata::Key;

pub(super) const CHECK: Check = Check {
    id: "proof-missing",
    level: Level::Warning,
    summary: "the PDF states a number, but does not carry the proof",
    looks_at: "The XMP properties pith:Source, pith:SHA256, pith:Record, pith:KeyID, pith:Signature and \
               pith:SignedAt.",
    why: "With the record and its signature the PDF verifies by itself, offline, for as long as it exists. \
          With the number alone, a reader depends on the registry.",
    remedy: "Use the pith.sty that `pith sty ID` writes, with the record in it, instead of the bare package; \
             or run `pith inject paper.pdf ID -o OUT.pdf`.",
    needs: &[],
    run: Run::Pdf(run),
};

const PROOF: [Key; 6] =
    [Key::Source, Key::Sha256, Key::Record, Key::KeyId, Key::Signature, Key::SignedAt];

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let missing: Vec<_> = PROOF
        .into_iter()
        .filter(|key| subject.reading.values(*key).all(|stated| stated.value.is_empty()))
        .map(|key| format!("pith:{}", key.name()))
        .collect();
    if !subject.states_number() || missing.is_empty() {
        return Vec::new();
    }
    let finding = if missing.len() == PROOF.len() {
        CHECK.finding(CHECK.summary)
    } else {
        CHECK.finding(format!("the proof is incomplete: {} missing", missing.join(", ")))
    };
    vec![finding]
}
