//! The cache of compiled segments: a folder of immutable files, each named by all that its bytes depend on.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;

use super::compile::CompileFailure;
use super::error::StoreError;
use super::scratch::FolderScratch;
use super::segment_file::{self, LoadMode, Readers};
use super::sweep::sweep;
use super::warning::Warning;
use crate::index::{self, Segment, SegmentError, Workshop};
use crate::text;

/// Where compiled segments are kept between starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// In `yaqut/segments` of the user's cache folder, which is `$XDG_CACHE_HOME` or `~/.cache`.
    #[default]
    UserFolder,
    /// In `segments` of this folder.
    Folder(PathBuf),
    /// Nowhere: every start compiles in memory.
    Off,
}

impl CachePolicy {
    /// The folder of the segments; nothing if the cache is off or no place for it is known.
    pub fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::UserFolder => {
                let user = etcetera::choose_base_strategy().ok()?;
                Some(user.cache_dir().join("yaqut").join("segments"))
            }
            Self::Folder(folder) => Some(folder.join("segments")),
            Self::Off => None,
        }
    }
}

/// The name of a compiled segment: a digest of all that its bytes depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CacheKey(blake3::Hash);

impl CacheKey {
    /// The key of a pack by [`super::digest::content_digest`].
    ///
    /// The version of this crate stands for its pack reader, beside the versions of format and rules.
    pub(super) fn new(content_digest: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("yaqut segment cache v1");
        hasher.update(&index::FORMAT_VERSION.to_le_bytes());
        hasher.update(&text::rules_digest());
        hasher.update(content_digest);
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        Self(hasher.finalize())
    }

    fn file_name(&self) -> String {
        format!("{}.{EXTENSION}", self.0.to_hex())
    }
}

/// A use is dated this exactly.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// How the name of a cached segment ends.
pub(super) const EXTENSION: &str = "yaqut";

/// The cache during one opening of a stack.
pub(super) struct SegmentCache {
    folder: Option<PathBuf>,
    mode: LoadMode,
    /// Set by the first failure to write; nothing more is written then.
    unusable: OnceLock<Warning>,
    damaged: Mutex<Vec<Warning>>,
    used: Mutex<Vec<PathBuf>>,
    /// Whether the folder was asked for more than what is open already.
    is_to_be_swept: AtomicBool,
}

impl SegmentCache {
    pub(super) fn new(policy: &CachePolicy, mode: LoadMode) -> Self {
        let folder = policy.folder();
        let unusable = OnceLock::new();
        if folder.is_none() && *policy != CachePolicy::Off {
            let reason = "the user has no home folder".to_owned();
            // A new cell is empty.
            let _ = unusable.set(Warning::CacheUnusable { folder: None, reason });
        }
        Self {
            folder,
            mode,
            unusable,
            damaged: Mutex::default(),
            used: Mutex::default(),
            is_to_be_swept: AtomicBool::new(false),
        }
    }

    /// The segment of this key, if the cache holds it undamaged.
    pub(super) fn get(&self, key: &CacheKey) -> Option<Segment> {
        let path = self.path(key)?;
        self.is_to_be_swept.store(true, Ordering::Relaxed);
        match self.load(&path) {
            Ok(segment) => Some(segment),
            Err(error) => {
                self.note_damage(path, &error);
                None
            }
        }
    }

    /// Has a new segment written, keeps it and opens it: from its file, or in memory if it cannot be kept.
    ///
    /// `compile` is called again if what it wrote cannot be kept after all.
    pub(super) fn put<T>(
        &self,
        key: &CacheKey,
        compile: impl Fn(&Workshop, &mut dyn Write) -> Result<T, CompileFailure>,
    ) -> Result<(T, Segment), CompileFailure> {
        if let Some(path) = self.path(key).filter(|_| self.unusable.get().is_none()) {
            match self.write(&path, &compile) {
                Ok((value, file)) => {
                    if let Ok(segment) = segment_file::load(&file, self.mode) {
                        return Ok((value, segment));
                    }
                }
                Err(failure) => self.give_up_if_unusable(failure, &path)?,
            }
        }
        let mut bytes = Vec::new();
        let value = compile(&Workshop::in_memory(), &mut bytes)?;
        let opened = Segment::open(Arc::new(bytes));
        Ok((value, opened.map_err(|e| StoreError::segment(Path::new(&key.file_name()), e))?))
    }

    /// Notes that the segment of this key is in use, though it was not asked for.
    pub(super) fn keep(&self, key: &CacheKey) {
        if let Some(path) = self.path(key)
            && let Ok(file) = File::open(&path)
        {
            self.note_use(path, &file);
        }
    }

    /// Sweeps the folder, if anything came from it or went there, and returns what went wrong.
    pub(super) fn finish(self) -> Vec<Warning> {
        if let Some(folder) = self.folder.as_ref().filter(|_| self.is_to_be_swept.load(Ordering::Relaxed)) {
            sweep(folder, &into_inner(self.used), SystemTime::now());
        }
        let mut warnings = into_inner(self.damaged);
        warnings.sort_unstable();
        warnings.extend(self.unusable.into_inner());
        warnings
    }

    fn path(&self, key: &CacheKey) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(key.file_name()))
    }

    fn load(&self, path: &Path) -> Result<Segment, StoreError> {
        let file = segment_file::open_file(path)?;
        let segment = segment_file::load(&file, self.mode).map_err(|e| StoreError::segment(path, e))?;
        self.note_use(path.into(), &file);
        Ok(segment)
    }

    fn write<T>(
        &self,
        path: &Path,
        compile: impl Fn(&Workshop, &mut dyn Write) -> Result<T, CompileFailure>,
    ) -> Result<(T, File), CompileFailure> {
        let folder = segment_file::folder_of(path);
        create_private(folder).map_err(|e| StoreError::write(folder, e))?;
        let workshop = Workshop::new(Arc::new(FolderScratch(folder.into())));
        let compile = |out: &mut dyn Write| compile(&workshop, out);
        let (value, written) = segment_file::publish(path, Readers::Owner, true, compile)?;
        self.note_use(path.into(), &written.file);
        Ok((value, written.file))
    }

    /// Takes a failure of the cache itself for the end of its use, and hands back any other.
    fn give_up_if_unusable(&self, failure: CompileFailure, path: &Path) -> Result<(), CompileFailure> {
        let error = match failure {
            CompileFailure::Scratch(source) | CompileFailure::Write(source) => {
                StoreError::write(path, source)
            }
            CompileFailure::Store(error @ (StoreError::Write { .. } | StoreError::Segment { .. })) => error,
            other => return Err(other),
        };
        self.give_up(&error);
        Ok(())
    }

    /// A file's time of change says when it was last used, for [`sweep`]; the system's own record of reading is
    /// switched off on many machines. On a read-only cache nothing is swept, so a failure is no matter.
    fn note_use(&self, path: PathBuf, file: &File) {
        let used = file.metadata().and_then(|metadata| metadata.modified());
        let is_fresh = |used: SystemTime| used.elapsed().is_ok_and(|age| age < FRESH);
        // A write for nothing, at each look at the stack, and an event for whoever watches the folder.
        if !used.is_ok_and(is_fresh) {
            let _ = file.set_modified(SystemTime::now());
        }
        self.used.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }

    /// A file that is not there is a plain miss; so is a folder out of reach, which [`Self::put`] will report.
    fn note_damage(&self, path: PathBuf, error: &StoreError) {
        let reason = match error {
            StoreError::Missing { .. } => return,
            StoreError::Read { source, .. } if is_out_of_reach(source) => return,
            StoreError::Read { source, .. } => source.to_string(),
            // The way out that a segment's error shows is for files that were built by hand.
            StoreError::Segment { source: SegmentError::Damaged { what }, .. } => what.clone(),
            StoreError::Segment { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        let warning = Warning::CacheDamaged { path, reason };
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
    }

    /// The first failure speaks for all.
    fn give_up(&self, error: &StoreError) {
        let reason = match error {
            StoreError::Write { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        let _ = self.unusable.set(Warning::CacheUnusable { folder: self.folder.clone(), reason });
    }
}

fn is_out_of_reach(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied)
}

/// Creates a folder and its parents, new ones for the user alone: others must not be able to plant segments.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::segment_bytes;

    const KEY: [u8; 32] = [7; 32];

    struct Fixture {
        folder: tempfile::TempDir,
        key: CacheKey,
    }

    /// Puts a sample segment.
    fn put(cache: &SegmentCache, key: &CacheKey, name: &str) -> Segment {
        let write = |_: &Workshop, out: &mut dyn Write| {
            out.write_all(&segment_bytes(name)).map_err(CompileFailure::Write)
        };
        cache.put(key, write).map_err(|_| "not put").unwrap().1
    }

    impl Fixture {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), key: CacheKey::new(&KEY) }
        }

        fn cache(&self) -> SegmentCache {
            SegmentCache::new(&CachePolicy::Folder(self.folder.path().into()), LoadMode::Map)
        }

        fn file(&self) -> PathBuf {
            self.folder.path().join("segments").join(self.key.file_name())
        }

        fn fill(&self) {
            let cache = self.cache();
            put(&cache, &self.key, "a");
            assert_eq!(cache.finish(), []);
        }
    }

    #[test]
    fn what_is_put_is_got() {
        let fixture = Fixture::new();
        let cache = fixture.cache();
        assert!(cache.get(&fixture.key).is_none());
        assert_eq!(put(&cache, &fixture.key, "a").header().manifest.name, "a");
        assert_eq!(cache.get(&fixture.key).unwrap().header().manifest.name, "a");
        assert!(cache.get(&CacheKey::new(&[8; 32])).is_none());
        assert_eq!(cache.finish(), []);
        assert_eq!(fs::read(fixture.file()).unwrap(), segment_bytes("a"));
    }

    #[test]
    fn a_use_is_dated() {
        let fixture = Fixture::new();
        fixture.fill();
        let touch = |cache: &SegmentCache| cache.keep(&fixture.key);
        let get = |cache: &SegmentCache| drop(cache.get(&fixture.key));
        for use_it in [&touch as &dyn Fn(&SegmentCache), &get] {
            let file = File::options().write(true).open(fixture.file()).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            use_it(&fixture.cache());
            assert_ne!(file.metadata().unwrap().modified().unwrap(), SystemTime::UNIX_EPOCH);
        }
    }

    #[test]
    fn damaged_and_truncated_files_are_replaced_with_a_warning() {
        let good = segment_bytes("a");
        let truncated = &good[..good.len() - 10];
        for bad in [truncated, b"another\tfile\n"] {
            let fixture = Fixture::new();
            fixture.fill();
            fs::write(fixture.file(), bad).unwrap();
            let cache = fixture.cache();
            assert!(cache.get(&fixture.key).is_none());
            put(&cache, &fixture.key, "a");
            let warnings = cache.finish();
            assert!(matches!(&warnings[..], [Warning::CacheDamaged { .. }]), "{warnings:?}");
            assert_eq!(fs::read(fixture.file()).unwrap(), good);
        }
    }

    /// Tests may run as root, whom permissions do not bind; a file in place of the folder stops anybody.
    #[test]
    fn a_folder_that_cannot_be_written_means_memory_and_one_warning() {
        let fixture = Fixture::new();
        fs::write(fixture.folder.path().join("segments"), "").unwrap();
        let cache = fixture.cache();
        for name in ["a", "b"] {
            assert!(cache.get(&fixture.key).is_none());
            let segment = put(&cache, &fixture.key, name);
            assert_eq!(segment.header().manifest.name, name);
        }
        let warnings = cache.finish();
        assert!(matches!(&warnings[..], [Warning::CacheUnusable { folder: Some(_), .. }]), "{warnings:?}");
        assert!(warnings[0].to_string().contains("YAQUT_CACHE_DIR"));
    }

    #[test]
    fn no_cache_is_no_warning() {
        let cache = SegmentCache::new(&CachePolicy::Off, LoadMode::Map);
        assert_eq!(put(&cache, &CacheKey::new(&KEY), "a").header().manifest.name, "a");
        assert!(cache.get(&CacheKey::new(&KEY)).is_none());
        assert_eq!(cache.finish(), []);
    }

    #[test]
    fn writers_at_once_do_not_harm_each_other() {
        let fixture = Fixture::new();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let cache = fixture.cache();
                        let segment =
                            cache.get(&fixture.key).unwrap_or_else(|| put(&cache, &fixture.key, "a"));
                        assert_eq!(segment.header().manifest.name, "a");
                        put(&cache, &fixture.key, "a");
                        assert_eq!(cache.finish(), []);
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(fixture.folder.path().join("segments")).unwrap().count(), 1);
    }
}
