//! number-missing

use super::{Check, Finding, Level, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "number-missing",
    level: Level::Error,
    summary: "the PDF states no Pith Number",
    looks_at: "The Info dictionary (/PithNumber) and the XMP packet (pith:Number, xmp:Identifier).",
    why: "Without the number nothing in the PDF says which record it belongs to, and no reader or \
          repository can verify it.",
    remedy: "Compile the paper with pith.sty (`pith sty ID`, then \\usepackage{pith} and \
             \\pithnumber{...}), or put the number into the finished file with \
             `pith inject paper.pdf ID -o OUT.pdf`. If pith.sty is there and the number is not, look \
             for the option anonymous, and for a program that wrote the PDF anew: Ghostscript, pdfunite and printing \
             to a file drop it.",
    needs: &[],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.states_number() { Vec::new() } else { vec![CHECK.finding(CHECK.summary)] }
}
