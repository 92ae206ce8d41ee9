//! One test binary; each module is a theme.

mod badges;
mod pdf_files;
mod pdf_hostile;
mod pdf_inject;
mod pdf_read;
mod pdf_signed;
mod pdf_xmp;
mod readme;
mod records;
mod server;
mod sources;
mod tex;
mod tex_matrix;
mod tools;
mod vectors;
