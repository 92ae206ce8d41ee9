//! One test binary; each module is a theme.

mod badges;
mod tools;
mod vectors;
