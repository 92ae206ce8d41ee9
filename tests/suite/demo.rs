//! `pith demo`: the whole job, with TeX and without, once and again.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::desk::{Desk, Ran, run};
use crate::tools::require;

/// A folder of programs that has no TeX: `PATH` for a machine without it.
fn without_tex(desk: &Desk, command: &mut Command) {
    command.env("PATH", desk.path());
}

fn demo(desk: &Desk, tex: bool) -> Ran {
    let mut command = desk.command();
    if !tex {
        without_tex(desk, &mut command);
    }
    let ran = run(command.args(["demo", "out", "--offline"]), b"");
    assert_eq!(ran.status, Some(0), "{}{}", ran.out(), ran.err());
    ran
}

/// The files that the last paragraphs list, which are those in the folder but for what TeX leaves there.
fn listed(desk: &Desk, ran: &Ran) -> BTreeSet<String> {
    let out = ran.out();
    let (_, list) = out.split_once("Written to out:\n").unwrap_or_else(|| panic!("{out}"));
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names: BTreeSet<_> =
        lines.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    let by_tex = [".aux", ".log", ".out"];
    let there: BTreeSet<_> = std::fs::read_dir(desk.join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !by_tex.iter().any(|end| name.ends_with(end)))
        .collect();
    assert_eq!(names, there);
    names
}

/// What the folder holds verifies with nothing but the pinned key.
fn hold(desk: &Desk, names: &BTreeSet<String>, pdfs: &[&str]) {
    let mut files = vec!["badge.svg", "badge.html", "record.json"];
    files.extend(pdfs);
    for name in files {
        assert!(names.contains(name), "{name} is not listed");
        let path = format!("out/{name}");
        let ran = desk.good(&["verify", &path, "--format", "number", "--offline"]);
        assert_eq!(ran.out(), "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD\n", "{name}");
    }
    for name in pdfs {
        desk.good(&["check", &format!("out/{name}"), "--expect", "2403.01164"]);
    }
    let next = desk.good(&["verify", &format!("out/{}", pdfs[0])]).out();
    assert!(next.contains("passed       title-on-page"), "{next}");
}

#[test]
fn without_tex_it_uses_the_pdf_that_is_shipped() {
    let desk = Desk::new();
    for time in 1..=2 {
        let ran = demo(&desk, false);
        assert!(ran.err().contains("There is no TeX on this machine"), "{time}: {}", ran.err());
        assert!(ran.err().contains("apt install texlive"), "it says how to get it");
        assert!(ran.out().contains("Next:  pith verify out/paper-with-proof.pdf"), "{}", ran.out());
        let names = listed(&desk, &ran);
        assert!(!names.contains("main.pdf"));
        hold(&desk, &names, &["paper-with-proof.pdf"]);
    }
}

#[test]
fn with_tex_it_compiles_the_paper() {
    if !require("pdflatex") {
        return;
    }
    let desk = Desk::new();
    let first = demo(&desk, true);
    let names = listed(&desk, &first);
    assert!(first.out().contains("Next:  pith verify out/main.pdf"), "{}", first.out());
    assert_eq!(first.err(), "");
    hold(&desk, &names, &["main.pdf", "paper-with-proof.pdf"]);
    assert_eq!(listed(&desk, &demo(&desk, true)), names, "a second run does the same");
}

#[test]
fn the_next_command_can_be_pasted() {
    let desk = Desk::new();
    let mut command = desk.command();
    without_tex(&desk, &mut command);
    let ran = run(command.args(["demo", "it's my demo"]), b"");
    let next = r"Next:  pith verify 'it'\''s my demo/paper-with-proof.pdf'";
    assert!(ran.out().contains(next), "{}", ran.out());
}

#[test]
fn a_run_without_tex_after_one_with_it_does_not_speak_of_its_pdf() {
    let desk = Desk::new();
    demo(&desk, false);
    desk.write("out/main.pdf", b"%PDF-1.4 from another day");
    let ran = demo(&desk, false);
    assert!(!ran.out().contains("main.pdf"), "{}", ran.out());
    assert!(Path::new(&desk.join("out/main.pdf")).exists(), "what is not ours stays");
}
