//! LaTeX sources, read without running TeX: where the files lie, what in them is code, which commands it has.
//!
//! TeX can be told anything, so this reads what papers do, not all that TeX could. What it cannot
//! follow (a file whose name is a macro, a command made at run time) it passes over.

mod archive;
mod command;
mod main_file;
mod mask;
mod place;
mod tree;

pub use archive::{ArchiveError, is_archive_name, read_archive};
pub(crate) use command::Nesting;
pub use command::{Command, bare_word, commands, mandatory, optional};
pub(crate) use main_file::listed;
pub use main_file::{MainError, MainFile, find_main, is_latex_name, may_be_main};
pub use mask::code_of;
pub use place::{Spot, spot};
pub use tree::{MAX_FILES, Tree, TreeError, beside, clean_path, parent_of};
