//! A registry that is slow, down, wrong or hostile: whatever it does, the command ends in time with the right exit
//! status and words for a person, believes no lie, keeps none, and asks the next mirror.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::desk::{Desk, run};
use crate::records::{self, HETEGEN, HETEGEN_SUFFIX, SURVEY};
use crate::server::{Server, json, redirect, status, with_headers, with_type};

const ID: &str = "2403.01164";

/// What a server does, what becomes of it, and what is said.
struct Case {
    name: &'static str,
    server: Server,
    exit: i32,
    /// On standard error, or on standard output where a record is shown that does not verify.
    says: &'static str,
    /// How many requests it takes; 0 stands for any number.
    requests: usize,
}

fn case(
    name: &'static str,
    server: Server,
    exit: i32,
    says: &'static str,
    requests: usize,
) -> Case {
    Case { name, server, exit, says, requests }
}

/// The same answer to everything.
fn always(answer: Vec<u8>) -> Server {
    Server::start(vec![("/", answer)])
}

fn sleep() {
    std::thread::sleep(Duration::from_secs(5));
}

/// Ends the connection without an answer.
fn reset(stream: &TcpStream) {
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// 400 MB of white space, which JSON may begin with, in a few kB: one member of gzip again and again.
fn bomb() -> Vec<u8> {
    gzip(&vec![b' '; 4 << 20]).repeat(100)
}

fn cases() -> Vec<Case> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let flipped = HETEGEN.replace("uHdk7TLP", "uHdk7TLQ");
    let unknown = HETEGEN.replace("\"key_id\":\"pith-v1-2026-05\"", "\"key_id\":\"pith-v9\"");
    let latin_1 = HETEGEN.replace("HeteGen:", "Hét:").chars().map(|c| c as u8).collect::<Vec<_>>();
    let twice =
        HETEGEN.replacen('{', "{\"pith_number\":\"pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD\",", 1);
    let other_number =
        format!(r#"{{"pith_number":"pith:2024:7YXM6JRYOH4O5NBMCHKEPDPSW2","record":{HETEGEN}}}"#);
    let wrong_alias = || {
        Server::start(vec![
            ("/api/", json(r#"{"pith_number":"pith:2024:7YXM6JRYOH4O5NBMCHKEPDPSW2"}"#)),
            ("/pith/7YXM6JRYOH4O5NBMCHKEPDPSW2", json(SURVEY)),
        ])
    };
    let older = HETEGEN.replace("\"version\":1", "\"version\":0");
    let body = |headers: &str, body: &[u8]| always(with_headers(headers, body));
    vec![
        case(
            "reset before the answer",
            Server::acting(|_, stream| reset(stream)),
            4,
            "the connection broke off (asked 2 times)",
            2,
        ),
        case(
            "broken off in the middle",
            Server::acting(move |_, stream| {
                let _ = write!(stream, "{head}Content-Length: 7353\r\n\r\n{}", &HETEGEN[..900]);
                reset(stream);
            }),
            4,
            "the connection broke off (asked 2 times)",
            2,
        ),
        case("silent", Server::acting(|_, _| sleep()), 4, "no whole answer within", 1),
        case(
            "silent after the head",
            Server::acting(move |_, stream| {
                let _ = write!(stream, "{head}Content-Length: 7353\r\n\r\n{{");
                sleep();
            }),
            4,
            "no whole answer within",
            1,
        ),
        case(
            "a byte now and then",
            Server::acting(move |_, stream| {
                let _ = write!(stream, "{head}Content-Length: 7353\r\n\r\n");
                for byte in HETEGEN.bytes().take(20) {
                    let _ = stream.write_all(&[byte]);
                    std::thread::sleep(Duration::from_millis(250));
                }
            }),
            4,
            "no whole answer within",
            1,
        ),
        case("500", always(status("500 Internal Server Error")), 4, "an error: 500 Internal", 1),
        case("403", always(status("403 Forbidden")), 4, "an error: 403 Forbidden", 1),
        case("418", always(status("418 I'm a teapot")), 4, "an error: 418", 1),
        case("502 for ever", always(status("502 Bad Gateway")), 4, "502 Bad Gateway (asked 2", 2),
        case("503 for ever", always(status("503 Busy")), 4, "503 Service Unavailable (asked 2", 2),
        case("504 for ever", always(status("504 Slow")), 4, "504 Gateway Timeout (asked 2", 2),
        case(
            "429 for an hour",
            always(status("429 Too Many Requests\r\nRetry-After: 3600")),
            4,
            "429 Too Many Requests, to be asked again in 3600 seconds",
            1,
        ),
        case("404", always(status("404 Not Found")), 3, "no record for arXiv:2403.01164", 1),
        case("410", always(status("410 Gone")), 3, "has no record for it", 1),
        case(
            "404 with a page",
            always(b"HTTP/1.0 404 No\r\n\r\n<html>".to_vec()),
            3,
            "no record",
            1,
        ),
        case("304 unasked", always(status("304 Not Modified")), 4, "leads nowhere", 1),
        case("a loop", always(status("301 Moved\r\nLocation: /again")), 4, "more than 5 times", 6),
        case(
            "a redirect elsewhere",
            always(redirect("https://example.org/x")),
            4,
            "another site",
            1,
        ),
        case("a redirect to a file", always(redirect("file:///etc/passwd")), 4, "another site", 1),
        case("a redirect to nowhere", always(status("302 Found")), 4, "leads nowhere", 1),
        case(
            "a redirect with escapes",
            always(redirect("http://evil.example/\u{1b}[31m")),
            4,
            "could not be reached: invalid HTTP header",
            2,
        ),
        case(
            "a page",
            always(with_type("text/html; charset=utf-8", "<html>log in</html>")),
            4,
            "with a web page instead of a record",
            1,
        ),
        case(
            "a page that calls itself JSON",
            always(json("\n <!doctype html><html>")),
            4,
            "with a web page instead of a record",
            1,
        ),
        case(
            "a record that calls itself a page",
            always(with_type("text/html", HETEGEN)),
            4,
            "a web page",
            1,
        ),
        case("nothing", always(json("")), 4, "it is empty, not JSON", 1),
        case("cut off", always(json(&HETEGEN[..1000])), 4, "it is not JSON: EOF", 1),
        case(
            "no record",
            always(json("{\"ok\":true}")),
            4,
            "neither a record nor a Pith Number",
            1,
        ),
        case(
            "without end",
            Server::acting(move |_, stream| {
                let _ = write!(stream, "{head}Content-Length: 3000000000\r\n\r\n");
                let block = [b' '; 1 << 16];
                while stream.write_all(&block).is_ok() {}
            }),
            4,
            "more than 2000000 bytes, which is no record",
            1,
        ),
        case(
            "a bomb",
            body("Content-Type: application/json\r\nContent-Encoding: gzip", &bomb()),
            4,
            "more than 2000000 bytes, which is no record",
            1,
        ),
        case(
            "gzip that is none",
            body("Content-Encoding: gzip", b"{\"this is\": \"no gzip\"}"),
            4,
            "compressed bytes that cannot be unpacked",
            1,
        ),
        case(
            "gzip that is cut off",
            body("Content-Encoding: gzip", &gzip(HETEGEN.as_bytes())[..500]),
            4,
            "",
            0,
        ),
        case(
            "too short for its length",
            always(format!("{head}Content-Length: 99999\r\n\r\n{HETEGEN}").into_bytes()),
            4,
            "the connection broke off (asked 2 times)",
            2,
        ),
        case(
            "too long for its length",
            always(format!("{head}Content-Length: 500\r\n\r\n{HETEGEN}").into_bytes()),
            4,
            "it is not JSON: EOF",
            1,
        ),
        case("no HTTP", always(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), 4, "could not be reached", 0),
        case(
            "a head without end",
            Server::acting(move |_, stream| {
                let _ = stream.write_all(head.as_bytes());
                while stream.write_all(b"X-More: and more and more and more\r\n").is_ok() {}
            }),
            4,
            "could not be reached",
            0,
        ),
        case(
            "another paper's record",
            always(json(SURVEY)),
            1,
            "but the record is of arXiv:2404.14294v3",
            1,
        ),
        case("a wrong alias", wrong_alias(), 1, "but the record is of arXiv:2404.14294v3", 2),
        case(
            "the record of another number",
            always(json(other_number)),
            4,
            "record of another one",
            1,
        ),
        case(
            "a flipped bit",
            always(json(flipped)),
            1,
            "FAILED receipt the signature is not one of",
            1,
        ),
        case(
            "an unknown key",
            always(json(unknown)),
            1,
            "FAILED receipt signed by the unknown key \"pith-v9\"",
            1,
        ),
        case("a changed version", always(json(older)), 1, "FAILED", 1),
        case("latin-1", always(json(latin_1)), 4, "it is not UTF-8", 1),
        case("a key twice", always(json(twice)), 4, "stands twice in one object", 1),
        case("too deep", always(json("[".repeat(100_000))), 4, "nested more than 128 deep", 1),
    ]
}

/// Runs `pith resolve` with short times against mirrors.
fn resolve(desk: &Desk, mirrors: &[&str], more: &[&str]) -> crate::desk::Ran {
    let mut arguments = vec!["resolve", ID, "--retries", "1", "--cache", "kept"];
    // A machine that is busy with other tests gets more time where none is to run out.
    arguments.extend(["--timeout", if more.contains(&"--patient") { "20" } else { "2" }]);
    mirrors.iter().for_each(|mirror| arguments.extend(["--mirror", mirror]));
    arguments.extend(more.iter().filter(|word| **word != "--patient"));
    desk.run(&arguments)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(case: &Case, honest: &str) {
    let Case { name, server, exit, says, requests } = case;
    let desk = Desk::new();
    let started = Instant::now();
    let ran = resolve(&desk, &[&server.url()], &[]);
    assert!(started.elapsed() < Duration::from_secs(12), "{name} took {:?}", started.elapsed());
    let said = words(&format!("{}{}", ran.out(), ran.err()));
    assert_eq!(ran.status, Some(*exit), "{name}: {said}");
    assert!(said.contains(says), "{name}: {said}");
    assert!(!said.contains("panicked") && !said.contains('\u{1b}'), "{name}: {said}");
    assert!(ran.err().lines().count() <= 2, "{name}: {}", ran.err());
    let asked = server.asked();
    assert!(*requests == 0 || asked.len() == *requests, "{name}: {asked:?}");
    assert!(!desk.join("kept").exists(), "{name}: a lie was kept");
    let ran = resolve(&desk, &[&server.url(), honest], &["--format", "number"]);
    assert_eq!(ran.status, Some(0), "{name}, then an honest mirror: {}", ran.err());
    assert_eq!(ran.out(), format!("pith:2024:{HETEGEN_SUFFIX}\n"), "{name}");
}

#[test]
fn whatever_a_server_does() {
    let honest = always(json(HETEGEN));
    let (cases, next) = (cases(), AtomicUsize::new(0));
    assert!(cases.len() >= 30);
    // Most of the time is waiting, so there are more threads than cores.
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    check(case, &honest.url());
                }
            });
        }
    });
}

#[test]
fn a_server_that_is_not_there() {
    let desk = Desk::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = resolve(&desk, &[&format!("http://{port}")], &[]);
    assert_eq!(ran.status, Some(4));
    assert!(
        ran.err().contains("could not be reached: the connection was refused"),
        "{}",
        ran.err()
    );
    let ran = resolve(&desk, &["http://no-such-host.invalid"], &[]);
    assert_eq!(ran.status, Some(4));
    assert!(ran.err().contains("no-such-host.invalid could not be reached"), "{}", ran.err());
}

/// What is wrong once is right when it is asked again; a record that verified is kept.
#[test]
fn a_server_that_recovers() {
    let busy = |line: &'static str| {
        Server::acting(move |asked, stream| {
            let answer = if asked.before == 0 { status(line) } else { json(HETEGEN) };
            let _ = stream.write_all(&answer);
        })
    };
    let date = "429 Busy\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT";
    let broken = Server::acting(|asked, stream| match asked.before {
        0 => reset(stream),
        _ => drop(stream.write_all(&json(HETEGEN))),
    });
    let packed = "Content-Type: application/ld+json\r\nContent-Encoding: gzip";
    let servers = [
        ("503", busy("503 Busy"), 2, 200),
        ("Retry-After in seconds", busy("429 Busy\r\nRetry-After: 1"), 2, 1000),
        ("Retry-After as a date that is past", busy(date), 2, 0),
        ("a broken connection", broken, 2, 200),
        ("gzip", always(with_headers(packed, gzip(HETEGEN.as_bytes()))), 1, 0),
    ];
    std::thread::scope(|scope| {
        for (name, server, requests, least) in &servers {
            scope.spawn(move || {
                let desk = Desk::new();
                let started = Instant::now();
                let ran = resolve(&desk, &[&server.url()], &["--patient"]);
                let took = started.elapsed();
                assert_eq!(ran.status, Some(0), "{name}: {}", ran.err());
                assert_eq!(server.asked().len(), *requests, "{name}");
                assert!(took >= Duration::from_millis(*least), "{name}: {took:?}");
                assert!(desk.join(&format!("kept/pith/{HETEGEN_SUFFIX}.json")).exists(), "{name}");
            });
        }
    });
}

#[test]
fn who_asks_says_so() {
    let (desk, server) = (Desk::new(), always(json(HETEGEN)));
    resolve(&desk, &[&server.url()], &["--patient"]);
    let request = &server.requests()[0];
    let agent = concat!("pith/", env!("CARGO_PKG_VERSION"), " (+https://pith.science)");
    assert_eq!(request.header("user-agent"), Some(agent));
    assert_eq!(request.header("accept"), Some("application/ld+json, application/json"));
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    assert_eq!(request.path, "/api/pith-number/resolve?arxiv=2403.01164&json=true");
}

/// A redirect to another mirror is followed where the user named that one, and only there.
#[test]
fn a_redirect_to_a_mirror_that_was_named() {
    let (desk, honest) = (Desk::new(), always(json(HETEGEN)));
    let there = redirect(&format!("{}/records/1", honest.url()));
    let first = always(there);
    let ran = resolve(&desk, &[&first.url()], &[]);
    assert_eq!(ran.status, Some(4));
    assert!(ran.err().contains("redirects to another site"), "{}", ran.err());
    assert!(honest.asked().is_empty());
    let ran = resolve(&desk, &[&first.url(), &honest.url()], &["--patient"]);
    assert_eq!(ran.status, Some(0), "{}", ran.err());
    assert_eq!(honest.asked(), ["/records/1"]);
}

#[test]
fn the_proxy_of_the_system_is_used() {
    let desk = Desk::new();
    // A proxy is asked for whole addresses.
    let proxy = Server::acting(|_, stream| drop(stream.write_all(&json(HETEGEN))));
    let run_with = |variables: &[(&str, &str)]| {
        let mut command = desk.command();
        command.args(["resolve", ID, "--cache", "none", "--retries", "0", "--timeout", "2"]);
        command.args(["--mirror", "http://registry.invalid"]).envs(variables.iter().copied());
        run(&mut command, b"").status
    };
    assert_eq!(run_with(&[("http_proxy", &proxy.url())]), Some(0));
    let first = &proxy.requests()[0].head[0];
    assert!(first.starts_with("GET http://registry.invalid/api/"), "{first}");
    assert_eq!(
        run_with(&[("http_proxy", &proxy.url()), ("NO_PROXY", "registry.invalid")]),
        Some(4)
    );
    assert_eq!(proxy.asked().len(), 1);
}

#[test]
fn no_more_than_the_rate() {
    let (desk, server) = (Desk::new(), always(status("404 Not Found")));
    let ids: Vec<_> = (1..=9).map(|n| format!("2403.0000{n}")).collect();
    let mut arguments = vec!["resolve", "--mirror"];
    let url = server.url();
    arguments.extend([&*url, "--rate", "4"]);
    arguments.extend(ids.iter().map(String::as_str));
    let started = Instant::now();
    assert_eq!(desk.run(&arguments).status, Some(3));
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(2) && took < Duration::from_secs(5), "{took:?}");
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked.len(), 9);
}

/// A server with a certificate, which answers everything with the record.
fn secure(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> u16 {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = std::sync::Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let mut request = [0; 4096];
            if std::io::Read::read(&mut stream, &mut request).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(&json(HETEGEN));
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    port
}

#[test]
fn a_certificate_must_be_of_the_name_and_of_an_authority() {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let authority = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(Vec::<String>::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = parameters.self_signed(&authority).unwrap();
    let issuer = Issuer::new(parameters, authority);
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &issuer).unwrap();
    let port = secure(&certificate, &key);
    let desk = Desk::new();
    desk.write("ca.pem", root.pem().as_bytes());
    let run_at = |host: &str, authorities: &str| {
        let mut command = desk.command();
        command.args(["resolve", ID, "--cache", "kept", "--retries", "0", "--timeout", "5"]);
        command.args(["--format", "number", "--mirror", &format!("https://{host}:{port}")]);
        run(command.env("SSL_CERT_FILE", desk.join(authorities)), b"")
    };
    let ran = run_at("127.0.0.1", "ca.pem");
    assert_eq!(ran.status, Some(4));
    assert!(
        ran.err().contains("its certificate is not valid: certificate not valid for name"),
        "{}",
        ran.err()
    );
    let other = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(Vec::<String>::new()).unwrap();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "another authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    desk.write("other.pem", parameters.self_signed(&other).unwrap().pem().as_bytes());
    let ran = run_at("localhost", "other.pem");
    assert_eq!(ran.status, Some(4));
    assert!(ran.err().contains("an authority that this machine does not trust"), "{}", ran.err());
    assert!(!desk.join("kept").exists());
    let ran = run_at("localhost", "ca.pem");
    assert_eq!(ran.status, Some(0), "{}", ran.err());
    // No TLS at all: it answers the first bytes with HTTP.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            let _ = stream.write_all(&status("400 Bad Request"));
        }
    });
    let ran = resolve(&Desk::new(), &[&plain], &["--patient"]);
    assert_eq!(ran.status, Some(4), "{}", ran.err());
    assert!(ran.err().contains("no secure connection: "), "{}", ran.err());
}

/// The record of a paper is asked for at a version that it is not of: it says so, and verifies.
#[test]
fn a_record_stays_at_its_version() {
    let (desk, server) = (Desk::new(), always(json(HETEGEN)));
    let url = server.url();
    let ran = desk.good(&["resolve", "2403.01164v3", "--mirror", &url, "--cache", "none"]);
    let said = words(&ran.out());
    assert!(said.contains("asked for v3: a record stays at the version"), "{said}");
}

/// A forged record does not hide the genuine one of the same paper, in a folder with aliases and without.
#[test]
fn a_forged_record_in_a_folder_hides_nothing() {
    let (forged, _) = records::signed("Another Title");
    let forged = forged.replace("\"version\":1", "\"version\":7");
    let document = pith::record::Json::parse(forged.as_bytes()).unwrap();
    let digest = pith::record::Record::from_json(document).unwrap().digest();
    let suffix = pith::id::Suffix::from_digest(&digest);
    for built in [false, true] {
        let desk = Desk::new();
        if built {
            let files = ["mirror/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD.json"];
            desk.good(&[&["mirror", "build", "mirror"][..], &files].concat());
            let numbers = [(7, suffix.as_str()), (1, HETEGEN_SUFFIX)];
            let records = numbers.map(|(version, suffix)| {
                serde_json::json!({ "version": version, "pith_number": format!("pith:{suffix}") })
            });
            let alias = serde_json::json!({ "records": records }).to_string();
            desk.write("mirror/arxiv/2403.01164.json", alias.as_bytes());
        }
        desk.write(&format!("mirror/pith/{suffix}.json"), forged.as_bytes());
        let ran = desk.good(&["resolve", ID, "--mirror", "mirror", "--format", "number"]);
        assert_eq!(ran.out(), format!("pith:2024:{HETEGEN_SUFFIX}\n"));
        assert!(ran.err().contains("has a record that is failed"), "{}", ran.err());
    }
}
