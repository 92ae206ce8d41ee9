//! PDFs for the tests, of each kind of writer: compiled once a run into the target's folder for temporary files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::tools;

/// The ways to get from TeX to PDF.
pub const ENGINES: [&str; 4] = ["pdflatex", "lualatex", "xelatex", "dvips"];

/// A paper whose title runs over three lines and is full of ligatures, with a footnote mark and accents beside it.
pub const TITLE: &str = "Efficient Offline Shuffling: Waffle Affinity and the First Flow of \
                         Heterogeneous Parallel Inference in Difficult Coffee Fields";

const PAPER: &str = r"\documentclass{article}
\title{Efficient Offline Shuffling: Waffle Affinity and the First Flow of
Heterogeneous Parallel Inference in Difficult Coffee Fields\thanks{Supported by no one.}}
\author{Ren\'e G\'odel\thanks{Nowhere.} \and Fran\c{c}ois \'Emile}
\date{2 March 2024}
\begin{document}
\maketitle
\begin{abstract}We show $x^2$ and nothing else. \end{abstract}
\section{Introduction}
The quick brown fox jumps over the lazy dog, again and again, until the very long line is broken by the
typesetting system's internationalization of heterogeneous hyphenation possibilities and responsibilities.
\end{document}
";

/// Compiles `tex` with `engine` in a folder named `name`, once; `None` where a tool is missing.
pub fn compile(name: &str, engine: &str, tex: &str) -> Option<PathBuf> {
    let needed: &[&str] = match engine {
        "dvips" => &["latex", "dvips", "ps2pdf"],
        engine => &[engine],
    };
    if !needed.iter().all(|tool| tools::require(tool)) {
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{name}-{engine}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("main.tex"), tex).unwrap();
    let flags = ["-interaction=nonstopmode", "-halt-on-error", "main.tex"];
    if engine == "dvips" {
        tools::run(&folder, "latex", &flags);
        tools::run(&folder, "dvips", &["-q", "main.dvi"]);
        tools::run(&folder, "ps2pdf", &["main.ps", "main.pdf"]);
    } else {
        tools::run(&folder, engine, &flags);
    }
    Some(folder.join("main.pdf"))
}

/// The paper with [`TITLE`], by one of [`ENGINES`].
pub fn paper(engine: &str) -> Option<PathBuf> {
    static PAPERS: [OnceLock<Option<PathBuf>>; 4] = [const { OnceLock::new() }; 4];
    let index = ENGINES.iter().position(|name| *name == engine).expect("an engine");
    PAPERS[index].get_or_init(|| compile("paper", engine, PAPER)).clone()
}

/// The paper in bitmap fonts, as dvips and pdfTeX set it where there are no outlines.
pub fn bitmap_paper() -> Option<PathBuf> {
    if !tools::require("mf") {
        return None;
    }
    compile("bitmap", "pdflatex", &format!("\\pdfmapfile{{}}\n{PAPER}"))
}

/// An empty folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A PDF from numbered objects, with a cross-reference table that fits them.
pub fn build(objects: &[(u32, &str)], trailer: &str) -> Vec<u8> {
    build_after(b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", objects, trailer)
}

/// The same, with a header of one's own.
pub fn build_after(header: &[u8], objects: &[(u32, &str)], trailer: &str) -> Vec<u8> {
    let mut out = header.to_vec();
    let mut places = Vec::new();
    for (number, body) in objects {
        places.push((*number, out.len()));
        out.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    let xref = out.len();
    out.extend_from_slice(b"xref\n0 1\n0000000000 65535 f \n");
    for (number, offset) in &places {
        out.extend_from_slice(format!("{number} 1\n{offset:010} 00000 n \n").as_bytes());
    }
    let size = places.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
    out.extend_from_slice(
        format!("trailer\n<</Size {size} {trailer}>>\nstartxref\n{xref}\n%%EOF").as_bytes(),
    );
    out
}

/// A stream object's body.
pub fn stream(dict: &str, content: &str) -> String {
    format!("<<{dict} /Length {}>>\nstream\n{content}\nendstream", content.len())
}

const PAGES: [(u32, &str); 2] = [
    (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
    (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>"),
];

/// The smallest packet with a property in it.
pub const PACKET: &str = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\
    \"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:format>application/pdf</dc:format></rdf:Description></rdf:RDF></x:xmpmeta>";

/// Small PDFs of unusual structure, by name; each is valid, or invalid in the way that its name says.
pub fn unusual() -> Vec<(&'static str, Vec<u8>)> {
    let packet = stream("/Type/Metadata/Subtype/XML", PACKET);
    let catalog = "<</Type/Catalog/Pages 2 0 R>>";
    let with_metadata = "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>";
    let page_with_metadata =
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>/Metadata 5 0 R>>";
    vec![
        ("no-info", build(&[(1, catalog), PAGES[0], PAGES[1]], "/Root 1 0 R")),
        (
            "no-info-with-id",
            build(&[(1, catalog), PAGES[0], PAGES[1]], "/Root 1 0 R/ID[(a\\)b)<00ff>]"),
        ),
        (
            "info",
            build(
                &[
                    (1, catalog),
                    PAGES[0],
                    PAGES[1],
                    (4, "<</Title(A\\(B)/PithNumber(pith:old)/Trapped/False % c\n>>"),
                ],
                "/Root 1 0 R/Info 4 0 R/DocChecksum /ABC",
            ),
        ),
        (
            "info-duplicates",
            build(
                &[
                    (1, catalog),
                    PAGES[0],
                    PAGES[1],
                    (4, "<</PithNumber(pith:A)/Title(T)/PithNumber(pith:B)>>"),
                ],
                "/Root 1 0 R/Info 4 0 R",
            ),
        ),
        (
            "direct-info",
            build(&[(1, catalog), PAGES[0], PAGES[1]], "/Root 1 0 R/Info<</Title(T)>>"),
        ),
        ("missing-info", build(&[(1, catalog), PAGES[0], PAGES[1]], "/Root 1 0 R/Info 9 0 R")),
        // A reference to what does not exist is null.
        ("missing-metadata", build(&[(1, with_metadata), PAGES[0], PAGES[1]], "/Root 1 0 R")),
        ("metadata", build(&[(1, with_metadata), PAGES[0], PAGES[1], (5, &packet)], "/Root 1 0 R")),
        (
            "shared-metadata",
            build(
                &[(1, with_metadata), PAGES[0], (3, page_with_metadata), (5, &packet)],
                "/Root 1 0 R",
            ),
        ),
        (
            "duplicate-metadata",
            build(
                &[
                    (1, "<</Type/Catalog/Metadata 6 0 R/Pages 2 0 R/Metadata 5 0 R>>"),
                    PAGES[0],
                    PAGES[1],
                    (5, &packet),
                    (6, &packet),
                ],
                "/Root 1 0 R",
            ),
        ),
        ("hybrid", hybrid()),
        ("history", history()),
        ("pdfua", tagged("http://www.aiim.org/pdfua/ns/id/", "1", "")),
        (
            "pdfa-3b",
            tagged("http://www.aiim.org/pdfa/ns/id/", "3", "<p:conformance>B</p:conformance>"),
        ),
        ("generation", generation()),
        ("gap", build(&[(1, catalog), PAGES[0], PAGES[1], (40, "null")], "/Root 1 0 R")),
    ]
}

/// A hybrid file as Word writes it (ISO 32000-2, 7.5.8.4): the Info dictionary is free in the first table, and
/// listed by the stream that the second one's /XRefStm leads to.
fn hybrid() -> Vec<u8> {
    let objects =
        [(1, "<</Type/Catalog/Pages 2 0 R>>"), PAGES[0], PAGES[1], (4, "<</Title(Hidden)>>")];
    let trailer = "/Root 1 0 R/Info 4 0 R";
    let mut out = build_after(b"%PDF-1.5\n", &objects, trailer);
    let at = |out: &[u8], what: &[u8]| {
        out.windows(what.len()).rposition(|window| window == what).unwrap()
    };
    let info = at(&out, b"4 0 obj");
    let first = at(&out, b"xref\n0 1");
    let entry = at(&out, b"00000 n");
    out[entry + 6] = b'f';
    out.push(b'\n');
    let stream = out.len();
    let entries: String = [info, stream].iter().map(|offset| format!("01{offset:04X}00")).collect();
    let dict = format!("/Type/XRef/W[1 2 1]/Index[4 2]/Size 6 {trailer}/Filter/ASCIIHexDecode");
    let body = crate::pdf_files::stream(&dict, &format!("{entries}>"));
    out.extend_from_slice(format!("5 0 obj\n{body}\nendobj\n").as_bytes());
    let xref = out.len();
    out.extend_from_slice(
        format!(
            "xref\n0 0\ntrailer\n<</Size 6 {trailer}/Prev {first}/XRefStm {stream}>>\n\
             startxref\n{xref}\n%%EOF\n"
        )
        .as_bytes(),
    );
    out
}

/// A file of three revisions, each with a %%EOF: the second gives page 1 a rotation and frees an object, the third
/// gives it back its old form.
fn history() -> Vec<u8> {
    let catalog = (1, "<</Type/Catalog/Pages 2 0 R>>");
    let objects = [catalog, PAGES[0], PAGES[1], (4, "<</Title(First)>>"), (5, "null")];
    let mut out = build(&objects, "/Root 1 0 R/Info 4 0 R");
    for page in ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Rotate 90>>", PAGES[1].1] {
        let text = String::from_utf8_lossy(&out).into_owned();
        let prev = text.lines().rev().nth(1).unwrap();
        out.push(b'\n');
        let offset = out.len();
        out.extend_from_slice(format!("3 0 obj\n{page}\nendobj\n").as_bytes());
        let xref = out.len();
        out.extend_from_slice(
            format!(
                "xref\n0 1\n0000000005 65535 f \n3 1\n{offset:010} 00000 n \n5 1\n0000000000 00001 f \n\
                 trailer\n<</Size 6/Root 1 0 R/Info 4 0 R/Prev {prev}>>\nstartxref\n{xref}\n%%EOF"
            )
            .as_bytes(),
        );
    }
    out
}

/// A file that claims a part of a standard in its packet.
fn tagged(namespace: &str, part: &str, more: &str) -> Vec<u8> {
    let claim = format!("<p:part xmlns:p=\"{namespace}\">{part}</p:part>");
    let more = more.replace("<p:conformance>", &format!("<p:conformance xmlns:p=\"{namespace}\">"));
    let packet = PACKET.replace("<dc:format>", &format!("{claim}{more}<dc:format>"));
    let packet = stream("/Type/Metadata/Subtype/XML", &packet);
    let catalog = "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R/Lang(en)/MarkInfo<</Marked true>>\
                   /StructTreeRoot 6 0 R/ViewerPreferences<</DisplayDocTitle true>>>>";
    let tree = (6, "<</Type/StructTreeRoot>>");
    build_after(
        b"%PDF-1.7\n",
        &[(1, catalog), PAGES[0], PAGES[1], (5, &packet), tree],
        "/Root 1 0 R",
    )
}

/// A small file of each version of PDF.
pub fn versions() -> Vec<(String, Vec<u8>)> {
    let objects = [(1, "<</Type/Catalog/Pages 2 0 R>>"), PAGES[0], PAGES[1], (4, "<</Title(T)>>")];
    let versions = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"];
    let file = |version: &str| {
        let header = format!("%PDF-{version}\n");
        build_after(header.as_bytes(), &objects, "/Root 1 0 R/Info 4 0 R")
    };
    versions.map(|version| (version.to_owned(), file(version))).into()
}

/// A file whose Info dictionary has generation 2.
fn generation() -> Vec<u8> {
    let objects = [(1, "<</Type/Catalog/Pages 2 0 R>>"), PAGES[0], PAGES[1], (4, "<</Title(T)>>")];
    let bytes = build(&objects, "/Root 1 0 R/Info 4 2 R");
    let mut text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    text = text.replace("4 0 obj", "4 2 obj");
    let last = text.rfind("00000 n").unwrap();
    text.replace_range(last..last + 7, "00002 n");
    text.chars().map(|character| character as u8).collect()
}

/// Papers whose packages write XMP of their own: name and source. All for pdflatex.
pub const WITH_XMP: [(&str, &str); 3] = [
    (
        "hyperxmp",
        r"\documentclass{article}\usepackage{hyperxmp}\usepackage[pdftitle={A \& B},pdfauthor={G\'odel, K.},
        pdfcopyright={Someone},pdflang=en,keeppdfinfo]{hyperref}\begin{document}x\end{document}",
    ),
    ("pdfx", r"\documentclass{article}\usepackage[a-1b]{pdfx}\begin{document}x\end{document}"),
    (
        "document-metadata",
        r"\DocumentMetadata{pdfversion=1.7,pdfstandard=A-2b}\documentclass{article}\usepackage{hyperref}
        \hypersetup{pdftitle={A B}}\begin{document}x\end{document}",
    ),
];

/// One of [`WITH_XMP`].
pub fn with_xmp(name: &str) -> Option<PathBuf> {
    static PAPERS: [OnceLock<Option<PathBuf>>; 3] = [const { OnceLock::new() }; 3];
    let index = WITH_XMP.iter().position(|(known, _)| *known == name).expect("a name");
    PAPERS[index].get_or_init(|| compile(name, "pdflatex", WITH_XMP[index].1)).clone()
}
