//! Every check on its two PDFs in tests/checks, which tests/checks/make writes.

use std::collections::BTreeSet;
use std::path::Path;

use pith::check::{ALL, Check, Level};
use serde_json::Value;

use crate::desk::{Desk, TESTS};
use crate::server::Server;

/// What else is found in a check's bad.pdf, and why that cannot be helped.
const BESIDE: [(&str, &[&str]); 4] = [
    // A number that is none has no record, so its PDF has no proof.
    ("number-malformed", &["proof-missing"]),
    // The proof lies in the packet that cannot be read.
    ("xmp-malformed", &["proof-missing"]),
    // What differs from the registered record is either the receipt, or not covered by it.
    ("record-differs", &["proof-invalid"]),
    // These files are made by hand, with Info alone.
    ("stale-revision", &["badge-missing", "proof-missing"]),
];

/// The levels at which a check fires, where it has more than its own.
const OTHER_LEVEL: [(&str, &str, Level); 1] = [("pdf-encrypted", "bad-user.pdf", Level::Error)];

/// The checks of a PDF; those of sources are in `checks_of_sources`.
fn of_pdfs() -> impl Iterator<Item = &'static Check> {
    ALL.into_iter().filter(|check| !check.is_of_sources())
}

struct Report {
    status: i32,
    /// Id and level of each finding.
    findings: BTreeSet<(String, String)>,
}

impl Report {
    fn of(id: &str, file: &str) -> Self {
        let desk = Desk::new();
        desk.copy(&format!("checks/{id}/{file}"), "it.pdf");
        // Only this one compares with another record.
        let source = if id == "record-differs" { "--mirror=mirror" } else { "--offline" };
        let ran = desk.run(&["check", "it.pdf", "--format", "json", source]);
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
    for Check { id, level, .. } in of_pdfs() {
        let beside = BESIDE.iter().find(|(of, _)| of == id).map_or(&[][..], |(_, others)| others);
        let expected: BTreeSet<_> = beside.iter().copied().chain([*id]).collect();
        let bad = Report::of(id, "bad.pdf");
        assert_eq!(bad.ids(), expected, "{id}/bad.pdf");
        assert!(bad.findings.contains(&((*id).to_owned(), level.to_string())), "{id}/bad.pdf");
        let has_error = bad.findings.iter().any(|(_, level)| level == "error");
        assert_eq!(bad.status, i32::from(has_error), "{id}/bad.pdf");
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

/// The PDFs of the checks whose names begin so.
fn files(begin: &str) -> Vec<(&'static str, String)> {
    let mut files = Vec::new();
    for Check { id, .. } in of_pdfs() {
        let entries = std::fs::read_dir(Path::new(TESTS).join("checks").join(id)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        files.extend(names.filter(|name| name.starts_with(begin)).map(|name| (*id, name)));
    }
    files
}

/// The other causes of a check: every `bad-*.pdf` fires it, and nothing else.
#[test]
fn every_cause_of_a_check_fires_it_alone() {
    let files = files("bad-");
    assert!(files.len() >= 20, "{files:?}");
    for (id, file) in files {
        assert_eq!(Report::of(id, &file).ids(), BTreeSet::from([id]), "{id}/{file}");
    }
}

#[test]
fn what_looks_like_a_cause_and_is_none_is_let_be() {
    for (id, file) in files("good-") {
        let report = Report::of(id, &file);
        assert!(
            !report.ids().contains(id) && report.status == 0,
            "{id}/{file}: {:?}",
            report.ids()
        );
    }
}

#[test]
fn what_passed_and_what_could_not_be_run_is_said() {
    let desk = Desk::new();
    desk.copy("checks/number-missing/bad.pdf", "none.pdf");
    desk.copy("checks/proof-missing/good.pdf", "good.pdf");
    let reports = desk.run(&["check", "none.pdf", "good.pdf", "--format", "json"]).json();
    for report in &reports {
        let ids = |list: &str, key: &str| -> Vec<String> {
            let list = report[list].as_array().unwrap().iter();
            let id = |item: &Value| if key.is_empty() { item.clone() } else { item[key].clone() };
            list.map(|item| id(item).as_str().unwrap().to_owned()).collect()
        };
        let mut all = ids("passed", "");
        all.extend(ids("not_run", "check"));
        all.extend(ids("findings", "check"));
        all.sort();
        let mut expected: Vec<_> = of_pdfs().map(|check| check.id.to_owned()).collect();
        expected.sort();
        assert_eq!(all, expected, "each check is told of once: {report:#}");
    }
    let not_run = |report: &Value, id: &str| {
        report["not_run"].as_array().unwrap().iter().any(|item| item["check"] == id)
    };
    assert!(not_run(&reports[0], "badge-hidden") && !not_run(&reports[1], "badge-hidden"));
    assert!(not_run(&reports[1], "record-differs"));
}

#[test]
fn a_registry_that_does_not_know_the_number_is_believed() {
    let desk = Desk::new();
    desk.copy("checks/proof-missing/good.pdf", "good.pdf");
    let server = Server::start(Vec::new());
    let ran = desk.run(&["check", "good.pdf", "--format", "json", "--mirror", &server.url()]);
    assert_eq!(ran.json()[0]["findings"][0]["check"], "record-differs", "{}", ran.out());
    assert_eq!(ran.status, Some(1));
    // A folder need not have every record.
    std::fs::create_dir(desk.join("other")).unwrap();
    let ran = desk.run(&["check", "good.pdf", "--mirror", "other"]);
    assert_eq!(ran.status, Some(0), "{}", ran.out());
}

#[test]
fn a_source_that_was_named_and_is_down_is_no_success() {
    let desk = Desk::new();
    desk.copy("checks/proof-missing/good.pdf", "good.pdf");
    let ran = desk.run(&["check", "good.pdf", "--mirror", "http://127.0.0.1:9"]);
    assert_eq!(ran.status, Some(4), "{}", ran.out());
    assert!(ran.out().contains("the record could not be compared"), "{}", ran.out());
    assert!(ran.out().contains("its record was not compared"), "{}", ran.out());
    assert!(!ran.out().contains("ready"), "{}", ran.out());
    let sarif =
        desk.run(&["check", "good.pdf", "--mirror", "http://127.0.0.1:9", "--format=sarif"]);
    let sarif: Value = serde_json::from_str(&sarif.out()).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "warning");
    let github =
        desk.run(&["check", "good.pdf", "--mirror", "http://127.0.0.1:9", "--format=github"]);
    assert!(github.out().starts_with("::warning file=good.pdf,title=pith::"), "{}", github.out());
}

/// Also where threads overtake each other, and with names that are no text.
#[test]
fn a_folder_is_reported_in_the_order_of_its_names() {
    let desk = Desk::new();
    let mut names = Vec::new();
    for index in 0..60 {
        let (folder, from) = match index % 3 {
            0 => ("a", "checks/proof-missing/good.pdf"),
            1 => ("a/deep/er", "checks/number-missing/bad.pdf"),
            _ => ("b", "checks/pdf-damaged/bad.pdf"),
        };
        let name = format!("many/{folder}/{index:02}.pdf");
        desk.copy(from, &name);
        names.push(name);
    }
    desk.write("many/.git/hidden.pdf", b"no PDF");
    desk.write("many/.hidden.pdf", b"no PDF");
    names.sort();
    let inputs = |ran: &crate::desk::Ran| -> Vec<String> {
        ran.json().iter().map(|report| report["input"].as_str().unwrap().to_owned()).collect()
    };
    let first = desk.run(&["check", "many", "--format", "json"]);
    assert_eq!(inputs(&first), names);
    assert_eq!(first.status, Some(1));
    let second = desk.run(&["check", "many", "--format", "json"]);
    assert_eq!(first.out(), second.out());
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_in_circles_and_any_name_is_good() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    desk.copy("checks/number-missing/bad.pdf", "in/a.pdf");
    std::os::unix::fs::symlink("..", desk.join("in/up")).unwrap();
    std::os::unix::fs::symlink("a.pdf", desk.join("in/link.pdf")).unwrap();
    std::os::unix::fs::symlink("nowhere", desk.join("in/dangling.pdf")).unwrap();
    let odd = desk.join("in").join(std::ffi::OsStr::from_bytes(b"\xff.pdf"));
    std::fs::copy(desk.join("in/a.pdf"), odd).unwrap();
    let ran = desk.run(&["check", "in", "--format", "json"]);
    let inputs: Vec<_> = ran.json().iter().map(|report| report["input"].clone()).collect();
    assert_eq!(inputs, ["in/a.pdf", "in/dangling.pdf", "in/link.pdf", "in/\u{fffd}.pdf"]);
    assert_eq!(ran.status, Some(5));
    let sarif = desk.run(&["check", "in", "--format", "sarif"]).out();
    assert!(sarif.contains("in/%FF.pdf"), "{sarif}");
}

#[test]
fn settings_count_from_the_papers_folder_upwards() {
    let desk = Desk::new();
    for name in ["top.pdf", "in/deep/a.pdf", "git/b.pdf"] {
        desk.copy("checks/number-missing/bad.pdf", name);
    }
    desk.write("pith.toml", b"[levels]\nnumber-missing = \"note\"\n");
    desk.write("in/pith.toml", b"[levels]\nnumber-missing = \"off\"\n");
    desk.write("git/.git/HEAD", b"");
    let ran = desk.run(&["check", "top.pdf", "in", "git", "--format", "json"]);
    let levels: Vec<_> =
        ran.json().iter().map(|report| report["findings"][0]["level"].clone()).collect();
    assert_eq!(levels, [Value::from("note"), Value::Null, Value::from("error")]);
    assert_eq!(ran.status, Some(1));
}

#[test]
fn the_pinned_record_is_that_of_the_paper() {
    let desk = Desk::new();
    desk.copy("checks/proof-missing/good.pdf", "papers/one/a.pdf");
    desk.write("papers/pith.json", crate::records::HETEGEN.as_bytes());
    let ran = desk.run(&["check", "papers", "-v"]);
    assert_eq!(ran.status, Some(0), "{}", ran.out());
    assert!(!ran.out().contains("record-differs: "), "it is run: {}", ran.out());
    desk.write("papers/pith.json", crate::records::SURVEY.as_bytes());
    let ran = desk.run(&["check", "papers", "--format", "json"]);
    let finding = &ran.json()[0]["findings"][0];
    assert_eq!(finding["check"], "number-disagrees");
    assert_eq!(finding["message"], "the record that is pinned in papers/pith.json is another");
}

#[test]
fn a_pinned_record_that_does_not_verify_is_an_error_and_compared_with_nothing() {
    let forged = crate::records::HETEGEN.replace("\"version\":1", "\"version\":7");
    let merged = format!("<<<<<<< HEAD\n{}", crate::records::HETEGEN);
    let desk = Desk::new();
    desk.copy("checks/proof-missing/good.pdf", "papers/a.pdf");
    for (pin, message) in [
        (forged.as_str(), "but the record's is"),
        (&merged, "the marks of a merge"),
        ("{", "it is not JSON"),
    ] {
        desk.write("papers/pith.json", pin.as_bytes());
        let ran = desk.run(&["check", "papers", "--format", "json"]);
        let findings = ran.json()[0]["findings"].clone();
        assert_eq!(findings.as_array().unwrap().len(), 1, "{findings}");
        assert_eq!(findings[0]["check"], "pin-invalid");
        assert!(findings[0]["message"].as_str().unwrap().contains(message), "{findings}");
        assert_eq!(ran.status, Some(1));
    }
    desk.write("pith.toml", b"[levels]\npin-invalid = \"off\"\n");
    assert_eq!(desk.run(&["check", "papers"]).status, Some(0));
}

#[test]
fn a_forged_record_does_not_make_the_rest_wrong() {
    let desk = Desk::new();
    desk.copy("checks/proof-missing/good.pdf", "good.pdf");
    let good = std::fs::read(desk.join("good.pdf")).unwrap();
    let at = good.windows(11).rposition(|window| window == b"\"version\":1").expect("the record");
    let forged = [&good[..at], b"\"version\":2", &good[at + 11..]].concat();
    desk.write("forged.pdf", &forged);
    let report = desk.run(&["check", "forged.pdf", "--format", "json"]).json().remove(0);
    assert_eq!(report["pith_number"], "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD");
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|finding| finding["check"] == "proof-invalid"), "{findings:#?}");
}

#[test]
fn a_sarif_log_is_whole_also_where_files_have_no_findings_or_cannot_be_read() {
    let desk = Desk::new();
    desk.copy("checks/proof-missing/good.pdf", "good.pdf");
    desk.copy("checks/output-intent/bad.pdf", "note.pdf");
    desk.copy("checks/proof-missing/bad.pdf", "warning.pdf");
    desk.write("empty.pdf", b"");
    let log = |files: &[&str]| -> Value {
        let ran = desk.run(&[&["check", "--format", "sarif"], files].concat());
        serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.out()))
    };
    let run = |log: &Value| log["runs"][0].clone();
    let nothing = run(&log(&["good.pdf"]));
    assert_eq!(nothing["results"], Value::Array(Vec::new()));
    assert_eq!(nothing["invocations"][0]["executionSuccessful"], true);
    let all = run(&log(&["paper.pdf", "good.pdf", "empty.pdf", "note.pdf", "warning.pdf"]));
    let results = all["results"].as_array().unwrap();
    let levels: Vec<_> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "note", "warning"]);
    for result in results {
        let rule = &all["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(file["uriBaseId"], "%SRCROOT%");
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    }
    let invocation = &all["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 1);
}
