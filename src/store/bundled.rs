//! Bundled packs: the packs of `data/`, compressed into the program.

use std::io::{self, Read};

use flate2::read::GzDecoder;

use super::error::StoreError;
use crate::pack::{PackFile, PackFiles};

/// The packs that are built into the program, in the order of the stack, which is that of `data/packs.txt`.
pub fn bundled_packs() -> &'static [BundledPack] {
    BUNDLED
}

// The file is generated.
#[allow(clippy::unreadable_literal)]
static BUNDLED: &[BundledPack] = &include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// A pack that is built into the program.
#[derive(Debug)]
pub struct BundledPack {
    pub(super) name: &'static str,
    /// [`super::digest::content_digest`] of the files, so that a start need not unpack what is cached.
    pub(super) digest: [u8; 32],
    pub(super) files: &'static [BundledFile],
}

#[derive(Debug)]
pub(super) struct BundledFile {
    pub(super) name: &'static str,
    /// Length of the content in bytes.
    pub(super) length: usize,
    pub(super) gzip: &'static [u8],
}

impl BundledPack {
    /// The name of the pack's folder in `data/`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Unpacks the files; messages call the folder `bundled/NAME`.
    pub fn unpack(&self) -> Result<PackFiles, StoreError> {
        let label = format!("bundled/{}", self.name);
        let unpack = |file: &BundledFile| {
            let bytes = file
                .unpack()
                .map_err(|source| StoreError::Bundled { file: format!("{label}/{}", file.name), source })?;
            Ok(PackFile { name: file.name.into(), bytes })
        };
        let files = self.files.iter().map(unpack).collect::<Result<_, StoreError>>()?;
        Ok(PackFiles { label, files })
    }
}

impl BundledFile {
    fn unpack(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.length + 1);
        GzDecoder::new(self.gzip).take(self.length as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() == self.length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::digest::content_digest;
    use crate::store::testing::{bundle_pack, gzip, pack_files, write_pack};

    #[test]
    fn every_bundled_pack_unpacks_to_its_digest() {
        for pack in bundled_packs() {
            let files = pack.unpack().unwrap().files;
            let parts = files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
            assert_eq!(content_digest(parts), pack.digest, "{}", pack.name());
        }
    }

    #[test]
    fn what_is_bundled_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        write_pack(folder.path(), "a", "alpha");
        let unpacked = bundle_pack(folder.path(), "a")[0].unpack().unwrap();
        let files = unpacked.files.into_iter().map(|f| (f.name, String::from_utf8(f.bytes).unwrap()));
        let expected = pack_files("a", "alpha").into_iter().map(|(name, text)| (name.to_owned(), text));
        assert_eq!(files.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        assert_eq!(unpacked.label, "bundled/a");
    }

    #[test]
    fn damage_is_found() {
        let gz = gzip(b"12345").leak();
        let cut = gz.get(..gz.len() - 1).unwrap();
        for (length, gzip) in [(4, &*gz), (6, gz), (5, cut), (5, b"")] {
            let files = vec![BundledFile { name: "a.tsv", length, gzip }].leak();
            let error = BundledPack { name: "a", digest: [0; 32], files }.unpack().unwrap_err();
            assert!(
                matches!(&error, StoreError::Bundled { file, .. } if file == "bundled/a/a.tsv"),
                "{error}"
            );
            assert_eq!(error.exit_code(), 70);
        }
    }
}
