//! --offline means that no socket is opened: the system calls are the witness.

use std::process::Command;

use crate::desk::{Desk, run};
use crate::records::HETEGEN;
use crate::server::{Server, json};
use crate::tools::require;

/// The system calls about networks that `pith` and the programs that it starts make.
fn network_calls(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let log = desk.join("calls");
    let mut command = Command::new("strace");
    desk.clean(&mut command);
    command.args(["-f", "-qq", "-e", "trace=network", "-e", "signal=none", "-o"]).arg(&log);
    command.arg(env!("CARGO_BIN_EXE_pith")).args(arguments);
    let ran = run(&mut command, b"");
    assert_eq!(ran.status, Some(0), "{arguments:?}: {}{}", ran.out(), ran.err());
    let calls = std::fs::read_to_string(log).unwrap();
    calls.lines().filter(|line| line.contains('(')).map(str::to_owned).collect()
}

#[test]
fn offline_opens_no_socket_and_online_does() {
    if !require("strace") {
        return;
    }
    let desk = Desk::new();
    desk.good(&["inject", "paper.pdf", "2403.01164", "--mirror", "mirror", "-o", "proof.pdf"]);
    let verbs: &[&[&str]] = &[
        &["resolve", "2403.01164", "WKFOJ2EC"],
        &["resolve", "2403.01164", "--cache", "kept"],
        &["verify", "proof.pdf", "mirror/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD.json"],
        &["sty", "2403.01164"],
        &["badge", "2403.01164", "--format", "svg"],
        &["inject", "paper.pdf", "2403.01164", "-o", "again.pdf"],
        &["strip", "proof.pdf", "-o", "plain.pdf"],
        &["check", "proof.pdf", "--expect", "2403.01164"],
        &["explain", "proof-missing"],
        &["mirror", "build", "built", "mirror/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD.json"],
        &["resolve", "2403.01164", "2403.01164v2", "--mirror", "built"],
        &["trust", "list"],
        &["demo", "demo"],
    ];
    for &verb in verbs {
        // An address stands among the mirrors, and is not so much as looked up.
        let mirrors = ["--offline", "--mirror", "https://pith.science", "--mirror", "mirror"];
        let calls = network_calls(&desk, &[verb, &mirrors].concat());
        assert!(calls.is_empty(), "pith {verb:?} --offline:\n{}", calls.join("\n"));
    }
    // A pinned record, and one that was kept when there was a network, need no mirror at all.
    let server = Server::start(vec![("/", json(HETEGEN))]);
    let url = server.url();
    desk.good(&["resolve", "2403.01164", "--mirror", &url, "--cache", "kept"]);
    let calls = network_calls(&desk, &["resolve", "2403.01164", "--offline", "--cache", "kept"]);
    assert!(calls.is_empty(), "from the cache:\n{}", calls.join("\n"));
    desk.write("pith.json", HETEGEN.as_bytes());
    let calls = network_calls(&desk, &["resolve", "2403.01164", "--offline", "--cache", "none"]);
    assert!(calls.is_empty(), "from pith.json:\n{}", calls.join("\n"));
    std::fs::remove_file(desk.join("pith.json")).unwrap();
    let calls = network_calls(&desk, &["resolve", "2403.01164", "--mirror", &url]);
    for call in ["socket(", "connect("] {
        assert!(
            calls.iter().any(|line| line.contains(call)),
            "this test sees no {call}: {calls:?}"
        );
    }
}
