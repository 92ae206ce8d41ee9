//! `pith`: a badge toolchain for papers.

pub mod error;
pub mod escape;
pub mod id;
pub mod record;
pub mod source;
pub mod trust;
pub mod verify;
mod xml;

pub mod badge;
pub mod paper;
pub mod sty;

pub mod metadata;
pub mod pdf;

pub mod binding;
pub mod check;
pub mod inject;
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;
