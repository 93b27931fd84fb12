//! [`Stamp`]: what the system says of files without their being read, so that unchanged ones are not read again.

use std::fs::Metadata;
use std::time::SystemTime;

/// A time within this many seconds of now may still be that of a further change: clocks of file systems tick coarsely.
#[cfg(unix)]
const RACY_SECONDS: u64 = 2;

/// What the system says of the files of a source, in name order.
///
/// It is taken *before* the files are read. If it is the same later on, so are their bytes: a change in between would bear
/// a later time. That holds only for times that were past when the stamp was taken, since two changes within one tick of
/// the clock bear the same time (git calls such files "racily clean"); so there is no stamp of files that have just been
/// changed, and what has no stamp is read. Where the system tells too little (other systems than Unix), nothing has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(String, FileStamp)>);

impl Stamp {
    /// The stamp of these files, if all of them have been left alone for some seconds.
    pub(super) fn of<'f>(
        files: impl IntoIterator<Item = (&'f str, Metadata)>,
        now: SystemTime,
    ) -> Option<Self> {
        let stamp =
            |(name, metadata): (&str, Metadata)| Some((name.to_owned(), FileStamp::settled(&metadata, now)?));
        files.into_iter().map(stamp).collect::<Option<_>>().map(Self)
    }
}

/// Which file it is, how long, and when it was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileStamp {
    device: u64,
    inode: u64,
    bytes: u64,
    /// Of the content, as anybody may set it; seconds and nanoseconds.
    modified: (i64, i64),
    /// Of the content, name or rights, which the system alone sets.
    changed: (i64, i64),
}

impl FileStamp {
    /// What the system says of a file, if its times are past.
    #[cfg(unix)]
    fn settled(metadata: &Metadata, now: SystemTime) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let stamp = Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        };
        let now = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs().cast_signed();
        let is_past = |(seconds, _): (i64, i64)| seconds.abs_diff(now) > RACY_SECONDS;
        (is_past(stamp.modified) && is_past(stamp.changed)).then_some(stamp)
    }

    #[cfg(not(unix))]
    fn settled(_: &Metadata, _: SystemTime) -> Option<Self> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    fn stamp(path: &Path, now: SystemTime) -> Option<Stamp> {
        Stamp::of([("a", fs::metadata(path).expect("a file"))], now)
    }

    #[test]
    fn what_was_just_written_has_no_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "1").unwrap();
        let now = SystemTime::now();
        assert_eq!(stamp(&path, now), None);
        assert!(stamp(&path, now + Duration::from_secs(60)).is_some());
        // A time that somebody set does not hide that the file was changed just now.
        File::options().write(true).open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(stamp(&path, now), None);
    }

    #[test]
    fn another_length_time_or_file_is_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let later = SystemTime::now() + Duration::from_secs(60);
        fs::write(&path, "1").unwrap();
        let first = stamp(&path, later);
        assert_eq!(stamp(&path, later), first);
        fs::write(&path, "12").unwrap();
        let longer = stamp(&path, later);
        assert_ne!(longer, first);
        File::options().write(true).open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let older = stamp(&path, later);
        assert_ne!(older, longer);
        let other = folder.path().join("b");
        fs::write(&other, "12").unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(stamp(&path, later), older);
    }
}
