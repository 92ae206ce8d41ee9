//! pdf-signed

use super::{Check, Finding, Level, Place, Run, Subject};
use crate::pdf::{Signature, SignatureKind};

pub(super) const CHECK: Check = Check {
    id: "pdf-signed",
    level: Level::Note,
    summary: "the PDF is signed",
    looks_at: "The signature fields of the form: who is said to have signed, whether it is an approval, a \
               certification or a time stamp, and how much of the file it covers. Whether a signature is valid is \
               for other programs to say (`pdfsig paper.pdf`).",
    why: "arXiv and many publishers write a PDF anew, which ends its signatures. `pith inject` appends, which \
          keeps them valid, but a certification that allows no changes forbids that too.",
    remedy: "Nothing, if it is meant to be signed. Inject the number before you sign; submit the unsigned file \
             where the repository stamps it.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let length = subject.pdf.bytes().len() as u64;
    let signatures = subject.pdf.signature_list();
    signatures.iter().map(|signature| finding(signature, length)).collect()
}

fn finding(signature: &Signature, length: u64) -> Finding {
    let (what, allowed) = match signature.kind {
        SignatureKind::Approval => ("signed", ""),
        SignatureKind::Timestamp => ("time-stamped", ""),
        SignatureKind::Certification(1) => ("certified", ", and no change is allowed"),
        SignatureKind::Certification(2) => ("certified", ", and only forms may be filled in"),
        SignatureKind::Certification(_) => {
            ("certified", ", and only forms and annotations may change")
        }
    };
    let by = match &signature.signer {
        Some(name) => format!(" by \"{name}\""),
        None if signature.kind == SignatureKind::Timestamp => String::new(),
        None => " (the name is in its certificate only)".to_owned(),
    };
    let covers = match signature.end {
        Some(end) if end == length => "; it covers the whole file".to_owned(),
        Some(end) if end < length => {
            format!("; it covers the first {end} of {length} bytes: the rest was appended later")
        }
        _ => "; what it covers cannot be told".to_owned(),
    };
    let object = signature.object.map(|object| object.to_string());
    let place = Place { part: "form", object, ..Place::default() };
    let finding = CHECK.finding(format!("the PDF is {what}{by}{allowed}{covers}")).at(place);
    match &signature.field {
        Some(field) => finding.found(format!("the field {field}")),
        None => finding,
    }
}
