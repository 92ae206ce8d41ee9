//! One test binary; each module is a theme.

mod records;
mod server;
mod sources;
mod vectors;
