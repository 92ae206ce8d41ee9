//! The program among others: pipes that close, completions, the manual page.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::desk::{Desk, run};
use crate::tools::require;

/// `| head` closes the pipe while there is more to say.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    let record = format!("mirror/pith/{}.json", crate::records::HETEGEN_SUFFIX);
    let verbs: [&[&str]; 8] = [
        &["resolve", "--mirror", "mirror", "2403.01164"],
        &["resolve", "--mirror", "mirror", "2403.01164", "--format", "json"],
        &["verify", &record],
        &["check", "paper.pdf", "--format", "sarif"],
        &["explain"],
        &["sty", "-o", "-"],
        &["man"],
        &["--help"],
    ];
    for verb in verbs {
        let mut command = desk.command();
        let many =
            std::iter::repeat_n(*verb.last().unwrap(), if verb[0] == "verify" { 500 } else { 0 });
        command.args(verb).args(many).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap().code();
        assert!(!said.contains("panicked") && !said.contains("rror"), "{verb:?}: {said}");
        assert!(matches!(status, Some(0 | 1)), "{verb:?}: {status:?}");
    }
}

/// The file that a link leads to is written, also where it is not there yet.
#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let desk = Desk::new();
    std::fs::create_dir(desk.join("images")).unwrap();
    std::os::unix::fs::symlink("../badge.svg", desk.join("images/link.svg")).unwrap();
    let verb = ["badge", "2403.01164", "--mirror", "mirror", "-o", "images/link.svg"];
    for _ in 0..2 {
        desk.good(&verb);
        assert!(desk.join("images/link.svg").is_symlink());
        desk.good(&["verify", "badge.svg"]);
    }
}

/// What could not be written is not said to be good.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_for_every_verb() {
    let desk = Desk::new();
    let verbs: [&[&str]; 6] = [
        &["resolve", "--mirror", "mirror", "2403.01164"],
        &["check", "paper.pdf"],
        &["explain"],
        &["man"],
        &["--help"],
        &["check", "--help"],
    ];
    for verb in verbs {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ran = desk.command().args(verb).stdout(full).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(5), "{verb:?}: {said}");
        assert!(said.contains("standard output: the disk is full"), "{verb:?}: {said}");
    }
}

#[test]
fn the_shells_read_their_completions() {
    let desk = Desk::new();
    for (shell, check) in [("bash", "bash -n"), ("zsh", "zsh -n"), ("fish", "fish --no-execute")] {
        let script = desk.good(&["completions", shell]).out();
        assert!(script.contains("badge") && script.contains("mirror"), "{shell}");
        // Of these only bash is on every machine with the tests' tools.
        let mut words = check.split(' ');
        let program = words.next().unwrap();
        if shell != "bash" && Command::new(program).arg("--version").output().is_err() {
            continue;
        }
        desk.write("script", script.as_bytes());
        let mut command = Command::new(program);
        desk.clean(&mut command);
        let ran = run(command.args(words).arg("script"), b"");
        assert_eq!((ran.status, ran.err().as_str()), (Some(0), ""), "{shell}");
    }
    for shell in ["elvish", "powershell"] {
        assert!(desk.good(&["completions", shell]).out().contains("badge"), "{shell}");
    }
}

#[test]
fn the_manual_page_renders_without_a_warning() {
    let page = Desk::new().good(&["man"]).stdout;
    let text = String::from_utf8_lossy(&page);
    for verb in ["RESOLVE", "VERIFY", "STY", "BADGE", "INJECT", "STRIP", "CHECK", "EXPLAIN", "DEMO"]
    {
        assert!(text.contains(&format!(".SH \"PITH {verb}\"")), "{verb}");
    }
    if !require("groff") {
        return;
    }
    let mut groff = Command::new("groff");
    groff.args(["-man", "-ww", "-z", "-Tutf8"]);
    let ran = run(&mut groff, &page);
    assert_eq!((ran.status, ran.err().as_str()), (Some(0), ""));
}

/// A line that is no text is one bad input; the others have their answers.
#[test]
fn bytes_that_are_no_text_stop_nothing() {
    let desk = Desk::new();
    let mut command = desk.command();
    command.args(["resolve", "-", "--mirror", "mirror", "--format", "number"]);
    let ran = run(&mut command, b"2403.01164\n\xff\xfe\n2404.14294");
    assert_eq!(ran.status, Some(2));
    assert_eq!(
        ran.out(),
        "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD\npith:2024:7YXM6JRYOH4O5NBMCHKEPDPSW2\n"
    );
    assert!(ran.err().contains("it is neither an arXiv id nor a Pith Number"), "{}", ran.err());
}

/// Colour only where somebody asks for it; every case in tests/cmd sees to the other half.
#[test]
fn colour_comes_when_it_is_asked_for() {
    let desk = Desk::new();
    let shown = desk.good(&["resolve", "2403.01164", "--mirror", "mirror", "--color", "always"]);
    assert!(shown.out().contains("\u{1b}[32mverified\u{1b}[0m"), "{}", shown.out());
    let json =
        ["resolve", "2403.01164", "--mirror", "mirror", "--color", "always", "--format", "json"];
    assert!(!desk.good(&json).out().contains('\u{1b}'), "programs never get any");
}

/// An example that breaks over two lines cannot be pasted; clap breaks what passes 80 columns.
#[test]
fn examples_of_the_help_fit_their_lines() {
    let command = pith::cli::command();
    let verbs = command.get_subcommands();
    let texts = verbs.chain([&command]).filter_map(|verb| verb.get_after_help());
    for line in texts.map(ToString::to_string).collect::<Vec<_>>().iter().flat_map(|t| t.lines()) {
        let is_example = line.starts_with("  ");
        assert!(!is_example || line.chars().count() <= 80, "{line}");
    }
}
