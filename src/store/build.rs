//! Building one segment file from one pack folder, by hand.

use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::compile::compile;
use super::error::{SEGMENT_FILE, StoreError};
use super::folder::PackFolder;
use super::scratch::FolderScratch;
use super::segment_file::{self, Readers, folder_of};
use super::sweep::sweep_temporary;
use crate::index::{Header, Phase, Progress, Workshop};
use crate::pack::Diagnostic;

/// How a segment file is built.
#[derive(Clone)]
pub struct BuildOptions {
    /// Whether an existing file is replaced.
    pub force: bool,
    /// Bytes of working memory, about; what does not fit goes to scratch files. Any limit gives the same file.
    pub memory: usize,
    /// Threads that make keys; nothing stands for one a core. Any number gives the same file.
    pub threads: Option<NonZero<usize>>,
    /// Where scratch files lie; nothing stands for the folder of the segment file. They take about four times the room
    /// of the segment, and vanish with the process, however it ends.
    pub scratch: Option<PathBuf>,
    /// Who is told how far it has come.
    pub progress: Arc<dyn Progress>,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            force: false,
            memory: Workshop::DEFAULT_MEMORY,
            threads: None,
            scratch: None,
            progress: Arc::new(()),
        }
    }
}

/// A segment file that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// What the segment says of itself.
    pub header: Header,
    /// Warnings about the pack.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles the pack in `folder` to the segment file `out`, in bounded memory.
///
/// `out` comes to be whole and verified, or not at all; an existing file is replaced only if the options say so, and
/// whoever has the old one open keeps it. Its folder must exist. What a killed run left there an hour ago or earlier is
/// removed.
pub fn build(folder: &Path, out: &Path, options: &BuildOptions) -> Result<Built, StoreError> {
    check_target(out, options.force)?;
    let files = PackFolder::open(folder)?.watched(Arc::clone(&options.progress));
    sweep_temporary(folder_of(out), SystemTime::now());
    let scratch = options.scratch.as_deref().unwrap_or(folder_of(out));
    let workshop = options.workshop(scratch);
    options.progress.begin(Phase::Reading, files.len()?);
    let fill = |segment: &mut dyn Write| {
        compile(&files, &workshop, segment).map_err(|failure| failure.into_error(folder, scratch, out))
    };
    let (compiled, written) = segment_file::publish(out, Readers::Umask, options.force, fill)?;
    Ok(Built { header: written.header, diagnostics: compiled.diagnostics })
}

impl BuildOptions {
    fn workshop(&self, scratch: &Path) -> Workshop {
        let workshop = Workshop::new(Arc::new(FolderScratch(scratch.into())));
        Workshop {
            memory: self.memory,
            threads: self.threads.unwrap_or(workshop.threads),
            progress: Arc::clone(&self.progress),
            ..workshop
        }
    }
}

/// Refuses early what would be refused in the end; a rename would replace even a device.
fn check_target(out: &Path, force: bool) -> Result<(), StoreError> {
    match fs::metadata(out) {
        Ok(kind) if !kind.is_file() => {
            Err(StoreError::WrongKind { path: out.into(), expected: SEGMENT_FILE })
        }
        Ok(_) if !force => Err(StoreError::Exists { path: out.into() }),
        // Better now than after a minute of work.
        _ => tempfile::tempfile_in(folder_of(out)).map(drop).map_err(|e| StoreError::write(out, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{break_pack, write_pack};
    use crate::store::verify;

    fn replacing() -> BuildOptions {
        BuildOptions { force: true, ..BuildOptions::default() }
    }

    #[test]
    fn a_pack_becomes_a_file_that_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let (pack, out) = (folder.path().join("pack"), folder.path().join("a.yaqut"));
        write_pack(&pack, "a", "alpha");
        let built = build(&pack, &out, &BuildOptions::default()).unwrap();
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
        let refused = build(&pack, &out, &BuildOptions::default()).unwrap_err();
        assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
        assert_eq!(refused.exit_code(), 74);
        assert_eq!(fs::read(&out).unwrap(), b"precious");
        build(&pack, &out, &replacing()).unwrap();
        assert_eq!(verify(&out).unwrap().manifest.name, "a");
    }

    #[test]
    fn a_bad_pack_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let (pack, out) = (folder.path().join("pack"), folder.path().join("a.yaqut"));
        write_pack(&pack, "a", "alpha");
        build(&pack, &out, &BuildOptions::default()).unwrap();
        let old = fs::read(&out).unwrap();
        break_pack(&pack);
        let error = build(&pack, &out, &replacing()).unwrap_err();
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
            let error = build(&pack, out, &replacing()).unwrap_err();
            assert!(matches!(error, StoreError::WrongKind { .. }), "{error}");
        }
        let error =
            build(&pack, &folder.path().join("gone").join("a.yaqut"), &BuildOptions::default()).unwrap_err();
        assert!(matches!(error, StoreError::Write { .. }), "{error}");
        assert_eq!(error.exit_code(), 74);
    }
}
