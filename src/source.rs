//! Where records come from. A source is never trusted: what it gives is verified by [`Resolver`].

mod cache;
mod embedded;
mod files;
mod http;
mod mirror;
mod resolver;

use std::future::Future;
use std::pin::Pin;

pub use cache::Cache;
pub use embedded::{DEMO_ID, Embedded};
pub use http::{Http, HttpError};
pub use mirror::Mirror;
pub use resolver::{PassedOver, ResolveError, Resolved, Resolver};

use crate::id::{Query, Suffix};
use crate::record::Record;

/// The registry's own site.
pub const DEFAULT_URL: &str = "https://pith.science";

/// A record as a source gave it, not yet verified.
#[derive(Clone, Debug)]
pub struct Found {
    /// The record.
    pub record: Record,
    /// Where it was read: an address, or the path of a file.
    pub url: String,
}

/// Why a source gave no record. `Display` is the part of a sentence after the source's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It answered, and has no such record.
    #[error("has no record for it")]
    NotFound,
    /// A short form that more than one record shares.
    #[error("has {} records that begin with it", .0.len())]
    Ambiguous(Vec<Suffix>),
    /// It cannot look up short forms.
    #[error("cannot look up short forms")]
    ShortForm,
    /// No answer: refused, timed out, no such host.
    #[error("could not be reached: {0}")]
    Unreachable(String),
    /// An answer of no use: an error of the server, a page instead of a record, too many bytes.
    #[error("{0}")]
    Unusable(String),
}

/// The future that [`Source::fetch`] returns.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Found, SourceError>> + Send + 'a>>;

/// Something that may have records.
pub trait Source: Send + Sync {
    /// Its name in messages: an address or a path.
    fn name(&self) -> String;

    /// Whether asking it leaves this machine.
    fn is_remote(&self) -> bool;

    /// Fetches the record for `query`.
    fn fetch<'a>(&'a self, query: &'a Query) -> Fetching<'a>;
}
