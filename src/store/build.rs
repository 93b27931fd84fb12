//! Building one segment file from one pack folder, by hand.

use std::fs;
use std::path::Path;

use super::compile::compile;
use super::error::{SEGMENT_FILE, StoreError};
use super::folder::read_pack;
use super::segment_file::{self, Readers};
use crate::index::Header;
use crate::pack::Diagnostic;

/// A segment file that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// What the segment says of itself.
    pub header: Header,
    /// Warnings about the pack.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles the pack in `folder` to the segment file `out`.
///
/// `out` comes to be whole and verified, or not at all; an existing file is replaced only with `force`, and whoever
/// has the old one open keeps it. Its folder must exist.
pub fn build(folder: &Path, out: &Path, force: bool) -> Result<Built, StoreError> {
    check_target(out, force)?;
    let compiled =
        compile(&read_pack(folder)?).map_err(|diagnostics| StoreError::BadPacks { diagnostics })?;
    let written = segment_file::publish(&compiled.bytes, out, Readers::Umask, force)?;
    let header = segment_file::verify_file(&written).map_err(|e| StoreError::segment(out, e))?;
    Ok(Built { header, diagnostics: compiled.diagnostics })
}

/// Refuses early what would be refused in the end; a rename would replace even a device.
fn check_target(out: &Path, force: bool) -> Result<(), StoreError> {
    match fs::metadata(out) {
        Ok(kind) if !kind.is_file() => {
            Err(StoreError::WrongKind { path: out.into(), expected: SEGMENT_FILE })
        }
        Ok(_) if !force => Err(StoreError::Exists { path: out.into() }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{break_pack, write_pack};
    use crate::store::verify;

    #[test]
    fn a_pack_becomes_a_file_that_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let (pack, out) = (folder.path().join("pack"), folder.path().join("a.yaqut"));
        write_pack(&pack, "a", "alpha");
        let built = build(&pack, &out, false).unwrap();
        assert_eq!(built.header, verify(&out).unwrap());
        assert_eq!((built.header.manifest.name.as_str(), built.header.alias_count), ("a", 1));
        assert_eq!(built.diagnostics, []);
    }

    #[test]
    fn an_existing_file_needs_force() {
        let folder = tempfile::tempdir().unwrap();
        let (pack, out) = (folder.path().join("pack"), folder.path().join("a.yaqut"));
        fs::write(&out, "precious").unwrap();
        write_pack(&pack, "a", "alpha");
        let refused = build(&pack, &out, false).unwrap_err();
        assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
        assert_eq!(refused.exit_code(), 74);
        assert_eq!(fs::read(&out).unwrap(), b"precious");
        build(&pack, &out, true).unwrap();
        assert_eq!(verify(&out).unwrap().manifest.name, "a");
    }

    #[test]
    fn a_bad_pack_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let (pack, out) = (folder.path().join("pack"), folder.path().join("a.yaqut"));
        write_pack(&pack, "a", "alpha");
        build(&pack, &out, false).unwrap();
        let old = fs::read(&out).unwrap();
        break_pack(&pack);
        let error = build(&pack, &out, true).unwrap_err();
        assert!(matches!(error, StoreError::BadPacks { .. }), "{error}");
        assert!(error.to_string().contains("aliases.tsv:2:"), "{error}");
        assert_eq!(fs::read(&out).unwrap(), old);
    }

    #[test]
    fn folders_devices_and_missing_folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("pack");
        write_pack(&pack, "a", "alpha");
        for out in [folder.path(), Path::new("/dev/null")] {
            let error = build(&pack, out, true).unwrap_err();
            assert!(matches!(error, StoreError::WrongKind { .. }), "{error}");
        }
        let error = build(&pack, &folder.path().join("gone").join("a.yaqut"), false).unwrap_err();
        assert!(matches!(error, StoreError::Write { .. }), "{error}");
        assert_eq!(error.exit_code(), 74);
    }
}
