//! Merging into packets of every form: what was there stays, what is ours is there once.

use pith::metadata::{IDENTIFIER_PREFIX, SCHEMA};
use pith::pdf::xmp::{Change, Packet, Property, XmpError, new_packet};
use proptest::prelude::*;

const NUMBER: &str = "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD";
const RECORD: &str = "{\"a\":\"<&>]]>\",\"b\":'\u{1f600}'}";

const RDF: &str = "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"";

fn change<'a>() -> Change<'a> {
    Change {
        schema: &SCHEMA,
        properties: vec![("Number", NUMBER), ("Record", RECORD)],
        identifier: Some(NUMBER),
        identifier_prefix: IDENTIFIER_PREFIX,
        date: Some("2026-01-02T03:04:05Z"),
    }
}

fn removal<'a>() -> Change<'a> {
    Change { properties: Vec::new(), identifier: None, ..change() }
}

fn values(packet: &[u8], namespace: &str, name: &str) -> Vec<String> {
    let packet = Packet::parse(packet).unwrap();
    let properties = packet.properties().iter();
    let mut found = properties.filter(|p| &*p.namespace == namespace && p.name == name);
    let first = found.next().map(|property| property.values.clone()).unwrap_or_default();
    assert!(found.next().is_none(), "{name} stands twice");
    first
}

fn ours(packet: &[u8]) -> [Vec<String>; 3] {
    let own = |name| values(packet, SCHEMA.namespace, name);
    [own("Number"), own("Record"), values(packet, "http://ns.adobe.com/xap/1.0/", "Identifier")]
}

/// Packets by their kind of writer.
fn packets() -> Vec<(&'static str, String)> {
    let wrap = |body: &str| {
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
             <rdf:RDF {RDF}>{body}</rdf:RDF>\n</x:xmpmeta>\n      \n<?xpacket end=\"w\"?>"
        )
    };
    let old = format!(
        "<rdf:Description rdf:about=\"\" xmlns:pith=\"{}\"><pith:Number>pith:2020:OLD</pith:Number>\
         <pith:Old>x</pith:Old></rdf:Description>",
        SCHEMA.namespace
    );
    vec![
        ("empty", wrap("")),
        ("self-closing", format!("<rdf:RDF {RDF}/>")),
        ("elements", wrap("\n <rdf:Description rdf:about=\"uuid:1\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n  \
            <!-- kept --><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">A &amp; B</rdf:li></rdf:Alt></dc:title>\n \
            </rdf:Description>\n")),
        ("attributes", wrap(&format!("<rdf:Description about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
            xmlns:p=\"{}\" xmp:MetadataDate='2020-01-01' p:Number=\"pith:2020:OLD\" xmp:CreatorTool=\"Word\"/>",
            SCHEMA.namespace))),
        ("ours before", wrap(&old)),
        ("bag", wrap("<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:Identifier>\n<rdf:Bag>\n\
            <rdf:li>doi:10.1/x</rdf:li>\n<rdf:li>pith:2020:OLD</rdf:li>\n<rdf:li>pith:OLDER</rdf:li>\n</rdf:Bag>\n</xmp:Identifier>\
            <xmp:MetadataDate>2020-01-01</xmp:MetadataDate></rdf:Description>")),
        ("bag without ours", wrap("<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:Identifier>\
            <rdf:Bag><rdf:li>doi:10.1/x</rdf:li></rdf:Bag></xmp:Identifier></rdf:Description>")),
        ("other prefixes", "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><r:Description r:about=\"\" \
            xmlns:x=\"http://ns.adobe.com/xap/1.0/\"><x:Identifier><r:Bag/></x:Identifier></r:Description></r:RDF>".to_owned()),
        ("typed", wrap(&format!("<d:Doc rdf:about=\"\" xmlns:d=\"urn:d\" xmlns:p=\"{}\"><p:Number>pith:2020:OLD</p:Number>\
            <d:a>1</d:a></d:Doc>", SCHEMA.namespace))),
        ("unknown namespace", wrap("<rdf:Description xmlns:u=\"urn:u\" u:a=\"1\"><u:b rdf:parseType=\"Resource\"><u:c>2</u:c></u:b>\
            <u:d rdf:resource=\"urn:r\"/></rdf:Description>")),
    ]
}

#[test]
fn a_new_packet_reads_back() {
    let packet = new_packet(&change()).unwrap();
    assert!(packet.starts_with("<?xpacket begin=\"\u{feff}\"".as_bytes()));
    assert!(packet.trim_ascii_end().ends_with(b"<?xpacket end=\"w\"?>"));
    assert!(packet.len() > 2048);
    assert_eq!(
        ours(&packet),
        [vec![NUMBER.to_owned()], vec![RECORD.to_owned()], vec![NUMBER.to_owned()]]
    );
}

#[test]
fn a_merge_keeps_what_was_there() {
    for (name, packet) in packets() {
        let before = Packet::parse(packet.as_bytes()).unwrap();
        let merged = before.with(&change()).unwrap();
        let text = String::from_utf8(merged.clone()).unwrap();
        let [number, record, identifier] = ours(&merged);
        assert_eq!(
            (number, record),
            (vec![NUMBER.to_owned()], vec![RECORD.to_owned()]),
            "{name}: {text}"
        );
        assert_eq!(
            identifier.iter().filter(|item| item.starts_with("pith:")).collect::<Vec<_>>(),
            [NUMBER],
            "{name}"
        );
        let after = Packet::parse(&merged).unwrap();
        let keeps = |old: &Property| {
            after.properties().iter().any(|p| p.name == old.name && p.values == old.values)
        };
        for property in before.properties() {
            let shared = &*property.namespace == SCHEMA.namespace
                || ["Identifier", "MetadataDate"].contains(&property.name.as_str());
            assert!(shared || keeps(property), "{name} lost {property:?}: {text}");
        }
        let again = after.with(&change()).unwrap();
        assert_eq!(
            text,
            String::from_utf8(again).unwrap(),
            "{name}: a second merge changes nothing"
        );
        let removed = after.with(&removal()).unwrap();
        assert!(!String::from_utf8(removed.clone()).unwrap().contains(NUMBER), "{name}");
        if ["empty", "elements", "bag without ours", "unknown namespace"].contains(&name) {
            assert_eq!(
                String::from_utf8(removed).unwrap(),
                packet,
                "{name}: what was added is gone without a trace"
            );
        }
    }
}

#[test]
fn the_bag_of_identifiers_is_extended() {
    let packets = packets();
    let bag = &packets.iter().find(|(name, _)| *name == "bag").unwrap().1;
    let merged = Packet::parse(bag.as_bytes()).unwrap().with(&change()).unwrap();
    assert_eq!(ours(&merged)[2], ["doi:10.1/x", NUMBER]);
    assert_eq!(
        values(&merged, "http://ns.adobe.com/xap/1.0/", "MetadataDate"),
        ["2026-01-02T03:04:05Z"]
    );
    let removed = Packet::parse(&merged).unwrap().with(&removal()).unwrap();
    assert_eq!(ours(&removed)[2], ["doi:10.1/x"]);
}

/// Values in several parts, with comments, with qualifiers, in attributes: what is left of them and what is added.
#[test]
fn identifiers_of_every_form_are_kept() {
    const ITEM: &str = "doi:10.1/<x>&yz";
    let packet = |inner: &str| {
        let spaces = "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
                      xmlns:q=\"http://ns.adobe.com/xmp/Identifier/qual/1.0/\"";
        format!(
            "<rdf:RDF {RDF}><rdf:Description rdf:about=\"\" {spaces}{inner}</rdf:Description></rdf:RDF>"
        )
    };
    let element = |attributes: &str, content: &str| {
        packet(&format!("><xmp:Identifier{attributes}>{content}</xmp:Identifier>"))
    };
    let bag = |items: &str| element("", &format!("<rdf:Bag>{items}</rdf:Bag>"));
    let qualified = |value: &str, scheme: &str| {
        let fields = format!("<rdf:value>{value}</rdf:value><q:Scheme>{scheme}</q:Scheme>");
        format!("<rdf:li rdf:parseType=\"Resource\">{fields}</rdf:li>")
    };
    let old = "pith:2020:OLD";
    for (packet, kept) in [
        (element("", "doi:<![CDATA[10.1/<x>&y]]>z"), Some(ITEM)),
        (element("", "<![CDATA[doi:]]>10.1/&lt;x><!-- c -->&#38;yz"), Some(ITEM)),
        (element("", "<?pi?>doi:10.1/&lt;x>&amp;yz"), Some(ITEM)),
        (element(" rdf:resource='doi:10.1/&lt;x>&amp;yz'", ""), Some(ITEM)),
        (packet(" xmp:Identifier = \"doi:10.1/&lt;x>&amp;yz\">"), Some(ITEM)),
        (element("", old), None),
        (element("", "<!-- c -->pith:<![CDATA[2020]]>:OLD"), None),
        (bag("<rdf:li><!-- c -->pith:2020:OLD</rdf:li>"), None),
        (bag("<rdf:li>pith:<!-- c -->2020<![CDATA[:OLD]]></rdf:li>"), None),
        (bag("<rdf:li><![CDATA[pith:]]></rdf:li>"), None),
        (bag(&qualified(old, "x")), None),
        (
            bag(&format!("<rdf:li><rdf:Description rdf:value=\"{old}\" q:Scheme=\"x\"/></rdf:li>")),
            None,
        ),
        (bag(&qualified("10.1/x", "pith:")), Some("10.1/x")),
    ] {
        let before = Packet::parse(packet.as_bytes()).unwrap();
        let merged = before.with(&change()).unwrap();
        let text = String::from_utf8(merged.clone()).unwrap();
        let expected: Vec<_> = kept.into_iter().chain([NUMBER]).collect();
        assert_eq!(ours(&merged)[2], expected, "{packet}\n{text}");
        assert!(!text.contains("OLD") && text.matches("pith:2024").count() == 2, "{text}");
        assert_eq!(packet.matches("<!--").count(), text.matches("<!--").count(), "{text}");
        let after = Packet::parse(&merged).unwrap();
        assert!(after.has_identifier(NUMBER));
        assert_eq!(String::from_utf8(after.with(&change()).unwrap()).unwrap(), text);
    }
    // What is no text has no place for an item.
    let fields = element(" rdf:parseType=\"Resource\"", "<q:a>1</q:a>");
    let merged = Packet::parse(fields.as_bytes()).unwrap().with(&change()).unwrap();
    assert!(!Packet::parse(&merged).unwrap().has_identifier(NUMBER));
    assert!(String::from_utf8(merged).unwrap().contains("><q:a>1</q:a></xmp:Identifier>"));
}

#[test]
fn the_date_is_replaced_whole() {
    let packet = |date: &str| {
        let date = format!("<xmp:MetadataDate{date}</xmp:MetadataDate>");
        let description = "<rdf:Description xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">";
        format!("<rdf:RDF {RDF}>{description}{date}</rdf:Description></rdf:RDF>")
    };
    let new = "2026-01-02T03:04:05Z";
    for (old, kept) in [
        (">2020<![CDATA[-01-01]]>", new),
        (">2020-01-01<!-- c -->T00:00:00Z", new),
        (" xml:lang='>'>2020", new),
        (" rdf:parseType='Resource'><rdf:value>2020</rdf:value>", "2020"),
        (">", ""),
    ] {
        let merged = Packet::parse(packet(old).as_bytes()).unwrap().with(&change()).unwrap();
        assert_eq!(Packet::parse(&merged).unwrap().date(), Some(kept), "{old}");
    }
}

#[test]
fn utf_16_stays_utf_16() {
    for (mark, big) in [(true, true), (true, false), (false, true), (false, false)] {
        let text = packets().remove(2).1;
        let text = if mark { format!("\u{feff}{text}") } else { text };
        let bytes: Vec<u8> = text
            .encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect();
        let merged = Packet::parse(&bytes).unwrap().with(&change()).unwrap();
        assert_eq!(merged[..40], bytes[..40]);
        assert_eq!(ours(&merged)[1], [RECORD]);
    }
}

#[test]
fn pdfa_1_to_3_get_the_extension_schema_once() {
    for part in 1..=4 {
        let packet = format!(
            "<rdf:RDF {RDF}><rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
             pdfaid:part=\"{part}\" pdfaid:conformance=\"B\"/></rdf:RDF>"
        );
        let merged = Packet::parse(packet.as_bytes()).unwrap().with(&change()).unwrap();
        let merged = Packet::parse(&merged).unwrap().with(&change()).unwrap();
        let text = String::from_utf8(merged.clone()).unwrap();
        let described = text
            .matches("<pdfaSchema:namespaceURI>https://pith.science/schemas/pith-pdf/1.0/<")
            .count();
        assert_eq!(described, usize::from(part < 4), "{text}");
        let removed = Packet::parse(&merged).unwrap().with(&removal()).unwrap();
        assert_eq!(String::from_utf8(removed).unwrap(), packet);
    }
    let other = format!(
        "<rdf:RDF {RDF}><rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>2\
         </pdfaid:part></rdf:Description><rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\
         \"http://www.aiim.org/pdfa/ns/extension/\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\">\
         <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\"><pdfaSchema:namespaceURI>urn:other\
         </pdfaSchema:namespaceURI></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"
    );
    let merged = Packet::parse(other.as_bytes()).unwrap().with(&change()).unwrap();
    let text = String::from_utf8(merged.clone()).unwrap();
    assert_eq!(text.matches("<pdfaExtension:schemas>").count(), 1);
    assert!(text.contains("urn:other") && text.contains("<pdfaSchema:prefix>pith<"));
    assert_eq!(
        String::from_utf8(Packet::parse(&merged).unwrap().with(&removal()).unwrap()).unwrap(),
        other
    );
}

#[test]
fn malformed_packets_are_errors() {
    type Expected = fn(&XmpError) -> bool;
    let cases: [(&[u8], Expected); 7] = [
        (b"", |e| matches!(e, XmpError::Malformed(_))),
        (b"<a>", |e| matches!(e, XmpError::Malformed(_))),
        (b"<a/>", |e| matches!(e, XmpError::NoRdf)),
        (b"\xff\xff", |e| matches!(e, XmpError::Encoding("UTF-8"))),
        (b"\xfe\xff\xd8\x00", |e| matches!(e, XmpError::Encoding("UTF-16"))),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", |e| {
            matches!(e, XmpError::Doctype)
        }),
        (b"<rdf:RDF/>", |e| matches!(e, XmpError::Malformed(_))),
    ];
    for (packet, expected) in cases {
        let error = Packet::parse(packet).unwrap_err();
        assert!(expected(&error), "{packet:?}: {error:?}");
    }
}

#[test]
fn padding_of_zero_bytes_is_kept() {
    let packet = format!("<rdf:RDF {RDF}></rdf:RDF>\n\0\0\0");
    let merged = Packet::parse(packet.as_bytes()).unwrap().with(&change()).unwrap();
    assert!(merged.ends_with(b"</rdf:RDF>\n\0\0\0"));
}

proptest! {
    #[test]
    fn any_text_survives(value in "\\PC*", title in "\\PC*") {
        let title = title.replace(['&', '<', '>'], "");
        let packet = format!("<rdf:RDF {RDF}><rdf:Description rdf:about=\"\" xmlns:t=\"urn:t\"><t:t>{title}</t:t>\
            </rdf:Description></rdf:RDF>");
        let change = Change { properties: vec![("Record", &value)], ..change() };
        let merged = Packet::parse(packet.as_bytes()).unwrap().with(&change).unwrap();
        prop_assert_eq!(values(&merged, SCHEMA.namespace, "Record"), vec![value]);
        prop_assert_eq!(values(&merged, "urn:t", "t"), vec![title]);
        let removed = Packet::parse(&merged).unwrap().with(&removal()).unwrap();
        prop_assert_eq!(String::from_utf8(removed).unwrap(), packet);
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(packet) = Packet::parse(&bytes) {
            let _ = packet.with(&change());
        }
    }
}
