//! Finding the input files, and reading them as streams that tell how far they are.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, Visitor};

use super::progress::Progress;
use super::{ImportError, Source};

/// Sorts the files under `inputs` by what `role_of` sees in their paths, in path order.
///
/// A file in a folder that has no role is passed over; a file that was named itself must have one.
fn find<R>(
    importer: Source,
    inputs: &[PathBuf],
    role_of: impl Fn(&Path) -> Option<R>,
) -> Result<Vec<(R, PathBuf)>, ImportError> {
    let mut found = Vec::new();
    for input in inputs {
        if input.is_dir() {
            for path in walk(input)? {
                found.extend(role_of(&path).map(|role| (role, path)));
            }
        } else {
            let role =
                role_of(input).ok_or_else(|| ImportError::UnknownInput { importer, path: input.clone() })?;
            found.push((role, input.clone()));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found.dedup_by(|a, b| a.1 == b.1);
    Ok(found)
}

/// The input files of a source, by what they are to it.
pub(super) struct Inputs<R> {
    importer: Source,
    files: Vec<(R, PathBuf)>,
}

impl<R: PartialEq> Inputs<R> {
    /// Those that [`find`] finds.
    pub fn find(
        importer: Source,
        inputs: &[PathBuf],
        role_of: impl Fn(&Path) -> Option<R>,
    ) -> Result<Self, ImportError> {
        Ok(Self { importer, files: find(importer, inputs, role_of)? })
    }

    /// All of a role.
    pub fn all(&self, role: R) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter(move |(r, _)| *r == role).map(|(_, path)| path)
    }

    /// All of other roles.
    pub fn all_but(&self, role: R) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter(move |(r, _)| *r != role).map(|(_, path)| path)
    }

    /// The first of a role; without one it is told what is `wanted`.
    pub fn needed(&self, role: R, wanted: &'static str) -> Result<&Path, ImportError> {
        let missing = ImportError::MissingInput { importer: self.importer, wanted };
        self.all(role).next().map(PathBuf::as_path).ok_or(missing)
    }
}

/// Every file below `folder`, in path order; links to folders are not followed, so the walk ends.
pub(super) fn walk(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |cause| ImportError::read(&folder, cause);
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if entry.file_type().map_err(fail)?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The name of the file, or an empty text.
pub(super) fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The ending of the file's name in small letters, or an empty text.
pub(super) fn ending(path: &Path) -> String {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// The name of the folder in which the file lies, or an empty text.
pub(super) fn folder_name(path: &Path) -> &str {
    path.parent().map(file_name).unwrap_or_default()
}

/// Opens `path`; `progress` hears of every block that is read.
pub(super) fn open<'p>(
    path: &Path,
    progress: &'p mut dyn Progress,
) -> Result<BufReader<Counted<'p>>, ImportError> {
    let fail = |cause| ImportError::read(path, cause);
    let file = File::open(path).map_err(fail)?;
    progress.begin(file_name(path), Some(file.metadata().map_err(fail)?.len()));
    Ok(BufReader::with_capacity(1 << 16, Counted { file, progress }))
}

/// The whole of `path` as text.
pub(super) fn read_text(path: &Path, progress: &mut dyn Progress) -> Result<String, ImportError> {
    let mut text = String::new();
    open(path, progress)?.read_to_string(&mut text).map_err(|cause| ImportError::read(path, cause))?;
    Ok(text)
}

/// The whole of `path` as one JSON value; for files of some hundred kilobytes.
pub(super) fn read_json<T: DeserializeOwned>(
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<T, ImportError> {
    serde_json::from_reader(open(path, progress)?).map_err(|error| ImportError::json(path, error))
}

/// Reads a JSON object whose values are `T`, one after the other, without holding more than one.
pub(super) fn each_json_value<T: DeserializeOwned>(
    path: &Path,
    progress: &mut dyn Progress,
    mut take: impl FnMut(T),
) -> Result<(), ImportError> {
    let mut reader = serde_json::Deserializer::from_reader(open(path, progress)?);
    let values = EachValue { take: &mut take, of: std::marker::PhantomData };
    values
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| ImportError::json(path, error))
}

/// A file that tells how much of it was read.
pub(super) struct Counted<'p> {
    file: File,
    progress: &'p mut dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        self.progress.advance(bytes as u64);
        Ok(bytes)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.progress.end();
    }
}

struct EachValue<'t, T, F> {
    take: &'t mut F,
    of: std::marker::PhantomData<T>,
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> DeserializeSeed<'de> for EachValue<'_, T, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> Visitor<'de> for EachValue<'_, T, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((_, value)) = map.next_entry::<serde::de::IgnoredAny, T>()? {
            (self.take)(value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Watcher {
        files: Vec<(String, u64)>,
        bytes: u64,
        ended: usize,
    }

    impl Progress for Watcher {
        fn begin(&mut self, file: &str, bytes: Option<u64>) {
            self.files.push((file.to_owned(), bytes.unwrap_or_default()));
        }
        fn advance(&mut self, bytes: u64) {
            self.bytes += bytes;
        }
        fn end(&mut self) {
            self.ended += 1;
        }
    }

    #[test]
    fn folders_are_searched_and_named_files_must_fit() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("cities.json"), "{}").unwrap();
        fs::write(deep.join("notes.txt"), "").unwrap();
        let role = |path: &Path| (file_name(path) == "cities.json").then_some(());
        let inputs = [folder.path().to_owned(), deep.join("cities.json")];
        assert_eq!(find(Source::Cities, &inputs, role).unwrap(), [((), deep.join("cities.json"))]);
        let wrong = [deep.join("notes.txt")];
        assert!(matches!(find(Source::Cities, &wrong, role), Err(ImportError::UnknownInput { .. })));
    }

    #[test]
    fn json_is_streamed_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.json");
        fs::write(&path, r#"{"a": 1, "b": 2}"#).unwrap();
        let (mut sum, mut watcher) = (0, Watcher::default());
        each_json_value(&path, &mut watcher, |n: u32| sum += n).unwrap();
        assert_eq!((sum, watcher.bytes, watcher.ended), (3, 16, 1));
        assert_eq!(watcher.files, [("n.json".to_owned(), 16)]);
    }

    #[test]
    fn broken_json_names_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.json");
        fs::write(&path, "{\"a\": 1,\n\"b\": []}").unwrap();
        let error = each_json_value(&path, &mut (), |_: u32| {}).unwrap_err().to_string();
        assert!(error.contains("n.json:2: "), "{error}");
    }
}
