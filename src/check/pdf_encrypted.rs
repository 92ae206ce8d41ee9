//! pdf-encrypted

use crate::pdf::Encryption;

use super::{Check, Finding, Level, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "pdf-encrypted",
    level: Level::Warning,
    summary: "the PDF is encrypted",
    looks_at: "The /Encrypt entry of the trailer. A file that opens with a password only is an error.",
    why: "Repositories and publishers refuse encrypted files, since they cannot stamp or index them.",
    remedy: "Save the PDF without security settings, or remove them: `qpdf --decrypt IN.pdf OUT.pdf`.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    match subject.pdf.encryption() {
        Some(Encryption::OwnerPassword) => {
            vec![CHECK.finding("the PDF is encrypted (it opens without a password)")]
        }
        Some(Encryption::UserPassword) => vec![locked()],
        None => Vec::new(),
    }
}

/// The finding for a file that could not be opened without a password.
pub(super) fn locked() -> Finding {
    let message = "the PDF is encrypted, and opens with a password only";
    Finding { level: Level::Error, ..CHECK.finding(message) }
}
