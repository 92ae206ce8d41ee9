//! A registry or mirror over HTTP (protocol.md section 5). Only this module knows reqwest.

mod answer;
mod exchange;
mod pace;
mod retry;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Url;

use super::{Candidates, Fetching, Found, Source, SourceError, Validator, layout};
use crate::id::{ArxivId, Query, Suffix};
use crate::record::Record;
use answer::Answer;
use exchange::Exchange;

/// A registry at a base address.
#[derive(Clone, Debug)]
pub struct Http {
    base: Url,
    exchange: Arc<Exchange>,
    /// Where a static site keeps its aliases, once it has said so.
    aliases: Arc<OnceLock<String>>,
}

/// How registries are talked to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HttpOptions {
    /// How long one answer may take from the first byte sent to the last one read. A connection is
    /// given up after 10 seconds, a silence in an answer after 15, and neither waits longer than this.
    pub timeout: Duration,
    /// How often a request is sent again after 429, 502, 503, 504 or a broken connection.
    pub retries: u32,
    /// The most requests to one host in a second, 0 for no bound. `None` stands for 5, and for no
    /// bound to this machine itself.
    pub rate: Option<f64>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), retries: 3, rate: None }
    }
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
        let mut sources = Self::all(&[base], HttpOptions::default())?;
        Ok(sources.remove(0))
    }

    /// A source for each address, in their order. They share their connections and their pace, and a
    /// redirect from one to another is followed.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn all(bases: &[impl AsRef<str>], options: HttpOptions) -> Result<Vec<Self>, HttpError> {
        let bases: Vec<Url> =
            bases.iter().map(|base| base_url(base.as_ref())).collect::<Result<_, _>>()?;
        let exchange = Arc::new(Exchange::new(options, bases.clone())?);
        let sources = bases.into_iter().map(|base| Self {
            base,
            exchange: Arc::clone(&exchange),
            aliases: Arc::default(),
        });
        Ok(sources.collect())
    }

    fn address(&self, path: &str) -> Result<Url, SourceError> {
        let address = self.base.join(path).ok();
        // A site names its own addresses, and no other's.
        let address = address.filter(|address| address.origin() == self.base.origin());
        let wrong = || SourceError::Unusable(format!("names an address outside of it: {path:?}"));
        address.ok_or_else(wrong)
    }

    async fn find(
        &self,
        query: &Query,
        validator: Option<&Validator>,
    ) -> Result<Found, SourceError> {
        match query {
            Query::Pith(number) => self.record(&number.suffix).await,
            Query::Arxiv(id) => match self.aliases.get() {
                Some(pattern) => self.resolve_static(id, pattern).await,
                None => self.resolve(id, validator).await,
            },
            Query::Prefix { .. } => Err(SourceError::ShortForm),
        }
    }

    async fn record(&self, suffix: &Suffix) -> Result<Found, SourceError> {
        let address = self.address(&layout::record(suffix))?;
        match self.exchange.get(address, None, |_| None).await? {
            Answer::Json { document, url, .. } => {
                let record =
                    Record::from_json(document).map_err(|error| answer::no_record(&url, &error))?;
                Ok(Found { record, url, validator: None })
            }
            Answer::Suffix(_) | Answer::NotModified => unreachable!("nobody asked for these"),
        }
    }

    /// From an arXiv id to a record. The shape of the answer is not known for certain, so every one
    /// that protocol.md section 5 names is accepted.
    async fn resolve(
        &self,
        id: &ArxivId,
        validator: Option<&Validator>,
    ) -> Result<Found, SourceError> {
        let mut address = self.address(layout::RESOLVE)?;
        // The slash of an old id may stand in a query as it is (RFC 3986, section 3.4), and servers of
        // files compare it with their names.
        address.set_query(Some(&format!("arxiv={}&json=true", id.id())));
        let shown = answer::without_login(address.as_str());
        let known = validator.filter(|known| known.address == shown).map(|known| &*known.etag);
        let answer = self.exchange.get(address, known, answer::suffix_of_page).await?;
        if let Answer::Json { document, .. } = &answer
            && let Some(pattern) = layout::alias_pattern(document)
        {
            return self.resolve_static(id, self.aliases.get_or_init(|| pattern)).await;
        }
        let found = self.found(answer).await?;
        let is_of_this = |known: &Validator| known.address == shown;
        Ok(Found { validator: found.validator.filter(is_of_this), ..found })
    }

    /// A site of plain files has one file for each id.
    async fn resolve_static(&self, id: &ArxivId, pattern: &str) -> Result<Found, SourceError> {
        let address = self.address(&layout::fill(pattern, id))?;
        let answer = self.exchange.get(address, None, answer::suffix_of_page).await?;
        self.found(answer).await
    }

    async fn found(&self, answer: Answer) -> Result<Found, SourceError> {
        match answer {
            Answer::Suffix(suffix) => self.record(&suffix).await,
            Answer::NotModified => Err(SourceError::NotModified),
            Answer::Json { document, url, etag } => {
                let validator = etag.map(|etag| Validator { address: url.clone(), etag });
                match (Record::find(&document), answer::number_in(&document)) {
                    (Some(record), _) if !answer::is_wrapped_for(&document, &record) => {
                        Err(SourceError::Unusable(
                            "answered with a Pith Number and the record of another one".into(),
                        ))
                    }
                    (Some(record), _) => Ok(Found { record, url, validator }),
                    (None, Some(number)) => {
                        let found = self.record(&number.suffix).await?;
                        Ok(Found { validator, ..found })
                    }
                    (None, None) => Err(SourceError::Unusable(
                        "answered with JSON that holds neither a record nor a Pith Number".into(),
                    )),
                }
            }
        }
    }
}

/// An address under which paths are found.
fn base_url(base: &str) -> Result<Url, HttpError> {
    let wrong = || HttpError::Address(answer::without_login(base));
    let mut url = Url::parse(base).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong());
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

impl Source for Http {
    fn name(&self) -> String {
        answer::without_login(self.base.as_str().trim_end_matches('/'))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, query: &'a Query, validator: Option<&'a Validator>) -> Fetching<'a> {
        Box::pin(async move {
            let found = self.find(query, validator).await?;
            Ok(Box::new(std::iter::once(found)) as Candidates<'a>)
        })
    }
}
