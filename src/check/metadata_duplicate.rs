//! metadata-duplicate

use super::{Check, Finding, Level, Need, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "metadata-duplicate",
    level: Level::Error,
    summary: "the Catalog names more than one metadata stream",
    looks_at: "The /Metadata keys of the Catalog. One is allowed.",
    why: "Each reader takes another of them, so half of the metadata is lost for half of the readers.",
    remedy: "Two packages write XMP, for instance hyperxmp and an old pith.sty. Update pith.sty, which steps \
             aside for the other, or run `pith inject`, which leaves one.",
    needs: &[Need::Packet],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let packets = &subject.reading.packets;
    if packets.len() < 2 {
        return Vec::new();
    }
    let objects: Vec<_> = packets.iter().map(ToString::to_string).collect();
    let place = Place { part: "Catalog", ..Place::default() };
    vec![CHECK.finding(CHECK.summary).found(format!("objects {}", objects.join(", "))).at(place)]
}
