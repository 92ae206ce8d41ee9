//! Every check on its two PDFs in tests/checks, which tests/checks/make writes.

use std::collections::BTreeSet;
use std::path::Path;

use pith::check::{ALL, Check, Level};
use serde_json::Value;

use crate::desk::{Desk, TESTS};

/// What else is found in a check's bad.pdf, and why that cannot be helped.
const BESIDE: [(&str, &[&str]); 2] = [
    // A number that is none has no record, so its PDF has no proof.
    ("number-malformed", &["proof-missing"]),
    // The proof lies in the packet that cannot be read.
    ("xmp-malformed", &["proof-missing"]),
];

/// The levels at which a check fires, where it has more than its own.
const OTHER_LEVEL: [(&str, &str, Level); 1] = [("pdf-encrypted", "bad-user.pdf", Level::Error)];

struct Report {
    status: i32,
    /// Id and level of each finding.
    findings: BTreeSet<(String, String)>,
}

impl Report {
    fn of(id: &str, file: &str) -> Self {
        let desk = Desk::new();
        desk.copy(&format!("checks/{id}/{file}"), "it.pdf");
        let ran = desk.run(&["check", "it.pdf", "--format", "json", "--offline"]);
        let report = ran.json().remove(0);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap().iter();
        let findings = findings.map(|found| (text(&found["check"]), text(&found["level"])));
        Self { status: ran.status.unwrap(), findings: findings.collect() }
    }

    fn ids(&self) -> BTreeSet<&str> {
        self.findings.iter().map(|(id, _)| id.as_str()).collect()
    }
}

#[test]
fn every_check_has_its_folder_and_every_folder_its_check() {
    let entries = std::fs::read_dir(Path::new(TESTS).join("checks")).unwrap();
    let folders = entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<_> =
        folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let checks: BTreeSet<_> = ALL.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(folders, checks);
}

#[test]
fn the_source_of_a_check_is_named_like_it() {
    for Check { id, .. } in ALL {
        let name = format!("src/check/{}.rs", id.replace('-', "_"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.starts_with(&format!("//! {id}\n")), "{name} begins with its id");
    }
}

#[test]
fn bad_fires_its_check_and_good_does_not() {
    for Check { id, level, .. } in ALL {
        let beside = BESIDE.iter().find(|(of, _)| of == id).map_or(&[][..], |(_, others)| others);
        let expected: BTreeSet<_> = beside.iter().copied().chain([*id]).collect();
        let bad = Report::of(id, "bad.pdf");
        assert_eq!(bad.ids(), expected, "{id}/bad.pdf");
        assert!(bad.findings.contains(&((*id).to_owned(), level.to_string())), "{id}/bad.pdf");
        assert_eq!(bad.status, i32::from(*level == Level::Error), "{id}/bad.pdf");
        let good = Report::of(id, "good.pdf");
        assert!(!good.ids().contains(id), "{id}/good.pdf");
        assert_eq!(good.status, 0, "{id}/good.pdf has no error");
    }
}

#[test]
fn a_file_that_needs_a_password_is_an_error_and_cannot_be_read() {
    for (id, file, level) in OTHER_LEVEL {
        let report = Report::of(id, file);
        assert_eq!(report.findings, BTreeSet::from([(id.to_owned(), level.to_string())]));
        assert_eq!(report.status, 5);
    }
}
