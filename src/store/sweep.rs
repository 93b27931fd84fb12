//! Sweeping the cache: what killed writers left behind, and what nobody uses any more.
//!
//! After each opening of a stack, of the files that bear the cache's own names:
//!
//! - temporary files older than [`TEMP_MAX_AGE`] go: their writer was killed;
//! - segments that were not used for [`UNUSED_MAX_AGE`] go;
//! - then the longest unused go until [`MAX_BYTES`] are left, for a curator who saves a large pack all day.
//!
//! The segments of the stack just opened always stay. Another process may still have a swept segment mapped: an
//! unlinked file stays whole for whoever has it open. Nothing else in the folder is touched. What cannot be removed
//! stays, without a word, for the next time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::cache::EXTENSION;
use super::segment_file::TEMP_PREFIX;

const TEMP_MAX_AGE: Duration = Duration::from_secs(60 * 60);
const UNUSED_MAX_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const MAX_BYTES: u64 = 4 << 30;

/// Removes what is stale in `folder`, but none of `in_use`.
pub(super) fn sweep(folder: &Path, in_use: &[PathBuf], now: SystemTime) {
    sweep_to(folder, in_use, now, MAX_BYTES);
}

/// Removes what killed writers left behind in `folder`, and no segment.
pub(super) fn sweep_temporary(folder: &Path, now: SystemTime) {
    for file in files(folder, now) {
        if matches!(file.kind, Kind::Temporary) && file.age > TEMP_MAX_AGE {
            let _ = fs::remove_file(&file.path);
        }
    }
}

fn sweep_to(folder: &Path, in_use: &[PathBuf], now: SystemTime, max_bytes: u64) {
    let mut files = files(folder, now);
    files.sort_unstable_by_key(|file| (!in_use.contains(&file.path), file.age));
    let mut total = 0_u64;
    for file in files {
        total = total.saturating_add(file.bytes);
        let is_stale = match file.kind {
            Kind::Temporary => file.age > TEMP_MAX_AGE,
            Kind::Segment => file.age > UNUSED_MAX_AGE || total > max_bytes,
        };
        if is_stale && !in_use.contains(&file.path) {
            // Another process may have swept it already.
            let _ = fs::remove_file(&file.path);
        }
    }
}

struct CacheFile {
    path: PathBuf,
    kind: Kind,
    /// Since the last use; zero for a time in the future.
    age: Duration,
    bytes: u64,
}

enum Kind {
    Temporary,
    Segment,
}

fn files(folder: &Path, now: SystemTime) -> Vec<CacheFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| cache_file(&entry, now)).collect()
}

/// What a folder entry is to the cache; nothing if it is none of its own.
fn cache_file(entry: &fs::DirEntry, now: SystemTime) -> Option<CacheFile> {
    let kind = kind_of(entry.file_name().to_str()?)?;
    // Links are not followed, and not ours.
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    let age = now.duration_since(metadata.modified().ok()?).unwrap_or_default();
    Some(CacheFile { path: entry.path(), kind, age, bytes: metadata.len() })
}

fn kind_of(name: &str) -> Option<Kind> {
    if name.starts_with(TEMP_PREFIX) {
        return Some(Kind::Temporary);
    }
    let key = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    (key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit())).then_some(Kind::Segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    struct Folder {
        folder: tempfile::TempDir,
        now: SystemTime,
    }

    impl Folder {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), now: SystemTime::now() }
        }

        /// Writes a file of 10 bytes that was used `hours` ago.
        fn add(&self, name: &str, hours: u32) -> PathBuf {
            let path = self.folder.path().join(name);
            fs::write(&path, [0; 10]).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(self.now - HOUR * hours).unwrap();
            path
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.folder.path()).unwrap();
            let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    fn segment(digit: char) -> String {
        format!("{}.yaqut", String::from(digit).repeat(64))
    }

    #[test]
    fn leavings_of_killed_writers_go_and_fresh_ones_stay() {
        let folder = Folder::new();
        folder.add(".yaqut-tmp-old", 2);
        folder.add(".yaqut-tmp-new", 0);
        sweep(folder.folder.path(), &[], folder.now);
        assert_eq!(folder.names(), [".yaqut-tmp-new"]);
        folder.add(".yaqut-tmp-old", 2);
        folder.add(&segment('a'), 31 * 24);
        sweep_temporary(folder.folder.path(), folder.now);
        assert_eq!(folder.names(), [".yaqut-tmp-new".to_owned(), segment('a')]);
    }

    #[test]
    fn segments_unused_for_a_month_go_unless_in_use() {
        let folder = Folder::new();
        let in_use = folder.add(&segment('a'), 31 * 24);
        folder.add(&segment('b'), 31 * 24);
        folder.add(&segment('c'), 29 * 24);
        sweep(folder.folder.path(), &[in_use], folder.now);
        assert_eq!(folder.names(), [segment('a'), segment('c')]);
    }

    #[test]
    fn the_longest_unused_go_beyond_the_limit() {
        let folder = Folder::new();
        let in_use = folder.add(&segment('a'), 9);
        folder.add(&segment('b'), 2);
        folder.add(&segment('c'), 1);
        sweep_to(folder.folder.path(), std::slice::from_ref(&in_use), folder.now, 20);
        assert_eq!(folder.names(), [segment('a'), segment('c')]);
        sweep_to(folder.folder.path(), &[in_use], folder.now, 0);
        assert_eq!(folder.names(), [segment('a')]);
    }

    #[test]
    fn nothing_else_is_touched() {
        let folder = Folder::new();
        for name in ["notes.txt", "a.yaqut", ".hidden"] {
            folder.add(name, 1000);
        }
        fs::create_dir(folder.folder.path().join(segment('d'))).unwrap();
        sweep_to(folder.folder.path(), &[], folder.now, 0);
        assert_eq!(folder.names().len(), 4);
        sweep(&folder.folder.path().join("gone"), &[], folder.now);
    }
}
