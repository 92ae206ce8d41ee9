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
        if !is_same(&windows[0][..window], &windows[1][..window]) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// As `a == b` for texts of one length, in steps of 16 bytes: the C library of the static program compares byte by byte,
/// a tenth as fast.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let ((a, a_end), (b, b_end)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    a.iter().zip(b).all(|(a, b)| a == b) && a_end == b_end
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn is_start(old: &[u8], new: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, old).unwrap();
        fs::write(&b, new).unwrap();
        same_start(&a, &b, old.len() as u64).unwrap()
    }

    #[test]
    fn each_byte_of_a_short_file_counts() {
        for length in [0, 1, 15, 16, 17, 100] {
            let old = vec![7; length];
            assert!(is_start(&old, &[&old[..], b"section"].concat()));
            for at in 0..length {
                let mut new = old.clone();
                new[at] = 8;
                assert!(!is_start(&old, &new), "byte {at} of {length}");
                assert!(!is_start(&old, &old[..at]), "{at} bytes of {length}");
            }
        }
    }

    #[test]
    fn a_long_file_is_looked_at_from_its_start_to_its_end() {
        let old = vec![7; COMPARED_WHOLE as usize + 1];
        let (middle, end) = (old.len() / 2, old.len() - 1);
        assert!(is_start(&old, &old));
        assert!(!is_start(&old, &old[..end]));
        // A part that was not copied is seen where it is longer than the steps are apart.
        let hole = WINDOW as usize;
        for at in [0..1, end..end + 1, middle..middle + hole] {
            let mut new = old.clone();
            new[at.clone()].fill(0);
            assert!(!is_start(&old, &new), "{at:?}");
        }
    }
}
