//! The packets that xmpincl and pdfx write from a file: completed in time, or not touched.

use std::fs;

use pith::metadata::{Key, Reading};
use pith::pdf::Pdf;

use super::paper::{Paper, two_lines};
use super::template;
use crate::pdf_files;
use crate::records::HETEGEN_SUFFIX;

/// The templates in which pith stands before the packet is written.
const TEMPLATES: [&str; 2] = ["with-pdfx-after", "with-xmpincl"];

#[test]
fn anonymous_in_time_leaves_the_packet_alone() {
    if !super::can_compile() {
        return;
    }
    let folder = pdf_files::folder("tex-packet");
    for name in TEMPLATES {
        let lines = format!("\\usepackage[anonymous]{{pith}}\n\\pithnumber{{{HETEGEN_SUFFIX}}}");
        let paper = Paper::write(&folder.join(name), &template(name), &lines);
        assert!(paper.compile("pdflatex"), "{name}: {}", paper.errors());
        let reading = Reading::of(&Pdf::open(&paper.pdf(), None).unwrap());
        assert_eq!(reading.packets.len(), 1, "{name}: the other package's packet");
        assert!(reading.unreadable.is_empty(), "{name}");
        assert!(!reading.stated.iter().any(|stated| stated.key == Key::Number), "{name}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn anonymous_too_late_is_an_error() {
    if !super::can_compile() {
        return;
    }
    let folder = pdf_files::folder("tex-packet-late");
    for name in TEMPLATES {
        let lines = two_lines();
        let tex = String::from_utf8(template(name)).unwrap();
        let tex = tex.replace("\\begin{document}", "\\pithsetup{anonymous}\n\\begin{document}");
        let paper = Paper::write(&folder.join(name), tex.as_bytes(), &lines);
        assert!(!paper.compile("pdflatex"), "{name}");
        let text = "holds the number already";
        assert!(paper.errors().contains(text), "{name}: {}", paper.errors());
    }
    fs::remove_dir_all(folder).unwrap();
}
