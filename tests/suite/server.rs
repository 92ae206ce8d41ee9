//! Real HTTP servers on loopback that answer as they are told, and remember what they were asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// One answer: the bytes after the request, written as they are.
pub type Answer = Vec<u8>;

/// What a server was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path with its query.
    pub path: String,
    /// The lines of the head, the first one too.
    pub head: Vec<String>,
    /// How many requests came before.
    pub before: usize,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.iter().filter_map(|line| line.split_once(": "));
        pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// A server for the length of a test, a thread for each connection.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// A server that answers each path with the first entry that the path begins with, everything else
    /// with 404, one connection an answer.
    pub fn start(routes: Vec<(&'static str, Answer)>) -> Self {
        Self::acting(move |asked, stream| {
            let found = routes.iter().find(|(prefix, _)| asked.path.starts_with(prefix));
            let _ = match found {
                Some((_, bytes)) => stream.write_all(bytes),
                None => stream.write_all(&status("404 Not Found")),
            };
        })
    }

    /// A server that does as `act` says with each request; then the connection is closed.
    pub fn acting(act: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, act, count) = (asked.clone(), Arc::new(act), Arc::new(AtomicUsize::new(0)));
        // Ends with the test process; every test has its own server.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (log, act, count) = (log.clone(), act.clone(), count.clone());
                std::thread::spawn(move || {
                    let Ok(head) = head(&stream) else { return };
                    let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
                    let before = count.fetch_add(1, Ordering::SeqCst);
                    let asked = Asked { path, head, before };
                    log.lock().unwrap().push(asked.clone());
                    act(&asked, &mut stream);
                });
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.requests().into_iter().map(|asked| asked.path).collect()
    }

    /// The requests, in order.
    pub fn requests(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn head(stream: &TcpStream) -> std::io::Result<Vec<String>> {
    let mut head = Vec::new();
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    match head.is_empty() {
        true => Err(std::io::ErrorKind::UnexpectedEof.into()),
        false => Ok(head),
    }
}

/// 200 with a JSON body.
pub fn json(body: impl AsRef<[u8]>) -> Answer {
    with_type("application/json", body)
}

/// 200 with a body of any type.
pub fn with_type(content_type: &str, body: impl AsRef<[u8]>) -> Answer {
    with_headers(&format!("Content-Type: {content_type}"), body)
}

/// 200 with a body and headers.
pub fn with_headers(headers: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 200 OK\r\n{headers}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A redirect.
pub fn redirect(location: &str) -> Answer {
    status(&format!("302 Found\r\nLocation: {location}"))
}

/// An answer without a body; headers may follow the line.
pub fn status(line: &str) -> Answer {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}
