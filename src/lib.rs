//! `pith`: a badge toolchain for papers.

pub mod inject;
pub mod metadata;
pub mod pdf;
