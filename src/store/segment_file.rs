//! Segment files: opened only when every byte is verified, written only whole.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use tempfile::NamedTempFile;

use super::aligned::AlignedBytes;
use super::error::{SEGMENT_FILE, StoreError};
use super::map::map;
use super::stamp::Stamp;
use crate::index::{self, Header, Progress, Segment, SegmentError};

/// Where the bytes of a segment are while it is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadMode {
    /// In a memory map: loaded by page, shared among processes, given back under pressure. Whoever cuts the file
    /// short in place ends the process.
    #[default]
    Map,
    /// On the heap: the file may vanish, at the price of as much memory as it is long.
    Heap,
}

/// Reads a segment file, checks every byte of it, and returns what it says of itself.
pub fn verify(path: &Path) -> Result<Header, StoreError> {
    verify_watched(path, &())
}

/// [`verify`], telling how far it has come.
pub fn verify_watched(path: &Path, progress: &dyn Progress) -> Result<Header, StoreError> {
    let file = open_file(path)?;
    index::verify_watched(&mut &file, progress).map_err(|e| StoreError::segment(path, e))
}

/// Opens a file of a segment, which must be a regular file, for reading only.
pub(super) fn open_file(path: &Path) -> Result<File, StoreError> {
    // Asked before the file is opened: to open a pipe would wait for its writer.
    let kind = fs::metadata(path).map_err(|e| StoreError::read(path, SEGMENT_FILE, e))?;
    if !kind.is_file() {
        return Err(StoreError::WrongKind { path: path.into(), expected: SEGMENT_FILE });
    }
    File::open(path).map_err(|e| StoreError::read(path, SEGMENT_FILE, e))
}

/// The stamp of a file that is open, if it can be relied upon.
pub(super) fn stamp(file: &File, now: SystemTime) -> Option<Stamp> {
    Stamp::of([("", file.metadata().ok()?)], now)
}

/// Verifies the file by reading it, then opens the segment in it.
pub(super) fn load(file: &File, mode: LoadMode) -> Result<Segment, SegmentError> {
    match mode {
        LoadMode::Map => {
            let verified = verify_file(file)?;
            let segment = Segment::open(Arc::new(map(file)?))?;
            if *segment.header() == verified {
                Ok(segment)
            } else {
                Err(SegmentError::Damaged { what: "it was changed while it was being opened".into() })
            }
        }
        LoadMode::Heap => {
            // Verified from the very memory that serves, so that what becomes of the file meanwhile is no matter.
            let bytes = AlignedBytes::read(file)?;
            index::verify(&mut bytes.as_ref())?;
            Segment::open(Arc::new(bytes))
        }
    }
}

/// Writes a segment so that, whatever happens, `path` names either what it named before or the whole new file.
///
/// What `fill` writes goes to a temporary file in the same folder, which comes to be with the first byte; it is flushed
/// to the disk, opened again and verified, renamed, and the folder flushed. Returns what `fill` does, and the file, open
/// for reading only and verified, so that the caller depends on the path no more. An existing file is replaced only if
/// `replace` is set.
pub(super) fn publish<T, E: From<StoreError>>(
    path: &Path,
    readers: Readers,
    replace: bool,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<(T, Written), E> {
    let folder = folder_of(path);
    let mut out = TempOut { folder, readers, file: None };
    let value = fill(&mut out)?;
    Ok((value, out.publish(path, replace)?))
}

/// A segment file that was written.
pub(super) struct Written {
    /// Open for reading only.
    pub(super) file: File,
    pub(super) header: Header,
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file that is made when the first byte is written to it.
struct TempOut<'p> {
    folder: &'p Path,
    readers: Readers,
    file: Option<NamedTempFile>,
}

impl TempOut<'_> {
    fn file(&mut self) -> io::Result<&mut NamedTempFile> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => Ok(none.insert(self.readers.temp_file().tempfile_in(self.folder)?)),
        }
    }

    fn publish(mut self, path: &Path, replace: bool) -> Result<Written, StoreError> {
        let write = |source| StoreError::write(path, source);
        self.file().and_then(|temp| temp.as_file().sync_all()).map_err(write)?;
        let Some(temp) = self.file else { return Err(write(io::ErrorKind::NotFound.into())) };
        let file = File::open(temp.path()).map_err(write)?;
        let header = verify_file(&file).map_err(|e| StoreError::segment(path, e))?;
        let persisted = if replace { temp.persist(path) } else { temp.persist_noclobber(path) };
        persisted.map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.into() },
            _ => write(e.error),
        })?;
        sync_folder(self.folder).map_err(write)?;
        Ok(Written { file, header })
    }
}

impl Write for TempOut<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Who may read a segment that is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Readers {
    /// The user alone, as befits a cache.
    Owner,
    /// Whom the process's umask allows, as for any file that a user asks for.
    Umask,
}

/// How the name of a file begins that is still being written.
pub(super) const TEMP_PREFIX: &str = ".yaqut-tmp-";

impl Readers {
    fn temp_file(self) -> tempfile::Builder<'static, 'static> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMP_PREFIX);
        #[cfg(unix)]
        if let Self::Umask = self {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        builder
    }
}

/// Verifies the file from its beginning, wherever it was read to before.
pub(super) fn verify_file(mut file: &File) -> Result<Header, SegmentError> {
    file.rewind()?;
    index::verify(&mut file)
}

/// Makes a rename last; on systems that cannot open folders the rename lasts by itself or not at all.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::segment_bytes;

    fn publish(bytes: &[u8], path: &Path, readers: Readers, replace: bool) -> Result<File, StoreError> {
        let fill = |out: &mut dyn Write| out.write_all(bytes).map_err(|e| StoreError::write(path, e));
        super::publish(path, readers, replace, fill).map(|((), written)| written.file)
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_is_published_opens_in_both_modes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaqut");
        let file = publish(&segment_bytes("a"), &path, Readers::Umask, false).unwrap();
        let reopened = open_file(&path).unwrap();
        for (file, mode) in [(&file, LoadMode::Heap), (&reopened, LoadMode::Map)] {
            assert_eq!(load(file, mode).unwrap().header().manifest.name, "a");
        }
        assert_eq!(names(folder.path()), ["a.yaqut"]);
        assert_eq!(verify(&path).unwrap().file_bytes, segment_bytes("a").len() as u64);
    }

    #[test]
    fn an_existing_file_is_replaced_only_on_request_and_stays_with_who_has_it_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaqut");
        let file = publish(&segment_bytes("old"), &path, Readers::Owner, false).unwrap();
        let old = load(&file, LoadMode::Map).unwrap();
        let refused = publish(&segment_bytes("new"), &path, Readers::Owner, false).unwrap_err();
        assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
        assert_eq!(verify(&path).unwrap().manifest.name, "old");
        publish(&segment_bytes("new"), &path, Readers::Owner, true).unwrap();
        assert_eq!(verify(&path).unwrap().manifest.name, "new");
        assert_eq!(old.header().manifest.name, "old");
        assert_eq!(names(folder.path()), ["a.yaqut"]);
    }

    #[test]
    fn what_does_not_verify_is_never_put_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaqut");
        publish(&segment_bytes("old"), &path, Readers::Owner, false).unwrap();
        let error = publish(b"not\ta segment", &path, Readers::Owner, true).unwrap_err();
        assert!(matches!(error, StoreError::Segment { .. }), "{error}");
        assert_eq!(verify(&path).unwrap().manifest.name, "old");
        assert_eq!(names(folder.path()), ["a.yaqut"]);
    }

    #[test]
    fn other_things_than_files_are_missing_input() {
        let folder = tempfile::tempdir().unwrap();
        let missing = verify(&folder.path().join("gone")).unwrap_err();
        assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
        let wrong = verify(folder.path()).unwrap_err();
        assert!(matches!(wrong, StoreError::WrongKind { .. }), "{wrong}");
        assert_eq!((missing.exit_code(), wrong.exit_code()), (66, 66));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaqut");
        publish(&segment_bytes("old"), &path, Readers::Owner, false).unwrap();
        let fill = |out: &mut dyn Write| -> Result<(), StoreError> {
            out.write_all(b"half a segment").unwrap();
            let error = File::options().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
            Err(StoreError::write(&path, error))
        };
        let error = super::publish(&path, Readers::Owner, true, fill).map(|_| ()).unwrap_err();
        assert!(
            matches!(&error, StoreError::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull)
        );
        assert_eq!(error.exit_code(), 74);
        assert_eq!(verify(&path).unwrap().manifest.name, "old");
        assert_eq!(names(folder.path()), ["a.yaqut"]);
    }

    /// This test starts itself again as a writer, to be killed at whatever it is doing.
    #[cfg(unix)]
    #[test]
    fn a_killed_writer_leaves_the_old_file_or_the_new_one() {
        const FOLDER: &str = "YAQUT_TEST_KILLED_WRITER";
        const NAME: &str = "store::segment_file::tests::a_killed_writer_leaves_the_old_file_or_the_new_one";
        let publish_to = |folder: &Path, name: &str| {
            publish(&segment_bytes(name), &folder.join("a.yaqut"), Readers::Owner, true).unwrap();
        };
        if let Some(folder) = std::env::var_os(FOLDER) {
            loop {
                publish_to(Path::new(&folder), "new");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        for round in 0..20 {
            publish_to(folder.path(), "old");
            let mut writer = std::process::Command::new(std::env::current_exe().unwrap())
                .args([NAME, "--exact"])
                .env(FOLDER, folder.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(10 + round));
            writer.kill().unwrap();
            writer.wait().unwrap();
            let name = verify(&folder.path().join("a.yaqut")).unwrap().manifest.name;
            assert!(name == "old" || name == "new", "{name}");
        }
        let is_ours = |name: &String| name == "a.yaqut" || name.starts_with(TEMP_PREFIX);
        assert!(names(folder.path()).iter().all(is_ours));
    }

    #[cfg(unix)]
    #[test]
    fn cached_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = publish(&segment_bytes("a"), &folder.path().join("a"), Readers::Owner, false).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
