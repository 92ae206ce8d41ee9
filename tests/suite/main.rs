//! One test binary; each module is a theme.

mod vectors;
