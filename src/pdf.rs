//! The only door to PDF bytes.
