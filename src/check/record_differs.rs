//! record-differs

use super::{Check, Finding, Level, Need, Place, Run, Subject};
use crate::binding;
use crate::metadata::Key;
use crate::record::{Proof, Record, text_digest};

pub(super) const CHECK: Check = Check {
    id: "record-differs",
    level: Level::Error,
    summary: "the PDF and the registered record differ",
    looks_at: "The proof in the PDF beside the record of the same number from the sources that are given with \
               --mirror or PITH_MIRROR, or beside the record that is pinned in pith.json. Without any of them \
               the check is not run.",
    why: "A proof that verifies may still be one that its registry does not have. A number that no registry \
          knows leads readers nowhere.",
    remedy: "Write the proof anew from the registered record: `pith sty ID` and compile, or `pith inject`. If \
             the registry does not know the number, ask for it with `pith resolve ID`.",
    needs: &[Need::Number, Need::Record],
    run: Run::Pdf(run),
};

/// What a receipt says. A record may be signed anew, and stays the same record.
const RECEIPT: [Key; 3] = [Key::KeyId, Key::Signature, Key::SignedAt];

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(number) = subject.number() else {
        return Vec::new();
    };
    let registered = subject.registered.as_ref();
    if let Some(registered) = registered.filter(|registered| registered.record.is_none()) {
        let message = format!("{} has no record of this number", registered.name);
        return vec![CHECK.finding(message).found(number.to_string())];
    }
    let registered = registered.and_then(|it| Some((it.name.as_str(), it.record.as_ref()?)));
    let same = |(_, record): &(&str, &Record)| super::number_of(record) == number.suffix;
    // A record of another number is a finding of number-disagrees.
    let Some((name, record)) = registered.or(subject.pinned).filter(same) else {
        return Vec::new();
    };
    let (Some(carried), Some(theirs)) = (binding::proof(&subject.reading), record.proof()) else {
        return Vec::new();
    };
    let mut differences = Vec::new();
    for (key, found, expected) in pairs(&carried, &theirs) {
        // What is left out on one side is no contradiction.
        let is_same =
            found == expected || (key == Key::Title && text_digest(found) == text_digest(expected));
        if is_same || found.is_empty() || expected.is_empty() {
            continue;
        }
        let message = format!("pith:{} is not what {name} has", key.name());
        let stated = subject.reading.values(key).next();
        let mut finding = CHECK.finding(message).found(found).expected(expected);
        finding.place = stated.map(|stated| Place::from(stated.place));
        if RECEIPT.contains(&key) {
            finding.level = Level::Note;
        }
        differences.push(finding);
    }
    differences
}

fn pairs<'a>(carried: &'a Proof, theirs: &'a Proof) -> [(Key, &'a str, &'a str); 7] {
    [
        (Key::Title, &carried.title, &theirs.title),
        (Key::Source, &carried.source, &theirs.source),
        (Key::Sha256, &carried.sha256, &theirs.sha256),
        (Key::Record, &carried.record, &theirs.record),
        (Key::KeyId, &carried.key_id, &theirs.key_id),
        (Key::Signature, &carried.signature, &theirs.signature),
        (Key::SignedAt, &carried.signed_at, &theirs.signed_at),
    ]
    .map(|(key, found, expected)| (key, found.as_str(), expected.as_str()))
}
