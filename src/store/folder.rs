//! Pack folders: from the file system to [`PackFiles`].

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::digest::ContentHasher;
use super::error::{PACK_FILE, PACK_FOLDER, StoreError};
use super::stamp::Stamp;
use crate::index::Progress;
use crate::pack::{COMMITTED_FOLDER, PackFile, PackFiles, PackSource};

/// The most files that a pack may have.
pub const MAX_PACK_FILES: usize = 1024;
/// The most bytes that the files of a pack may have together to be read to memory, as [`read_pack`] does.
pub const MAX_PACK_BYTES: u64 = 4 << 30;

/// Reads the files of a pack folder to memory, in name order; to compile a pack takes no more than [`super::build()`].
///
/// Links are followed, for that is how files are mounted in a cluster. Sub-folders and hidden files (`.name`, the
/// leavings of editors) are not part of a pack; a pipe, socket or device is refused, for it could not be read twice.
pub fn read_pack(folder: &Path) -> Result<PackFiles, StoreError> {
    read_within(folder, MAX_PACK_FILES, MAX_PACK_BYTES)
}

fn read_within(folder: &Path, max_files: usize, max_bytes: u64) -> Result<PackFiles, StoreError> {
    let names = file_names(folder)?;
    if names.len() > max_files {
        return Err(StoreError::TooLarge { path: folder.into(), what: "files", limit: max_files as u64 });
    }
    let mut files = Vec::with_capacity(names.len());
    let mut left = max_bytes;
    for name in names {
        let bytes = read_file(folder, &name, left)?.ok_or_else(|| StoreError::TooLarge {
            path: folder.into(),
            what: "bytes",
            limit: max_bytes,
        })?;
        left -= bytes.len() as u64;
        files.push(PackFile { name, bytes });
    }
    Ok(PackFiles { label: folder.display().to_string(), files })
}

/// A pack folder whose files are read when they are needed, and so may be larger than memory.
pub(crate) struct PackFolder {
    path: PathBuf,
    label: String,
    names: Vec<String>,
    /// Is told of every byte that is read.
    progress: Arc<dyn Progress>,
}

impl PackFolder {
    /// Lists the files of a folder, as [`read_pack`] would read them.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let names = file_names(folder)?;
        if names.len() > MAX_PACK_FILES {
            let limit = MAX_PACK_FILES as u64;
            return Err(StoreError::TooLarge { path: folder.into(), what: "files", limit });
        }
        let label = folder.display().to_string();
        Ok(Self { path: folder.into(), label, names, progress: Arc::new(()) })
    }

    /// Tells `progress` from now on.
    pub(super) fn watched(self, progress: Arc<dyn Progress>) -> Self {
        Self { progress, ..self }
    }

    /// The bytes of all files together.
    pub(super) fn len(&self) -> Result<u64, StoreError> {
        self.names.iter().map(|name| Ok(self.metadata(name)?.len())).sum()
    }

    /// The stamp of the files as they are now, if it can be relied upon. Reads none of them.
    pub(super) fn stamp(&self, now: SystemTime) -> Result<Option<Stamp>, StoreError> {
        let metadata = |name: &String| self.metadata(name);
        let metadata = self.names.iter().map(metadata).collect::<Result<Vec<_>, _>>()?;
        Ok(Stamp::of(self.names.iter().map(String::as_str).zip(metadata), now))
    }

    fn metadata(&self, name: &str) -> Result<fs::Metadata, StoreError> {
        of_pack(&self.path, name, |path| fs::metadata(path))
            .map_err(|e| StoreError::read(&self.path.join(name), PACK_FILE, e))
    }

    /// The [content digest](super::digest::content_digest) of the files as they are now. Reads all of them.
    pub(super) fn digest(&self) -> Result<[u8; 32], StoreError> {
        let mut hasher = ContentHasher::default();
        for name in &self.names {
            let path = self.path.join(name);
            let read = |source| StoreError::read(&path, PACK_FILE, source);
            let file = of_pack(&self.path, name, |path| File::open(path)).map_err(read)?;
            let len = file.metadata().map_err(read)?.len();
            hasher.add(name, len, file).map_err(read)?;
        }
        Ok(hasher.finish())
    }
}

impl PackSource for PackFolder {
    fn label(&self) -> &str {
        &self.label
    }

    fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let file = of_pack(&self.path, name, |path| File::open(path))?;
        Ok(Box::new(Watched { file, progress: &*self.progress }))
    }
}

/// A file that tells how much of it was read.
struct Watched<'p> {
    file: File,
    progress: &'p dyn Progress,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.file.read(buffer)?;
        self.progress.advance(len as u64);
        Ok(len)
    }
}

/// Does something with a file of a pack: with the one that is committed, if there is one, else with that in its place.
///
/// In this order a file is found while it is on its way from the one to the other.
fn of_pack<T>(folder: &Path, name: &str, act: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    match act(&folder.join(COMMITTED_FOLDER).join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => act(&folder.join(name)),
        done => done,
    }
}

/// Names of the pack's files, in order.
fn file_names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let kind = fs::metadata(folder).map_err(|e| StoreError::read(folder, PACK_FOLDER, e))?;
    if !kind.is_dir() {
        return Err(StoreError::WrongKind { path: folder.into(), expected: PACK_FOLDER });
    }
    let mut names = committed_names(folder)?;
    names.extend(names_within(folder)?);
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Names of the files that are committed; plain files all of them, which another process may be putting in their places.
fn committed_names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let committed = folder.join(COMMITTED_FOLDER);
    let read = |e| StoreError::read(&committed, PACK_FOLDER, e);
    let entries = match fs::read_dir(&committed) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(read)?,
    };
    let name = |entry: io::Result<fs::DirEntry>| entry.map_err(read).map(|entry| entry.file_name());
    let names = entries.map(name).collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
}

fn names_within(folder: &Path) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| StoreError::read(folder, PACK_FOLDER, e))? {
        let entry = entry.map_err(|e| StoreError::read(folder, PACK_FOLDER, e))?;
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(b".") && is_pack_file(&entry.path())? {
            names.push(name.into_string().map_err(|_| StoreError::WrongKind {
                path: entry.path(),
                expected: "a file with a name in UTF-8",
            })?);
        }
    }
    Ok(names)
}

fn is_pack_file(path: &Path) -> Result<bool, StoreError> {
    let kind = fs::metadata(path).map_err(|e| StoreError::read(path, PACK_FILE, e))?;
    if kind.is_file() || kind.is_dir() {
        Ok(kind.is_file())
    } else {
        Err(StoreError::WrongKind { path: path.into(), expected: PACK_FILE })
    }
}

/// The content of a file of a pack; nothing if it is longer than `max_bytes`, which is found out without reading on.
fn read_file(folder: &Path, name: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let path = folder.join(name);
    let read = |source| StoreError::read(&path, PACK_FILE, source);
    let file = of_pack(folder, name, |path| File::open(path)).map_err(read)?;
    let length = file.metadata().map_err(read)?.len();
    if length > max_bytes {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(length as usize + 1);
    // The file may have grown since.
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(read)?;
    Ok((bytes.len() as u64 <= max_bytes).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn files_come_in_name_order_without_hidden_ones_and_sub_folders() {
        let folder = folder(&[("b.tsv", "b"), ("a.tsv", "a"), (".a.tsv.swp", "x")]);
        fs::create_dir(folder.path().join("drafts")).unwrap();
        let pack = read_pack(folder.path()).unwrap();
        let files: Vec<_> = pack.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect();
        assert_eq!(files, [("a.tsv", b"a".as_slice()), ("b.tsv", b"b")]);
        assert_eq!(pack.label, folder.path().display().to_string());
    }

    #[test]
    fn committed_files_stand_in_for_those_that_they_replace() {
        let folder = folder(&[("a.tsv", "old"), ("b.tsv", "b")]);
        let committed = folder.path().join(COMMITTED_FOLDER);
        fs::create_dir(&committed).unwrap();
        fs::write(committed.join("a.tsv"), "new").unwrap();
        fs::write(committed.join("c.tsv"), "c").unwrap();
        let pack = read_pack(folder.path()).unwrap();
        let files: Vec<_> = pack.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect();
        assert_eq!(files, [("a.tsv", b"new".as_slice()), ("b.tsv", b"b"), ("c.tsv", b"c")]);
        let source = PackFolder::open(folder.path()).unwrap();
        assert_eq!(source.names(), ["a.tsv", "b.tsv", "c.tsv"]);
        assert_eq!(source.len().unwrap(), 5);
        fs::rename(committed.join("a.tsv"), folder.path().join("a.tsv")).unwrap();
        assert_eq!(io::read_to_string(PackSource::open(&source, "a.tsv").unwrap()).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_dangling_ones_reported() {
        let folder = folder(&[(".data", "a")]);
        std::os::unix::fs::symlink(".data", folder.path().join("a.tsv")).unwrap();
        assert_eq!(read_pack(folder.path()).unwrap().files[0].bytes, b"a");
        std::os::unix::fs::symlink("gone", folder.path().join("b.tsv")).unwrap();
        let error = read_pack(folder.path()).unwrap_err();
        assert!(matches!(&error, StoreError::Missing { path, .. } if path.ends_with("b.tsv")), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_refused() {
        let folder = folder(&[]);
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("a.tsv")).unwrap();
        assert!(matches!(read_pack(folder.path()), Err(StoreError::WrongKind { .. })));
    }

    #[test]
    fn missing_and_wrong_paths_are_missing_input() {
        let folder = folder(&[("a.tsv", "a")]);
        let missing = read_pack(&folder.path().join("gone")).unwrap_err();
        assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
        let file = read_pack(&folder.path().join("a.tsv")).unwrap_err();
        assert!(matches!(file, StoreError::WrongKind { .. }), "{file}");
        assert_eq!((missing.exit_code(), file.exit_code()), (66, 66));
        assert!(file.to_string().contains("a.tsv is not a pack folder; name the folder"), "{file}");
    }

    #[test]
    fn limits_hold_to_the_byte() {
        let folder = folder(&[("a.tsv", "123"), ("b.tsv", "456")]);
        assert!(read_within(folder.path(), 2, 6).is_ok());
        let files = read_within(folder.path(), 1, 6).unwrap_err();
        assert!(matches!(files, StoreError::TooLarge { what: "files", limit: 1, .. }), "{files}");
        let bytes = read_within(folder.path(), 2, 5).unwrap_err();
        assert!(matches!(bytes, StoreError::TooLarge { what: "bytes", limit: 5, .. }), "{bytes}");
        assert_eq!(bytes.exit_code(), 65);
    }
}
