//! What every error of this crate can say beside what went wrong: what to do next.
//!
//! The enums live with the operation that they stop. A finding of a check is never an error.

use std::io::{self, ErrorKind};

/// The second line of an error message.
pub trait Remedy {
    /// What the reader can do about it, one sentence without a final full stop, or `None` where the
    /// first line says it all.
    fn remedy(&self) -> Option<String>;
}

/// What the system's error means to a person.
pub fn io_message(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "it is not a folder".to_owned(),
        ErrorKind::AlreadyExists => "there is a file of that name already".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        ErrorKind::FileTooLarge => "the file would be larger than the system allows".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    }
}

/// What to do about it.
pub fn io_remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "check the name, and that its folder exists",
        ErrorKind::PermissionDenied => "check who owns it, and its permissions",
        ErrorKind::IsADirectory => "give the name of a file",
        ErrorKind::NotADirectory => "give the name of a folder",
        ErrorKind::AlreadyExists => "give another name",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on the disk",
        ErrorKind::FileTooLarge => "raise the limit (ulimit -f), or write to another disk with -o",
        ErrorKind::ReadOnlyFilesystem => "write to another place with -o",
        _ => "check the path",
    }
}
