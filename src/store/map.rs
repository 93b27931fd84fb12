//! Memory maps: the one `unsafe` of the crate.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps a segment file for reading.
///
/// The caller has opened `file` for reading only, and has verified it by reading.
pub(super) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: a map is sound as long as nobody changes the file's bytes beneath it. Yaqut never does: segment files
    // are opened read-only, written under another name, and put in place by rename only, and a rename or an unlink
    // leaves the old bytes to whoever has them mapped. Other programs are asked to do the same (`yaqut build` and the
    // documentation say so); a segment that others may write to is reported as `Warning::WritableByOthers`, and
    // `LoadMode::Heap` does without maps. The index bounds-checks whatever it reads, so even changed bytes give
    // wrong answers at worst, not a read outside of the map.
    unsafe { Mmap::map(file) }
}
