//! The real record that is compiled in, for the demonstration.

use super::{Fetching, Found, Source, SourceError, Validator, ready};
use crate::id::{ArxivId, Query, Suffix};
use crate::record::Record;

/// The paper that the embedded record is of.
pub const DEMO_ID: &str = "2403.01164";

const RECORD: &[u8] = include_bytes!("../../tests/records/2403.01164.json");

/// A source that has one record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Embedded {
    fn find(query: &Query) -> Result<Found, SourceError> {
        let record = Record::from_slice(RECORD).expect("the embedded record is a record");
        let suffix = Suffix::from_digest(&record.digest());
        let matches = match query {
            Query::Arxiv(id) => DEMO_ID.parse().is_ok_and(|demo: ArxivId| id.same_paper(&demo)),
            Query::Pith(number) => number.suffix == suffix,
            Query::Prefix { prefix, .. } => prefix.matches(&suffix),
        };
        if matches {
            Ok(Found { record, url: "embedded record".into(), validator: None })
        } else {
            Err(SourceError::NotFound)
        }
    }
}

impl Source for Embedded {
    fn name(&self) -> String {
        "the embedded record".into()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn fetch<'a>(&'a self, query: &'a Query, _: Option<&'a Validator>) -> Fetching<'a> {
        ready(Self::find(query))
    }
}
