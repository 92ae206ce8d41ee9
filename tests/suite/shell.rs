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
