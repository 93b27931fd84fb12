//! The digest of a pack's content; the build script includes this file too, so it stands alone.

use std::io::{self, Read};

/// BLAKE3 of names and contents of a pack's files, in the order given; of no path and no time.
#[cfg_attr(not(test), allow(dead_code, reason = "the build script calls it, and tests"))]
pub(crate) fn content_digest<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> [u8; 32] {
    let mut hasher = ContentHasher::default();
    for (name, bytes) in files {
        // Memory can be read.
        let _ = hasher.add(name, bytes.len() as u64, bytes);
    }
    hasher.finish()
}

/// Makes the [`content_digest`] of files that are read one after another.
///
/// Every part is preceded by its length, so that no two different packs share their input.
pub(crate) struct ContentHasher(blake3::Hasher);

impl Default for ContentHasher {
    fn default() -> Self {
        Self(blake3::Hasher::new_derive_key("yaqut pack content v1"))
    }
}

impl ContentHasher {
    /// Adds a file of `len` bytes.
    pub(crate) fn add(&mut self, name: &str, len: u64, mut content: impl Read) -> io::Result<()> {
        self.0.update(&(name.len() as u64).to_le_bytes());
        self.0.update(name.as_bytes());
        self.0.update(&len.to_le_bytes());
        io::copy(&mut content, &mut self.0)?;
        Ok(())
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}
