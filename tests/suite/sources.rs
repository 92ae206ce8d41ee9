//! Sources: a folder, a server that answers in every shape that the protocol allows, and in some
//! that it does not.

use pith::id::Query;
use pith::source::{
    Cache, Http, HttpOptions, Mirror, ResolveError, Resolved, Resolver, Source, SourceError,
};
use pith::trust::Keyring;
use pith::verify::Status;

use crate::records::{self, HETEGEN, HETEGEN_SUFFIX, SURVEY};
use crate::server::{Server, json, redirect, status, with_type};

fn query(text: &str) -> Query {
    text.parse().unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn resolver(sources: Vec<Box<dyn Source>>) -> Resolver {
    Resolver::new(sources, None, Keyring::pinned())
}

fn from_server(server: &Server, id: &str) -> Result<Resolved, ResolveError> {
    let options = HttpOptions { retries: 0, ..HttpOptions::default() };
    let source = Http::all(&[server.url()], options).unwrap().remove(0);
    block_on(resolver(vec![Box::new(source)]).resolve(&query(id)))
}

#[test]
fn a_folder_finds_every_form_of_id_without_an_index() {
    let folder = records::mirror();
    std::fs::write(folder.path().join("pith/NOTARECORD.json"), "{}").unwrap();
    let resolver = resolver(vec![Box::new(Mirror::open(folder.path()).unwrap())]);
    for id in [
        "2403.01164",
        "arXiv:2403.01164v1",
        "2403.01164v9",
        "10.48550/arXiv.2403.01164",
        "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD",
        "wkfoj2ecv52kujr3scibsq4gyd",
        "WKFOJ2EC",
        "pith:WKFOJ2ECV52KUJR3",
    ] {
        let resolved = block_on(resolver.resolve(&query(id))).unwrap();
        assert_eq!(resolved.verdict.status(), Status::Verified, "{id}");
        assert!(resolved.url.ends_with("WKFOJ2ECV52KUJR3SCIBSQ4GYD.json"), "{}", resolved.url);
    }
    let missing = block_on(resolver.resolve(&query("2401.00001"))).unwrap_err();
    assert!(matches!(missing, ResolveError::NotFound { .. }), "{missing}");
}

#[test]
fn a_copy_under_another_name_does_not_hide_the_record() {
    let folder = records::mirror();
    let broken = HETEGEN.replace("uHdk7TLP", "uHdk7TLQ");
    std::fs::write(folder.path().join("pith/zz-copy.json"), broken).unwrap();
    let resolver = resolver(vec![Box::new(Mirror::open(folder.path()).unwrap())]);
    let resolved = block_on(resolver.resolve(&query("2403.01164"))).unwrap();
    assert_eq!(resolved.verdict.status(), Status::Verified);
}

#[test]
fn files_of_other_names_are_found_by_what_is_in_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("2403.01164.json"), HETEGEN).unwrap();
    let resolver = resolver(vec![Box::new(Mirror::open(folder.path()).unwrap())]);
    for id in ["2403.01164", HETEGEN_SUFFIX, "WKFOJ2EC"] {
        let resolved = block_on(resolver.resolve(&query(id))).unwrap();
        assert_eq!(resolved.verdict.status(), Status::Verified, "{id}");
    }
}

/// A mirror may point to the registry: only the suffix is used, and the mirror is asked for it.
#[test]
fn a_redirect_to_the_registrys_page_is_an_answer() {
    let page = format!("https://pith.science/pith/{HETEGEN_SUFFIX}");
    let server = Server::start(vec![("/api/", redirect(&page)), ("/pith/", json(HETEGEN))]);
    let resolved = from_server(&server, "2403.01164").unwrap();
    assert_eq!(resolved.verdict.status(), Status::Verified);
    assert!(resolved.url.starts_with(&server.url()));
}

#[test]
fn a_number_beside_the_record_of_another_is_refused() {
    let number = "pith:2024:7YXM6JRYOH4O5NBMCHKEPDPSW2";
    let answer = json(format!(r#"{{"pith_number":"{number}","record":{HETEGEN}}}"#));
    let server = Server::start(vec![("/", answer)]);
    let error = from_server(&server, "2403.01164").unwrap_err();
    assert!(error.to_string().contains("the record of another one"), "{error}");
}

#[test]
fn a_password_in_an_address_is_never_shown() {
    let source = Http::new("http://user:secret@127.0.0.1:9/base").unwrap();
    assert_eq!(source.name(), "http://127.0.0.1:9/base");
}

#[test]
fn an_ambiguous_short_form_lists_its_candidates() {
    let folder = tempfile::tempdir().unwrap();
    for end in ["A", "B"] {
        let name = format!("WKFOJ2ECV52KUJR3SCIBSQ4GY{end}.json");
        std::fs::write(folder.path().join(name), "{}").unwrap();
    }
    let source = Mirror::open(folder.path()).unwrap();
    match block_on(resolver(vec![Box::new(source)]).resolve(&query("WKFOJ2EC"))) {
        Err(ResolveError::Ambiguous { candidates, .. }) => assert_eq!(candidates.len(), 2),
        other => panic!("{other:?}"),
    }
}

/// Every shape of the resolve answer that protocol.md section 5 allows.
#[test]
fn resolve_answers_in_every_shape() {
    const RESOLVE: &str = "/api/pith-number/resolve?arxiv=2403.01164&json=true";
    const RECORD: &str = "/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD.json";
    const NUMBER: &str = r#""pith_number":"pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD""#;
    let page = "/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD";
    let shapes = [
        ("a record", json(HETEGEN)),
        ("a record of another media type", with_type("application/ld+json", HETEGEN)),
        ("a record one level down", json(format!(r#"{{"ok":true,"record":{HETEGEN}}}"#))),
        ("a number", json(format!("{{{NUMBER}}}"))),
        ("a number one level down", json(format!(r#"{{"result":{{{NUMBER}}},"n":1}}"#))),
        ("a redirect to the record", redirect(RECORD)),
        ("a redirect to the page", redirect(page)),
        ("a redirect within the interface", redirect("/api/elsewhere")),
    ];
    for (name, shape) in shapes {
        let server = Server::start(vec![
            (RESOLVE, shape),
            ("/api/elsewhere", json(format!("{{{NUMBER}}}"))),
            (RECORD, json(HETEGEN)),
            (page, with_type("text/html", "<html>a page for people</html>")),
        ]);
        let resolved =
            from_server(&server, "2403.01164v1").unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(resolved.verdict.status(), Status::Verified, "{name}");
        assert_eq!(server.asked()[0], RESOLVE, "{name}");
    }
}

#[test]
fn a_number_is_fetched_directly() {
    let server = Server::start(vec![("/pith/", json(HETEGEN))]);
    let resolved = from_server(&server, HETEGEN_SUFFIX).unwrap();
    assert_eq!(resolved.verdict.status(), Status::Verified);
    assert_eq!(server.asked(), [format!("/pith/{HETEGEN_SUFFIX}.json")]);
}

#[test]
fn a_lie_is_shown_and_not_believed() {
    let flipped = HETEGEN.replace("uHdk7TLP", "uHdk7TLQ");
    for (name, answer) in [("another paper's record", SURVEY), ("a flipped bit", &flipped)] {
        let liar = Server::start(vec![("/", json(answer))]);
        let resolved = from_server(&liar, "2403.01164").unwrap();
        assert_eq!(resolved.verdict.status(), Status::Failed, "{name}");
        let honest = Server::start(vec![("/", json(HETEGEN))]);
        let sources: Vec<Box<dyn Source>> = vec![
            Box::new(Http::new(&liar.url()).unwrap()),
            Box::new(Http::new(&honest.url()).unwrap()),
        ];
        let cache = tempfile::tempdir().unwrap();
        let resolver =
            Resolver::new(sources, Some(Cache::new(cache.path(), false)), Keyring::pinned());
        let resolved = block_on(resolver.resolve(&query("2403.01164"))).unwrap();
        assert_eq!(resolved.verdict.status(), Status::Verified, "{name}: the next mirror is tried");
        assert!(resolved.url.starts_with(&honest.url()));
    }
}

#[test]
fn answers_of_no_use_are_named() {
    let big = format!("[{}0]", "0,".repeat(1_500_000));
    let cases = [
        ("nothing there", status("404 Not Found"), "has no record for it"),
        (
            "an error of the server",
            status("500 Internal Server Error"),
            "answered with an error: 500",
        ),
        ("a page", with_type("text/html", "<html></html>"), "a web page instead of a record"),
        ("cut off", json(&HETEGEN[..1000]), "it is not JSON: EOF"),
        ("no record", json("{\"ok\":true}"), "neither a record nor a Pith Number"),
        ("too much", json(big), "more than 2000000 bytes"),
        ("another site", redirect("https://example.org/"), "redirects to another site"),
        ("a file", redirect("file:///etc/passwd"), "redirects to another site"),
        ("a loop", redirect("/again"), "redirects more than 5 times"),
        ("a redirect to nowhere", status("302 Found"), "a redirect that leads nowhere"),
        ("no HTTP", b"SSH-2.0-OpenSSH\r\n".to_vec(), "could not be reached: "),
        (
            "a wrong length",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}".to_vec(),
            "could not be reached: ",
        ),
    ];
    for (name, answer, message) in cases {
        let server = Server::start(vec![("/", answer)]);
        let error = from_server(&server, "2403.01164").unwrap_err();
        assert!(error.to_string().contains(message), "{name}: {error}");
        let not_found = matches!(error, ResolveError::NotFound { .. });
        assert_eq!(not_found, name == "nothing there", "{name}");
    }
}

#[test]
fn a_source_that_is_down_is_not_a_source_without_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let silent = || Box::new(Mirror::open(folder.path()).unwrap()) as Box<dyn Source>;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = || Box::new(Http::new(&format!("http://{port}")).unwrap()) as Box<dyn Source>;
    let empty = Server::start(vec![]);
    let answers = || Box::new(Http::new(&empty.url()).unwrap()) as Box<dyn Source>;
    let fail = |sources| block_on(resolver(sources).resolve(&query("2403.01164"))).unwrap_err();
    assert!(matches!(fail(vec![silent()]), ResolveError::NotFound { .. }));
    assert!(matches!(fail(vec![down()]), ResolveError::Unreachable { .. }));
    assert!(matches!(fail(vec![silent(), down()]), ResolveError::Unreachable { .. }));
    assert!(matches!(fail(vec![down(), answers()]), ResolveError::NotFound { .. }));
    assert!(matches!(fail(vec![]), ResolveError::Unreachable { .. }));
}

#[test]
fn the_cache_keeps_what_verified_and_verifies_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![("/", json(HETEGEN))]);
    let online = || Box::new(Http::new(&server.url()).unwrap()) as Box<dyn Source>;
    let resolve = |sources, id| {
        let cache = Cache::new(folder.path(), false);
        let resolver = Resolver::new(sources, Some(cache), Keyring::pinned());
        block_on(resolver.resolve(&query(id)))
    };
    resolve(vec![online()], "2403.01164").unwrap();
    assert_eq!(server.asked().len(), 1);
    for id in ["2403.01164", HETEGEN_SUFFIX, "WKFOJ2EC"] {
        let resolved = resolve(vec![online()], id).unwrap();
        assert_eq!(resolved.verdict.status(), Status::Verified);
        assert_eq!(server.asked().len(), 1, "{id} is answered from the cache");
    }
    let path = folder.path().join(format!("pith/{HETEGEN_SUFFIX}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("2024-03-02", "2024-03-03")).unwrap();
    let resolved = resolve(vec![online()], "2403.01164").unwrap();
    assert_eq!(resolved.verdict.status(), Status::Verified);
    assert_eq!(server.asked().len(), 2, "a corrupt entry is not believed");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "and is replaced");
}

#[test]
fn addresses_are_checked_before_anything_is_opened() {
    for wrong in ["ftp://example.org", "example", "", "http://", "file:///tmp"] {
        Http::new(wrong).unwrap_err();
    }
    let down = Http::new("http://127.0.0.1:9/base").unwrap();
    assert_eq!(down.name(), "http://127.0.0.1:9/base");
    let short = query("WKFOJ2EC");
    assert_eq!(block_on(down.fetch(&short, None)).err(), Some(SourceError::ShortForm));
}
