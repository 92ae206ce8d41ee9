//! Packets as many programs write them (tests/pdf/packets): after a merge exiftool reads every value that it read
//! before, and veraPDF's parser of XMP is as content as before.

use std::fs;
use std::path::{Path, PathBuf};

use pith::check::Subject;
use pith::inject::{InjectError, Note, Options, Output, inject, strip};
use pith::metadata::{PacketError, Reading};
use pith::pdf::Pdf;
use pith::pdf::xmp::XmpError;
use pith::trust::Keyring;
use serde_json::Value;

use crate::pdf_archival::judge;
use crate::pdf_files::{build_after, folder, stream};
use crate::pdf_inject::metadata;
use crate::tools::{self, require};

/// A file of one page with a packet.
fn pdf(packet: &[u8]) -> Vec<u8> {
    let place = "\u{1}".repeat(packet.len());
    let body = stream("/Type/Metadata/Subtype/XML", &place);
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>"),
        (5, body.as_str()),
    ];
    let mut bytes = build_after(b"%PDF-1.7\n", &objects, "/Root 1 0 R/ID[<00><00>]");
    let start = bytes.iter().position(|byte| *byte == 1).unwrap();
    bytes[start..start + packet.len()].copy_from_slice(packet);
    bytes
}

/// The packets of tests/pdf/packets, each as it is, in UTF-16 where it says so, and without what stands around its rdf:RDF.
pub fn packets() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pdf/packets");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut packets = Vec::new();
    for path in names {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let bare =
            text[text.find("<rdf:RDF").unwrap()..].split_inclusive("</rdf:RDF>").next().unwrap();
        packets.push((format!("{name}-bare"), bare.as_bytes().to_vec()));
        if text.contains('\u{feff}') {
            let units = || text.encode_utf16();
            packets
                .push((format!("{name}-utf-16be"), units().flat_map(u16::to_be_bytes).collect()));
            packets
                .push((format!("{name}-utf-16le"), units().flat_map(u16::to_le_bytes).collect()));
        }
        packets.push((name, text.into_bytes()));
    }
    assert!(packets.len() > 40);
    packets
}

/// 5 MB of what an editor did with a file.
fn history() -> Vec<u8> {
    let event = "<rdf:li stEvt:action=\"saved\" stEvt:instanceID=\"xmp.iid:00000000\" stEvt:when=\"2025-01-02T03:04:05+01:00\" \
                 stEvt:softwareAgent=\"An editor\" stEvt:changed=\"/\"/>\n";
    let events = event.repeat((5 << 20) / event.len() + 1);
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\" \
         xmlns:stEvt=\"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#\" xmpMM:DocumentID=\"xmp.did:1\">\
         <xmpMM:History><rdf:Seq>{events}</rdf:Seq></xmpMM:History></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

/// What exiftool reads of the packets of files, in their order.
fn values(folder: &Path, paths: &[PathBuf]) -> Vec<Value> {
    let mut arguments = vec!["-j", "-G1", "-struct", "-b", "-XMP:all"];
    arguments.extend(paths.iter().map(|path| path.to_str().unwrap()));
    match serde_json::from_str(&tools::run(folder, "exiftool", &arguments)).unwrap() {
        Value::Array(values) => values,
        other => panic!("{other}"),
    }
}

/// The items of a property that may be simple.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// Every value from before is there, and ours are.
fn assert_merged(name: &str, before: &Value, after: &Value) {
    const CHANGED: [&str; 4] =
        ["SourceFile", "XMP-xmp:MetadataDate", "XMP-xmp:Identifier", "XMP-pdfaExtension:Schemas"];
    for (tag, value) in before.as_object().unwrap() {
        if !CHANGED.contains(&tag.as_str()) {
            assert_eq!(&after[tag], value, "{name}: {tag}");
        }
    }
    let number = Value::from(metadata().number);
    let identifiers = items(&after["XMP-xmp:Identifier"]);
    assert_eq!(identifiers.iter().filter(|item| ***item == number).count(), 1, "{name}");
    for old in items(&before["XMP-xmp:Identifier"]) {
        let ours = old.as_str().is_none_or(|old| old.starts_with("pith:") || old.is_empty());
        assert!(ours || identifiers.contains(&old), "{name}: {old}");
    }
    let schemas = "XMP-pdfaExtension:Schemas";
    let (old, new) = (items(&before[schemas]), items(&after[schemas]));
    assert!(old.iter().all(|schema| new.contains(schema)), "{name}");
    let dates = [&before["XMP-xmp:MetadataDate"], &after["XMP-xmp:MetadataDate"]];
    assert_eq!(dates[0].is_null(), dates[1].is_null(), "{name}");
    assert!(dates[0].is_null() || dates[0] != dates[1], "{name}");
    assert_eq!(after["XMP-pith:Record"], metadata().proof.unwrap().record, "{name}");
    assert_eq!(after["XMP-pith:Number"], number, "{name}");
}

#[test]
fn packets_of_every_program_are_merged_into() {
    let folder = folder("packets");
    let (mut names, mut inputs, mut outputs) = (Vec::new(), Vec::new(), Vec::new());
    for (name, packet) in packets() {
        let input = folder.join(format!("{name}.pdf"));
        let bytes = pdf(&packet);
        fs::write(&input, &bytes).unwrap();
        let out = folder.join(format!("{name}.out.pdf"));
        inject(&input, Output::Path(&out), &metadata(), &Options::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            Reading::of(&Pdf::open(&out, None).unwrap()).metadata(),
            Some(metadata()),
            "{name}"
        );
        let once = fs::read(&out).unwrap();
        let report = inject(&out, Output::InPlace, &metadata(), &Options::default()).unwrap();
        assert_eq!(report.notes, [Note::Current], "{name}");
        assert_eq!(fs::read(&out).unwrap(), once, "{name}");
        let bare = folder.join("bare.pdf");
        strip(&out, Output::Path(&bare), &Options::default()).unwrap();
        if name.starts_with("identifier-attribute") {
            // The input stated a number itself, and no longer does.
            assert!(Reading::of(&Pdf::open(&bare, None).unwrap()).stated.is_empty(), "{name}");
        } else {
            assert_eq!(fs::read(&bare).unwrap(), bytes, "{name}: strip gives the bytes back");
        }
        names.push(name);
        inputs.push(input);
        outputs.push(out);
    }
    if require("exiftool") {
        let (before, after) = (values(&folder, &inputs), values(&folder, &outputs));
        for ((name, before), after) in names.iter().zip(&before).zip(&after) {
            assert!(before.as_object().unwrap().len() > 1, "{name}: exiftool reads nothing");
            assert_merged(name, before, after);
        }
    }
    let files =
        |paths: &[PathBuf]| paths.iter().map(|path| ("2b", path.clone())).collect::<Vec<_>>();
    let Some(before) = judge(&files(&inputs)) else { return };
    let after = judge(&files(&outputs)).unwrap();
    for ((name, before), after) in names.iter().zip(before).zip(after) {
        // A file that claims no part of PDF/A gets no description of our namespace.
        let claims =
            ["pdfx", "libreoffice", "document-metadata"].iter().any(|kind| name.starts_with(kind));
        let allowed = |rule: &str| !claims && rule.starts_with("6.6.2.3.1-");
        let new: Vec<_> =
            after.iter().filter(|rule| !before.contains(rule) && !allowed(rule)).collect();
        assert!(new.is_empty(), "{name}: {new:?}");
    }
}

#[test]
fn five_megabytes_of_history_stay() {
    let folder = folder("history");
    let (input, out) = (folder.join("in.pdf"), folder.join("out.pdf"));
    let bytes = pdf(&history());
    fs::write(&input, &bytes).unwrap();
    inject(&input, Output::Path(&out), &metadata(), &Options::default()).unwrap();
    assert_eq!(Reading::of(&Pdf::open(&out, None).unwrap()).metadata(), Some(metadata()));
    let packet = |path: &Path| {
        let packet = Pdf::open(path, None).unwrap().xmp().unwrap().packet.unwrap();
        String::from_utf8(packet).unwrap()
    };
    let (old, new) = (packet(&input), packet(&out));
    let (head, tail) = old.split_at(old.find("</rdf:RDF>").unwrap());
    assert!(new.starts_with(head) && new.ends_with(tail));
    strip(&out, Output::InPlace, &Options::default()).unwrap();
    assert!(fs::read(&out).unwrap() == bytes);
}

/// Two writers, one behind the other, in one stream.
#[test]
fn two_packets_in_a_stream_are_told() {
    let folder = folder("two-packets");
    let path = folder.join("two.pdf");
    let rdf = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>";
    let packet =
        format!("<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>{rdf}<?xpacket end=\"w\"?>");
    fs::write(&path, pdf(packet.repeat(2).as_bytes())).unwrap();
    let read = Pdf::open(&path, None).unwrap();
    let findings = Subject::new(&read, &Keyring::pinned(), None).check();
    let checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert!(checks.contains(&"metadata-duplicate"), "{checks:?}");
    assert!(!checks.contains(&"xmp-malformed"), "{checks:?}");
    let error = inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("more than one XMP packet"), "{error}");
    let force = Options { force: true, ..Options::default() };
    inject(&path, Output::InPlace, &metadata(), &force).unwrap();
    assert_eq!(Reading::of(&Pdf::open(&path, None).unwrap()).metadata(), Some(metadata()));
}

#[test]
fn entities_are_refused_before_they_are_expanded() {
    let folder = folder("entities");
    let path = folder.join("entities.pdf");
    let rdf = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\">&z;</rdf:Description></rdf:RDF>";
    let bomb: String = ('b'..='z')
        .zip('a'..)
        .map(|(name, of)| format!("<!ENTITY {name} \"{}\">", format!("&{of};").repeat(10)))
        .collect();
    let external = "<!ENTITY z SYSTEM \"file:///etc/passwd\">".to_owned();
    for declared in [format!("<!ENTITY a \"a\">{bomb}"), external] {
        let packet = format!("<!DOCTYPE r [{declared}]>{rdf}");
        fs::write(&path, pdf(packet.as_bytes())).unwrap();
        let error = inject(&path, Output::InPlace, &metadata(), &Options::default()).unwrap_err();
        let refused =
            matches!(error, InjectError::Packet { error: PacketError::Xml(XmpError::Doctype), .. });
        assert!(refused, "{error}");
        assert_eq!(fs::read(&path).unwrap(), pdf(packet.as_bytes()));
    }
}
