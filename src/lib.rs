//! `pith`: a badge toolchain for papers.

pub mod error;
pub mod escape;
pub mod id;
pub mod record;
pub mod trust;
pub mod verify;
mod xml;

pub mod source;

pub mod badge;
pub mod paper;
pub mod sty;

pub mod pdf;

pub mod metadata;

pub mod binding;
pub mod check;
pub mod inject;
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;
