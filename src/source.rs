//! Where records come from. A source is never trusted: what it gives is verified by [`Resolver`].
//!
//! ```
//! use pith::{source::{Mirror, Resolver}, trust::Keyring, verify::Status};
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! # let folder = tempfile::tempdir()?;
//! # let record = include_str!("../tests/records/2403.01164.json");
//! # std::fs::write(folder.path().join("2403.01164.json"), record)?;
//! let mirror = Mirror::open(folder.path())?; // or Http::new("https://pith.science")?
//! let resolver = Resolver::new(vec![Box::new(mirror)], None, Keyring::pinned());
//! let resolved = resolver.resolve(&"arXiv:2403.01164".parse()?).await?;
//! assert_eq!(resolved.verdict.status(), Status::Verified);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache;
mod embedded;
mod files;
mod http;
mod layout;
mod manifest;
mod mirror;
mod resolver;

use std::future::Future;
use std::pin::Pin;

pub use cache::Cache;
pub use embedded::{DEMO_ID, Embedded};
pub use http::{Http, HttpError, HttpOptions};
pub use manifest::{MAX_MANIFEST_BYTES, ManifestError, manifest, mirrors_in};
pub use mirror::{Added, Mirror, MirrorBuilder, Verified, VerifiedError};
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
    /// What tells later whether the answer is still the same, where the source gave that.
    pub validator: Option<Validator>,
}

/// An entity tag (RFC 9110, section 8.8.3) and the address whose answer it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    /// The address that was asked.
    pub address: String,
    /// The tag as the server wrote it, with its quotes.
    pub etag: String,
}

/// Why a source gave no record. `Display` is the part of a sentence after the source's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It answered, and has no such record.
    #[error("has no record for it")]
    NotFound,
    /// It answered that what is known of it by a [`Validator`] still holds.
    #[error("has nothing newer")]
    NotModified,
    /// A short form that more than one record shares.
    #[error("has {} records that begin with it", .0.len())]
    Ambiguous(Vec<Suffix>),
    /// It cannot look up short forms.
    #[error("cannot look up short forms")]
    ShortForm,
    /// No answer: refused, timed out, no such host.
    #[error("could not be reached: {0}")]
    Unreachable(String),
    /// An answer that puts one off: 429, 502, 503 or 504, also when asked again.
    #[error("{0}")]
    Unavailable(String),
    /// An answer of no use: an error of the server, a page instead of a record, too many bytes.
    #[error("{0}")]
    Unusable(String),
}

impl SourceError {
    /// Whether nothing can be had from the source for now, whatever it is asked for.
    pub fn is_down(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Unavailable(_))
    }
}

/// What a source has for a query: one record as a rule, and several where more than one claims to be
/// it. The best guess comes first; the first that verifies counts. Each is read when it is asked for.
pub type Candidates<'a> = Box<dyn Iterator<Item = Found> + Send + 'a>;

/// The future that [`Source::fetch`] returns.
pub type Fetching<'a> =
    Pin<Box<dyn Future<Output = Result<Candidates<'a>, SourceError>> + Send + 'a>>;

/// Something that may have records.
///
/// A source of one's own says what it is called, whether it is remote, and what it has:
///
/// ```
/// use pith::id::Query;
/// use pith::source::{Fetching, Found, Source, SourceError, Validator};
///
/// /// Records from a database, say.
/// struct Database;
///
/// impl Source for Database {
///     fn name(&self) -> String {
///         "the database".into()
///     }
///     fn is_remote(&self) -> bool {
///         false
///     }
///     fn fetch<'a>(&'a self, query: &'a Query, _: Option<&'a Validator>) -> Fetching<'a> {
///         Box::pin(async move { Err(SourceError::NotFound) })
///     }
/// }
/// ```
pub trait Source: Send + Sync {
    /// Its name in messages: an address or a path.
    fn name(&self) -> String;

    /// Whether asking it leaves this machine.
    fn is_remote(&self) -> bool;

    /// Fetches what there is for `query`, at least one candidate. A source that is told a `validator`
    /// of its own may answer [`SourceError::NotModified`]; others do not look at it.
    fn fetch<'a>(&'a self, query: &'a Query, validator: Option<&'a Validator>) -> Fetching<'a>;
}

/// A source's answer that is at hand, and is one record or none.
fn ready<'a>(found: Result<Found, SourceError>) -> Fetching<'a> {
    let candidates = found.map(|found| Box::new(std::iter::once(found)) as Candidates<'a>);
    Box::pin(std::future::ready(candidates))
}
