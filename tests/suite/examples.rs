//! The programs in examples/ run, and say what they should.

#[path = "../../examples/compute_numbers.rs"]
#[expect(dead_code, reason = "its main reads standard input")]
mod compute_numbers;
#[path = "../../examples/resolve.rs"]
#[expect(dead_code, reason = "its main reads the command line")]
mod resolve;
#[path = "../../examples/verify_records.rs"]
#[expect(dead_code, reason = "its main reads standard input")]
mod verify_records;

use pith::trust::{BulkKeyring, Keyring};

use crate::records::{self, HETEGEN, SURVEY};

#[test]
fn compute_numbers() {
    let snapshot = include_str!("../metadata/snapshot.jsonl");
    let lines: Vec<_> = snapshot.lines().chain(["{}"]).map(compute_numbers::describe).collect();
    assert_eq!(lines[0], "1809.10355v1 is pith:2018:DZZVYWZRF6PJR2GJ6YMJEK6U5K");
    assert_eq!(lines[1], "hep-th/0703252v1 is pith:2007:PK67SBAVI3PBQMN37G6J5ZSHQT");
    assert!(lines[2].starts_with("it has no id (a record holds it"), "{}", lines[2]);
}

#[test]
fn verify_records() {
    let keys = Keyring::pinned();
    let bulk = BulkKeyring::new(&keys);
    let tampered = HETEGEN.replacen("\"signature_b64\":\"", "\"signature_b64\":\"A", 1);
    let lines = [HETEGEN.to_owned(), tampered, SURVEY.to_owned(), "[".to_owned()];
    let lines = verify_records::describe(&lines, &bulk);
    assert_eq!(lines[0], "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD verified");
    assert!(
        lines[1].ends_with("failed; receipt: the signature is not base64 of 64 bytes"),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2], "pith:2024:7YXM6JRYOH4O5NBMCHKEPDPSW2 verified");
    assert!(lines[3].starts_with("it is not JSON"), "{}", lines[3]);
}

#[tokio::test]
async fn resolve() {
    let mirror = records::mirror();
    let mirror = mirror.path().to_str().unwrap();
    let text = resolve::describe(mirror, "arXiv:2403.01164").await.unwrap();
    assert!(text.starts_with("pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD verified\n"), "{text}");
    assert!(text.contains("passed       receipt: signed by pith-v1-2026-05"), "{text}");
    let error = resolve::describe(mirror, "2403.99999").await.unwrap_err();
    assert!(error.to_string().starts_with("no record for arXiv:2403.99999"), "{error}");
}
