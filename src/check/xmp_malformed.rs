//! xmp-malformed

use super::{Check, Finding, Level, Need, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "xmp-malformed",
    level: Level::Error,
    summary: "the XMP packet cannot be read",
    looks_at: "Every metadata stream that the Catalog names: it must decode, and be well-formed XML without \
               a document type declaration.",
    why: "Readers skip a packet that they cannot parse, and with it the proof, the title and everything else \
          in it.",
    remedy: "Find the program that wrote it (often two packages write metadata) and make the PDF again. \
             `pith inject --force` replaces the packet with a new one.",
    needs: &[Need::Packet],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    // Several packets in one stream are a finding of metadata-duplicate.
    let unreadable = subject.reading.unreadable.iter().filter(|packet| !packet.is_several());
    unreadable
        .map(|packet| CHECK.finding(packet.error.to_string()).at(Place::of_packet(packet.object)))
        .collect()
}
