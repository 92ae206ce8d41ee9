//! `pith`: a badge toolchain for papers.
//!
//! A Pith Number names a paper by the content of its record. Two ways run through this crate. From
//! an id to a verified record, and to what shows it:
//!
//! ```
//! # use pith::{id::Query, record::Record, trust::Keyring, verify::{Status, verify}};
//! let asked: Query = "arXiv:2403.01164".parse()?;
//! # let bytes = include_bytes!("../tests/records/2403.01164.json");
//! let record = Record::from_slice(bytes)?; // as a source served it
//! let verdict = verify(&record, Some(&asked), &Keyring::pinned());
//! assert_eq!(verdict.status(), Status::Verified);
//! assert_eq!(verdict.pith_number.unwrap().to_string(), "pith:2024:WKFOJ2ECV52KUJR3SCIBSQ4GYD");
//! let package = pith::sty::render(&record)?; // pith.sty with the proof
//! # assert!(package.contains("WKFOJ2ECV52KUJR3SCIBSQ4GYD"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! And from a PDF to what it says of itself, and what is wrong with it:
//!
//! ```
//! # use pith::{check::Subject, inject::{self, Output}, metadata::Metadata, pdf::Pdf};
//! # use pith::{record::Record, trust::Keyring};
//! # let folder = tempfile::tempdir()?;
//! # let plain = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/demo/paper.pdf").as_ref();
//! # let paper = folder.path().join("paper.pdf");
//! # let record = Record::from_slice(include_bytes!("../tests/records/2403.01164.json"))?;
//! let metadata = Metadata::of(&record).expect("it has a receipt");
//! inject::inject(plain, Output::Path(&paper), &metadata, &inject::Options::default())?;
//! let pdf = Pdf::open(&paper, None)?;
//! let subject = Subject::new(&pdf, &Keyring::pinned(), None);
//! assert_eq!(subject.check(), []);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules in order; each uses only those before it.

pub mod error;
pub mod escape;
mod xml;

pub mod id;
pub mod record;
pub mod trust;
pub mod verify;

pub mod compute;

pub mod source;

pub mod latex;

pub mod badge;
pub mod paper;
pub mod sty;

pub mod pdf;

pub mod metadata;

pub mod binding;
pub mod check;
pub mod report;

pub mod inject;

#[cfg(feature = "cli")]
pub mod cli;
