//! What every error of this crate can say beside what went wrong: what to do next.
//!
//! The enums live with the operation that they stop. A finding of a check is never an error.

/// The second line of an error message.
pub trait Remedy {
    /// What the reader can do about it, one sentence without a final full stop, or `None` where the
    /// first line says it all.
    fn remedy(&self) -> Option<String>;
}
