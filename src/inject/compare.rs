//! Whether the old file is the start of the new one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Up to this length (bytes) a copy is compared whole.
const COMPARED_WHOLE: u64 = 8 << 20;
/// Bytes of one comparison.
const WINDOW: u64 = 256 << 10;
/// Comparisons of a longer copy: at its start, at its end, and between in equal steps.
const WINDOWS: u64 = 64;

/// Whether two files start with the same `length` bytes. The kernel has copied them and said how many, and nobody
/// wrote to the input meanwhile, which is looked at later. To read 200 MB back twice takes longer than all else, so of
/// a long file 16 MiB are compared. Read, not mapped: pages of a map count as memory of this process.
pub(super) fn same_start(a: &Path, b: &Path, length: u64) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    let last = length.saturating_sub(WINDOW);
    let steps = if length <= COMPARED_WHOLE { length.div_ceil(WINDOW) } else { WINDOWS };
    for step in 0..steps {
        let start =
            if length <= COMPARED_WHOLE { step * WINDOW } else { last / (steps - 1) * step };
        let start = if step + 1 == steps { last } else { start };
        let window = WINDOW.min(length - start);
        let in_a = window_at(&mut a, start, window)?;
        if in_a.len() as u64 != window || in_a != window_at(&mut b, start, window)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn window_at(file: &mut File, start: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length as usize);
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
