//! One request and its answer: redirects, time-outs, and trying again.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, ETAG, HeaderMap, IF_NONE_MATCH, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};

use super::answer::{self, Answer, without_login};
use super::pace::Pace;
use super::{HttpError, HttpOptions, retry};
use crate::id::Suffix;
use crate::source::SourceError;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may be silent in the middle of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(15);
/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;
/// The longest entity tag that is kept.
const MAX_ETAG: usize = 200;

const USER_AGENT: &str = concat!("pith/", env!("CARGO_PKG_VERSION"), " (+https://pith.science)");

/// The client of all sources, with what they agreed on.
#[derive(Debug)]
pub(super) struct Exchange {
    client: Client,
    options: HttpOptions,
    pace: Pace,
    /// The mirrors that were named: redirects may lead to them.
    listed: Vec<Url>,
}

/// Why an attempt failed, and what becomes of it.
struct Trouble {
    error: SourceError,
    again: Again,
}

enum Again {
    /// Another attempt would end in the same way.
    Never,
    /// After a while.
    Later,
    /// When the server says.
    After(Duration),
}

impl Trouble {
    fn last(error: SourceError) -> Self {
        Self { error, again: Again::Never }
    }
}

impl Exchange {
    pub fn new(options: HttpOptions, listed: Vec<Url>) -> Result<Self, HttpError> {
        // Another part of the program may have chosen a provider first, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT.min(options.timeout))
            .read_timeout(READ_TIMEOUT.min(options.timeout))
            .timeout(options.timeout)
            // Redirects are read here, since one to a record's page is an answer.
            .redirect(redirect::Policy::none())
            // Attempts are counted here.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| HttpError::Tls(retry::innermost(&error).to_string()))?;
        Ok(Self { client, options, pace: Pace::new(options.rate), listed })
    }

    /// Gets an address; a redirect in which `suffix` sees one ends the way. With `etag`, the answer may
    /// be that nothing has changed.
    pub async fn get(
        &self,
        address: Url,
        etag: Option<&str>,
        suffix: fn(&Url) -> Option<Suffix>,
    ) -> Result<Answer, SourceError> {
        let mut failed = 0;
        loop {
            let trouble = match self.follow(address.clone(), etag, suffix).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            let wait = match trouble.again {
                Again::Never => return Err(trouble.error),
                _ if failed == self.options.retries => return Err(after(trouble.error, failed)),
                Again::Later => retry::backoff(failed),
                Again::After(wait) => {
                    // Whoever else asks this host waits too.
                    self.pace.hold(&address, wait);
                    wait
                }
            };
            failed += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// One attempt, through redirects within the site and to the mirrors that were named.
    async fn follow(
        &self,
        mut address: Url,
        etag: Option<&str>,
        suffix: fn(&Url) -> Option<Suffix>,
    ) -> Result<Answer, Trouble> {
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.client.get(address.clone());
            request = request.header(ACCEPT, "application/ld+json, application/json");
            if let Some(etag) = etag {
                request = request.header(IF_NONE_MATCH, etag);
            }
            self.pace.turn(&address).await;
            let started = Instant::now();
            let failed = |error| failure(&error, started);
            let response = request.send().await.map_err(failed)?;
            if response.status() == StatusCode::NOT_MODIFIED && etag.is_some() {
                return Ok(Answer::NotModified);
            }
            if !response.status().is_redirection() {
                return self.read(response, started).await;
            }
            let target = redirect_target(&response, &address).map_err(Trouble::last)?;
            // Only the suffix counts, and nothing is fetched there: a mirror may point to the registry.
            if let Some(suffix) = suffix(&target) {
                return Ok(Answer::Suffix(suffix));
            }
            self.check_site(&target, &address).map_err(Trouble::last)?;
            address = target;
        }
        let message = format!("redirects more than {MAX_REDIRECTS} times");
        Err(Trouble::last(SourceError::Unusable(message)))
    }

    async fn read(&self, mut response: Response, started: Instant) -> Result<Answer, Trouble> {
        check_status(&response)?;
        let url = without_login(response.url().as_str());
        answer::check_type(response.headers(), &url).map_err(Trouble::last)?;
        let etag = etag(response.headers());
        let mut body = answer::Body::default();
        let failed = |error| failure(&error, started);
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.push(&chunk).map_err(Trouble::last)?;
        }
        let document = body.json(&url).map_err(Trouble::last)?;
        Ok(Answer::Json { document, url, etag })
    }

    /// A redirect is followed to the same host and to mirrors that were named, and never from https to
    /// http.
    fn check_site(&self, target: &Url, from: &Url) -> Result<(), SourceError> {
        let same_host = target.host() == from.host()
            && (target.port() == from.port()
                || (from.scheme(), target.scheme()) == ("http", "https"));
        let is_listed = self.listed.iter().any(|base| base.origin() == target.origin());
        let secure_enough = target.scheme() == "https" || target.scheme() == from.scheme();
        if (same_host || is_listed) && secure_enough && matches!(target.scheme(), "http" | "https")
        {
            return Ok(());
        }
        let target = without_login(target.as_str());
        Err(SourceError::Unusable(format!("redirects to another site ({target})")))
    }
}

/// Where a redirect leads.
fn redirect_target(response: &Response, from: &Url) -> Result<Url, SourceError> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| from.join(location).ok());
    target
        .ok_or_else(|| SourceError::Unusable("answered with a redirect that leads nowhere".into()))
}

fn check_status(response: &Response) -> Result<(), Trouble> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        return Err(Trouble::last(SourceError::NotFound));
    }
    let message = |more: &str| format!("answered with an error: {status}{more}");
    if !matches!(status.as_u16(), 429 | 502 | 503 | 504) {
        return Err(Trouble::last(SourceError::Unusable(message(""))));
    }
    let stated = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let again = match stated.and_then(retry::retry_after) {
        Some(wait) if wait > retry::MAX_WAIT => {
            let more = format!(", to be asked again in {} seconds", wait.as_secs());
            return Err(Trouble::last(SourceError::Unavailable(message(&more))));
        }
        Some(wait) => Again::After(wait),
        None => Again::Later,
    };
    Err(Trouble { error: SourceError::Unavailable(message("")), again })
}

/// What went wrong on the way. After the connection was made, another attempt may do better.
fn failure(error: &reqwest::Error, started: Instant) -> Trouble {
    if error.is_timeout() {
        let seconds = started.elapsed().as_secs_f64().round().max(1.0);
        let message = format!("no whole answer within {seconds} s");
        return Trouble::last(SourceError::Unreachable(message));
    }
    if retry::is_corrupt(error) {
        let message = "sent compressed bytes that cannot be unpacked";
        return Trouble::last(SourceError::Unusable(message.into()));
    }
    let again = if error.is_connect() { Again::Never } else { Again::Later };
    Trouble { error: SourceError::Unreachable(retry::reason(error)), again }
}

fn after(error: SourceError, retries: u32) -> SourceError {
    let more = match retries {
        0 => return error,
        _ => format!(" (asked {} times)", retries + 1),
    };
    match error {
        SourceError::Unreachable(message) => SourceError::Unreachable(message + &more),
        SourceError::Unavailable(message) => SourceError::Unavailable(message + &more),
        error => error,
    }
}

/// A tag that may be sent back: quoted, short, of visible characters (RFC 9110, section 8.8.3).
fn etag(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(ETAG)?.to_str().ok()?;
    let is_tag = tag.ends_with('"') && tag.trim_start_matches("W/").starts_with('"');
    (is_tag && tag.len() <= MAX_ETAG).then(|| tag.to_owned())
}
