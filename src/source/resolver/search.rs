//! One query on its way through the sources: what was seen so far, and what follows from it.

use super::{PassedOver, ResolveError, Resolved};
use crate::id::{Query, Suffix};
use crate::source::cache::{self, Miss};
use crate::source::{Cache, Found, Source, SourceError, Validator};
use crate::trust::Keyring;
use crate::verify::{Status, verify};

pub(super) struct Search<'a> {
    query: &'a Query,
    keys: &'a Keyring,
    doubtful: Option<Resolved>,
    passed_over: Vec<PassedOver>,
    answers: Vec<(String, SourceError, bool)>,
    /// Whether a source that may have the record was not asked.
    left_alone: bool,
}

/// A record of the cache that verified.
pub(super) struct Kept {
    pub resolved: Resolved,
    pub is_fresh: bool,
    pub validator: Option<Validator>,
}

impl<'a> Search<'a> {
    pub fn new(query: &'a Query, keys: &'a Keyring) -> Self {
        let (passed_over, answers) = (Vec::new(), Vec::new());
        Self { query, keys, doubtful: None, passed_over, answers, left_alone: false }
    }

    /// Ends the search where the record verifies; one that does not is told of and kept for the case
    /// that nobody has a better one.
    pub fn consider(&mut self, source_name: &str, found: Found) -> Option<Resolved> {
        let resolved = self.judge(found);
        let status = resolved.verdict.status();
        if status == Status::Verified {
            return Some(self.end_with(resolved));
        }
        self.tell(source_name.to_owned(), format!("has a record that is {status}"));
        self.doubtful.get_or_insert(resolved);
        None
    }

    /// What the cache has. An entry that is damaged is taken out; one that is signed by a key that is
    /// not known this time is not.
    pub fn look_into(&mut self, cache: &Cache) -> Result<Option<Kept>, ResolveError> {
        match cache.look_up(self.query) {
            Ok(cache::Kept { found, is_fresh, suffix }) => {
                let validator = found.validator.clone();
                let resolved = self.judge(found);
                if resolved.verdict.status() == Status::Verified {
                    let resolved = if is_fresh { self.end_with(resolved) } else { resolved };
                    return Ok(Some(Kept { resolved, is_fresh, validator }));
                }
                if !self.lacks_its_key(&resolved) {
                    self.drop_entry(cache, &suffix, "it does not verify");
                }
            }
            Err(Miss::Damaged(suffix, reason)) => {
                self.drop_entry(cache, &suffix, &reason);
            }
            Err(Miss::None(SourceError::Ambiguous(candidates))) => {
                let (query, source_name) = (self.query.clone(), cache.root().display().to_string());
                return Err(ResolveError::Ambiguous { query, source_name, candidates });
            }
            // That it has nothing is no news.
            Err(Miss::None(_)) => {}
        }
        Ok(None)
    }

    /// A source that has nothing.
    pub fn pass_over(&mut self, source: &dyn Source, error: SourceError) {
        let (source_name, answer) = (source.name(), error.to_string());
        self.passed_over.push(PassedOver { source_name, answer, is_doubtful: false });
        self.answers.push((source.name(), error, source.is_remote()));
    }

    /// Something that the reader should hear.
    pub fn tell(&mut self, source_name: String, answer: String) {
        self.passed_over.push(PassedOver { source_name, answer, is_doubtful: true });
    }

    /// Whether no remote source gave any answer, good or bad, or one that may have the record was not asked.
    pub fn is_nobody_there(&self) -> bool {
        let is_silent =
            |error: &SourceError| error.is_down() || matches!(error, SourceError::Unusable(_));
        let is_nobody =
            || self.answers.iter().all(|(_, error, remote)| !remote || is_silent(error));
        self.doubtful.is_none() && (self.left_alone || is_nobody())
    }

    /// A source that rests, and is not asked.
    pub fn leave_alone(&mut self, source: &dyn Source, error: SourceError) {
        self.left_alone = true;
        self.pass_over(source, error);
    }

    /// Whether a remote source said that it has no record.
    pub fn has_a_no(&self) -> bool {
        self.answers.iter().any(|(_, error, is_remote)| *is_remote && is_no(error))
    }

    /// The record, with what was seen on the way.
    pub fn end(mut self, resolved: Resolved) -> Resolved {
        self.end_with(resolved)
    }

    /// No source had a record that verifies.
    ///
    /// A remote source that answered settles the matter, unless another one was left alone; a folder's
    /// silence does not, while a remote source that might have the record is down.
    pub fn failed(mut self, has_no_sources: bool) -> Result<Resolved, ResolveError> {
        if let Some(resolved) = self.doubtful.take() {
            return Ok(self.end(resolved));
        }
        let is_settled = self.has_a_no() && !self.left_alone;
        let all_answered = self.answers.iter().all(|(_, error, _)| is_no(error));
        let all_unreachable = self
            .answers
            .iter()
            .all(|(_, error, _)| is_no(error) || matches!(error, SourceError::Unreachable(_)));
        let query = self.query.clone();
        let answers = self.answers.into_iter().map(|(name, error, _)| (name, error)).collect();
        Err(if is_settled || (all_answered && !has_no_sources) {
            ResolveError::NotFound { query, answers }
        } else if all_unreachable {
            ResolveError::Unreachable { query, answers }
        } else {
            ResolveError::Unusable { query, answers }
        })
    }

    fn judge(&self, found: Found) -> Resolved {
        let verdict = verify(&found.record, Some(self.query), self.keys);
        let Found { record, url, .. } = found;
        Resolved { record, url, verdict, passed_over: Vec::new() }
    }

    fn end_with(&mut self, resolved: Resolved) -> Resolved {
        Resolved { passed_over: std::mem::take(&mut self.passed_over), ..resolved }
    }

    fn drop_entry(&mut self, cache: &Cache, suffix: &Suffix, reason: &str) {
        cache.drop_entry(self.query, suffix);
        let answer = format!("had a damaged copy of pith:{suffix}, which was dropped: {reason}");
        self.tell(cache.root().display().to_string(), answer);
    }

    /// Whether nothing speaks against the record but that its key is not believed now.
    fn lacks_its_key(&self, resolved: &Resolved) -> bool {
        let record = &resolved.record;
        let checked = record.receipt().map(|receipt| self.keys.check(receipt, &record.digest()));
        matches!(checked, Some(Err(error)) if error.is_of_key())
            && resolved.verdict.failures().count() == 1
    }
}

/// Whether a source answered, and has nothing.
fn is_no(error: &SourceError) -> bool {
    matches!(error, SourceError::NotFound | SourceError::ShortForm)
}
