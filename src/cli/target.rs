//! [`Target`]: where output goes. A file appears under its name whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::{NamedTempFile, TempPath};

use super::failure::{Exit, Failure};
use super::interrupt;

/// An output that is being written.
///
/// A regular file is written under a hidden name in the same folder and renamed by [`Target::commit`]; dropped before,
/// it leaves nothing behind. Pipes, devices and standard output are written to directly.
pub struct Target {
    sink: Sink,
    label: String,
    place: Option<Place>,
}

enum Sink {
    Plain(BufWriter<Box<dyn RawSink>>),
    Gzip(GzEncoder<BufWriter<Box<dyn RawSink>>>),
}

/// A writer that may be moved to another thread and knows how to reach the disk.
trait RawSink: Write + Send {
    fn sync(&mut self) -> io::Result<()>;
}

impl RawSink for io::Stdout {
    fn sync(&mut self) -> io::Result<()> {
        self.flush()
    }
}

impl RawSink for File {
    fn sync(&mut self) -> io::Result<()> {
        if self.metadata()?.is_file() { self.sync_all() } else { Ok(()) }
    }
}

/// Where a finished file goes.
struct Place {
    temp: TempPath,
    path: PathBuf,
    force: bool,
}

impl Target {
    /// Standard output.
    pub fn stdout() -> Self {
        Self::new(Box::new(io::stdout()), "standard output".into(), None, false)
    }

    /// The file `path` (`-` for standard output), compressed if its name ends in `.gz`. An existing file is replaced
    /// only with `force`.
    pub fn create(path: &Path, force: bool) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::stdout());
        }
        let label = path.display().to_string();
        let gzip = path.extension() == Some(OsStr::new("gz"));
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(Failure::usage(format!("{label} is a folder"))),
            Ok(found) if !found.is_file() => {
                let device =
                    File::options().write(true).open(path).map_err(|e| Failure::writing(&label, &e))?;
                Ok(Self::new(Box::new(device), label, None, gzip))
            }
            Ok(_) if !force => Err(exists(&label)),
            // A link keeps pointing: what it points to is replaced.
            Ok(_) => {
                let path = fs::canonicalize(path).map_err(|e| Failure::writing(&label, &e))?;
                Self::in_folder(path, label, force, gzip)
            }
            Err(_) => Self::in_folder(path.to_owned(), label, force, gzip),
        }
    }

    fn in_folder(path: PathBuf, label: String, force: bool, gzip: bool) -> Result<Self, Failure> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temp = new_temp(folder).map_err(|error| {
            Failure::writing(&label, &error).with_help("the folder must exist and be writable")
        })?;
        let (file, temp) = temp.into_parts();
        interrupt::guard(&temp);
        Ok(Self::new(Box::new(file), label, Some(Place { temp, path, force }), gzip))
    }

    fn new(raw: Box<dyn RawSink>, label: String, place: Option<Place>, gzip: bool) -> Self {
        let buffered = BufWriter::with_capacity(1 << 16, raw);
        let sink = if gzip {
            Sink::Gzip(GzEncoder::new(buffered, Compression::default()))
        } else {
            Sink::Plain(buffered)
        };
        Self { sink, label, place }
    }

    /// Writes all of `bytes`.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let result = match &mut self.sink {
            Sink::Plain(sink) => sink.write_all(bytes),
            Sink::Gzip(sink) => sink.write_all(bytes),
        };
        result.map_err(|error| Failure::writing(&self.label, &error))
    }

    /// Hands on what is buffered; for outputs that somebody may be watching.
    pub fn flush(&mut self) -> Result<(), Failure> {
        let result = match &mut self.sink {
            Sink::Plain(sink) => sink.flush(),
            Sink::Gzip(sink) => sink.flush(),
        };
        result.map_err(|error| Failure::writing(&self.label, &error))
    }

    /// Ends the output, brings it to the disk, and gives a file its name.
    pub fn commit(self) -> Result<(), Failure> {
        let Self { sink, label, place } = self;
        finish(sink).map_err(|error| Failure::writing(&label, &error))?;
        place.map_or(Ok(()), |place| place.settle(&label))
    }
}

impl Place {
    fn settle(self, label: &str) -> Result<(), Failure> {
        let Self { temp, path, force } = self;
        let hidden = temp.to_path_buf();
        let settled = if force { temp.persist(path) } else { temp.persist_noclobber(path) };
        interrupt::release(&hidden);
        settled.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(label),
            _ => Failure::writing(label, &error.error),
        })
    }
}

fn finish(sink: Sink) -> io::Result<()> {
    let mut buffered = match sink {
        Sink::Plain(sink) => sink,
        Sink::Gzip(sink) => sink.finish()?,
    };
    buffered.flush()?;
    buffered.get_mut().sync()
}

fn new_temp(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".yaqut-").suffix(".part");
    // As any new file: the process's mask decides, not the strict rights of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn exists(label: &str) -> Failure {
    Failure::new(Exit::Io, format!("{label} exists"))
        .with_help("add --force to replace it, or choose another name")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut target = Target::create(&path, false).unwrap();
        target.put(b"half").unwrap();
        assert!(!path.exists());
        drop(target);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut target = Target::create(&path, false).unwrap();
        target.put(b"whole").unwrap();
        target.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_needs_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        assert_eq!(Target::create(&path, false).err().map(|f| f.exit()), Some(Exit::Io));
        Target::create(&path, true).unwrap().commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let target = Target::create(&path, false).unwrap();
        fs::write(&path, "someone else's").unwrap();
        assert_eq!(target.commit().map_err(|f| f.exit()), Err(Exit::Io));
        assert_eq!(fs::read(&path).unwrap(), b"someone else's");
    }

    #[test]
    fn gz_is_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv.gz");
        let mut target = Target::create(&path, false).unwrap();
        target.put(b"name\n").unwrap();
        target.commit().unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "name\n");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_to_and_stay() {
        let mut target = Target::create(Path::new("/dev/null"), false).unwrap();
        target.put(b"x").unwrap();
        target.commit().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
