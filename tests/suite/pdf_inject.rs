//! inject and strip, judged by other programs: qpdf, exiftool, pdfinfo, pdftotext, pikepdf.

use std::fs;
use std::path::{Path, PathBuf};

use pith::error::Remedy;
use pith::inject::{InjectError, Note, Options, Output, inject, strip};
use pith::metadata::{Key, Metadata, Place, Reading};
use pith::pdf::Pdf;
use proptest::prelude::*;

use pith::record::Proof;

use crate::pdf_archival::flavour;
use crate::pdf_files::{
    ENGINES, PACKET, WITH_XMP, build, build_after, folder, paper, stream, unusual, versions,
    with_xmp,
};
use crate::tools::{self, require};

pub fn metadata() -> Metadata {
    Metadata {
        number: "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
        url: "https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
        proof: Some(Proof {
            number: "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
            title: "Na\\\"ive <$k$-means> & more".to_owned(),
            source: "arXiv:2403.01164v1".to_owned(),
            sha256: "b28ae4e882af74aa263b909019438 60f".replace(' ', ""),
            record: "{\"metadata\":{\"license\":\"<&>\"},\"source\":\"\u{f6}\"}".to_owned(),
            key_id: "pith-v1-2026-05".to_owned(),
            signature: "c2lnbmF0dXJl+/==".to_owned(),
            signed_at: "2026-05-18T02:44:42Z".to_owned(),
        }),
    }
}

/// The values by the names of their properties.
fn values() -> [(&'static str, String); 9] {
    let Metadata { number, url, proof } = metadata();
    let proof = proof.unwrap();
    [
        ("Number", number),
        ("URL", url),
        ("Title", proof.title),
        ("Source", proof.source),
        ("SHA256", proof.sha256),
        ("Record", proof.record),
        ("KeyID", proof.key_id),
        ("Signature", proof.signature),
        ("SignedAt", proof.signed_at),
    ]
}

fn options() -> Options {
    Options::default()
}

/// PDFs of every kind of writer that is at hand, each in `folder`.
fn samples(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut samples = Vec::new();
    for engine in ENGINES {
        samples.extend(paper(engine).map(|path| (engine.to_owned(), path)));
    }
    for (name, _) in WITH_XMP {
        samples.extend(with_xmp(name).map(|path| (name.to_owned(), path)));
    }
    for (name, bytes) in unusual() {
        let path = folder.join(format!("{name}.pdf"));
        fs::write(&path, bytes).unwrap();
        samples.push((name.to_owned(), path));
    }
    for name in ["1b", "2b", "3b", "ua1"] {
        let path = folder.join(format!("archival-{name}.pdf"));
        fs::write(&path, flavour(name, "")).unwrap();
        samples.push((format!("archival-{name}"), path));
    }
    if let (true, Some(source)) = (require("qpdf"), paper("pdflatex")) {
        let kinds: [(&str, &[&str]); 4] = [
            ("table", &["--object-streams=disable"]),
            ("object-streams", &["--object-streams=generate"]),
            ("linearized", &["--linearize", "--object-streams=disable"]),
            ("linearized-object-streams", &["--linearize", "--object-streams=generate"]),
        ];
        for (name, flags) in kinds {
            let path = folder.join(format!("{name}.pdf"));
            let files = [source.to_str().unwrap(), path.to_str().unwrap()];
            tools::run(folder, "qpdf", &[flags, &files].concat());
            samples.push((name.to_owned(), path));
        }
    }
    samples
}

/// The lines in which qpdf complains about a file, without its name.
fn qpdf_complaints(path: &Path) -> Vec<String> {
    complaints_with(path, &[])
}

/// The same, with further flags.
pub fn complaints_with(path: &Path, flags: &[&str]) -> Vec<String> {
    let path = path.to_str().unwrap();
    let output = tools::output(Path::new("."), "qpdf", &[flags, &["--check", path]].concat());
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let complaint = |line: &&str| {
        line.starts_with("WARNING") || line.starts_with("ERROR") || line.contains("error:")
    };
    text.lines().filter(complaint).map(|line| line.replace(path, "")).collect()
}

/// qpdf finds nothing in `after` that it does not find in `before`.
fn assert_no_worse(name: &str, after: &Path, before: &Path) {
    if require("qpdf") {
        let (new, old) = (qpdf_complaints(after), qpdf_complaints(before));
        assert!(new.iter().all(|line| old.contains(line)), "{name}: {new:#?} after {old:#?}");
    }
}

/// Every value that exiftool read before is there after, but for those that inject is to change.
fn assert_kept(name: &str, before: &str, after: &str) {
    let parse = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap()[0].clone();
    let (before, after) = (parse(before), parse(after));
    for (tag, value) in before.as_object().unwrap() {
        // The schemas of PDF/A get ours beside them.
        let changed = [
            "SourceFile",
            "ExifTool:Warning",
            "PDF:Linearized",
            "PDF:PithNumber",
            "XMP-xmp:MetadataDate",
            "XMP-pdfaExtension:Schemas",
        ];
        if !changed.contains(&tag.as_str()) {
            assert_eq!(&after[tag], value, "{name}: {tag}");
        }
    }
}

#[test]
fn what_is_injected_is_read_by_everyone_and_stripped_without_a_trace() {
    let folder = folder("inject");
    for (name, input) in samples(&folder) {
        let before = fs::read(&input).unwrap();
        let out = folder.join(format!("{name}.out.pdf"));
        let report = inject(&input, Output::Path(&out), &metadata(), &options())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let after = fs::read(&out).unwrap();
        assert!(after.starts_with(&before), "{name}: the old bytes are a prefix");
        assert_eq!(report.output_length, after.len() as u64);
        assert_eq!(fs::read(&input).unwrap(), before, "{name}: the input is as it was");

        let pdf = Pdf::open(&out, None).unwrap();
        assert!(pdf.damage().is_empty(), "{name}: {:?}", pdf.damage());
        let reading = Reading::of(&pdf);
        assert_eq!(reading.metadata(), Some(metadata()), "{name}: {:#?}", reading.stated);
        assert_eq!(reading.packets.len(), 1, "{name}");
        for (key, count) in [(Key::Number, 3), (Key::Url, 2), (Key::Record, 1)] {
            assert_eq!(reading.values(key).count(), count, "{name}: {key:?} {:#?}", reading.stated);
        }

        assert_no_worse(&name, &out, &input);
        if require("pdfinfo") {
            let custom = tools::run(&folder, "pdfinfo", &["-custom", out.to_str().unwrap()]);
            assert!(custom.contains(&metadata().number), "{name}: {custom}");
            assert!(custom.contains(&metadata().url), "{name}: {custom}");
            let packet = tools::run(&folder, "pdfinfo", &["-meta", out.to_str().unwrap()]);
            assert!(
                packet.contains("<pith:KeyID>pith-v1-2026-05</pith:KeyID>"),
                "{name}: {packet}"
            );
            let pages = |path: &Path| {
                let said = tools::run(&folder, "pdfinfo", &[path.to_str().unwrap()]);
                said.lines().find(|line| line.starts_with("Pages:")).map(str::to_owned)
            };
            assert_eq!(pages(&out), pages(&input), "{name}");
        }
        if require("exiftool") {
            let json = tools::run(
                &folder,
                "exiftool",
                &[
                    "-j",
                    "-G1",
                    "-struct",
                    "-XMP-pith:all",
                    "-XMP-xmp:Identifier",
                    "-warning",
                    out.to_str().unwrap(),
                ],
            );
            let tags: serde_json::Value = serde_json::from_str(&json).unwrap();
            for (key, value) in values() {
                // exiftool has its own way with capitals, and with times.
                let tag = format!("XMP-pith:{key}").replace("URL", "Url").replace("SHA", "Sha");
                let value = if key == "SignedAt" { "2026:05:18 02:44:42Z".into() } else { value };
                assert_eq!(tags[0][tag], value, "{name}: {key} in {json}");
            }
            assert_eq!(
                tags[0]["XMP-xmp:Identifier"],
                serde_json::json!([metadata().number]),
                "{name}: {json}"
            );
            let warning = |json: &str| {
                let tags: serde_json::Value = serde_json::from_str(json).unwrap();
                tags[0]["ExifTool:Warning"].clone()
            };
            let old = ["-j", "-G1", "-struct", "-XMP:all", "-PDF:all", "-warning"];
            let all = |path: &Path| {
                tools::run(&folder, "exiftool", &[&old[..], &[path.to_str().unwrap()]].concat())
            };
            let input = all(&input);
            assert_kept(&name, &input, &all(&out));
            assert!(
                [serde_json::Value::Null, warning(&input)].contains(&warning(&json)),
                "{name}: {json}"
            );
        }
        if require("pdftotext") {
            let text =
                |path: &Path| tools::run(&folder, "pdftotext", &[path.to_str().unwrap(), "-"]);
            assert_eq!(text(&out), text(&input), "{name}");
        }
        if require("pdftoppm") {
            assert_eq!(page_1(&out), page_1(&input), "{name}: page 1 looks as before");
        }

        let again = folder.join(format!("{name}.again.pdf"));
        let second = inject(&out, Output::Path(&again), &metadata(), &options()).unwrap();
        assert_eq!(second.notes, [Note::Current], "{name}");
        assert_eq!(fs::read(&again).unwrap(), after, "{name}: a second inject changes nothing");

        let bare = folder.join(format!("{name}.bare.pdf"));
        let report = strip(&out, Output::Path(&bare), &options()).unwrap();
        if ["info", "info-duplicates"].contains(&name.as_str()) {
            // The input stated a number itself.
            assert!(report.notes.contains(&Note::EarlierRevision));
            assert!(Reading::of(&Pdf::open(&bare, None).unwrap()).stated.is_empty());
        } else {
            assert_eq!(report.notes, [Note::OwnSection], "{name}");
            assert_eq!(fs::read(&bare).unwrap(), before, "{name}: strip gives the bytes back");
        }
    }
}

/// Page 1 as pdftoppm draws it.
fn page_1(path: &Path) -> Vec<u8> {
    let arguments = ["-r", "60", "-l", "1", path.to_str().unwrap()];
    let output = tools::output(Path::new("."), "pdftoppm", &arguments);
    assert!(!output.stdout.is_empty(), "{}", path.display());
    output.stdout
}

#[test]
fn every_version_of_pdf_is_continued() {
    let folder = folder("versions");
    for (version, bytes) in versions() {
        let input = folder.join(format!("{version}.pdf"));
        fs::write(&input, &bytes).unwrap();
        let out = folder.join(format!("{version}.out.pdf"));
        inject(&input, Output::Path(&out), &metadata(), &options()).unwrap();
        let pdf = Pdf::open(&out, None).unwrap();
        assert_eq!(pdf.version().to_string(), version);
        assert_eq!(Reading::of(&pdf).metadata(), Some(metadata()), "{version}");
        assert_no_worse(&version, &out, &input);
        if require("pdfinfo") {
            let said = tools::run(&folder, "pdfinfo", &["-custom", out.to_str().unwrap()]);
            assert!(said.contains(&metadata().number), "{version}: {said}");
            let said = tools::run(&folder, "pdfinfo", &[out.to_str().unwrap()]);
            assert!(said.contains("Title:           T"), "{version}: {said}");
        }
        strip(&out, Output::InPlace, &options()).unwrap();
        assert_eq!(fs::read(&out).unwrap(), bytes, "{version}");
    }
}

#[test]
fn pikepdf_reads_the_same_values() {
    let Some(python) = tools::require_python("pikepdf") else {
        return;
    };
    let folder = folder("pikepdf");
    let mut outputs = Vec::new();
    for (name, input) in samples(&folder) {
        let out = folder.join(format!("{name}.out.pdf"));
        inject(&input, Output::Path(&out), &metadata(), &options()).unwrap();
        outputs.push(out.to_str().unwrap().to_owned());
    }
    let script = "import sys, pikepdf\nfor path in sys.argv[1:]:\n with pikepdf.open(path) as pdf:\n  \
                  x = pdf.open_metadata()\n  ns = '{https://pith.science/schemas/pith-pdf/1.0/}'\n  \
                  names = 'Number URL Title Source SHA256 Record KeyID Signature SignedAt'.split()\n  \
                  print(*[pdf.docinfo[key] for key in ('/PithNumber', '/PithURL')],\n   \
                  *[x[ns + name] for name in names], x['xmp:Identifier'], sep='\t')";
    let mut arguments = vec!["-c", script];
    arguments.extend(outputs.iter().map(String::as_str));
    let printed = tools::run(&folder, python.to_str().unwrap(), &arguments);
    let Metadata { number, url, .. } = metadata();
    let values = values().map(|(_, value)| value).join("\t");
    assert_eq!(printed.lines().count(), outputs.len());
    for line in printed.lines() {
        assert_eq!(line, format!("{number}\t{url}\t{values}\t{{'{number}'}}"));
    }
}

fn small(folder: &Path) -> PathBuf {
    let path = folder.join("small.pdf");
    fs::write(&path, &unusual()[0].1).unwrap();
    path
}

#[test]
fn the_output_is_not_the_input() {
    let folder = folder("same");
    let input = small(&folder);
    let mut names = vec![input.clone(), folder.join("./small.pdf")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("small.pdf", folder.join("link.pdf")).unwrap();
        fs::hard_link(&input, folder.join("hard.pdf")).unwrap();
        names.extend([folder.join("link.pdf"), folder.join("hard.pdf")]);
    }
    for name in names {
        let error = inject(&input, Output::Path(&name), &metadata(), &options()).unwrap_err();
        assert!(matches!(error, InjectError::SameFile { .. }), "{name:?}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn in_place_follows_links_and_keeps_mode_and_times() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("in-place");
    let input = small(&folder);
    fs::set_permissions(&input, fs::Permissions::from_mode(0o640)).unwrap();
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&input).unwrap().set_modified(old).unwrap();
    let link = folder.join("link.pdf");
    std::os::unix::fs::symlink("small.pdf", &link).unwrap();
    let options = Options { keep_times: true, ..options() };
    inject(&link, Output::InPlace, &metadata(), &options).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let after = fs::metadata(&input).unwrap();
    assert_eq!(after.permissions().mode() & 0o777, 0o640);
    assert_eq!(after.modified().unwrap(), old);
    assert!(Reading::of(&Pdf::open(&input, None).unwrap()).metadata().is_some());
    strip(&link, Output::InPlace, &options).unwrap();
    assert_eq!(fs::read(&input).unwrap(), unusual()[0].1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn injects_at_once_happen_in_turn() {
    let folder = folder("at-once");
    let path = small(&folder);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let metadata = Metadata { number: format!("pith:{number}"), ..metadata() };
                inject(path, Output::InPlace, &metadata, &options()).unwrap();
            });
        }
    });
    let reading = Reading::of(&Pdf::open(&path, None).unwrap());
    assert!(reading.metadata().is_some());
    strip(&path, Output::InPlace, &options()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), unusual()[0].1);
}

#[test]
fn a_comment_that_claims_to_be_a_section_is_not_believed() {
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
    ];
    for length in ["0", "1", "8", "9", "99999999999999999999"] {
        let header = format!("%PDF-1.4\n%pith-section 1 {length}\n");
        let mut bytes = build_after(header.as_bytes(), &objects, "/Root 1 0 R");
        bytes.push(b'\n');
        let pdf = Pdf::from_bytes(bytes, None).unwrap();
        assert!(pdf.damage().is_empty());
        assert_eq!(pdf.own_section(), None, "{length}");
    }
}

#[test]
fn a_malformed_packet_is_not_touched_without_force() {
    let folder = folder("malformed");
    let path = folder.join("malformed.pdf");
    let broken = stream("/Type/Metadata/Subtype/XML", "<rdf:RDF");
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
        (5, &broken),
    ];
    fs::write(&path, build(&objects, "/Root 1 0 R")).unwrap();
    let reading = Reading::of(&Pdf::open(&path, None).unwrap());
    assert_eq!(reading.unreadable.len(), 1);
    let error = inject(&path, Output::InPlace, &metadata(), &options()).unwrap_err();
    assert!(matches!(error, InjectError::Packet { .. }), "{error}");
    assert!(error.remedy().unwrap().contains("--force"));
    let report =
        inject(&path, Output::InPlace, &metadata(), &Options { force: true, ..options() }).unwrap();
    assert!(report.notes.contains(&Note::PacketReplaced));
    // Our section shows that it was wanted: a script may run again.
    let report = inject(&path, Output::InPlace, &metadata(), &options()).unwrap();
    assert_eq!((report.changed, &report.notes[..]), (false, &[Note::Current][..]));
}

/// Another program appended a revision without our values, and the bytes before it still hold them.
#[test]
fn strip_tells_of_an_earlier_revision() {
    let folder = folder("earlier");
    let path = folder.join("earlier.pdf");
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
        (4, "<</PithNumber(pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD)>>"),
    ];
    let mut bytes = build(&objects, "/Root 1 0 R/Info 4 0 R");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let previous = text.rsplit("startxref").next().unwrap().lines().nth(1).unwrap();
    let offset = bytes.len();
    let section = format!(
        "xref\n0 0\ntrailer\n<</Size 5/Root 1 0 R/Prev {previous}>>\nstartxref\n{offset}\n%%EOF\n"
    );
    bytes.extend(section.bytes());
    fs::write(&path, &bytes).unwrap();
    let report = strip(&path, Output::InPlace, &options()).unwrap();
    assert!(!report.changed && report.notes.contains(&Note::EarlierRevision), "{report:?}");
}

/// A signature whose field came with a lock that allows no change.
#[test]
fn a_locked_file_is_refused_as_a_certified_one_is() {
    let folder = folder("locked");
    for (permission, is_refused) in [(1, true), (2, false)] {
        let path = folder.join(format!("locked-{permission}.pdf"));
        let field = format!(
            "<</FT/Sig/T(S)/V 5 0 R/Lock<</Type/SigFieldLock/Action/All/P {permission}>>>>"
        );
        let objects = [
            (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>"),
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
            (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
            (4, &field),
            (5, "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 9 9 9]/Contents<00>>>"),
        ];
        fs::write(&path, build(&objects, "/Root 1 0 R")).unwrap();
        let refused = inject(&path, Output::InPlace, &metadata(), &options());
        assert_eq!(matches!(refused, Err(InjectError::Certified { .. })), is_refused);
    }
}

#[test]
fn pdfa_4_gets_no_info_dictionary() {
    let folder = folder("pdfa4");
    let path = folder.join("pdfa4.pdf");
    let packet = PACKET.replace(
        "<dc:format>",
        "<p:part xmlns:p=\"http://www.aiim.org/pdfa/ns/id/\">4</p:part><dc:format>",
    );
    let packet = stream("/Type/Metadata/Subtype/XML", &packet);
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
        (5, &packet),
    ];
    fs::write(&path, build(&objects, "/Root 1 0 R")).unwrap();
    let report = inject(&path, Output::InPlace, &metadata(), &options()).unwrap();
    assert_eq!(report.notes, [Note::NoInfo]);
    let reading = Reading::of(&Pdf::open(&path, None).unwrap());
    assert_eq!(reading.metadata(), Some(metadata()));
    assert!(!reading.stated.iter().any(|stated| matches!(stated.place, Place::Info { .. })));
}

#[test]
fn a_buried_section_is_taken_out_and_the_report_says_what_remains() {
    let folder = folder("buried");
    let path = small(&folder);
    inject(&path, Output::InPlace, &metadata(), &options()).unwrap();
    let once = fs::read(&path).unwrap();
    // Another program appends a section of its own.
    let mut bytes = once.clone();
    let start = bytes.len();
    bytes.extend_from_slice(b"9 0 obj\nnull\nendobj\n");
    let xref = bytes.len();
    let prev = String::from_utf8_lossy(&once).lines().rev().nth(1).unwrap().to_owned();
    let info = Pdf::open(&path, None).unwrap().info().unwrap()[0].object.unwrap();
    bytes.extend_from_slice(
        format!(
            "xref\n9 1\n{start:010} 00000 n \ntrailer\n<</Size 10/Root 1 0 R/Info {info} R/Prev {prev}>>\nstartxref\n{xref}\n%%EOF\n"
        )
        .as_bytes(),
    );
    fs::write(&path, &bytes).unwrap();
    assert_eq!(Reading::of(&Pdf::open(&path, None).unwrap()).metadata(), Some(metadata()));
    let report = strip(&path, Output::InPlace, &options()).unwrap();
    assert!(report.notes.contains(&Note::EarlierRevision), "{:?}", report.notes);
    let after = fs::read(&path).unwrap();
    assert!(after.starts_with(&bytes));
    assert!(Reading::of(&Pdf::open(&path, None).unwrap()).stated.is_empty());
    if require("qpdf") {
        assert!(qpdf_complaints(&path).is_empty(), "{:?}", qpdf_complaints(&path));
    }
}

#[test]
fn a_badge_that_stays_is_said() {
    let folder = folder("badge");
    let path = folder.join("badge.pdf");
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>"),
        (4, "<</Subtype/Link/Rect[1 1 9 9]/A<</S/URI/URI(https://pith.science/pith/X)>>>>"),
    ];
    fs::write(&path, build(&objects, "/Root 1 0 R")).unwrap();
    let report = strip(&path, Output::InPlace, &options()).unwrap();
    assert!(!report.changed);
    assert_eq!(report.notes, [Note::BadgeRemains]);
}

#[test]
fn damaged_files_are_refused_or_written_soundly() {
    let folder = folder("damaged");
    let sound = unusual().into_iter().find(|(name, _)| *name == "metadata").unwrap().1;
    let text: String = sound.iter().map(|byte| char::from(*byte)).collect();
    let bytes = |text: String| text.chars().map(|character| character as u8).collect();
    let catalog = sound.windows(7).position(|window| window == b"1 0 obj").unwrap();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("wrong-startxref", bytes(text.replace("startxref\n", "startxref\n1"))),
        ("no-trailer", bytes(text.split("xref").next().unwrap().to_owned())),
        ("no-startxref", bytes(text.split("startxref").next().unwrap().to_owned())),
        ("junk-before", [b"junk junk\n", &*sound].concat()),
        ("junk-after", [&*sound, b"\n\0\0junk", &[b'x'; 5000]].concat()),
        (
            "entries-off",
            bytes(text.replace(&format!("{catalog:010}"), &format!("{:010}", catalog + 2))),
        ),
    ];
    for (name, case) in cases {
        let input = folder.join(format!("{name}.pdf"));
        fs::write(&input, &case).unwrap();
        let out = folder.join(format!("{name}.out.pdf"));
        match inject(&input, Output::Path(&out), &metadata(), &options()) {
            Ok(_) => {
                assert!(fs::read(&out).unwrap().starts_with(&case), "{name}");
                assert_no_worse(name, &out, &input);
            }
            Err(error) => {
                assert!(matches!(error, InjectError::Input { .. }), "{name}: {error}");
                assert!(error.remedy().is_some(), "{name}");
                assert!(!out.exists(), "{name}");
            }
        }
    }
}

/// A sound file that can be changed as text.
fn of_ascii() -> String {
    let objects = [
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"),
    ];
    String::from_utf8(build_after(b"%PDF-1.4\n", &objects, "/Root 1 0 R")).unwrap()
}

/// poppler reads no object of a number beyond 33,554,431, and a file may say that it has so many.
#[test]
fn new_objects_have_numbers_that_all_readers_know() {
    let folder = folder("numbers");
    let (input, out) = (folder.join("in.pdf"), folder.join("out.pdf"));
    let text = of_ascii();
    let sizes = [8_388_607_u64, 8_388_608, 50_000_000, 2_147_483_647, 4_294_967_296];
    let sizes = sizes.map(|size| format!("/Size {size}"));
    for claim in sizes.into_iter().chain(["/Size 4/Info 50000000 0 R".to_owned()]) {
        let claimed = text.replace("/Size 4", &claim);
        assert_ne!(claimed, text);
        fs::write(&input, claimed.as_bytes()).unwrap();
        inject(&input, Output::Path(&out), &metadata(), &options()).unwrap();
        assert_no_worse(&claim, &out, &input);
        if require("pdfinfo") {
            let said = tools::run(&folder, "pdfinfo", &["-custom", out.to_str().unwrap()]);
            assert!(said.contains(&metadata().number), "{claim}: {said}");
        }
    }
}

#[test]
fn a_trailer_that_names_two_catalogs_is_not_continued() {
    let folder = folder("two-roots");
    let input = folder.join("in.pdf");
    let text = of_ascii().replace("/Root 1 0 R", "/Root 1 0 R/Root 1 0 R");
    fs::write(&input, &text).unwrap();
    let error = inject(&input, Output::InPlace, &metadata(), &options()).unwrap_err();
    assert!(error.to_string().ends_with("its trailer names two Catalogs"), "{error}");
    assert_eq!(fs::read(&input).unwrap(), text.as_bytes());
}

#[test]
fn a_file_cut_off_anywhere_never_panics() {
    let folder = folder("cut");
    for sample in [paper("pdflatex"), paper("dvips")].into_iter().flatten() {
        let whole = fs::read(sample).unwrap();
        for step in 0..200 {
            let length = whole.len() * step / 200;
            let path = folder.join("cut.pdf");
            fs::write(&path, &whole[..length]).unwrap();
            let Ok(pdf) = Pdf::open(&path, None) else {
                continue;
            };
            let _ = (pdf.damage(), pdf.signatures(), Reading::of(&pdf), pdf.first_page());
            let out = folder.join("out.pdf");
            match inject(&path, Output::Path(&out), &metadata(), &options()) {
                Ok(_) => assert_no_worse(&format!("cut at {length}"), &out, &path),
                Err(InjectError::Input { .. } | InjectError::Packet { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_value_comes_back_and_the_old_bytes_stay(number in "\\PC{1,80}", record in "\\PC{1,200}", which in 0..unusual().len()) {
        let folder = folder("property");
        let (_, bytes) = unusual().swap_remove(which);
        let (input, out) = (folder.join("in.pdf"), folder.join("out.pdf"));
        fs::write(&input, &bytes).unwrap();
        let number = format!("pith:{number}");
        let proof = Proof { record, ..metadata().proof.unwrap() };
        let metadata = Metadata { number, proof: Some(proof), ..metadata() };
        inject(&input, Output::Path(&out), &metadata, &options()).unwrap();
        prop_assert!(fs::read(&out).unwrap().starts_with(&bytes));
        let reading = Reading::of(&Pdf::open(&out, None).unwrap());
        let record = reading.agreed(Key::Record).unwrap();
        let proof = metadata.proof.unwrap();
        prop_assert_eq!(record, proof.record.trim());
    }

    #[test]
    fn flipped_bytes_never_panic(which in 0..unusual().len(), flips in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..20)) {
        let (_, mut bytes) = unusual().swap_remove(which);
        for (at, byte) in flips {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(pdf) = Pdf::from_bytes(bytes, None) {
            let _ = (pdf.damage(), pdf.signatures(), Reading::of(&pdf), pdf.first_page());
        }
    }
}

/// A pipe is no file to be replaced: its reader would wait for ever, and a device would be gone.
#[test]
fn a_pipe_is_not_replaced() {
    if !require("mkfifo") {
        return;
    }
    let folder = folder("pipe");
    let input = folder.join("in.pdf");
    fs::write(&input, unusual().swap_remove(0).1).unwrap();
    tools::run(&folder, "mkfifo", &["out.pdf"]);
    let out = folder.join("out.pdf");
    let error = inject(&input, Output::Path(&out), &metadata(), &options()).unwrap_err();
    assert!(error.to_string().contains("is a folder, a pipe or a device"), "{error}");
    assert!(!fs::metadata(&out).unwrap().is_file());
}
