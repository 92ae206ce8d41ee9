//! What a file is that is taken for a PDF, told by how it begins.

/// Bytes that are looked at.
const BEGIN: usize = 512;

/// A kind of file that often has the name of a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherKind {
    /// What it is, in words.
    pub name: &'static str,
    /// What to do with it.
    pub remedy: &'static str,
}

const HTML: OtherKind = OtherKind {
    name: "a web page",
    remedy: "the server sent a page, perhaps to log in: open it in a browser, and download the PDF again",
};

/// How files begin, without the white space before, in lower case.
const KINDS: [(&[u8], OtherKind); 9] = [
    (b"<!doctype html", HTML),
    (b"<html", HTML),
    (
        b"<?xml",
        OtherKind { name: "XML", remedy: "open it in an editor: a server's error may stand in it" },
    ),
    (
        b"\x1f\x8b",
        OtherKind { name: "packed by gzip", remedy: "unpack it: gunzip < FILE > OUT.pdf" },
    ),
    (
        b"pk\x03\x04",
        OtherKind { name: "a .zip archive", remedy: "unpack it, and give the PDF in it" },
    ),
    (b"%!ps", OtherKind { name: "PostScript", remedy: "make a PDF of it: ps2pdf IN.ps OUT.pdf" }),
    (
        b"version https://git-lfs",
        OtherKind { name: "a pointer of Git LFS", remedy: "fetch the file itself: git lfs pull" },
    ),
    (b"\\documentclass", OtherKind { name: "LaTeX", remedy: "compile it, and give the PDF" }),
    (b"{\\rtf", OtherKind { name: "a text document", remedy: "save it as a PDF, and give that" }),
];

impl OtherKind {
    /// The kind of what begins so, where it is one of those.
    pub(super) fn of(data: &[u8]) -> Option<Self> {
        let begin = data[..data.len().min(BEGIN)].trim_ascii_start().to_ascii_lowercase();
        KINDS.iter().find(|(start, _)| begin.starts_with(start)).map(|(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_beginning() {
        let kind = |data: &[u8]| OtherKind::of(data).map(|kind| kind.name);
        assert_eq!(kind(b"\n <!DOCTYPE HTML><title>Sign in</title>"), Some("a web page"));
        assert_eq!(kind(b"\x1f\x8b\x08\0"), Some("packed by gzip"));
        assert_eq!(kind(b"%!PS-Adobe-3.0"), Some("PostScript"));
        assert_eq!(kind(b"words"), None);
        assert_eq!(kind(b""), None);
    }
}
