//! The digest of a pack's content; the build script includes this file too, so it stands alone.

/// BLAKE3 of names and contents of a pack's files, in the order given; of no path and no time.
///
/// Every part is preceded by its length, so that no two different packs share their input.
pub(crate) fn content_digest<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("yaqut pack content v1");
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    *hasher.finalize().as_bytes()
}
