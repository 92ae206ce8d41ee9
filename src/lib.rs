//! `pith`: a badge toolchain for papers.

pub mod error;
pub mod id;
pub mod record;
pub mod source;
pub mod trust;
pub mod verify;

pub mod escape;

pub mod badge;

pub mod metadata;
pub mod pdf;

pub mod binding;
pub mod check;
pub mod inject;

// cli later

