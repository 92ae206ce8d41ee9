//! The bytes of a file: read whole where it is small, mapped where it is large.
//!
//! This is the only module of the crate with unsafe code, and it holds one unsafe call.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::PdfError;

/// Files up to this size (bytes) are read instead of mapped. Reading is as fast there, and a file that
/// another program cuts short in the meantime cannot take this process down.
const READ_LIMIT: u64 = 1 << 20;

/// The bytes of one file.
pub(super) enum FileBytes {
    Read(Vec<u8>),
    Mapped(memmap2::Mmap),
}

impl AsRef<[u8]> for FileBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

/// Opens a regular file. Symbolic links are followed; a directory, a pipe or a device is refused before
/// it is opened, because opening a pipe blocks.
pub(super) fn open(path: &Path) -> Result<FileBytes, PdfError> {
    let kind = std::fs::metadata(path)?;
    if !kind.is_file() {
        return Err(PdfError::NotAFile { directory: kind.is_dir() });
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length == 0 {
        return Err(PdfError::Empty);
    }
    if length <= READ_LIMIT {
        let mut bytes = Vec::with_capacity(length as usize);
        file.by_ref().take(READ_LIMIT).read_to_end(&mut bytes)?;
        return Ok(FileBytes::Read(bytes));
    }
    Ok(FileBytes::Mapped(map(&file)?))
}

#[allow(unsafe_code)]
fn map(file: &File) -> io::Result<memmap2::Mmap> {
    // SAFETY: the map is private and read-only, and it lives as long as the `FileBytes` that owns it. The
    // bytes stay as they are while no other process writes to the file. pith itself never writes in place: it
    // renames a new file over the old one, and the map keeps the old one. Another program that cuts the file
    // short ends this process with SIGBUS; it cannot make it read memory that is not the file's.
    unsafe { memmap2::Mmap::map(file) }
}
