//! docs/schema: what the program prints as JSON is valid, and described to the last field.

use std::path::Path;

use jsonschema::Validator;
use pith::check::ALL;
use serde_json::{Value, json};

use crate::desk::Desk;

/// The schema of one verb's JSON, as it is and with every field forbidden that it does not describe.
struct Schema {
    open: Validator,
    closed: Validator,
}

impl Schema {
    fn of(verb: &str) -> Self {
        let path = format!("docs/schema/pith.{verb}.1.json");
        let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        let mut schema: Value = serde_json::from_slice(&text).unwrap();
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{path}: {error}"));
        let open = jsonschema::draft202012::new(&schema).unwrap();
        close(&mut schema);
        for part in schema["$defs"].as_object_mut().unwrap().values_mut() {
            close(part);
        }
        Self { open, closed: jsonschema::draft202012::new(&schema).unwrap() }
    }

    fn hold(&self, object: &Value) {
        for schema in [&self.open, &self.closed] {
            let errors: Vec<_> = schema.iter_errors(object).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{}\n{object:#}", errors.join("\n"));
        }
    }

    /// A change to a valid object that makes it invalid.
    fn refuse(&self, object: &Value, pointer: &str, value: Value) {
        let mut wrong = object.clone();
        *wrong.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}: {object:#}")) = value;
        assert!(!self.open.is_valid(&wrong), "{pointer} is not looked at: {wrong:#}");
    }

    /// No field of a valid object may be missing but those in `free`.
    fn need(&self, object: &Value, free: &[&str]) {
        for key in object.as_object().unwrap().keys().filter(|key| !free.contains(&key.as_str())) {
            let mut wrong = object.clone();
            wrong.as_object_mut().unwrap().remove(key);
            assert!(!self.open.is_valid(&wrong), "{key} may be missing");
        }
    }
}

fn close(schema: &mut Value) {
    schema["additionalProperties"] = json!(false);
}

/// A record that does not verify, in `mine`.
fn tampered(desk: &Desk) {
    let record =
        crate::records::HETEGEN.replace("\"algorithm\":\"ed25519\"", "\"algorithm\":\"rsa\"");
    desk.write("mine/a.json", record.as_bytes());
}

#[test]
fn resolve() {
    let (desk, schema) = (Desk::new(), Schema::of("resolve"));
    tampered(&desk);
    let ids = ["resolve", "2403.01164", "2501.00001", "gibberish", "WKFOJ2EC", "--format", "json"];
    let objects = desk.run(&[&ids[..], &["--mirror", "mirror"]].concat()).json();
    let failed = desk.run(&[&ids[..], &["--mirror", "mine"]].concat()).json();
    let unreachable = desk.run(&[&ids[..], &["--offline"]].concat()).json();
    assert_eq!((objects.len(), failed.len(), unreachable.len()), (4, 4, 4));
    for object in objects.iter().chain(&failed).chain(&unreachable) {
        schema.hold(object);
    }
    let (good, bad) = (&objects[0], &objects[1]);
    schema.need(good, &[]);
    schema.need(bad, &[]);
    schema.refuse(good, "/schema", json!("pith.resolve/2"));
    schema.refuse(good, "/pith_number", json!("pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD"));
    schema.refuse(good, "/verdict", json!("good"));
    schema.refuse(good, "/verdict", Value::Null);
    schema.refuse(good, "/steps/0/outcome", json!("skipped"));
    schema.refuse(bad, "/error/exit", json!(0));
    schema.refuse(bad, "/verdict", json!("failed"));
}

#[test]
fn verify() {
    let (desk, schema) = (Desk::new(), Schema::of("verify"));
    tampered(&desk);
    desk.good(&["badge", "2403.01164", "--mirror", "mirror", "--format", "svg", "-o", "badge.svg"]);
    desk.write("twice.json", br#"{"a":1,"a":2}"#);
    desk.write("list.jsonl", b"{\"a\":1}\n{\"b\":1}\n");
    let mut arguments =
        vec!["verify", "--format", "json", "nowhere", "mirror", "paper.pdf", "badge.svg"];
    arguments.extend(["mine/a.json", "twice.json", "list.jsonl"]);
    let mut names = vec![format!("mirror/pith/{}.json", crate::records::HETEGEN_SUFFIX)];
    for check in ALL.into_iter().filter(|check| !check.is_of_sources()) {
        for file in ["bad.pdf", "good.pdf"] {
            let name = format!("{}-{file}", check.id);
            desk.copy(&format!("checks/{}/{file}", check.id), &name);
            names.push(name);
        }
    }
    arguments.extend(names.iter().map(String::as_str));
    let objects = desk.run(&arguments).json();
    assert_eq!(objects.len(), arguments.len() - 3 + 1, "one a file, and two of the list");
    objects.iter().for_each(|object| schema.hold(object));
    let good = objects.iter().find(|object| object["verdict"] == "verified").unwrap();
    schema.need(good, &[]);
    schema.need(&objects[0], &[]);
    schema.refuse(good, "/steps/0/step", json!("luck"));
    schema.refuse(good, "/steps", json!({}));
}

#[test]
fn compute() {
    let (desk, schema) = (Desk::new(), Schema::of("compute"));
    for name in ["oai.xml", "snapshot.jsonl", "atom.xml", "fields.json"] {
        desk.copy(&format!("metadata/{name}"), name);
    }
    let files =
        ["compute", "--format", "json", "oai.xml", "snapshot.jsonl", "atom.xml", "fields.json"];
    let objects = desk.run(&files).json();
    assert_eq!(objects.len(), 6);
    let record: Value = serde_json::from_str(crate::records::HETEGEN).unwrap();
    let mut fields = record["canonical_record"]["metadata"].clone();
    fields["id"] = json!("2403.01164");
    fields["version"] = json!(2);
    desk.write("later.json", fields.to_string().as_bytes());
    let beside =
        ["compute", "--format", "json", "later.json", "fields.json", "--against", "mirror"];
    let beside = desk.run(&beside).json();
    assert_eq!(
        (&beside[0]["against"]["outcome"], &beside[1]["against"]["outcome"]),
        (&json!("differs"), &json!("no-record"))
    );
    objects.iter().chain(&beside).for_each(|object| schema.hold(object));
    schema.need(&objects[0], &[]);
    schema.need(&objects[4], &[]);
    schema.refuse(&objects[0], "/canonical_sha256", json!("0"));
    schema.refuse(&objects[0], "/canonical_record/metadata/license", Value::Null);
    schema.refuse(&beside[0], "/against/outcome", json!("perhaps"));
    schema.refuse(&beside[0], "/against/differences/0/field", json!("luck"));
}

#[test]
fn check() {
    let (desk, schema) = (Desk::new(), Schema::of("check"));
    let mut paths = vec!["nowhere.pdf".to_owned(), "mirror".into(), "locked.pdf".into()];
    desk.copy("checks/pdf-encrypted/bad-user.pdf", "locked.pdf");
    for check in ALL.into_iter().filter(|check| !check.is_of_sources()) {
        for file in ["bad.pdf", "good.pdf"] {
            let name = format!("{}-{file}", check.id);
            desk.copy(&format!("checks/{}/{file}", check.id), &name);
            paths.push(name);
        }
    }
    let mut arguments = vec!["check", "--format", "json", "--expect", "2403.01164"];
    arguments.extend(paths.iter().map(String::as_str));
    let objects = desk.run(&arguments).json();
    assert_eq!(objects.len(), paths.len());
    objects.iter().for_each(|object| schema.hold(object));
    let desk = crate::checks_of_sources::desk("tex-number-malformed", "bad");
    let sources = desk.run(&["check", "--format", "json", "paper"]).json();
    schema.hold(&sources[0]);
    schema.refuse(&sources[0], "/findings/0/place/column", json!(0));
    let placed =
        |object: &&Value| object.pointer("/findings/0/place/object").is_some_and(Value::is_string);
    let found = objects.iter().find(placed).unwrap();
    schema.need(found, &[]);
    schema.need(&objects[0], &[]);
    schema.refuse(found, "/findings/0/level", json!("fatal"));
    schema.refuse(found, "/findings/0/check", json!("No Check"));
    schema.refuse(found, "/findings/0/place", json!("somewhere"));
    schema.refuse(found, "/findings/0/place/object", json!("12"));
    schema.refuse(found, "/findings", Value::Null);
    schema.refuse(&objects[0], "/error/message", Value::Null);
}

#[test]
fn inject() {
    let (desk, schema) = (Desk::new(), Schema::of("inject"));
    tampered(&desk);
    let run = |more: &[&str]| {
        let arguments = ["inject", "--format", "json", "-o", "out.pdf"];
        let mut objects = desk.run(&[&arguments[..], more].concat()).json();
        assert_eq!(objects.len(), 1, "{more:?}");
        objects.remove(0)
    };
    let good = run(&["paper.pdf", "2403.01164", "--mirror", "mirror"]);
    let bad = [
        run(&["paper.pdf", "2403.01164", "--mirror", "mine"]),
        run(&["paper.pdf", "gibberish", "--mirror", "mirror"]),
        run(&["paper.pdf", "2501.00001", "--mirror", "mirror"]),
        run(&["paper.pdf", "2403.01164", "--offline"]),
        run(&["nowhere.pdf", "2403.01164", "--mirror", "mirror"]),
    ];
    schema.hold(&good);
    bad.iter().for_each(|object| schema.hold(object));
    let exits: Vec<_> =
        bad.iter().map(|object| object["error"]["exit"].as_u64().unwrap()).collect();
    assert_eq!(exits, [1, 2, 3, 4, 5]);
    schema.need(&good, &[]);
    schema.refuse(&good, "/schema", json!("pith.verify/1"));
}

#[test]
fn trust() {
    let (desk, schema) = (Desk::new(), Schema::of("trust"));
    let (_, mut key) = crate::records::signed("A Title");
    key.insert_str(
        1,
        r#""valid_from":"2026-01-01T00:00:00Z","rotates_at":"2027-01-01T00:00:00Z","#,
    );
    desk.write("keys.json", key.as_bytes());
    let keys = desk.good(&["trust", "list", "--trust", "keys.json", "--format", "json"]).json();
    assert_eq!(keys.len(), 2);
    for key in &keys {
        schema.hold(key);
        schema.need(key, &[]);
        schema.refuse(key, "/withdrawn", json!("no"));
        schema.refuse(key, "/fingerprint_sha256_hex", json!("8D"));
    }
    assert_eq!(keys[1]["valid_until"], "2027-01-01T00:00:00Z");
}

#[test]
fn pack() {
    let (desk, schema) = (Desk::new(), Schema::of("pack"));
    desk.copy("papers/article/main.tex", "paper/main.tex");
    desk.copy("papers/article/sections/introduction.tex", "paper/sections/introduction.tex");
    desk.write("paper/main.aux", b"x");
    let run = |more: &[&str]| {
        let mut objects = desk.run(&[&["pack", "--format", "json"], more].concat()).json();
        assert_eq!(objects.len(), 1, "{more:?}");
        objects.remove(0)
    };
    let refused = run(&["paper"]);
    let forced = run(&["paper", "--force"]);
    desk.good(&["add", "paper/main.tex", "2403.01164", "--mirror", "mirror"]);
    let good = run(&["paper"]);
    let bad = [refused, run(&["paper", "--expect", "gibberish"]), run(&["nowhere"])];
    [&forced, &good].into_iter().chain(&bad).for_each(|object| schema.hold(object));
    let exits: Vec<_> =
        bad.iter().map(|object| object["error"]["exit"].as_u64().unwrap()).collect();
    assert_eq!(exits, [1, 2, 5]);
    assert_eq!((&forced["checks_passed"], &forced["pith_number"]), (&json!(false), &Value::Null));
    assert_eq!(good["checks_passed"], true);
    schema.need(&good, &[]);
    schema.need(&bad[0], &[]);
    schema.refuse(&good, "/bytes", json!(0));
    schema.refuse(&good, "/left_out/0/name", Value::Null);
    schema.refuse(&good, "/verdict", Value::Null);
}

#[test]
fn add() {
    let (desk, schema) = (Desk::new(), Schema::of("add"));
    desk.copy("papers/article/main.tex", "main.tex");
    desk.copy("papers/article/main.tex", "unpinned/main.tex");
    // What is pinned above belongs to another tree.
    desk.write("unpinned/.git/HEAD", b"");
    let run = |more: &[&str]| {
        let mut objects = desk.run(&[&["add", "--format", "json"], more].concat()).json();
        assert_eq!(objects.len(), 1, "{more:?}");
        objects.remove(0)
    };
    let good = run(&["main.tex", "2403.01164", "--mirror", "mirror"]);
    let again = run(&["main.tex", "2403.01164", "--mirror", "mirror"]);
    let bad = [
        run(&["main.tex", "2404.14294", "--mirror", "mirror"]),
        run(&["main.tex", "gibberish", "--mirror", "mirror"]),
        run(&["main.tex", "2501.00001", "--mirror", "mirror"]),
        run(&["unpinned/main.tex", "2403.01164", "--offline"]),
        run(&["nowhere.tex", "2403.01164", "--mirror", "mirror"]),
    ];
    [&good, &again].into_iter().chain(&bad).for_each(|object| schema.hold(object));
    let exits: Vec<_> =
        bad.iter().map(|object| object["error"]["exit"].as_u64().unwrap()).collect();
    assert_eq!(exits, [1, 2, 3, 4, 5]);
    assert_eq!((&good["changed"], &again["changed"]), (&json!(true), &json!(false)));
    schema.need(&good, &[]);
    schema.refuse(&good, "/files/0/action", json!("eaten"));
    schema.refuse(&good, "/lines/0/line", json!(0));
    schema.refuse(&good, "/pith_number", Value::Null);
}

#[test]
fn badge() {
    let (desk, schema) = (Desk::new(), Schema::of("badge"));
    for id in ["2403.01164", "2404.14294", "2606.29708"] {
        let object =
            desk.good(&["badge", id, "--mirror", "mirror", "--format", "json"]).json().remove(0);
        schema.hold(&object);
        schema.need(&object, &[]);
        schema.refuse(&object, "/verified", json!("yes"));
        schema.refuse(&object, "/pith_number", json!("pith:2024:8"));
        schema.refuse(&object, "/proof/canonical_sha256", json!("0"));
    }
}

/// What GitHub needs of SARIF 2.1.0 to show a result beside its file.
#[test]
fn sarif() {
    let desk = Desk::new();
    desk.copy("checks/title-differs/bad.pdf", "a b/50% ü.pdf");
    desk.copy("checks/pdf-encrypted/bad-user.pdf", "locked.pdf");
    desk.write("empty.pdf", b"");
    let ran =
        desk.run(&["check", "--format", "sarif", "a b", "locked.pdf", "empty.pdf", "paper.pdf"]);
    let log: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "pith");
    let rules = driver["rules"].as_array().unwrap();
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ALL.map(|check| check.id));
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[text]["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let rule = &ids[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(result["ruleId"], *rule);
        assert!(matches!(result["level"].as_str(), Some("error" | "warning" | "note")));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line >= 1));
    }
    let uri = results[0].pointer("/locations/0/physicalLocation/artifactLocation/uri").unwrap();
    assert_eq!(uri, "a%20b/50%25%20%C3%BC.pdf");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 2);
}
