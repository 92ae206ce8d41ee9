//! metadata-duplicate

use super::{Check, Finding, Level, Need, Place, Run, Subject};

pub(super) const CHECK: Check = Check {
    id: "metadata-duplicate",
    level: Level::Error,
    summary: "there is more than one XMP packet",
    looks_at: "The /Metadata keys of the Catalog, and the packets in the stream that it names. One is allowed.",
    why: "Each reader takes another of them, so half of the metadata is lost for half of the readers.",
    remedy: "Two packages write XMP, for instance hyperxmp and an old pith.sty. Update pith.sty, which steps \
             aside for the other, or run `pith inject`, which leaves one (two in one stream it replaces with --force).",
    needs: &[Need::Packet],
    run: Run::Pdf(run),
};

fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let packets = &subject.reading.packets;
    let streams = (packets.len() > 1).then(|| {
        let objects: Vec<_> = packets.iter().map(ToString::to_string).collect();
        let place = Place { part: "Catalog", ..Place::default() };
        let finding = CHECK.finding("the Catalog names more than one metadata stream");
        finding.found(format!("objects {}", objects.join(", "))).at(place)
    });
    let several = subject.reading.unreadable.iter().filter(|packet| packet.is_several());
    let within = several
        .map(|packet| CHECK.finding(packet.error.to_string()).at(Place::of_packet(packet.object)));
    streams.into_iter().chain(within).collect()
}
