//! What holds of any bytes. The fuzz targets beside this file look for bytes of which it does not, and so does
//! tests/suite/fuzz.rs on a stable compiler.

use pith::check::Subject;
use pith::metadata::{IDENTIFIER_PREFIX, Key, Reading, SCHEMA};
use pith::pdf::append::{Changes, plan};
use pith::pdf::xmp::{Change, Packet, Property, new_packet};
use pith::pdf::{Pdf, PdfError};
use pith::trust::Keyring;

const NUMBER: &str = "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD";
const RECORD: &str = "{\"a\":\"<&>]]>\",\"b\":\"\u{f6}\"}";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const PDFA_EXTENSION: &str = "http://www.aiim.org/pdfa/ns/extension/";

fn change<'a>() -> Change<'a> {
    Change {
        schema: &SCHEMA,
        properties: vec![(Key::Number.name(), NUMBER), (Key::Record.name(), RECORD)],
        identifier: Some(NUMBER),
        identifier_prefix: IDENTIFIER_PREFIX,
        date: Some("2026-01-02T03:04:05Z"),
    }
}

/// A PDF opens, or the error has words; all that can be read of it can be asked for.
pub fn opens_or_refuses(bytes: &[u8]) {
    match Pdf::from_bytes(bytes.to_vec(), None) {
        Ok(pdf) => {
            let _ = (pdf.damage(), pdf.info(), pdf.signature_list(), pdf.version());
            let _ = (Reading::of(&pdf), pdf.first_page(), pdf.is_linearized());
            let _ = (pdf.scripts(), pdf.missing_fonts(), pdf.has_output_intents());
            assert!(pdf.revisions().count() <= 32);
            if let Some(length) = pdf.own_section() {
                assert!(length < bytes.len() as u64);
            }
        }
        Err(error) => {
            use pith::error::Remedy;
            assert!(!error.to_string().is_empty() && error.remedy().is_some());
        }
    }
}

/// What is appended leaves the old bytes as they are, reads back, and is no worse than what it is appended to.
pub fn append_keeps_prefix(bytes: &[u8]) {
    let Ok(pdf) = Pdf::from_bytes(bytes.to_vec(), None) else { return };
    let merged = match pdf.xmp() {
        Some(stream) => match stream.packet.map(|packet| Packet::parse(&packet)) {
            Ok(Ok(packet)) => packet.with(&change()),
            _ => return,
        },
        None => new_packet(&change()),
    };
    let Ok(packet) = merged else { return };
    let info = vec![("PithNumber".to_owned(), Some(NUMBER.to_owned()))];
    let Ok(Some(section)) = plan(&pdf, &Changes { info, packet: Some(packet.clone()) }) else {
        return;
    };
    assert_eq!(section.start, bytes.len() as u64);
    let new = [bytes, &section.bytes].concat();
    let after = match Pdf::from_bytes(new, None) {
        Ok(after) => after,
        // Longer than the time or the memory that the old one just fitted into.
        Err(PdfError::TooLarge { .. }) => return,
        Err(error) => panic!("the outcome does not open: {error}"),
    };
    assert!(after.bytes().starts_with(bytes));
    assert_eq!(after.page_count(), pdf.page_count());
    assert!(after.damage().len() <= pdf.damage().len(), "{:?} {:?}", after.damage(), pdf.damage());
    assert_eq!(after.xmp().expect("a packet").packet.expect("it reads"), packet);
    let stated = after.info().expect("an Info dictionary");
    let stated: Vec<_> = stated.iter().filter(|entry| entry.key == "PithNumber").collect();
    assert!(stated.len() == 1 && stated[0].value == NUMBER, "{stated:?}");
    assert_eq!(after.own_section(), Some(bytes.len() as u64));
}

/// What is not ours: its name and its values.
fn foreign(packet: &Packet) -> Vec<(String, String, Vec<String>)> {
    let shared = |property: &Property| {
        &*property.namespace == SCHEMA.namespace
            || (&*property.namespace == XMP
                && ["Identifier", "MetadataDate"].contains(&&*property.name))
            || (&*property.namespace == PDFA_EXTENSION && property.name == "schemas")
    };
    let properties = packet.properties().iter().filter(|property| !shared(property)).cloned();
    properties.map(|p| (p.namespace.to_string(), p.name, p.values)).collect()
}

/// A merge keeps every value of others, in order, and has ours once; a second one changes nothing, and ours go again.
pub fn xmp_merge_keeps_values(bytes: &[u8]) {
    let Ok(packet) = Packet::parse(bytes) else { return };
    let old = foreign(&packet);
    let Ok(merged) = packet.with(&change()) else { return };
    let merged = Packet::parse(&merged).expect("it parses");
    assert_eq!(foreign(&merged), old);
    let ours = |packet: &Packet, key: Key| -> Vec<Vec<String>> {
        let properties = packet.properties().iter();
        let ours = properties.filter(|p| &*p.namespace == SCHEMA.namespace && p.name == key.name());
        ours.map(|property| property.values.clone()).collect()
    };
    assert_eq!(ours(&merged, Key::Number), [[NUMBER]]);
    assert_eq!(ours(&merged, Key::Record), [[RECORD]]);
    let once = merged.with(&change()).expect("a second merge");
    let twice = Packet::parse(&once).expect("it parses").with(&change()).expect("a third merge");
    assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
    let removal = Change { properties: Vec::new(), identifier: None, ..change() };
    let bare = Packet::parse(&merged.with(&removal).expect("a removal")).expect("it parses");
    assert_eq!(foreign(&bare), old);
    assert!(bare.properties().iter().all(|property| &*property.namespace != SCHEMA.namespace));
}

/// Every check runs to its end, and what it says fits on a terminal's line.
pub fn check_never_panics(bytes: &[u8]) {
    let Ok(pdf) = Pdf::from_bytes(bytes.to_vec(), None) else { return };
    let subject = Subject::new(&pdf, &Keyring::pinned(), None);
    for finding in subject.check() {
        assert!(!format!("{finding:?}").is_empty());
    }
}
