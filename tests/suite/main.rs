//! One test binary; each module is a theme.

mod badges;
mod checks;
mod cmd;
mod demo;
mod desk;
mod generated;
mod offline;
mod pdf_encrypted;
mod pdf_files;
mod pdf_hostile;
mod pdf_inject;
mod pdf_read;
mod pdf_signed;
mod pdf_xmp;
mod prose;
mod readme;
mod records;
mod schemas;
mod server;
mod shell;
mod sources;
mod structure;
mod tex;
mod tex_matrix;
mod tools;
mod vectors;
