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
    let mut windows = [vec![0; WINDOW as usize], vec![0; WINDOW as usize]];
    for step in 0..steps {
        let start =
            if length <= COMPARED_WHOLE { step * WINDOW } else { last / (steps - 1) * step };
        let start = if step + 1 == steps { last } else { start };
        let window = WINDOW.min(length - start) as usize;
        for (file, bytes) in [&mut a, &mut b].into_iter().zip(&mut windows) {
            file.seek(SeekFrom::Start(start))?;
            match file.read_exact(&mut bytes[..window]) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                read => read?,
            }
        }
        if windows[0][..window] != windows[1][..window] {
            return Ok(false);
        }
    }
    Ok(true)
}
