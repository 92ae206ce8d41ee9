//! Sources in archives: every kind is read, a hostile one is refused, and what `pack` writes is what arXiv wants.

use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use crate::desk::{Desk, Ran};

const MAIN: &str = "\\documentclass{article}\n\\usepackage{pith}\n\\pithnumber{WKFOJ2ECV52KUJR3SCIBSQ4GYD}\n\
                    \\begin{document}\nText.\n\\end{document}\n";

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar of entries of a kind, with names as they are given, also those that the writer would refuse.
fn tar(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        let is_link = kind.is_symlink() || kind.is_hard_link();
        if is_link {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_size(if is_link { 0 } else { bytes.len() as u64 });
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, if is_link { &[] } else { *bytes }).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const FILE: tar::EntryType = tar::EntryType::Regular;

fn check(name: &str, bytes: &[u8]) -> Ran {
    let desk = Desk::new();
    desk.write(name, bytes);
    let start = Instant::now();
    let ran = desk.run(&["check", name, "--format", "json", "--offline"]);
    assert!(start.elapsed() < Duration::from_secs(60), "{name} takes {:?}", start.elapsed());
    ran
}

#[test]
fn every_kind_of_archive_is_read() {
    let desk = Desk::new();
    desk.good(&["sty", "2403.01164", "--mirror", "mirror"]);
    let sty = std::fs::read(desk.join("pith.sty")).unwrap();
    let main = MAIN.as_bytes();
    let plain = tar(&[("main.tex", FILE, main), ("pith.sty", FILE, &sty)]);
    let folder = tar::EntryType::Directory;
    let within =
        tar(&[("p/", folder, b""), ("p/main.tex", FILE, main), ("p/pith.sty", FILE, &sty)]);
    for (name, bytes) in [
        ("a.zip", zip(&[("main.tex", main), ("pith.sty", &sty)])),
        (
            "b.zip",
            zip(&[("p/main.tex", main), ("p/pith.sty", &sty), ("__MACOSX/._main.tex", b"x")]),
        ),
        ("c.tar", plain.clone()),
        ("d.tar.gz", gz(&plain)),
        ("e.tgz", gz(&within)),
        // The kind is told from the bytes: some servers name everything .gz.
        ("f.gz", gz(&plain)),
        ("padded.tar.gz", [gz(&plain), vec![0; 700]].concat()),
        ("members.tar.gz", [gz(&plain[..700]), gz(&plain[700..])].concat()),
    ] {
        let ran = check(name, &bytes);
        assert_eq!(ran.status, Some(0), "{name}: {}{}", ran.out(), ran.err());
        let report = &ran.json()[0];
        assert_eq!(report["input"], name);
        assert_eq!(report["verdict"], "verified");
        assert_eq!(report["pith_number"], "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD");
    }
    // One file alone, as arXiv serves it: pith.sty cannot be there.
    let ran = check("2403.01164.gz", &gz(main));
    assert_eq!(ran.status, Some(1));
    let finding = &ran.json()[0]["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["place"]["file"]),
        (&"sty-missing".into(), &"main.tex".into())
    );
}

#[test]
fn hostile_archives_are_refused() {
    let main = MAIN.as_bytes();
    let symlink = tar::EntryType::Symlink;
    let many: Vec<_> = (0..10_001).map(|n| format!("{n}.tex")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let mut encrypted = zip(&[("main.tex", main)]);
    // Bit 0 of the flags, in the local header and in the directory.
    let directory = encrypted.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    encrypted[6] |= 1;
    encrypted[directory + 8] |= 1;
    let truncated = gz(&tar(&[("main.tex", FILE, &main.repeat(1000))]));
    for (name, bytes, said) in [
        ("a.tar", tar(&[("../main.tex", FILE, main)]), "outside of it"),
        ("b.tar", tar(&[("/etc/main.tex", FILE, main)]), "outside of it"),
        ("c.tar", tar(&[("a/../../x.tex", FILE, main)]), "outside of it"),
        ("d.tar", tar(&[("main.tex", symlink, b"")]), "is a link"),
        ("e.tar", tar(&[("main.tex", tar::EntryType::Link, b"")]), "is a link"),
        ("f.tar", tar(&[("main.tex", tar::EntryType::Fifo, b"")]), "is a link"),
        ("g.tar", tar(&[("main.tex", FILE, main), ("./main.tex", FILE, main)]), "twice"),
        ("h.tar.gz", gz(&tar(&[("main.tex", FILE, main)]))[..60].to_vec(), "damaged"),
        ("i.tar.gz", truncated[..truncated.len() / 2].to_vec(), "damaged"),
        ("j.zip", zip(&[("../main.tex", main)]), "outside of it"),
        ("k.zip", zip(&[("..\\main.tex", main)]), "outside of it"),
        ("l.zip", encrypted, "is encrypted"),
        ("m.zip", zip(&many), "more than 10000 files"),
        ("n.zip", zip(&[("main.tex", main)])[..40].to_vec(), "damaged"),
        ("o.zip", zip(&[]), "no file in the archive"),
        ("p.zip", b"no archive at all".to_vec(), "no .zip, .tar, .tar.gz or .gz"),
        ("q.tar", Vec::new(), "no .zip, .tar, .tar.gz or .gz"),
        ("r.zip", zip(&[("notes.txt", b"x")]), "no .tex file"),
    ] {
        let ran = check(name, &bytes);
        assert_eq!(ran.status, Some(5), "{name}: {}{}", ran.out(), ran.err());
        let message = ran.json()[0]["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(said), "{name}: {message}");
    }
}

/// A link that only a .zip's external attributes tell.
#[test]
fn a_link_in_a_zip_is_no_file() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("main.tex", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let ran = check("a.zip", &writer.finish().unwrap().into_inner());
    assert_eq!(ran.status, Some(5), "{}", ran.out());
    assert!(ran.out().contains("is a link"), "{}", ran.out());
}

/// Of two files of one name, programs take one or the other.
#[test]
fn a_name_twice_in_a_zip_is_refused() {
    let mut bytes = zip(&[("main.tex", b"a"), ("nain.tex", b"b")]);
    let places: Vec<_> = bytes
        .windows(8)
        .enumerate()
        .filter(|(_, name)| name == b"nain.tex")
        .map(|(at, _)| at)
        .collect();
    places.into_iter().for_each(|at| bytes[at] = b'm');
    let ran = check("a.zip", &bytes);
    assert_eq!(ran.status, Some(5), "{}", ran.out());
    assert!(ran.out().contains("twice"), "{}", ran.out());
}

/// More than a paper has, in a few hundred kilobytes: sixteen megabytes of zeros, nine times.
#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0; 16 << 20];
    let one = zip(&[("main.tex", &zeros)]);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for time in 0..9 {
        let mut archive = zip::ZipArchive::new(Cursor::new(&one)).unwrap();
        let entry = archive.by_index_raw(0).unwrap();
        writer.raw_copy_file_rename(entry, format!("{time}.tex")).unwrap();
    }
    for (name, bytes) in
        [("a.tar.gz", gz(&zeros).repeat(9)), ("b.zip", writer.finish().unwrap().into_inner())]
    {
        assert!(bytes.len() < 2 << 20);
        let ran = check(name, &bytes);
        assert_eq!(ran.status, Some(5), "{}", ran.err());
        assert!(ran.out().contains("128 MiB"), "{name}: {}", ran.out());
    }
}

/// Whatever is cut off or changed in an archive, the program says so and ends.
#[test]
fn damage_anywhere_is_an_answer() {
    let whole = [
        ("a.zip", zip(&[("main.tex", MAIN.as_bytes())])),
        ("a.tar", tar(&[("main.tex", FILE, MAIN.as_bytes())])[..1024].to_vec()),
        ("a.tar.gz", gz(&tar(&[("main.tex", FILE, MAIN.as_bytes())]))),
    ];
    for (name, bytes) in &whole {
        let desk = Desk::new();
        let mut names = vec!["check".to_owned()];
        for at in (0..bytes.len()).step_by(bytes.len() / 40) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0xff;
            for (kind, bytes) in [("cut", &bytes[..at]), ("flip", &flipped)] {
                let name = format!("{kind}-{at}-{name}");
                desk.write(&name, bytes);
                names.push(name);
            }
        }
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let ran = desk.run(&names);
        assert!(matches!(ran.status, Some(0..=5)), "{:?}", ran.status);
        assert!(!ran.out().contains("this program failed"), "{}", ran.out());
    }
}

/// The files of a .tar.gz with their bytes, and what their headers say of time and owner.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(GzDecoder::new(bytes)).entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.mtime().unwrap(), header.uid().unwrap()), (315_532_800, 0));
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.push((name, bytes));
    }
    files
}

#[test]
fn a_pack_holds_what_arxiv_wants_and_nothing_else() {
    let desk = crate::add::desk_with("import");
    desk.good(&["add", "paper/main.tex", "2403.01164", "--mirror", "mirror"]);
    for (name, bytes) in [
        ("main.bbl", "x"),
        ("main.aux", "x"),
        ("main.log", "x"),
        ("main.synctex.gz", "x"),
        ("main.out", "x"),
        ("figures/plot.log", "x"),
        ("parts/one.tex~", "x"),
        (".git/HEAD", "x"),
        ("old.tar.gz", "x"),
        ("pith.toml", "[levels]\n"),
        ("data/table.csv", "x"),
        ("references.bib", "x"),
    ] {
        desk.write(&format!("paper/{name}"), bytes.as_bytes());
    }
    desk.copy("checks/proof-missing/good.pdf", "paper/main.pdf");
    let ran = desk.good(&["pack", "paper", "-o", "paper/out.tar.gz", "-v"]);
    let first = std::fs::read(desk.join("paper/out.tar.gz")).unwrap();
    let files = unpacked(&first);
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "data/table.csv",
        "figures/plot.pdf",
        "main.bbl",
        "main.tex",
        "parts/one.tex",
        "pith.sty",
        "references.bib",
        "setup/packages.tex",
    ];
    assert_eq!(names, expected, "{}", ran.err());
    for (name, bytes) in &files {
        assert_eq!(*bytes, std::fs::read(desk.join(&format!("paper/{name}"))).unwrap(), "{name}");
    }
    for left in [
        "main.pdf",
        "main.synctex.gz",
        "parts/one.tex~",
        ".git",
        "old.tar.gz",
        "pith.toml",
        "pith.json",
    ] {
        assert!(ran.err().contains(left), "{left}: {}", ran.err());
    }
    desk.good(&["pack", "paper/main.tex", "-o", "again.tar.gz"]);
    assert_eq!(std::fs::read(desk.join("again.tar.gz")).unwrap(), first, "the same bytes");
    let again = desk.good(&["check", "again.tar.gz"]);
    assert!(again.out().contains("ready"), "{}", again.out());
}
