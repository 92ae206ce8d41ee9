//! Mirrors that are built, and served by this program and by nginx; the cache that many processes share.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime};

use crate::desk::{Desk, run};
use crate::records::{self, HETEGEN, HETEGEN_SUFFIX, SERVING, SURVEY, SURVEY_SUFFIX};
use crate::server::{Server, json, status, with_headers};
use crate::tools::{self, require};

const NUMBER: &str = "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD\n";

/// A program in the background, ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `pith mirror serve`, and its address.
fn serve(desk: &Desk, dir: &str) -> (Running, String) {
    let mut command = desk.command();
    command.args(["mirror", "serve", dir, "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut site = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut site).unwrap();
    (Running(child), site.trim().to_owned())
}

/// A bundle of the first record, in the shape of protocol.md section 5.
fn bundle() -> String {
    let record: serde_json::Value = serde_json::from_str(HETEGEN).unwrap();
    let created = serde_json::json!({
        "event_type": "record_created",
        "subject_pith_number": record["pith_number"],
        "target": "record",
        "payload": {
            "canonical_record": record["canonical_record"],
            "canonical_sha256": record["canonical_sha256"],
            "receipt": record["receipt"],
        },
    });
    serde_json::json!({
        "bundle_type": "pith_open_graph_bundle",
        "bundle_version": "1.0",
        "pith_number": record["pith_number"],
        "short_pith_number": record["short_pith_number"],
        "canonical_record": record["canonical_record"],
        "canonical_sha256": record["canonical_sha256"],
        "source": record["source"],
        "events": [created],
    })
    .to_string()
}

#[test]
fn what_is_built_is_verified_and_grows() {
    let desk = Desk::new();
    desk.write("one.json", HETEGEN.as_bytes());
    let bad = HETEGEN.replace("uHdk7TLP", "uHdk7TLQ");
    desk.write("lines.jsonl", format!("{SURVEY}\n\n{bad}\n{{\n{SERVING}\n").as_bytes());
    let ran = desk.run(&["mirror", "build", "out", "one.json", "lines.jsonl", "nowhere.json"]);
    assert_eq!(ran.status, Some(5), "{}", ran.err());
    for said in [
        "lines.jsonl:3: it does not verify: receipt: the signature is not one of the key",
        "lines.jsonl:4: it is not JSON",
        "nowhere.json: there is no such file or folder",
        "out: 3 added, 3 left out; 3 records in all",
    ] {
        assert!(ran.err().contains(said), "{said}: {}", ran.err());
    }
    let kept = std::fs::read_to_string(desk.join(&format!("out/pith/{HETEGEN_SUFFIX}.json")));
    assert_eq!(kept.unwrap(), HETEGEN.trim_ascii(), "byte for byte");
    desk.write("bundle.json", bundle().as_bytes());
    let ran = desk.good(&["mirror", "build", "out", "bundle.json", "one.json"]);
    assert!(ran.err().contains("out: 0 added, 2 there already; 3 records in all"), "{}", ran.err());
    for path in ["pith", ".well-known/pith"] {
        let path = format!("out/{path}/{HETEGEN_SUFFIX}/bundle.json");
        assert_eq!(std::fs::read_to_string(desk.join(&path)).unwrap(), bundle());
    }
    // A bundle alone gives a record too, and what resolve printed may be built from.
    let ran = desk.good(&["resolve", "2404.14294", "--mirror", "out", "--format", "json"]);
    desk.write("resolved.jsonl", &ran.stdout);
    desk.good(&["mirror", "build", "other", "bundle.json", "resolved.jsonl"]);
    let ids = ["resolve", "2403.01164", "2404.14294", "WKFOJ2EC"];
    let ran = desk.good(&[&ids[..], &["--mirror", "other", "--format", "number"]].concat());
    assert_eq!(ran.out(), format!("{NUMBER}pith:2024:{SURVEY_SUFFIX}\n{NUMBER}"));
    let mut left = Vec::new();
    walk(&desk.join("out"), &mut left);
    let top = desk.path().display().to_string();
    assert!(left.iter().all(|path| !path[top.len()..].contains(".tmp")), "{left:?}");
}

fn walk(folder: &Path, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path().is_dir() {
            true => walk(&entry.path(), files),
            false => files.push(entry.path().display().to_string()),
        }
    }
}

/// The files of aliases say where a record is, and records that were put there by hand are found all the same.
#[test]
fn a_built_folder_knows_when_it_was_changed_by_hand() {
    let desk = Desk::new();
    desk.good(&["mirror", "build", "mirror", &format!("mirror/pith/{HETEGEN_SUFFIX}.json")]);
    let index = std::fs::read_to_string(desk.join("mirror/arxiv/index.json")).unwrap();
    assert_eq!(index, "{\"records\":3}\n", "the records that were there have aliases too");
    // One more record, and one that has no alias: the folder is looked at file by file.
    desk.write("mirror/pith/by-hand.json", HETEGEN.as_bytes());
    std::fs::remove_file(desk.join("mirror/arxiv/2404.14294.json")).unwrap();
    let resolve = ["resolve", "2404.14294", "--mirror", "mirror", "--format", "number"];
    assert_eq!(desk.good(&resolve).out(), format!("pith:2024:{SURVEY_SUFFIX}\n"));
    // The next run puts that right.
    std::fs::remove_file(desk.join("mirror/pith/by-hand.json")).unwrap();
    desk.good(&["mirror", "build", "mirror", &format!("mirror/pith/{SURVEY_SUFFIX}.json")]);
    assert!(desk.join("mirror/arxiv/2404.14294.json").exists());
    assert_eq!(desk.good(&resolve).out(), format!("pith:2024:{SURVEY_SUFFIX}\n"));
}

#[test]
fn served_by_this_program() {
    let desk = Desk::new();
    desk.write("bundle.json", bundle().as_bytes());
    desk.good(&["mirror", "build", "mirror", "bundle.json"]);
    let (_running, site) = serve(&desk, "mirror");
    let ids = ["resolve", "2403.01164", SURVEY_SUFFIX, "--cache", "none", "--format", "number"];
    let ran = desk.good(&[&ids[..], &["--mirror", &site]].concat());
    assert_eq!(ran.out(), format!("{NUMBER}pith:2024:{SURVEY_SUFFIX}\n"));
    let ran = desk.run(&["resolve", "2501.00001", "--cache", "none", "--mirror", &site]);
    assert_eq!(ran.status, Some(3), "{}", ran.err());
    let manifest = get(&site, "GET /pith-mirrors.json HTTP/1.1\r\nConnection: close");
    let body = manifest.split_once("\r\n\r\n").unwrap().1;
    desk.write("mirrors.json", body.as_bytes());
    let resolve = ["resolve", "2403.01164", "--mirrors-from", "mirrors.json", "--cache", "none"];
    assert!(desk.good(&resolve).out().contains(&format!("from {site}/api/")));
    desk.good(&["trust", "list", "--trust", "mirrors.json"]);
}

/// One request as it is written, and the whole answer.
fn get(site: &str, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(site.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "{request}\r\nHost: pith\r\n\r\n").unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    answer
}

#[test]
fn the_server_is_strict() {
    let desk = Desk::new();
    desk.write("secret.json", b"{\"secret\":1}");
    let (_running, site) = serve(&desk, "mirror");
    let record = format!("/pith/{HETEGEN_SUFFIX}.json");
    let close = "HTTP/1.1\r\nConnection: close";
    let answer = get(&site, &format!("GET {record} {close}"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && body == HETEGEN, "{head}");
    assert!(head.contains("content-type: application/ld+json"), "{head}");
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let again = get(&site, &format!("GET {record} {close}\r\nIf-None-Match: {etag}"));
    assert!(again.starts_with("HTTP/1.1 304 Not Modified\r\n"), "{again}");
    let only_head = get(&site, &format!("HEAD {record} {close}"));
    let length = format!("content-length: {}\r\n", HETEGEN.len());
    assert!(only_head.contains(&length) && only_head.ends_with("\r\n\r\n"), "{only_head}");
    for path in [
        "/",
        "/secret.json",
        "/../secret.json",
        "/pith/../../secret.json",
        "/pith/%2e%2e%2f%2e%2e%2fsecret.json",
        "/api/pith-number/resolve?arxiv=../../secret",
        "/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYA.json",
        "/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD/bundle.json",
    ] {
        let answer = get(&site, &format!("GET {path} {close}"));
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{path}: {answer}");
        assert!(
            answer.contains("\r\n\r\n{\"error\":") && !answer.contains("secret\":1"),
            "{answer}"
        );
    }
    let answer = get(&site, &format!("POST {record} {close}"));
    assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("allow: GET, HEAD"), "{answer}");
    let elsewhere = desk.run(&["mirror", "serve", "mirror", "--listen", "0.0.0.0:0"]);
    assert_eq!(elsewhere.status, Some(2));
    assert!(elsewhere.err().contains("only this machine is served"), "{}", elsewhere.err());
}

/// A folder behind nginx, with nothing said but its root, and with the rule of docs/mirrors.md.
#[test]
fn served_by_nginx() {
    if !require("nginx") {
        return;
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mirrors.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let block = |marker: &str| {
        let text = docs.split("```nginx\n").find(|text| text.starts_with(marker)).unwrap();
        text.split("```").next().unwrap().to_owned()
    };
    let (map, location) = (block("map "), block("location "));
    for (with_rule, requests) in [(false, 3), (true, 2)] {
        let desk = Desk::new();
        desk.good(&["mirror", "build", "mirror", &format!("mirror/pith/{HETEGEN_SUFFIX}.json")]);
        let port = free_port();
        let rule = if with_rule { (map.as_str(), location.as_str()) } else { ("", "") };
        let top = desk.path().display();
        let config = format!(
            "daemon off;\npid {top}/pid;\nerror_log {top}/error.log;\nevents {{}}\nhttp {{\n{}\n\
             access_log {top}/access.log;\nclient_body_temp_path {top}/t1; proxy_temp_path {top}/t2;\n\
             fastcgi_temp_path {top}/t3; uwsgi_temp_path {top}/t4; scgi_temp_path {top}/t5;\n\
             gzip on; gzip_types *;\n\
             server {{ listen 127.0.0.1:{port}; root {top}/mirror;\n{}\n}}\n}}\n",
            rule.0, rule.1
        );
        desk.write("nginx.conf", config.as_bytes());
        // Its workers are another user where it runs as root.
        tools::run(desk.path(), "chmod", &["a+rx", "."]);
        let mut command = std::process::Command::new("nginx");
        let config = desk.join("nginx.conf");
        command.args(["-p", &top.to_string(), "-c", &config.display().to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let running = Running(child);
        let site = format!("http://127.0.0.1:{port}");
        wait_for(port);
        let ran = desk.run(&["resolve", "2403.01164", "--mirror", &site, "--format", "number"]);
        let log = || std::fs::read_to_string(desk.join("error.log")).unwrap_or_default();
        assert_eq!(ran.status, Some(0), "{with_rule}: {}\n{}", ran.err(), log());
        assert_eq!(ran.out(), NUMBER);
        let access = std::fs::read_to_string(desk.join("access.log")).unwrap();
        assert_eq!(access.lines().count(), requests, "{access}");
        let missing = ["resolve", "2501.00001", "--mirror", &site];
        assert_eq!(desk.run(&missing).status, Some(3), "{with_rule}");
        // Asked for something outside of its root, it has nothing.
        let path = "/api/pith-number/resolve?arxiv=../../nginx.conf";
        let answer = get(&site, &format!("GET {path} HTTP/1.1\r\nConnection: close"));
        assert!(!answer.contains("access_log"), "{answer}");
        // Nginx's workers end with their master where that is asked to end.
        tools::run(desk.path(), "kill", &[&running.0.id().to_string()]);
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(port: u16) {
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing listens on port {port}");
}

/// After a day, an id is asked for again, with the entity tag; until then nobody is asked.
#[test]
fn an_alias_is_believed_for_a_day() {
    let desk = Desk::new();
    let server = Server::acting(|asked, stream| {
        let answer = match asked.header("if-none-match") {
            Some("\"seven\"") => status("304 Not Modified\r\nETag: \"seven\""),
            _ => with_headers("Content-Type: application/json\r\nETag: \"seven\"", HETEGEN),
        };
        let _ = stream.write_all(&answer);
    });
    let url = server.url();
    let resolve = || desk.good(&["resolve", "2403.01164", "--mirror", &url, "--format", "number"]);
    for _ in 0..3 {
        assert_eq!(resolve().out(), NUMBER);
    }
    assert_eq!(server.asked().len(), 1);
    let age = |hours: u64| {
        let alias = desk.join(".cache/pith/arxiv/2403.01164.json");
        let file = std::fs::File::options().write(true).open(alias).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
    };
    age(23);
    resolve();
    assert_eq!(server.asked().len(), 1);
    age(25);
    assert_eq!(resolve().out(), NUMBER);
    assert_eq!(server.asked().len(), 2);
    assert_eq!(server.requests()[1].header("if-none-match"), Some("\"seven\""));
    resolve();
    assert_eq!(server.asked().len(), 2, "the answer counts for another day");
    // With nobody to ask, what is known is told with its age; without a network it is enough.
    age(25);
    let port = free_port();
    let gone = format!("http://127.0.0.1:{port}");
    let ran = desk.good(&["resolve", "2403.01164", "--mirror", &gone, "--format", "number"]);
    assert!(ran.out() == NUMBER && ran.err().contains("more than a day ago"), "{}", ran.err());
    let ran = desk.good(&["resolve", "2403.01164", "--offline", "--format", "number"]);
    assert!(ran.out() == NUMBER && ran.err().is_empty(), "{}", ran.err());
}

/// An entry that was damaged is dropped with a note; one whose key is not believed this time is not.
#[test]
fn a_damaged_entry_is_dropped() {
    let desk = Desk::new();
    let entry = desk.join(&format!(".cache/pith/pith/{HETEGEN_SUFFIX}.json"));
    for damage in ["", "{", "cut", "flipped"] {
        let server = Server::start(vec![("/", json(HETEGEN))]);
        let url = server.url();
        let resolve = ["resolve", "2403.01164", "--mirror", &url, "--format", "number"];
        desk.good(&resolve);
        let text = std::fs::read_to_string(&entry).unwrap();
        let damaged = match damage {
            "cut" => text[..text.len() / 2].to_owned(),
            "flipped" => text.replace("uHdk7TLP", "uHdk7TLQ"),
            other => other.to_owned(),
        };
        std::fs::write(&entry, damaged).unwrap();
        let ran = desk.good(&["resolve", "2403.01164", "--mirror", &url]);
        assert!(
            ran.err().contains("had a damaged copy of pith:WKFOJ2EC"),
            "{damage}: {}",
            ran.err()
        );
        assert_eq!(std::fs::read_to_string(&entry).unwrap(), text, "it is replaced");
        std::fs::write(&entry, "{").unwrap();
        let ran = desk.run(&["resolve", "2403.01164", "--offline"]);
        assert_eq!(ran.status, Some(4));
        assert!(!entry.exists(), "{damage}: it is taken out");
    }
    let (record, trust) = records::signed("Another Key");
    desk.write("keys.json", trust.as_bytes());
    let server = Server::start(vec![("/", json(record))]);
    let url = server.url();
    let mut resolve = vec!["resolve", "2403.01164", "--cache", "mine", "--mirror", &url];
    desk.good(&[&resolve[..], &["--trust", "keys.json"]].concat());
    resolve.push("--offline");
    assert_eq!(desk.run(&resolve).status, Some(4), "its key is not believed");
    desk.good(&[&resolve[..], &["--trust", "keys.json"]].concat());
}

#[test]
fn no_cache_where_none_is_wanted() {
    let (desk, server) = (Desk::new(), Server::start(vec![("/", json(HETEGEN))]));
    let url = server.url();
    desk.good(&["resolve", "2403.01164", "--mirror", &url, "--cache", "none"]);
    assert!(!desk.join(".cache").exists());
    let mut command = desk.command();
    command.args(["resolve", "2403.01164", "--mirror", &url]);
    command.env("XDG_CACHE_HOME", desk.join("xdg"));
    assert_eq!(run(&mut command, b"").status, Some(0));
    assert!(desk.join("xdg/pith/pith").exists() && !desk.join(".cache").exists());
}

/// Eight processes write, damage and read one cache at the same time: each gives the right answer.
#[test]
fn many_processes_share_a_cache() {
    let desk = Desk::new();
    let server = Server::acting(|asked, stream| {
        let record = match asked.path.contains("2404.14294") {
            true => SURVEY,
            false => HETEGEN,
        };
        let _ = stream.write_all(&json(record));
    });
    let (url, expected) = (server.url(), format!("{NUMBER}pith:2024:{SURVEY_SUFFIX}\n"));
    let ids = ["resolve", "2403.01164", "2404.14294", "--mirror", &url, "--format", "number"];
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let (desk, ids, expected) = (&desk, &ids, &expected);
            scope.spawn(move || {
                for _ in 0..4 {
                    assert_eq!(desk.good(ids).out(), *expected);
                    if worker % 2 == 0 {
                        let path = format!(".cache/pith/pith/{HETEGEN_SUFFIX}.json");
                        let _ = std::fs::write(desk.join(&path), "{\"damaged\":");
                    }
                }
            });
        }
    });
    let mut left = Vec::new();
    walk(&desk.join(".cache"), &mut left);
    assert_eq!(left.len(), 4, "{left:?}");
}

/// pith.json beside a paper comes first, from the paper's folder or above it, and needs nobody else.
#[test]
fn a_pinned_record_comes_first() {
    let desk = Desk::new();
    desk.write("work/pith.json", HETEGEN.as_bytes());
    desk.copy("checks/number-missing/bad.pdf", "work/deep/paper.pdf");
    let inject = ["inject", "work/deep/paper.pdf", "2403.01164", "--offline", "-o", "out.pdf"];
    desk.good(&inject);
    desk.good(&["sty", "2403.01164", "--offline", "-o", "work/deep/pith.sty"]);
    assert_eq!(desk.run(&["sty", "2403.01164", "--offline"]).status, Some(4), "not beside it");
    let resolve_there = |id: &str| {
        let mut command = desk.command();
        command.args(["resolve", id, "--offline"]).current_dir(desk.join("work/deep"));
        run(&mut command, b"")
    };
    for id in ["2403.01164", HETEGEN_SUFFIX, "WKFOJ2EC"] {
        let ran = resolve_there(id);
        assert_eq!(ran.status, Some(0), "{id}: {}", ran.err());
        assert!(ran.out().contains("pith.json"), "{}", ran.out());
    }
    assert_eq!(resolve_there("2404.14294").status, Some(4), "it is of another paper");
    // A pin that does not verify is told of and not believed.
    let bad = HETEGEN.replace("uHdk7TLP", "uHdk7TLQ");
    desk.write("work/pith.json", bad.as_bytes());
    let ran = resolve_there("2403.01164");
    assert!(ran.status == Some(1) && ran.out().contains("FAILED"), "{}", ran.out());
    let sty = ["sty", "2403.01164", "--mirror", "mirror", "-o", "work/pith.sty"];
    let ran = desk.good(&sty);
    assert!(ran.err().contains("pith.json has a record that is failed"), "{}", ran.err());
}
