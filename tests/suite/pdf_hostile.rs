//! Files made to break a reader: refused or read in part, within a second and little memory.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use pith::error::Remedy;
use pith::metadata::Reading;
use pith::pdf::{MAX_DECODED, Pdf, PdfError};

use crate::desk::Desk;
use crate::pdf_files::{build, folder, paper, stream};

fn fixture(name: &str) -> Pdf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pdf").join(name);
    Pdf::open(&path, None).unwrap()
}

/// Reads all there is, which must take less than `limit` without a panic.
fn read_all(name: &str, bytes: Vec<u8>) {
    let start = Instant::now();
    if let Ok(pdf) = Pdf::from_bytes(bytes, None) {
        let _ = (
            pdf.damage(),
            pdf.signatures(),
            pdf.own_section(),
            Reading::of(&pdf),
            pdf.first_page(),
        );
    }
    // Tests run unoptimised and side by side: the bound is for hangs, not for speed.
    assert!(start.elapsed() < Duration::from_secs(30), "{name} took {:?}", start.elapsed());
}

const PAGES: (u32, &str) = (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
const CATALOG: (u32, &str) = (1, "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>");
const PAGE: (u32, &str) = (
    3,
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 6 0 R/Resources<</XObject<</F 10 0 R>>>>>>",
);

#[test]
fn bombs_are_not_decoded() {
    let page = fixture("bomb-page.pdf");
    assert!(matches!(page.first_page(), Err(PdfError::TooLarge { .. })));
    let xmp = fixture("bomb-xmp.pdf");
    assert!(matches!(xmp.xmp().unwrap().packet, Err(PdfError::TooLarge { .. })));
    assert_eq!(xmp.damage().len(), 1);
    assert_eq!(MAX_DECODED, 48 << 20);
}

/// Bytes that deflate makes `length` zeros of.
fn deflated(prefix: &[u8], length: usize) -> Vec<u8> {
    // lopdf compresses, because it is at hand.
    let content = [prefix, &vec![b' '; length]].concat();
    let mut stream = lopdf::Stream::new(lopdf::Dictionary::new(), content);
    stream.compress().unwrap();
    stream.content
}

fn object(number: u32, dict: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("{number} 0 obj\n<<{dict}/Length {}>>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream\nendobj\n"].concat()
}

/// A file whose Catalog and pages are in an object stream, and its cross-reference data in a stream.
fn in_streams(objects: &[u8], table: impl Fn(&[u8]) -> (&'static str, Vec<u8>)) -> Vec<u8> {
    let head = b"%PDF-1.5\n";
    let dict = "/Type/ObjStm/N 3/First 30/Filter/FlateDecode";
    let mut out = [&head[..], &object(5, dict, objects)].concat();
    let offset = u32::try_from(out.len()).unwrap();
    let mut entries = vec![0; 6];
    for index in 0..3 {
        entries.extend([2, 0, 0, 0, 5, index]);
    }
    entries.extend([0; 6]);
    for offset in [head.len() as u32, offset] {
        entries.push(1);
        entries.extend(offset.to_be_bytes());
        entries.push(0);
    }
    let (filter, entries) = table(&entries);
    let dict = format!("/Type/XRef/W[1 4 1]/Size 7/Root 1 0 R{filter}");
    out.extend(object(6, &dict, &entries));
    out.extend(format!("startxref\n{offset}\n%%EOF\n").bytes());
    out
}

/// Other programs read no cross-reference stream without /Size, so it is damage, and nothing is appended behind it.
#[test]
fn a_table_without_its_size_is_damage() {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ];
    let objects = format!("{:30}", "1 0 2 60 3 120") + &objects.map(|o| format!("{o:60}")).concat();
    let sound = in_streams(&deflated(objects.as_bytes(), 0), |e| ("/Index[0 7]", e.to_vec()));
    assert!(Pdf::from_bytes(sound.clone(), None).unwrap().damage().is_empty());
    let size = sound.windows(5).rposition(|bytes| bytes == b"/Size").unwrap();
    let damaged = [&sound[..size], b"/Sizx", &sound[size + 5..]].concat();
    assert!(!Pdf::from_bytes(damaged, None).unwrap().damage().is_empty());
}

#[test]
fn bombs_in_the_structure_are_not_decoded() {
    let header = format!("{:30}", "1 0 2 60 3 120");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ];
    let objects = header + &objects.map(|object| format!("{object:60}")).concat();
    let plain = |entries: &[u8]| ("", entries.to_vec());
    let sound = in_streams(&deflated(objects.as_bytes(), 0), plain);
    assert_eq!(Pdf::from_bytes(sound, None).unwrap().page_count(), 1);
    let much = MAX_DECODED + 1;
    let bomb = deflated(objects.as_bytes(), much);
    let no_trailer = in_streams(&bomb, |entries| ("/X", entries.to_vec()));
    let no_trailer = no_trailer.strip_suffix(b"%%EOF\n").unwrap();
    let wrong_startxref = [no_trailer, b"startxref\n1\n%%EOF\n"].concat();
    let hidden = |from: &str, to: &str| {
        let at = wrong_startxref.windows(from.len()).position(|bytes| bytes == from.as_bytes());
        let (before, after) = wrong_startxref.split_at(at.expect(from));
        [before, to.as_bytes(), &after[from.len()..]].concat()
    };
    // The last object of a number counts, and the object stream 5 is another stream then.
    let good = in_streams(&deflated(objects.as_bytes(), 0), |entries| ("/X", entries.to_vec()));
    let twice = deflated(&bomb, 0);
    let again = object(5, "/Filter[/FlateDecode/FlateDecode]", &twice);
    let replaced = [&good[..], &again, b"startxref\n1\n%%EOF\n"].concat();
    let table = |entries: &[u8]| ("/Filter/FlateDecode", deflated(entries, much));
    let cases = [
        ("object stream", in_streams(&bomb, plain)),
        ("object stream of a damaged file", wrong_startxref.clone()),
        ("object stream after a comment", hidden("5 0 obj", "5 0%\nobj")),
        ("object stream in a comment", hidden("5 0 obj\n", "5 0 obj %x ")),
        ("object stream of no object", hidden("5 0 obj", "5 0 obj null")),
        ("object stream with an escape in its name", hidden("/ObjStm", "/Obj#53tm")),
        ("stream in place of an object stream", replaced),
        ("cross-reference stream", in_streams(&deflated(objects.as_bytes(), 0), table)),
    ];
    for (name, bytes) in cases {
        let error = Pdf::from_bytes(bytes, None).unwrap_err();
        assert!(matches!(error, PdfError::TooLarge { .. }), "{name}: {error}");
        assert!(error.to_string().contains("48 MiB"), "{name}: {error}");
    }
    // Who cannot see the filter cannot see the size.
    let elsewhere = hidden("/Filter/FlateDecode", "/Filter 7 0 R/X/Deflate");
    let error = Pdf::from_bytes(elsewhere, None).unwrap_err();
    assert!(matches!(error, PdfError::Damaged { .. }), "{error}");
}

/// An object stream that nothing names is decoded where an object is not at its place.
#[test]
fn a_bomb_that_nothing_names_is_not_decoded() {
    let dict = "/Type/ObjStm/N 1/First 4/Filter/FlateDecode";
    let bomb = object(5, dict, &deflated(b"8 0 null", MAX_DECODED + 1));
    let objects = [CATALOG, PAGES, (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")];
    // Long enough to be mapped when it is read from a file.
    let filler = [b"%PDF-1.5\n%", &*vec![b'x'; 2 << 20], b"\n"].concat();
    let header = [&*filler, &*bomb].concat();
    let sound = crate::pdf_files::build_after(&header, &objects, "/Root 1 0 R");
    assert_eq!(Pdf::from_bytes(sound.clone(), None).unwrap().page_count(), 1);
    for (entry, wrong) in [("\n3 1\n0", "\n3 1\n1"), (" 00000 n \ntrailer", " 00001 n \ntrailer")] {
        let at = sound.windows(entry.len()).position(|bytes| bytes == entry.as_bytes()).unwrap();
        let bytes = [&sound[..at], wrong.as_bytes(), &sound[at + entry.len()..]].concat();
        let path = folder("bomb-of-nobody").join("large.pdf");
        fs::write(&path, &bytes).unwrap();
        for opened in [Pdf::open(&path, None), Pdf::from_bytes(bytes, None)] {
            let error = opened.unwrap_err();
            assert!(matches!(error, PdfError::TooLarge { .. }), "{error}");
        }
    }
}

/// Streams that are small enough each, and too much together.
#[test]
fn many_small_bombs_are_not_decoded() {
    let part = data_encoding::HEXUPPER.encode(&deflated(b"", MAX_DECODED / 2));
    let body = |dict: &str| stream(&format!("{dict}/Filter[/ASCIIHexDecode/FlateDecode]"), &part);
    let forms = |next: u32| {
        let resources = format!("/Resources<</XObject<</F {next} 0 R>>>>");
        let content = data_encoding::HEXUPPER.encode(&deflated(b"/F Do ", MAX_DECODED / 2));
        let dict = format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources}");
        stream(&format!("{dict}/Filter[/ASCIIHexDecode/FlateDecode]"), &content)
    };
    let font = "/Font<</F 5 0 R>>";
    let cases = [
        (Some("48 MiB"), "[10 0 R 11 0 R 12 0 R 13 0 R 14 0 R]", "", [0; 5].map(|_| body(""))),
        // What stands before them is read.
        (None, "6 0 R", "/XObject<</F 10 0 R>>", [11, 12, 13, 14, 15].map(forms)),
        (Some("96 MiB"), "7 0 R", font, [0; 5].map(|_| body(""))),
    ];
    for (bound, contents, resources, parts) in cases {
        let page = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents {contents}/Resources<<{resources}>>>>"
        );
        let programs = "/FontFile2 10 0 R/X[11 0 R 12 0 R 13 0 R 14 0 R]";
        let font = format!(
            "<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 65/LastChar 65/Widths[500]\
             /FontDescriptor<</Type/FontDescriptor/FontName/A/Flags 4{programs}>>>>"
        );
        let (form, text) = (stream("", "/F Do"), stream("", "BT /F 9 Tf (A) Tj ET"));
        let mut objects = vec![CATALOG, PAGES, (3, &*page), (5, &*font), (6, &form), (7, &text)];
        objects.extend((10..).zip(parts.iter().map(String::as_str)));
        let pdf = Pdf::from_bytes(build(&objects, "/Root 1 0 R"), None).unwrap();
        match (pdf.first_page(), bound) {
            (Err(error), Some(bound)) => {
                assert!(error.to_string().contains(bound), "{contents}: {error}");
            }
            (Ok(page), None) => assert!(page.truncated, "{contents}"),
            (page, _) => panic!("{contents}: {page:?}"),
        }
    }
}

#[test]
fn bombs_that_page_1_leads_to_are_not_decoded() {
    let bomb = deflated(b"", MAX_DECODED + 1);
    let latin: String = bomb.iter().map(|byte| char::from(*byte)).collect();
    let bytes = |text: Vec<u8>| {
        String::from_utf8(text).unwrap().chars().map(|c| c as u8).collect::<Vec<u8>>()
    };
    let body = |dict: &str| {
        format!("<<{dict}/Filter/FlateDecode/Length {}>>\nstream\n{latin}\nendstream", bomb.len())
    };
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 10 0 R>>".to_owned();
    let glyphs = "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 80\
        /LastChar 80/Widths[9]/Encoding<</Differences[80/P]>>/CharProcs<</P 10 0 R>>>>";
    let form = body("/Type/XObject/Subtype/Form/BBox[0 0 9 9]");
    let cases = [
        ("font", "/Font<</F 9 0 R>>", "BT /F 9 Tf (x) Tj ET", font, body("")),
        ("form", "/XObject<</F 10 0 R>>", "/F Do", "null".to_owned(), form.clone()),
        // A name like that of a key that leads elsewhere.
        ("form P", "/XObject<</P 10 0 R>>", "/P Do", "null".to_owned(), form),
        ("glyph", "/Font<</OC 9 0 R>>", "BT /OC 9 Tf (P) Tj ET", glyphs.to_owned(), body("")),
    ];
    for (name, resources, content, nine, ten) in cases {
        let page = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 6 0 R/Resources<<{resources}>>>>"
        );
        let content = stream("", content);
        let objects = [CATALOG, PAGES, (3, &page), (6, &content), (9, &nine), (10, &ten)];
        let header = b"%PDF-1.4\n";
        let text = crate::pdf_files::build_after(header, &objects, "/Root 1 0 R");
        // The numbers of bytes in the text and in the file differ, so the table is off: hayro-syntax repairs it.
        let pdf = Pdf::from_bytes(bytes(text), None).unwrap();
        let error = pdf.first_page().unwrap_err();
        assert!(matches!(error, PdfError::TooLarge { .. }), "{name}: {error}");
    }
}

/// A file with things done to it that happen to files, each with a name.
fn damaged(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for step in 1..30 {
        let at = whole.len() * step / 30;
        let end = (at + 200).min(whole.len());
        out.push((format!("cut off at {at}"), whole[..at].to_vec()));
        out.push((format!("hole at {at}"), [&whole[..at], &whole[end..]].concat()));
        let zeros = vec![0; end - at];
        out.push((format!("zeros at {at}"), [&whole[..at], &zeros, &whole[end..]].concat()));
        out.push((format!("starts at {at}"), whole[at..].to_vec()));
    }
    let words = [
        "%PDF-",
        "%%EOF",
        "startxref",
        "trailer",
        "xref",
        "/Root",
        "/Type",
        "/Catalog",
        "/Pages",
        "/Kids",
        "/XRef",
        "/ObjStm",
        "/Size",
        "/W",
        "/Index",
        "/Length",
        "/Filter",
        "obj",
        "endobj",
        "stream",
        "endstream",
    ];
    for word in words {
        let mut bytes = whole.to_vec();
        for at in 0..=bytes.len() - word.len() {
            if bytes[at..].starts_with(word.as_bytes()) {
                bytes[at..at + word.len()].make_ascii_uppercase();
                bytes[at + word.len() - 1] = b'_';
            }
        }
        if bytes != whole {
            out.push((format!("without {word}"), bytes));
        }
    }
    for length in [1, 7, 100, 1019, 5000] {
        let junk = vec![b'j'; length];
        out.push((format!("{length} bytes before"), [&junk, whole].concat()));
        out.push((format!("{length} bytes behind"), [whole, &junk].concat()));
    }
    let lines = whole.iter().flat_map(|byte| match byte {
        b'\n' => b"\r\n".to_vec(),
        byte => vec![*byte],
    });
    out.push(("line ends of another system".to_owned(), lines.collect()));
    out
}

/// Every outcome is a reading or a refusal, and lopdf reads nothing that is refused here: that is why it is not
/// asked for a second opinion.
#[test]
fn hundreds_of_damaged_files_are_read_or_refused() {
    let (mut read, mut refused, mut lopdf_only) = (0, 0, Vec::new());
    for sample in [paper("pdflatex"), paper("dvips")].into_iter().flatten() {
        for (name, bytes) in damaged(&fs::read(sample).unwrap()) {
            let opened = Pdf::from_bytes(bytes.clone(), None);
            match opened {
                Ok(pdf) => {
                    read += 1;
                    let _ = (pdf.damage(), Reading::of(&pdf), pdf.first_page(), pdf.own_section());
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.remedy().is_some(), "{name}: {error}");
                    let other = std::panic::catch_unwind(|| lopdf::Document::load_mem(&bytes));
                    if other.is_ok_and(|file| file.is_ok_and(|file| !file.get_pages().is_empty())) {
                        lopdf_only.push(name);
                    }
                }
            }
        }
    }
    assert!(read > refused && lopdf_only.is_empty(), "{read} {refused} {lopdf_only:?}");
}

#[test]
fn what_stands_before_the_header_is_damage_and_no_hindrance() {
    let objects = [CATALOG, PAGES, PAGE, (4, "<</Title(T)>>")];
    let sound = build(&objects, "/Root 1 0 R/Info 4 0 R");
    for length in [1, 1000] {
        let bytes = [&vec![b'\n'; length], &*sound].concat();
        let pdf = Pdf::from_bytes(bytes, None).unwrap();
        assert_eq!(pdf.info().unwrap()[0].value, "T");
        let damage = pdf.damage();
        assert!(damage.iter().any(|d| d.what.contains("does not start with %PDF-")), "{damage:?}");
    }
}

#[test]
fn what_is_not_a_file_is_said_to_be_none() {
    let folder = folder("not-a-file");
    fs::write(folder.join("empty.pdf"), b"").unwrap();
    fs::write(folder.join("text.pdf"), b"Dear author,\n").unwrap();
    let open = |name: &str| Pdf::open(&folder.join(name), None).unwrap_err();
    assert!(matches!(open("."), PdfError::NotAFile { directory: true }));
    assert!(matches!(open("empty.pdf"), PdfError::Empty));
    assert!(matches!(open("text.pdf"), PdfError::NotAPdf { kind: None }));
    assert!(matches!(open("none.pdf"), PdfError::Io(_)));
    #[cfg(unix)]
    if crate::tools::require("mkfifo") {
        crate::tools::run(&folder, "mkfifo", &["pipe.pdf"]);
        assert!(matches!(open("pipe.pdf"), PdfError::NotAFile { directory: false }));
    }
}

/// A large file is mapped, and the system ends a program that reads pages which are gone.
#[test]
fn a_file_that_becomes_shorter_is_refused() {
    let folder = folder("shorter");
    let path = folder.join("shorter.pdf");
    let padding = stream("", &"x".repeat(3 << 20));
    let info = (4, "<</Title(T)>>");
    let content = stream("", "BT ET");
    let objects = [(9, padding.as_str()), CATALOG, PAGES, PAGE, info, (6, &content)];
    fs::write(&path, build(&objects, "/Root 1 0 R/Info 4 0 R")).unwrap();
    let pdf = Pdf::open(&path, None).unwrap();
    assert_eq!(pdf.info().unwrap()[0].value, "T");
    pdf.check_unchanged().unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    let whole = file.metadata().unwrap();
    file.set_len(1000).unwrap();
    let _ = (pdf.info(), Reading::of(&pdf), pdf.first_page(), pdf.damage(), pdf.own_section());
    assert!(pdf.bytes()[2 << 20..].iter().all(|byte| *byte == 0));
    let error = pdf.check_unchanged().unwrap_err();
    assert!(matches!(error, PdfError::Changed), "{error}");
    assert!(error.remedy().is_some());
    // Even where the file is as long and as old as before: pages were gone when they were read.
    file.set_len(whole.len()).unwrap();
    file.set_modified(whole.modified().unwrap()).unwrap();
    let faults = cfg!(unix);
    assert_eq!(matches!(pdf.check_unchanged(), Err(PdfError::Changed)), faults);
}

/// A small file is read whole; what is written to it afterwards is still a reason to read it again.
#[test]
fn a_file_that_is_written_to_is_refused() {
    let folder = folder("written");
    let path = folder.join("written.pdf");
    let bytes = build(&[CATALOG, PAGES, PAGE], "/Root 1 0 R");
    fs::write(&path, &bytes).unwrap();
    let old = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    let pdf = Pdf::open(&path, None).unwrap();
    pdf.check_unchanged().unwrap();
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(pdf.check_unchanged(), Err(PdfError::Changed)));
}

/// Files that state much more than any paper, by name.
fn crowded() -> Vec<(&'static str, Vec<u8>)> {
    let keys: String = (0..30_000).map(|number| format!("/A{number}(x)")).collect();
    let packet = |content: String| {
        let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>";
        stream("/Type/Metadata/Subtype/XML", &format!("{rdf}{content}</rdf:RDF>"))
    };
    let identifiers = packet(format!(
        "<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/'><xmp:Identifier><rdf:Bag>{}</rdf:Bag></xmp:Identifier></rdf:Description>",
        "<rdf:li>pith:A</rdf:li>".repeat(400_000)
    ));
    let namespaces =
        (0..60_000).map(|number| format!("<rdf:Description xmlns:a{number}='b'/>")).collect();
    let info = |entries: &str| {
        build(&[CATALOG, PAGES, PAGE, (4, &format!("<<{entries}>>"))], "/Root 1 0 R/Info 4 0 R")
    };
    let with = |packet: &str| build(&[CATALOG, PAGES, PAGE, (5, packet)], "/Root 1 0 R");
    vec![
        ("info-keys", info(&keys)),
        ("info-numbers", info(&"/PithNumber(pith:A)".repeat(100_000))),
        ("identifiers", with(&identifiers)),
        ("namespaces", with(&packet(namespaces))),
    ]
}

/// Files that are deep or lead back to themselves, by name.
fn deep() -> Vec<(&'static str, Vec<u8>)> {
    let nested = |open: &str, close: &str, count: usize| open.repeat(count) + &close.repeat(count);
    let array = format!("<</A {} /Title(x)>>", nested("[", "]", 10_000));
    let dictionary = format!("<</Type/Catalog/Pages 2 0 R/X {}>>", nested("<</A ", ">>", 10_000));
    let elements = format!(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description>{}</rdf:Description></rdf:RDF>",
        nested("<a>", "</a>", 10_000)
    );
    let elements = stream("/Type/Metadata/Subtype/XML", &elements);
    let content = stream("", "/F Do");
    let form = |next: u32| {
        let resources = format!("/Resources<</XObject<</F {next} 0 R>>>>");
        stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources}"), "/F Do /F Do")
    };
    let forms: Vec<String> = (10..40).map(|number| form(number + 1)).collect();
    let mut doubling = vec![CATALOG, PAGES, PAGE, (6, content.as_str())];
    doubling.extend((10..).zip(forms.iter().map(String::as_str)));
    let loops = form(10);
    let silent: Vec<String> =
        forms.iter().map(|form| form.replace("[0 0 9 9]", "[-9 -9 999 999]")).collect();
    let mut doubling_in_silence = vec![CATALOG, PAGES, PAGE, (6, content.as_str())];
    doubling_in_silence.extend((10..).zip(silent.iter().map(String::as_str)));
    let root = "/Root 1 0 R";
    let string = format!("<</Title{}>>", nested("(", ")", 10_000));
    let kids: Vec<String> = (10..10_010)
        .map(|next| format!("<</Type/Pages/Kids[{} 0 R]/Count 1>>", next + 1))
        .collect();
    let mut tree = vec![CATALOG, (2, "<</Type/Pages/Kids[10 0 R]/Count 1>>")];
    tree.extend((10..).zip(kids.iter().map(String::as_str)));
    let previous = format!("{root}/Prev 1{}", "0".repeat(30));
    vec![
        ("string", build(&[CATALOG, PAGES, PAGE, (4, &string)], "/Root 1 0 R/Info 4 0 R")),
        ("page-tree", build(&tree, root)),
        ("previous-far-away", build(&[CATALOG, PAGES, PAGE], &previous)),
        ("root-loop", build(&[(1, "1 0 R"), PAGES, PAGE], root)),
        ("array", build(&[CATALOG, PAGES, PAGE, (4, &array)], "/Root 1 0 R/Info 4 0 R")),
        ("dictionary", build(&[(1, &dictionary), PAGES, PAGE], root)),
        ("elements", build(&[CATALOG, PAGES, PAGE, (5, &elements)], root)),
        ("forms", build(&doubling, root)),
        ("form-loop", build(&[CATALOG, PAGES, PAGE, (6, &content), (10, &loops)], root)),
        (
            "page-loop",
            build(&[CATALOG, (2, "<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]>>"), PAGE], root),
        ),
        (
            "length-loop",
            build(&[CATALOG, PAGES, PAGE, (5, "<</Length 5 0 R>>\nstream\nx\nendstream")], root),
        ),
        ("info-loop", build(&[CATALOG, PAGES, PAGE, (4, "4 0 R")], "/Root 1 0 R/Info 4 0 R")),
        (
            "field-loop",
            build(
                &[
                    (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>"),
                    PAGES,
                    PAGE,
                    (4, "<</FT/Sig/V<<>>/Kids[4 0 R 4 0 R]>>"),
                ],
                root,
            ),
        ),
        ("size", build(&[CATALOG, PAGES, PAGE], "/Root 1 0 R/Size 4294967295")),
    ]
}

#[test]
fn nesting_and_loops_end() {
    for (name, bytes) in deep() {
        read_all(name, bytes);
    }
}

/// The command as a person runs it: exit status, memory (KiB) and processor's time (s) of each run.
const MEASURE: &str = "
import os, sys
pith, *paths = sys.argv[1:]
for path in paths:
    silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (1, 2)]
    inject = ['inject', path, '2403.01164', '--offline', '--mirror', 'mirror', '-o', 'out.pdf']
    for verb in (['check', path], inject):
        child = os.posix_spawn(pith, [pith, *verb], os.environ, file_actions=silent)
        _, status, used = os.wait4(child, 0)
        seconds = used.ru_utime + used.ru_stime
        print(verb[0], os.waitstatus_to_exitcode(status), used.ru_maxrss, seconds)
    if os.path.exists('out.pdf'):
        os.remove('out.pdf')
";

#[cfg(target_os = "linux")]
#[test]
fn hostile_files_take_a_second_and_little_memory() {
    let Some(python) = crate::tools::require_python("os") else { return };
    let desk = Desk::new();
    let made = deep().into_iter().chain(crowded());
    let mut files: Vec<_> = made.map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    for name in ["bomb-page.pdf", "bomb-xmp.pdf"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pdf").join(name);
        files.push((name.to_owned(), fs::read(path).unwrap()));
    }
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    for target in ["opens_or_refuses", "check_never_panics"] {
        for entry in fs::read_dir(found.join(target)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{target}-{}", path.file_stem().unwrap().display());
            files.push((name, fs::read(path).unwrap()));
        }
    }
    let mut arguments =
        vec!["-c".to_owned(), MEASURE.to_owned(), env!("CARGO_BIN_EXE_pith").to_owned()];
    for (name, bytes) in &files {
        let name = format!("{name}.pdf");
        desk.write(&name, bytes);
        arguments.push(name);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let printed = crate::tools::run(desk.path(), python.to_str().unwrap(), &arguments);
    let names = files.iter().flat_map(|(name, _)| [name, name]);
    assert_eq!(printed.lines().count(), names.clone().count());
    // A build for debugging is some ten times as slow.
    let seconds = if cfg!(debug_assertions) { 12.0 } else { 1.0 };
    for (name, line) in names.zip(printed.lines()) {
        let [verb, status, memory, time] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert!(["0", "1", "5"].contains(&status), "{verb} {name}: exit status {status}");
        assert!(memory.parse::<u64>().unwrap() < 256 << 10, "{verb} {name}: {memory} KiB");
        assert!(time.parse::<f64>().unwrap() < seconds, "{verb} {name}: {time} s");
    }
}

#[test]
fn a_loop_of_sections_is_damage() {
    let bytes = build(&[CATALOG, PAGES, PAGE], "/Root 1 0 R/Prev 0000");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let xref = text
        .rfind("startxref\n")
        .map(|at| text[at + 10..].lines().next().unwrap().to_owned())
        .unwrap();
    let bytes = build(&[CATALOG, PAGES, PAGE], &format!("/Root 1 0 R/Prev {xref:0>4}"));
    let pdf = Pdf::from_bytes(bytes, None).unwrap();
    assert!(pdf.damage()[0].what.contains("loop"), "{:?}", pdf.damage());
}
