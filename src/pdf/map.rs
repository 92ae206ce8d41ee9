//! The bytes of a file: read whole where it is small, mapped where it is large.
//!
//! Unsafe code is here, in clock.rs beside this file, and in src/cli/limits.rs, and nowhere else.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use hayro_syntax::PdfData;

use super::PdfError;

/// Files up to this size (bytes) are read instead of mapped: reading is as fast there.
const READ_LIMIT: u64 = 1 << 20;

/// Bytes that a glance takes in: an object's number, and most dictionaries of pictures.
const GLANCE: usize = 512;

/// A file that is read, and its bytes.
pub(super) struct Source {
    file: Arc<File>,
    /// The file before its first byte was read.
    opened: Metadata,
    bytes: Arc<FileBytes>,
}

enum FileBytes {
    Read(Vec<u8>),
    Mapped(Map),
}

impl AsRef<[u8]> for FileBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(map) => &map.bytes,
        }
    }
}

impl FileBytes {
    /// Whether pages of the file were gone when they were read.
    fn has_faulted(&self) -> bool {
        matches!(self, Self::Mapped(map) if map.place.has_faulted())
    }
}

impl Source {
    pub(super) fn data(&self) -> PdfData {
        PdfData::from(Arc::clone(&self.bytes))
    }

    pub(super) fn glance(&self) -> Glance {
        let is_mapped = matches!(&*self.bytes, FileBytes::Mapped(_));
        Glance(is_mapped.then(|| Arc::clone(&self.file)))
    }

    /// Fails where somebody has written to the file since it was opened: by its length and time, and where its pages
    /// were gone for a moment.
    pub(super) fn check_unchanged(&self) -> Result<(), PdfError> {
        let now = self.file.metadata()?;
        let is_whole = (*self.bytes).as_ref().len() as u64 == self.opened.len();
        let same = now.len() == self.opened.len()
            && now.modified().ok() == self.opened.modified().ok()
            && is_whole
            && !self.bytes.has_faulted();
        if same { Ok(()) } else { Err(PdfError::Changed) }
    }
}

/// Looks at places of a file that is mapped without mapping them: with one byte the kernel maps up to 2 MB, which takes
/// time, and counts as memory of this process.
#[derive(Clone, Default)]
pub(super) struct Glance(Option<Arc<File>>);

impl Glance {
    /// As where the file is large.
    #[cfg(test)]
    pub(super) fn mapped(path: &Path) -> Result<Self, PdfError> {
        Ok(Self(Some(Arc::new(File::open(path)?))))
    }

    /// What stands in `data`, the bytes of the file, from `offset` on: all of it, or how it begins.
    pub(super) fn at<'a>(&self, data: &'a [u8], offset: u64, room: &'a mut Room) -> &'a [u8] {
        let rest = usize::try_from(offset).ok().and_then(|start| data.get(start..));
        let rest = rest.unwrap_or_default();
        #[cfg(unix)]
        if let Some(file) = &self.0
            && let Ok(length) = std::os::unix::fs::FileExt::read_at(&**file, &mut room.0, offset)
        {
            return &room.0[..length.min(rest.len())];
        }
        let _ = room;
        rest
    }

    /// The file up to the end of `data`, which are its first bytes, and `section` behind them: in a map of its own, that
    /// shares the pages of the file. `None` where files are not mapped.
    #[cfg(unix)]
    pub(super) fn continued(&self, data: &[u8], section: &[u8]) -> Option<Continued> {
        let map = Map::continued(self.0.as_ref()?, data, section)?;
        Some(Continued(Arc::new(FileBytes::Mapped(map))))
    }

    #[cfg(not(unix))]
    pub(super) fn continued(&self, _: &[u8], _: &[u8]) -> Option<Continued> {
        None
    }
}

/// A file with a section behind it that only this process sees.
pub(super) struct Continued(Arc<FileBytes>);

impl Continued {
    pub(super) fn data(&self) -> PdfData {
        PdfData::from(Arc::clone(&self.0))
    }

    /// As [`FileBytes::has_faulted`].
    pub(super) fn has_faulted(&self) -> bool {
        self.0.has_faulted()
    }
}

/// Where the bytes of a glance are.
pub(super) struct Room(#[cfg_attr(not(unix), expect(dead_code))] [u8; GLANCE]);

impl Room {
    pub(super) fn new() -> Self {
        Self([0; GLANCE])
    }
}

/// Opens a regular file. Symbolic links are followed; a directory, a pipe or a device is refused before
/// it is opened, because opening a pipe blocks.
pub(super) fn open(path: &Path) -> Result<Source, PdfError> {
    let kind = std::fs::metadata(path)?;
    if !kind.is_file() {
        return Err(PdfError::NotAFile { directory: kind.is_dir() });
    }
    let file = Arc::new(File::open(path)?);
    let opened = file.metadata()?;
    let length = opened.len();
    if length == 0 {
        return Err(PdfError::Empty);
    }
    let map = if length > READ_LIMIT { Map::new(&file)? } else { None };
    let bytes = match map {
        Some(map) => FileBytes::Mapped(map),
        None => {
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
            (&*file).take(length).read_to_end(&mut bytes)?;
            FileBytes::Read(bytes)
        }
    };
    Ok(Source { file, opened, bytes: Arc::new(bytes) })
}

/// A mapped file. Where another program cuts it short, the bytes that are gone read as zeros.
pub(super) struct Map {
    // Dropped first: the place is given back before its addresses are.
    place: fault::Place,
    bytes: memmap2::Mmap,
}

impl Map {
    /// `None` where there are too many maps at once.
    #[allow(unsafe_code)]
    fn new(file: &File) -> Result<Option<Self>, PdfError> {
        // SAFETY: the map is private and read-only, and it lives as long as the `Map` that owns it. The bytes stay
        // as they are while no other process writes to the file. pith itself never writes in place: it renames a
        // new file over the old one, and the map keeps the old one. Another program that writes into the file makes
        // the parsers read other bytes, which they take from any file; one that cuts it short makes `fault` step in.
        let bytes = unsafe { memmap2::Mmap::map(file) }?;
        // A page that is read must not bring 2 MB with it: they count as memory of this process.
        #[cfg(target_os = "linux")]
        let _ = bytes.advise(memmap2::Advice::NoHugePage);
        Ok(fault::Place::take(&bytes).map(|place| Self { place, bytes }))
    }

    /// The pages of `file` that `data`, its first bytes, fill; what is left of `data`, and `section`, are copied behind
    /// them.
    #[cfg(unix)]
    #[allow(unsafe_code)]
    fn continued(file: &File, data: &[u8], section: &[u8]) -> Option<Self> {
        use std::os::fd::AsRawFd;

        let shared = data.len() - data.len() % fault::page();
        let mut bytes = memmap2::MmapMut::map_anon(data.len().checked_add(section.len())?).ok()?;
        bytes[shared..data.len()].copy_from_slice(&data[shared..]);
        bytes[data.len()..].copy_from_slice(section);
        if shared > 0 {
            let (start, file) = (bytes.as_mut_ptr().cast(), file.as_raw_fd());
            let flags = libc::MAP_SHARED | libc::MAP_FIXED;
            // SAFETY: what is replaced are whole pages at the start of a map that nobody else has seen yet, and they are
            // given back with it. That the file may change is said in `new`.
            let mapped = unsafe { libc::mmap(start, shared, libc::PROT_READ, flags, file, 0) };
            if mapped == libc::MAP_FAILED {
                return None;
            }
        }
        let bytes = bytes.make_read_only().ok()?;
        #[cfg(target_os = "linux")]
        let _ = bytes.advise(memmap2::Advice::NoHugePage);
        fault::Place::take(&bytes[..shared]).map(|place| Self { place, bytes })
    }
}

/// Reading a mapped page that the file no longer has raises SIGBUS, which ends the process. Here it puts a page of
/// zeros in its place. [`super::Pdf::check_unchanged`] tells afterwards that the file is not what was read.
#[cfg(unix)]
#[allow(unsafe_code)]
mod fault {
    use std::mem::{self, MaybeUninit};
    use std::ptr;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// Maps at once: one for each thread that reads, and one for what it writes.
    const PLACES: usize = 256;

    /// Start and end of each map; 0 where there is none.
    static STARTS: [AtomicUsize; PLACES] = [const { AtomicUsize::new(0) }; PLACES];
    static ENDS: [AtomicUsize; PLACES] = [const { AtomicUsize::new(0) }; PLACES];
    /// Whether pages of the map were gone.
    static FAULTED: [AtomicBool; PLACES] = [const { AtomicBool::new(false) }; PLACES];
    /// What the signal did before.
    static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();
    static PAGE: AtomicUsize = AtomicUsize::new(4096);

    /// Bytes of a page of memory.
    pub(super) fn page() -> usize {
        install();
        PAGE.load(Ordering::SeqCst)
    }

    /// An entry of the tables above.
    pub(super) struct Place(usize);

    impl Place {
        pub(super) fn take(bytes: &[u8]) -> Option<Self> {
            install();
            let start = bytes.as_ptr() as usize;
            let free = |end: &AtomicUsize| {
                let end = end.compare_exchange(0, usize::MAX, Ordering::SeqCst, Ordering::SeqCst);
                end.is_ok()
            };
            let place = ENDS.iter().position(free)?;
            FAULTED[place].store(false, Ordering::SeqCst);
            ENDS[place].store(start + bytes.len(), Ordering::SeqCst);
            STARTS[place].store(start, Ordering::SeqCst);
            Some(Self(place))
        }

        pub(super) fn has_faulted(&self) -> bool {
            FAULTED[self.0].load(Ordering::SeqCst)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            STARTS[self.0].store(0, Ordering::SeqCst);
            ENDS[self.0].store(0, Ordering::SeqCst);
        }
    }

    fn install() {
        BEFORE.get_or_init(|| {
            let mut before = MaybeUninit::zeroed();
            // SAFETY: `sigaction` gets a handler of the signature that SA_SIGINFO asks for, and room for the old
            // action, which it fills in. SA_ONSTACK: the handler also runs where a stack has run out.
            unsafe {
                let page = libc::sysconf(libc::_SC_PAGESIZE);
                PAGE.store(usize::try_from(page).unwrap_or(4096), Ordering::SeqCst);
                let mut action: libc::sigaction = mem::zeroed();
                action.sa_sigaction = handle as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut action.sa_mask);
                libc::sigaction(libc::SIGBUS, &raw const action, before.as_mut_ptr());
                before.assume_init()
            }
        });
    }

    /// Runs in the thread that read the page; does nothing but load atomics and call the kernel.
    extern "C" fn handle(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        // SAFETY: the kernel hands over a valid `info`. What is replaced is the one page that could not be read,
        // within a map of ours that is in the table.
        unsafe {
            let at = (*info).si_addr() as usize;
            for ((start, end), faulted) in STARTS.iter().zip(&ENDS).zip(&FAULTED) {
                let (first, end) = (start.load(Ordering::SeqCst), end.load(Ordering::SeqCst));
                // The place may have gone to another map between the two.
                let is_pair = first == start.load(Ordering::SeqCst);
                if is_pair && first != 0 && first <= at && at < end {
                    let size = PAGE.load(Ordering::SeqCst);
                    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
                    let address = ptr::without_provenance_mut(at - at % size);
                    let zeros = libc::mmap(address, size, libc::PROT_READ, flags, -1, 0);
                    if zeros != libc::MAP_FAILED {
                        faulted.store(true, Ordering::SeqCst);
                        return;
                    }
                }
            }
            // Not ours: what was done before is done again, when the same instruction faults once more.
            if let Some(before) = BEFORE.get() {
                libc::sigaction(libc::SIGBUS, before, ptr::null_mut());
            }
        }
    }
}

/// Windows does not let anyone cut a mapped file short.
#[cfg(not(unix))]
mod fault {
    pub(super) struct Place;

    impl Place {
        pub(super) fn take(_: &[u8]) -> Option<Self> {
            Some(Self)
        }

        pub(super) fn has_faulted(&self) -> bool {
            false
        }
    }
}
