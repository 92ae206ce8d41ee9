//! An id goes through the sources until a record verifies.

mod health;
mod search;

use std::collections::VecDeque;

use super::{Cache, Found, Source, SourceError, Validator};
use crate::error::Remedy;
use crate::id::{Query, Suffix};
use crate::record::Record;
use crate::trust::Keyring;
use crate::verify::Verdict;
use health::Health;
use search::Search;

/// Sources in the order in which they are asked, and the keys to believe.
pub struct Resolver {
    sources: Vec<(Box<dyn Source>, Health)>,
    cache: Option<Cache>,
    keys: Keyring,
    pin: Option<Found>,
}

/// A record, where it came from and what is known of it.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The record.
    pub record: Record,
    /// Where it was read.
    pub url: String,
    /// What verifying it for the query gave.
    pub verdict: Verdict,
    /// The sources that were asked before, why they gave nothing better, and what became of the cache.
    pub passed_over: Vec<PassedOver>,
}

/// A source that was asked in vain, or that is to be taken with care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The source's name.
    pub source_name: String,
    /// What it answered, the rest of a sentence after its name.
    pub answer: String,
    /// Whether the reader should hear of it: a record that did not verify, a damaged file, old news.
    pub is_doubtful: bool,
}

/// Why there is no record to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Sources answered, and none has it.
    #[error("no record for {query}: {}", list(.answers))]
    NotFound {
        /// What was asked for.
        query: Query,
        /// Each source with its answer.
        answers: Vec<(String, SourceError)>,
    },
    /// A short form of several numbers.
    #[error("{query} is short for {} records in {source_name}", .candidates.len())]
    Ambiguous {
        /// What was asked for.
        query: Query,
        /// The source that has them.
        source_name: String,
        /// The full suffixes.
        candidates: Vec<Suffix>,
    },
    /// Some source was reached, and what it answered cannot be used.
    #[error("no source gave a usable answer for {query}: {}", list(.answers))]
    Unusable {
        /// What was asked for.
        query: Query,
        /// Each source with its answer.
        answers: Vec<(String, SourceError)>,
    },
    /// No source answered.
    #[error("no source could be reached for {query}: {}", list(.answers))]
    Unreachable {
        /// What was asked for.
        query: Query,
        /// Each source with its answer; empty where there is no source to ask.
        answers: Vec<(String, SourceError)>,
    },
}

fn list(answers: &[(String, SourceError)]) -> String {
    if answers.is_empty() {
        return "there is none to ask".into();
    }
    let sentences: Vec<_> = answers.iter().map(|(name, error)| format!("{name} {error}")).collect();
    sentences.join("; ")
}

impl Remedy for ResolveError {
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NotFound { query: Query::Prefix { .. }, .. } => {
                "give the arXiv id or the full Pith Number; short forms are found in folders of records and in the cache only".into()
            }
            Self::NotFound { .. } => {
                "check the id; a paper that is new on arXiv has no number until the registry has computed it".into()
            }
            Self::Ambiguous { candidates, .. } => {
                let candidates: Vec<_> = candidates.iter().map(Suffix::as_str).collect();
                format!("give one of them in full: {}", candidates.join(", "))
            }
            Self::Unusable { .. } => {
                "try again later, or give another mirror or folder of records with --mirror".into()
            }
            Self::Unreachable { answers, .. } => {
                let is_silent = |error: &SourceError| matches!(error, SourceError::Unreachable(_));
                match answers.iter().any(|(_, error)| is_silent(error)) {
                    true => "check the network, or give a mirror or a folder of records with --mirror",
                    false => "with --offline, give a folder of records with --mirror DIR",
                }
                .into()
            }
        })
    }
}

impl Resolver {
    /// A resolver over `sources`; what a remote one gives is kept in `cache` once it has verified, and
    /// the cache is asked before the first of them.
    pub fn new(sources: Vec<Box<dyn Source>>, cache: Option<Cache>, keys: Keyring) -> Self {
        let sources = sources.into_iter().map(|source| (source, Health::default())).collect();
        Self { sources, cache, keys, pin: None }
    }

    /// Uses `pin`, the record kept beside a paper, before anything else where it is what is asked for.
    #[must_use]
    pub fn with_pin(self, pin: Option<Found>) -> Self {
        Self { pin, ..self }
    }

    /// Whether any source lies beyond this machine, so that a network driver is needed.
    pub fn needs_network(&self) -> bool {
        self.sources.iter().any(|(source, _)| source.is_remote())
    }

    /// Finds the record for `query`.
    ///
    /// The first record that verifies wins. A record that does not is never preferred to a later
    /// source's; where no source has a better one it is returned with its verdict, so that the
    /// reader sees what is wrong.
    ///
    /// A source that was down three times in a row is asked after the others for half a minute. It is
    /// not asked at all for what another remote source has no record of, and such a query ends as one
    /// that could not be answered.
    ///
    /// # Errors
    /// [`ResolveError`] where no source gives any record.
    pub async fn resolve(&self, query: &Query) -> Result<Resolved, ResolveError> {
        let mut search = Search::new(query, &self.keys);
        if let Some(pin) = self.pin.as_ref().filter(|pin| is_of(pin, query))
            && let Some(resolved) = search.consider(&pin.url, pin.clone())
        {
            return Ok(resolved);
        }
        let (mut kept, mut validator) = (None, None);
        let mut cache = self.cache.as_ref();
        let mut queue: VecDeque<_> = self.sources.iter().map(|known| (known, true)).collect();
        while let Some((known @ (source, health), in_order)) = queue.pop_front() {
            // Folders are as near as the cache, and were named.
            if source.is_remote()
                && let Some(cache) = cache.take()
            {
                match search.look_into(cache)? {
                    Some(found) if found.is_fresh => return Ok(found.resolved),
                    Some(found) => {
                        validator = found.validator;
                        kept = Some(found.resolved);
                    }
                    None => {}
                }
            }
            // What the cache or a pin answers is answered by now: whoever is told to ask does.
            if in_order && health.is_resting() {
                queue.push_back((known, false));
                continue;
            }
            if !in_order && search.has_a_no() {
                search.leave_alone(&**source, health::resting());
                continue;
            }
            let fetched = source.fetch(query, validator.as_ref()).await;
            // A short form is refused without asking.
            if !matches!(fetched, Err(SourceError::ShortForm)) {
                health.note(fetched.as_ref().err().is_some_and(SourceError::is_down));
            }
            match fetched {
                Ok(candidates) => {
                    for found in candidates {
                        let validator = found.validator.clone();
                        if let Some(resolved) = search.consider(&source.name(), found) {
                            self.keep(&**source, &resolved.record, validator.as_ref());
                            return Ok(resolved);
                        }
                    }
                }
                Err(SourceError::NotModified) => {
                    if let Some(resolved) = kept {
                        self.keep(&**source, &resolved.record, validator.as_ref());
                        return Ok(search.end(resolved));
                    }
                }
                Err(SourceError::Ambiguous(candidates)) => {
                    let (query, source_name) = (query.clone(), source.name());
                    return Err(ResolveError::Ambiguous { query, source_name, candidates });
                }
                Err(error) => search.pass_over(&**source, error),
            }
        }
        if let Some(cache) = cache
            && let Some(found) = search.look_into(cache)?
        {
            return Ok(found.resolved);
        }
        match kept {
            // It is true; it may only be that there is a newer one.
            Some(kept) if search.is_nobody_there() => {
                let answer =
                    "is of more than a day ago, and no source could be asked for a newer one";
                search.tell(kept.url.clone(), answer.into());
                Ok(search.end(kept))
            }
            _ => search.failed(self.sources.is_empty()),
        }
    }

    fn keep(&self, source: &dyn Source, record: &Record, validator: Option<&Validator>) {
        if let Some(cache) = &self.cache
            && source.is_remote()
        {
            // A cache that cannot be written costs time at the next call, nothing else.
            let _ = cache.store(record, validator);
        }
    }
}

/// Whether a pinned record is for what is asked for. Whether it is true is seen later.
fn is_of(pin: &Found, query: &Query) -> bool {
    let suffix = Suffix::from_digest(&pin.record.digest());
    match query {
        Query::Arxiv(id) => pin.record.fields().is_ok_and(|fields| id.same_paper(&fields.source)),
        Query::Pith(number) => number.suffix == suffix,
        Query::Prefix { prefix, .. } => prefix.matches(&suffix),
    }
}
