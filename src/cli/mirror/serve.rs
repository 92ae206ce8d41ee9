//! `pith mirror serve DIR`: the addresses of protocol.md section 5 on this machine.

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::TcpListener;

use super::address::Address;
use crate::cli::context::keyring;
use crate::cli::options::Options;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, Failure, Run};
use crate::id::{Query, Suffix};
use crate::source::{Mirror, Resolver, manifest};
use crate::trust::Keyring;
use crate::verify::Status;

/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Serve a folder of records on this machine, resolve included
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pith mirror serve mirror
  pith resolve 2403.01164 --mirror http://127.0.0.1:7484

The address is the first line of standard output. Ctrl-C ends it. For other
machines, put the folder behind a web server: docs/mirrors.md.")]
pub(super) struct Args {
    /// The folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7484", value_parser = own)]
    listen: SocketAddr,
}

/// There is no TLS and no limit here, so only this machine is served.
fn own(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "give an address and a port, such as 127.0.0.1:8000")?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("only this machine is served (127.0.0.1 or [::1]); for others, put the \
                      folder behind a web server"
            .into()),
    }
}

pub(super) fn run(args: &Args, options: &Options, terminal: &mut Terminal) -> Run {
    if options.offline {
        let message = "a server opens a socket, and --offline opens none";
        let remedy = "leave out one of them".to_owned();
        return Err(Failure::new(Exit::Usage, message, Some(remedy)));
    }
    let keys = keyring(options)?;
    let open = || Mirror::open(&args.dir).map_err(|error| Failure::io(&args.dir, &error));
    let resolver = Resolver::new(vec![Box::new(open()?)], None, keys.clone());
    let failed = |error| Failure::io(args.listen.to_string().as_ref(), &error);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.map_err(failed)?;
        let site = format!("http://{}", listener.local_addr().map_err(failed)?);
        terminal.raw(format!("{site}\n").as_bytes())?;
        terminal.note(&format!("serving {}; Ctrl-C ends it", args.dir.display()));
        let shelf = Shelf { mirror: open()?, resolver, keys, site };
        accept(listener, Arc::new(shelf)).await;
        Ok(Exit::Good)
    })
}

/// Serves until the program is ended.
async fn accept(listener: TcpListener, shelf: Arc<Shelf>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No more files may be open just now; a connection that ends frees one.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // An answer is one write; waiting for more of it would only delay it.
        let _ = stream.set_nodelay(true);
        let shelf = Arc::clone(&shelf);
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let shelf = Arc::clone(&shelf);
                async move { Ok::<_, Infallible>(shelf.answer(&request).await) }
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
            // A client that goes away is its own affair.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// What there is to serve.
struct Shelf {
    mirror: Mirror,
    resolver: Resolver,
    keys: Keyring,
    site: String,
}

type Answer = Response<Full<Bytes>>;

impl Shelf {
    async fn answer<B>(&self, request: &Request<B>) -> Answer {
        let mut answer = match *request.method() {
            Method::GET | Method::HEAD => {
                let uri = request.uri();
                match Address::parse(uri.path(), uri.query()) {
                    Some(address) => self.serve(&address, request).await,
                    None => error(StatusCode::NOT_FOUND, "there is nothing at this address"),
                }
            }
            _ => {
                let mut answer = error(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
                answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
                answer
            }
        };
        // A header that the answer of GET has belongs to that of HEAD; hyper leaves out the body.
        answer.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        answer
    }

    async fn serve<B>(&self, address: &Address, request: &Request<B>) -> Answer {
        match address {
            Address::Record(query) => match self.file_of(query).await {
                Ok(path) => file(&path, "application/ld+json", request),
                Err(answer) => *answer,
            },
            Address::Paper(query) => match self.resolver.resolve(query).await {
                Ok(found) => {
                    let suffix = Suffix::from_digest(&found.record.digest());
                    let mut answer = error(StatusCode::FOUND, "the record is elsewhere");
                    let location = HeaderValue::try_from(format!("/pith/{suffix}"));
                    answer.headers_mut().insert(LOCATION, location.expect("a suffix is ASCII"));
                    answer
                }
                Err(found) => error(StatusCode::NOT_FOUND, &found.to_string()),
            },
            Address::Bundle(suffix) => {
                file(&self.mirror.bundle_of(suffix), "application/json", request)
            }
            Address::Manifest => value(&manifest(&self.site, &self.keys.keys()[0])),
            Address::Key => value(&self.keys.keys()[0].to_json()),
        }
    }

    /// The file of a record. Where several claim to be it, one that verifies.
    async fn file_of(&self, query: &Query) -> Result<PathBuf, Box<Answer>> {
        if let Some(path) = self.mirror.file_of(query) {
            return Ok(path);
        }
        match self.resolver.resolve(query).await {
            Ok(found) if found.verdict.status() == Status::Verified => Ok(found.url.into()),
            Ok(_) => {
                let message = "the record that is here does not verify";
                Err(Box::new(error(StatusCode::NOT_FOUND, message)))
            }
            Err(found) => Err(Box::new(error(StatusCode::NOT_FOUND, &found.to_string()))),
        }
    }
}

/// A file with its entity tag, or that it is still the same.
fn file<B>(path: &Path, media_type: &'static str, request: &Request<B>) -> Answer {
    let Ok(bytes) = fs::read(path) else {
        return error(StatusCode::NOT_FOUND, "there is nothing at this address");
    };
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let tag = format!("\"{:x}-{:x}\"", bytes.len(), modified.unwrap_or_default().as_nanos());
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| {
        known
            .split(',')
            .map(str::trim)
            .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    });
    let mut answer = match is_known {
        true => {
            let mut answer = Response::new(Full::default());
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer
        }
        false => json_answer(bytes, media_type),
    };
    answer.headers_mut().insert(ETAG, HeaderValue::try_from(tag).expect("hex digits are ASCII"));
    answer
}

fn value(value: &serde_json::Value) -> Answer {
    json_answer(value.to_string().into_bytes(), "application/json")
}

fn error(status: StatusCode, message: &str) -> Answer {
    let mut answer = value(&json!({ "error": message, "status": status.as_u16() }));
    *answer.status_mut() = status;
    answer
}

fn json_answer(bytes: Vec<u8>, media_type: &'static str) -> Answer {
    let mut answer = Response::new(Full::from(bytes));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}
