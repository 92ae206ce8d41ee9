//! `pith`: a badge toolchain for papers.

pub mod metadata;
pub mod pdf;
