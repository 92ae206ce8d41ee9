//! An id goes through the sources until a record verifies.

use super::{Cache, Source, SourceError};
use crate::error::Remedy;
use crate::id::{Query, Suffix};
use crate::record::Record;
use crate::trust::Keyring;
use crate::verify::{Status, Verdict, verify};

/// Sources in the order in which they are asked, and the keys to believe.
pub struct Resolver {
    sources: Vec<Box<dyn Source>>,
    cache: Option<Cache>,
    keys: Keyring,
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
    /// The sources that were asked before, and why they gave nothing better.
    pub passed_over: Vec<PassedOver>,
}

/// A source that was asked in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The source's name.
    pub source_name: String,
    /// What it answered, the rest of a sentence after its name.
    pub answer: String,
    /// Whether it gave a record that did not verify.
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
                "check the id; the registry may not have computed a number for this paper yet".into()
            }
            Self::Ambiguous { candidates, .. } => {
                let candidates: Vec<_> = candidates.iter().map(Suffix::as_str).collect();
                format!("give one of them in full: {}", candidates.join(", "))
            }
            Self::Unusable { .. } => {
                "try again later, or give another mirror or folder of records with --mirror".into()
            }
            Self::Unreachable { answers, .. } => {
                let is_down = |error: &SourceError| matches!(error, SourceError::Unreachable(_));
                match answers.iter().any(|(_, error)| is_down(error)) {
                    true => "check the network, or give a mirror or a folder of records with --mirror",
                    false => "with --offline, give a folder of records with --mirror DIR",
                }
                .into()
            }
        })
    }
}

impl Resolver {
    /// A resolver over `sources`; what a remote one gives is kept in `cache` once it has verified.
    pub fn new(sources: Vec<Box<dyn Source>>, cache: Option<Cache>, keys: Keyring) -> Self {
        Self { sources, cache, keys }
    }

    /// Whether any source lies beyond this machine, so that a network driver is needed.
    pub fn needs_network(&self) -> bool {
        self.sources.iter().any(|source| source.is_remote())
    }

    /// Finds the record for `query`.
    ///
    /// The first record that verifies wins. A record that does not is never preferred to a later
    /// source's; where no source has a better one it is returned with its verdict, so that the
    /// reader sees what is wrong.
    ///
    /// # Errors
    /// [`ResolveError`] where no source gives any record.
    pub async fn resolve(&self, query: &Query) -> Result<Resolved, ResolveError> {
        let cache = self.cache.as_ref().map(|cache| cache as &dyn Source);
        let sources = self.sources.iter().map(|source| &**source);
        let mut doubtful: Option<Resolved> = None;
        let (mut passed_over, mut answers) = (Vec::new(), Vec::new());
        for source in cache.into_iter().chain(sources) {
            let pass_over = |answer, is_doubtful| PassedOver {
                source_name: source.name(),
                answer,
                is_doubtful,
            };
            match source.fetch(query).await {
                Ok(found) => {
                    let verdict = verify(&found.record, Some(query), &self.keys);
                    let (record, url) = (found.record, found.url);
                    if verdict.status() == Status::Verified {
                        self.keep(source, &record);
                        return Ok(Resolved { record, url, verdict, passed_over });
                    }
                    passed_over.push(pass_over(
                        format!("has a record that is {}", verdict.status()),
                        true,
                    ));
                    doubtful.get_or_insert(Resolved {
                        record,
                        url,
                        verdict,
                        passed_over: Vec::new(),
                    });
                }
                Err(SourceError::Ambiguous(candidates)) => {
                    let (query, source_name) = (query.clone(), source.name());
                    return Err(ResolveError::Ambiguous { query, source_name, candidates });
                }
                Err(error) => {
                    passed_over.push(pass_over(error.to_string(), false));
                    answers.push((source.name(), error, source.is_remote()));
                }
            }
        }
        match doubtful {
            Some(resolved) => Ok(Resolved { passed_over, ..resolved }),
            None => Err(self.failure(query, answers)),
        }
    }

    /// A remote source that answered settles the matter; a folder's silence does not, while a remote
    /// source that might have the record is down.
    fn failure(&self, query: &Query, answers: Vec<(String, SourceError, bool)>) -> ResolveError {
        let answered =
            |error: &SourceError| matches!(error, SourceError::NotFound | SourceError::ShortForm);
        let settled = answers.iter().any(|(_, error, remote)| *remote && answered(error));
        let all_answered = answers.iter().all(|(_, error, _)| answered(error));
        let any_unusable =
            answers.iter().any(|(_, error, _)| matches!(error, SourceError::Unusable(_)));
        let query = query.clone();
        let nothing_to_ask = self.sources.is_empty();
        let answers = answers.into_iter().map(|(name, error, _)| (name, error)).collect();
        if settled || (all_answered && !nothing_to_ask) {
            ResolveError::NotFound { query, answers }
        } else if any_unusable {
            ResolveError::Unusable { query, answers }
        } else {
            ResolveError::Unreachable { query, answers }
        }
    }

    fn keep(&self, source: &dyn Source, record: &Record) {
        if let Some(cache) = &self.cache
            && source.is_remote()
        {
            // A cache that cannot be written costs time at the next call, nothing else.
            let _ = cache.store(record);
        }
    }
}
