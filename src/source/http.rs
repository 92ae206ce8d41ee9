//! A registry or mirror over HTTP (protocol.md section 5). The only place that knows reqwest.

use std::time::Duration;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::{Client, Response, StatusCode, Url, redirect};

use super::{Fetching, Found, Source, SourceError};
use crate::id::{ArxivId, PithNumber, Query, Suffix};
use crate::record::{Json, MAX_BYTES, Record};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a whole answer may take.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// How many redirects are followed, all within the same site.
const MAX_REDIRECTS: usize = 5;

const USER_AGENT: &str = concat!("pith/", env!("CARGO_PKG_VERSION"), " (+https://pith.science)");

/// A registry at a base address.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    base: Url,
}

/// Why an address cannot be used as a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Not an address with http or https.
    #[error("{0:?} is not an address of a mirror (https://...)")]
    Address(String),
    /// No TLS, for instance because the machine has no root certificates.
    #[error("HTTPS cannot be used here: {0}")]
    Tls(String),
}

impl Http {
    /// A source at `base`: `https://pith.science`, `http://127.0.0.1:8000/mirror`. Opens nothing.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn new(base: &str) -> Result<Self, HttpError> {
        let wrong = || HttpError::Address(without_login(base));
        let mut url = Url::parse(base).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong());
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url.set_query(None);
        url.set_fragment(None);
        // Another part of the program may have chosen a provider first, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            // Redirects are read here, since one to a record's page is an answer.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| HttpError::Tls(reason(&error)))?;
        Ok(Self { client, base: url })
    }

    fn address(&self, path: &str) -> Url {
        self.base.join(path).expect("a suffix or an arXiv id makes a path")
    }

    async fn find(&self, query: &Query) -> Result<Found, SourceError> {
        match query {
            Query::Pith(number) => self.record(&number.suffix).await,
            Query::Arxiv(id) => self.resolve(id).await,
            Query::Prefix { .. } => Err(SourceError::ShortForm),
        }
    }

    async fn record(&self, suffix: &Suffix) -> Result<Found, SourceError> {
        match self.get(self.address(&format!("pith/{suffix}.json")), |_| None).await? {
            Answer::Json(document, url) => {
                let record = Record::from_json(document).map_err(|error| unusable(&url, &error))?;
                Ok(Found { record, url })
            }
            Answer::Suffix(_) => unreachable!("no redirect was to be taken for an answer"),
        }
    }

    /// From an arXiv id to a record. The shape of the answer is not known for certain, so every one
    /// that protocol.md section 5 names is accepted.
    async fn resolve(&self, id: &ArxivId) -> Result<Found, SourceError> {
        let mut address = self.address("api/pith-number/resolve");
        address.query_pairs_mut().append_pair("arxiv", id.id()).append_pair("json", "true");
        match self.get(address, suffix_of_page).await? {
            Answer::Suffix(suffix) => self.record(&suffix).await,
            Answer::Json(document, url) => match (Record::find(&document), number_in(&document)) {
                (Some(record), _) if !is_wrapped_for(&document, &record) => {
                    Err(SourceError::Unusable(
                        "answered with a Pith Number and the record of another one".into(),
                    ))
                }
                (Some(record), _) => Ok(Found { record, url }),
                (None, Some(number)) => self.record(&number.suffix).await,
                (None, None) => Err(SourceError::Unusable(
                    "answered with JSON that holds neither a record nor a Pith Number".into(),
                )),
            },
        }
    }

    /// Gets an address of this site, through redirects within it; one in which `answer` sees a suffix
    /// ends the way.
    async fn get(
        &self,
        address: Url,
        answer: fn(&Url) -> Option<Suffix>,
    ) -> Result<Answer, SourceError> {
        let mut address = address;
        for _ in 0..=MAX_REDIRECTS {
            let request = self.client.get(address.clone());
            let request = request.header(ACCEPT, "application/ld+json, application/json");
            let response = request.send().await.map_err(|error| failed(&error))?;
            if !response.status().is_redirection() {
                return read(response).await;
            }
            let target = redirect_target(&response, &address)?;
            // Only the suffix counts, and nothing is fetched there: a mirror may point to the registry.
            if let Some(suffix) = answer(&target) {
                return Ok(Answer::Suffix(suffix));
            }
            check_site(&target, &address)?;
            address = target;
        }
        Err(SourceError::Unusable(format!("redirects more than {MAX_REDIRECTS} times")))
    }
}

/// What came back.
enum Answer {
    /// JSON, and the address that it came from at last.
    Json(Json, String),
    /// A redirect to the page of a record.
    Suffix(Suffix),
}

async fn read(mut response: Response) -> Result<Answer, SourceError> {
    let status = response.status();
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        return Err(SourceError::NotFound);
    }
    if !status.is_success() {
        return Err(SourceError::Unusable(format!("answered with an error: {status}")));
    }
    let url = without_login(response.url().as_str());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(SourceError::Unusable(format!(
                "answered with more than {MAX_BYTES} bytes, which is no record"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    let document = Json::parse(&body).map_err(|error| unusable(&url, &error))?;
    Ok(Answer::Json(document, url))
}

/// Where a redirect leads.
fn redirect_target(response: &Response, from: &Url) -> Result<Url, SourceError> {
    let unusable = |what: &str| SourceError::Unusable(what.into());
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location =
        location.ok_or_else(|| unusable("answered with a redirect that leads nowhere"))?;
    from.join(location).map_err(|_| unusable("answered with a redirect that leads nowhere"))
}

/// A redirect is followed to the same host only, and never from https to http.
fn check_site(target: &Url, from: &Url) -> Result<(), SourceError> {
    let same_site = target.host() == from.host()
        && (target.port() == from.port() || (from.scheme(), target.scheme()) == ("http", "https"));
    let secure_enough = target.scheme() == "https" || target.scheme() == from.scheme();
    if same_site && secure_enough && matches!(target.scheme(), "http" | "https") {
        Ok(())
    } else {
        let target = without_login(target.as_str());
        Err(SourceError::Unusable(format!("redirects to another site ({target})")))
    }
}

/// The suffix in the address of a record's page, `.../pith/<suffix>`, or of the record itself.
fn suffix_of_page(url: &Url) -> Option<Suffix> {
    let mut segments = url.path_segments()?.rev();
    let name = segments.next()?;
    let suffix = name.strip_suffix(".json").unwrap_or(name).parse().ok();
    suffix.filter(|_| segments.next() == Some("pith"))
}

/// A `pith_number` at the top of an answer or one level down.
fn number_in(document: &Json) -> Option<PithNumber> {
    let number = |value: &Json| value.get("pith_number")?.as_str()?.parse().ok();
    let children: &[(String, Json)] = match document {
        Json::Object(members) => members,
        _ => &[],
    };
    number(document).or_else(|| children.iter().find_map(|(_, child)| number(child)))
}

/// Whether the number that stands beside a record in an answer, if any does, is the record's. What
/// stands in the record itself is verified with it.
fn is_wrapped_for(document: &Json, record: &Record) -> bool {
    let stated = match document.get("pith_number") {
        Some(stated) if document != record.document() && *stated != Json::Null => stated,
        _ => return true,
    };
    let digest = record.digest();
    let number = stated.as_str().and_then(|text| text.parse::<PithNumber>().ok());
    number.is_some_and(|number| {
        let year = record.fields().ok().and_then(|fields| fields.number(&digest).year);
        number.suffix == Suffix::from_digest(&digest)
            && (number.year.is_none() || year.is_none() || number.year == year)
    })
}

/// An address as it may be shown: without user and password.
fn without_login(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

fn unusable(url: &str, error: &dyn std::fmt::Display) -> SourceError {
    SourceError::Unusable(format!("answered {url} with something that is no record: {error}"))
}

fn failed(error: &reqwest::Error) -> SourceError {
    SourceError::Unreachable(reason(error))
}

/// The innermost cause, which says what happened; the outer ones say only that something did.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", TOTAL_TIMEOUT.as_secs());
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

impl Source for Http {
    fn name(&self) -> String {
        without_login(self.base.as_str().trim_end_matches('/'))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, query: &'a Query) -> Fetching<'a> {
        Box::pin(self.find(query))
    }
}
