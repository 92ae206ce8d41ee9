//! inject and strip on encrypted files, of every handler that qpdf writes, judged by other programs.

use std::fs;
use std::path::{Path, PathBuf};

use pith::inject::{InjectError, Note, Options, Output, inject, strip};
use pith::metadata::Reading;
use pith::pdf::{Encryption, Pdf, PdfError};

use crate::pdf_files::{build, folder, paper, with_xmp};
use crate::pdf_inject::{complaints_with, metadata};
use crate::tools::{self, require};

/// Handlers by name: bits and further flags of qpdf's --encrypt, and whether it calls the algorithm weak.
const HANDLERS: [(&str, &str, &[&str], bool); 9] = [
    ("rc4-40", "40", &[], true),
    ("rc4-128", "128", &["--use-aes=n"], true),
    ("rc4-v4", "128", &["--use-aes=n", "--force-V4"], true),
    ("aes-128", "128", &["--use-aes=y"], true),
    ("aes-128-clear", "128", &["--use-aes=y", "--cleartext-metadata"], true),
    ("rc4-v4-clear", "128", &["--use-aes=n", "--cleartext-metadata"], true),
    ("aes-256", "256", &[], false),
    ("aes-256-clear", "256", &["--cleartext-metadata"], false),
    ("aes-256-r5", "256", &["--force-R5"], false),
];

/// Forms of cross-reference data, as flags of qpdf.
const FORMS: [(&str, &[&str]); 3] = [
    ("table", &["--object-streams=disable"]),
    ("stream", &["--object-streams=generate"]),
    ("linearized", &["--object-streams=generate", "--linearize"]),
];

/// A file whose Catalog has strings, and no packet: the Catalog is written anew, and in an encrypted file its
/// strings are encrypted anew where they stood in an object stream.
fn with_strings(folder: &Path) -> PathBuf {
    let objects = [
        (
            1,
            "<</Type/Catalog/Pages 2 0 R/Lang(en-GB)/PageLabels<</Nums[0<</P(A\\(-)>>]>>\
             /ViewerPreferences<</DisplayDocTitle true>>>>",
        ),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>"),
        (4, "<</Title(An old title)/Author<FEFF00E9>>>"),
    ];
    let path = folder.join("strings.pdf");
    fs::write(&path, build(&objects, "/Root 1 0 R/Info 4 0 R")).unwrap();
    path
}

fn encrypt(source: &Path, target: &Path, user: &str, handler: usize, form: &[&str]) {
    let (_, bits, flags, weak) = HANDLERS[handler];
    let mut arguments = vec!["--warning-exit-0", "--static-id"];
    if weak {
        arguments.push("--allow-weak-crypto");
    }
    arguments.extend_from_slice(form);
    let limits: &[&str] = match bits {
        "40" => &["--print=n", "--modify=n"],
        _ => &["--print=none", "--modify=none"],
    };
    arguments.extend(["--encrypt", user, "owner", bits]);
    arguments.extend_from_slice(flags);
    arguments.extend_from_slice(limits);
    arguments.extend(["--", source.to_str().unwrap(), target.to_str().unwrap()]);
    tools::run(Path::new("."), "qpdf", &arguments);
}

/// What pdfinfo says of a file, but for what inject changes.
fn described(path: &Path, password: &str) -> String {
    let text = tools::run(Path::new("."), "pdfinfo", &["-upw", password, path.to_str().unwrap()]);
    let changed = ["File size:", "Optimized:", "Metadata Stream:", "Custom Metadata:"];
    let kept = |line: &&str| !changed.iter().any(|start| line.starts_with(start));
    text.lines().filter(kept).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_encrypted_file_stays_encrypted_and_so_is_what_is_added() {
    if !["qpdf", "exiftool", "pdfinfo", "pdftoppm"].into_iter().all(require) {
        return;
    }
    let Some(python) = tools::require_python("pikepdf") else { return };
    let folder = folder("encrypted");
    let mut sources = vec![("strings", with_strings(&folder))];
    sources.extend(paper("pdflatex").map(|path| ("paper", path)));
    sources.extend(with_xmp("hyperxmp").map(|path| ("hyperxmp", path)));
    let mut for_pikepdf = Vec::new();
    for (index, (handler, ..)) in HANDLERS.iter().enumerate() {
        // Every source in every form by every handler would take minutes: forms and passwords take turns.
        let forms = FORMS.iter().cycle().skip(index % FORMS.len());
        let users = ["", "user"].into_iter().cycle().skip(index % 2);
        for (((source, path), (form, flags)), user) in sources.iter().zip(forms).zip(users) {
            let name = format!("{source}-{form}-{handler}-{user}");
            let input = folder.join(format!("{name}.pdf"));
            encrypt(path, &input, user, index, flags);
            let options = Options {
                password: (!user.is_empty()).then(|| user.to_owned()),
                ..Options::default()
            };
            let out = folder.join(format!("{name}.out.pdf"));
            inject(&input, Output::Path(&out), &metadata(), &options)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let (before, after) = (fs::read(&input).unwrap(), fs::read(&out).unwrap());
            assert!(after.starts_with(&before), "{name}: the old bytes are a prefix");

            let pdf = Pdf::open(&out, options.password.as_deref()).unwrap();
            let kind =
                if user.is_empty() { Encryption::OwnerPassword } else { Encryption::UserPassword };
            assert_eq!(pdf.encryption(), Some(kind), "{name}");
            assert_eq!(Reading::of(&pdf).metadata(), Some(metadata()), "{name}");
            assert_eq!(pdf.damage(), [], "{name}");

            // What is added is as secret as the rest.
            let added = String::from_utf8_lossy(&after[before.len()..]).into_owned();
            assert!(!added.contains("PithNumber (pith:"), "{name}");
            let clear = handler.ends_with("-clear");
            assert_eq!(added.contains("<pith:Number>"), clear, "{name}");
            assert_eq!(added.contains("/Filter/Crypt"), clear, "{name}: {added}");

            let password = format!("--password={user}");
            let (new, old) =
                (complaints_with(&out, &[&password]), complaints_with(&input, &[&password]));
            assert!(new.iter().all(|line| old.contains(line)), "{name}: {new:#?} {old:#?}");
            assert_eq!(described(&out, user), described(&input, user), "{name}");
            let arguments = ["-upw", user, "-custom", out.to_str().unwrap()];
            let custom = tools::run(&folder, "pdfinfo", &arguments);
            assert!(custom.contains(&metadata().number), "{name}: {custom}");
            let arguments = ["-upw", user, "-meta", out.to_str().unwrap()];
            let packet = tools::run(&folder, "pdfinfo", &arguments);
            assert!(packet.contains("<pith:KeyID>"), "{name}: {packet}");
            assert_eq!(pixels(&out, user), pixels(&input, user), "{name}");
            // exiftool decrypts AES in Perl: six seconds for the packet of hyperxmp.
            if *source == "strings" {
                let tags = |path: &Path| {
                    let arguments =
                        ["-j", "-G1", "-struct", "-password", user, path.to_str().unwrap()];
                    let json = tools::run(&folder, "exiftool", &arguments);
                    serde_json::from_str::<serde_json::Value>(&json).unwrap()[0].clone()
                };
                let (new, old) = (tags(&out), tags(&input));
                assert_eq!(new["XMP-pith:Record"], metadata().proof.unwrap().record, "{name}");
                for (tag, value) in old.as_object().unwrap() {
                    let group = tag.split(':').next().unwrap();
                    if group.starts_with("XMP-") || group == "PDF" {
                        let changed = ["XMP-xmp:MetadataDate", "PDF:Linearized"];
                        assert!(
                            changed.contains(&tag.as_str()) || new[tag] == *value,
                            "{name}: {tag}"
                        );
                    }
                }
            }
            for_pikepdf.push((out.to_str().unwrap().to_owned(), user));

            let again = folder.join(format!("{name}.again.pdf"));
            let owner = Options { password: Some("owner".to_owned()), ..options.clone() };
            let second = inject(&out, Output::Path(&again), &metadata(), &owner)
                .unwrap_or_else(|error| panic!("{name}, by the owner: {error}"));
            assert_eq!(second.output_length, after.len() as u64, "{name}");
            let bare = folder.join(format!("{name}.bare.pdf"));
            let report = strip(&again, Output::Path(&bare), &options).unwrap();
            assert_eq!(report.notes, [Note::OwnSection], "{name}");
            assert_eq!(fs::read(&bare).unwrap(), before, "{name}: strip gives the bytes back");
        }
    }
    let script = "import sys, pikepdf\nfor path, password in zip(sys.argv[1::2], sys.argv[2::2]):\n \
                  with pikepdf.open(path, password=password) as pdf:\n  x = pdf.open_metadata()\n  \
                  ns = '{https://pith.science/schemas/pith-pdf/1.0/}'\n  \
                  labels = pdf.Root.PageLabels.Nums[1].P if 'strings' in path else 'A(-'\n  \
                  lang = pdf.Root.Lang if 'strings' in path else 'en-GB'\n  \
                  print(pdf.docinfo['/PithNumber'], x[ns + 'Number'], lang, labels)";
    let mut arguments = vec!["-c", script];
    arguments.extend(for_pikepdf.iter().flat_map(|(path, user)| [path.as_str(), user]));
    let printed = tools::run(&folder, python.to_str().unwrap(), &arguments);
    assert_eq!(printed.lines().count(), for_pikepdf.len());
    let number = metadata().number;
    for line in printed.lines() {
        assert_eq!(line, format!("{number} {number} en-GB A(-"));
    }
}

/// Page 1 as pdftoppm draws it.
fn pixels(path: &Path, password: &str) -> Vec<u8> {
    let arguments = ["-upw", password, "-r", "40", "-f", "1", "-l", "1", path.to_str().unwrap()];
    let output = tools::output(Path::new("."), "pdftoppm", &arguments);
    assert!(output.status.success() && !output.stdout.is_empty(), "{}", path.display());
    output.stdout
}

#[test]
fn a_password_is_asked_for_and_a_wrong_one_is_refused() {
    if !require("qpdf") {
        return;
    }
    let folder = folder("passwords");
    let source = with_strings(&folder);
    for (index, (handler, ..)) in HANDLERS.iter().enumerate() {
        let path = folder.join(format!("{handler}.pdf"));
        encrypt(&source, &path, "user", index, &[]);
        let before = fs::read(&path).unwrap();
        let attempt = |password: Option<&str>| {
            let options = Options { password: password.map(str::to_owned), ..Options::default() };
            match inject(&path, Output::InPlace, &metadata(), &options).unwrap_err() {
                InjectError::Input { error, .. } => error,
                other => panic!("{handler}: {other}"),
            }
        };
        assert!(matches!(attempt(None), PdfError::NeedsPassword), "{handler}");
        for wrong in ["", "x", "User", "user ", "p\u{e4}ss", "\u{1f600}"] {
            let error = attempt(Some(wrong));
            assert!(matches!(error, PdfError::WrongPassword), "{handler} {wrong:?}: {error}");
        }
        assert_eq!(fs::read(&path).unwrap(), before, "{handler}");
        for right in ["user", "owner"] {
            let pdf = Pdf::open(&path, Some(right)).unwrap();
            let info = pdf.info().unwrap();
            assert!(info.iter().any(|entry| entry.value == "An old title"), "{handler}: {info:?}");
        }
    }
}

/// Up to revision 4 passwords are in PDFDocEncoding, from 5 on in UTF-8.
#[test]
fn a_password_outside_of_ascii_opens_or_is_said_not_to_be_tried() {
    if !require("qpdf") {
        return;
    }
    let folder = folder("passwords-encoded");
    let source = with_strings(&folder);
    for (index, (handler, bits, ..)) in HANDLERS.iter().enumerate() {
        let path = folder.join(format!("{handler}.pdf"));
        encrypt(&source, &path, "p\u{e4}ss", index, &[]);
        match Pdf::open(&path, Some("p\u{e4}ss")) {
            Ok(pdf) => assert!(*bits == "256" && pdf.page_count() == 1, "{handler}"),
            Err(error) => {
                assert!(*bits != "256", "{handler}: {error}");
                assert!(matches!(error, PdfError::UnsupportedPassword), "{handler}: {error}");
            }
        }
        assert!(Pdf::open(&path, Some("owner")).is_ok() == (*bits == "256"), "{handler}");
    }
}

/// An object stream that is encrypted is not decoded either where it has too much, with a password and without.
#[test]
fn an_encrypted_bomb_is_not_decoded() {
    if !require("qpdf") {
        return;
    }
    let folder = folder("encrypted-bomb");
    let text = "a".repeat(pith::pdf::MAX_DECODED + 1);
    let text = format!("({text})");
    let catalog = "<</Type/Catalog/Pages 2 0 R/X 4 0 R>>";
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>";
    let pages = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
    let source = folder.join("large.pdf");
    fs::write(&source, build(&[(1, catalog), (2, pages), (3, page), (4, &text)], "/Root 1 0 R"))
        .unwrap();
    for (handler, user) in [("rc4-128", ""), ("aes-256", "user")] {
        let index = HANDLERS.iter().position(|(name, ..)| *name == handler).unwrap();
        let path = folder.join(format!("{handler}.pdf"));
        encrypt(&source, &path, user, index, &["--object-streams=generate"]);
        let error = Pdf::open(&path, Some("user")).unwrap_err();
        assert!(error.to_string().contains("more than 48 MiB"), "{handler}: {error}");
    }
    let locked = Pdf::open(&folder.join("aes-256.pdf"), None).unwrap_err();
    assert!(matches!(locked, PdfError::NeedsPassword), "{locked}");
    fs::remove_dir_all(folder).unwrap();
}

/// What of a damaged file can be decoded is known by its own encryption dictionary, wherever that is found.
#[test]
fn an_encrypted_file_without_cross_reference_data_opens() {
    if !require("qpdf") {
        return;
    }
    let folder = folder("encrypted-damaged");
    // Of more than an object stream is believed without a look.
    let text = |seed: u32| -> String {
        let numbers = (0..40_000_u32).map(|i| (i + seed).wrapping_mul(2_654_435_761) >> 8);
        format!("({})", numbers.map(|n| format!("{n:06x}")).collect::<String>())
    };
    let texts: Vec<_> = (0..8).map(|seed| text(seed * 77_777)).collect();
    let mut objects = vec![
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (
            3,
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/X[10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R 17 0 R]>>",
        ),
    ];
    objects.extend((10..).zip(texts.iter().map(String::as_str)));
    let source = folder.join("plain.pdf");
    fs::write(&source, build(&objects, "/Root 1 0 R")).unwrap();
    let path = folder.join("encrypted.pdf");
    let index = HANDLERS.iter().position(|(name, ..)| *name == "aes-256").unwrap();
    encrypt(&source, &path, "", index, &["--object-streams=generate"]);
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 400_000, "{}", bytes.len());
    let with_junk = [b"some bytes before the header\n", &*bytes].concat();
    let cut = bytes.len() - b"startxref\n123456\n%%EOF\n".len();
    for damaged in [with_junk, bytes[..cut].to_vec()] {
        let pdf = Pdf::from_bytes(damaged, None).unwrap();
        assert_eq!((pdf.page_count(), pdf.damage().is_empty()), (1, false));
    }
}
