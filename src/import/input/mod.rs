//! Inputs: files, members of archives and standard input, each read as one stream of plain bytes.
//!
//! Compression is seen by the first bytes of a file, whatever its name, and undone on the way: gzip and bzip2 (with any
//! number of members, as parallel compressors write them), Zstandard (any number of frames) and zip. Nothing is unpacked
//! on disk. An archive stands for its members: each is an input of its own, chosen by its name like a file.

mod archive;
mod decoder;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::files;
use super::{ImportError, Options, Source};
use crate::pack::{self, Manifest};
use archive::Member;

/// What standard input is called on the command line.
const STDIN: &str = "-";
/// What some programs of Windows put before UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Endings that say how a file is compressed, and nothing of what it holds.
const COMPRESSED: [&str; 4] = ["gz", "bz2", "zst", "zstd"];

/// Something that can be read from its beginning to its end.
#[derive(Clone, Debug)]
pub(super) struct Input {
    path: PathBuf,
    /// Of an archive.
    member: Option<Member>,
}

/// An input that is being read.
pub(super) struct Stream {
    /// How it is called in messages.
    pub label: String,
    /// What it holds, without compression.
    pub bytes: Box<dyn Read + Send>,
    /// How much of it was read, as it lies on the disk.
    pub read: Arc<AtomicU64>,
    /// How long it is, as it lies on the disk; `None` if nobody can know.
    pub total: Option<u64>,
}

/// The inputs that `role_of` has a use for, in the order in which they are named; those of a folder in path order.
///
/// `role_of` sees the path without an ending such as `.gz`; of a member of an archive, that of the archive and below it
/// the name of the member; `-` for standard input. What lies in a folder and has no role is passed over; what was named
/// itself must have one, or a member that has. If nothing is found, it is told what is `wanted`.
pub(super) fn find<R>(
    importer: Source,
    wanted: &'static str,
    inputs: &[PathBuf],
    role_of: impl Fn(&Path) -> Option<R>,
) -> Result<Vec<(R, Input)>, ImportError> {
    let mut found = Vec::new();
    for named in inputs {
        let before = found.len();
        let paths = if named.is_dir() { files::walk(named)? } else { vec![named.clone()] };
        for path in paths {
            let inputs = expand(&path, !named.is_dir())?;
            found.extend(
                inputs.into_iter().filter_map(|input| Some((role_of(&input.content_path())?, input))),
            );
        }
        if found.len() == before && !named.is_dir() {
            return Err(ImportError::UnknownInput { importer, path: named.clone() });
        }
    }
    if found.is_empty() { Err(ImportError::MissingInput { importer, wanted }) } else { Ok(found) }
}

/// What a pack says of itself whose sources are files that anybody may have made: their names, and the licence that the
/// caller knows.
pub(super) fn manifest<R>(name: &str, title: &str, inputs: &[(R, Input)], options: &Options) -> Manifest {
    let source = |(_, input): &(R, Input)| pack::Source { title: input.file_name(), path: String::new() };
    Manifest {
        name: name.to_owned(),
        title: title.to_owned(),
        version: options.version.clone(),
        licenses: options.licenses(),
        sources: inputs.iter().map(source).collect(),
    }
}

/// The file itself, or the members of an archive. Files that nobody named are looked into only if their name asks for it.
fn expand(path: &Path, is_named: bool) -> Result<Vec<Input>, ImportError> {
    let has_zip_name = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let is_file = path.is_file();
    if is_file && (has_zip_name || is_named) && archive::is_archive(path)? {
        let members = archive::members(path)?;
        return Ok(members.into_iter().map(|m| Input { path: path.to_owned(), member: Some(m) }).collect());
    }
    Ok(vec![Input { path: path.to_owned(), member: None }])
}

impl Input {
    /// How the input is called in messages.
    pub fn label(&self) -> String {
        match &self.member {
            Some(member) => format!("{}/{}", self.path.display(), member.name),
            None if self.is_stdin() => "standard input".to_owned(),
            None => self.path.display().to_string(),
        }
    }

    /// The name of the file in which the input lies, to credit it.
    pub fn file_name(&self) -> String {
        if self.is_stdin() { self.label() } else { files::file_name(&self.path).to_owned() }
    }

    /// Whether the input can be read only once.
    pub fn is_stdin(&self) -> bool {
        self.path == Path::new(STDIN)
    }

    /// Opens the input at its beginning.
    pub fn open(&self) -> Result<Stream, ImportError> {
        let fail = |cause| ImportError::Read { path: self.path.clone(), cause };
        let label = self.label();
        let read = Arc::new(AtomicU64::new(0));
        let count = |inner: Box<dyn Read + Send>| Counting { inner, count: Arc::clone(&read) };
        if self.is_stdin() {
            let bytes = decoder::decoded(count(Box::new(io::stdin()))).map_err(fail)?;
            return Ok(Stream { label, bytes, read, total: None });
        }
        let file = File::open(&self.path).map_err(fail)?;
        let found = file.metadata().map_err(fail)?;
        if found.is_dir() {
            return Err(fail(io::ErrorKind::IsADirectory.into()));
        }
        if let Some(member) = &self.member {
            let bytes = member.open(file, count).map_err(fail)?;
            return Ok(Stream { label, bytes, read, total: Some(member.len()) });
        }
        let total = found.is_file().then_some(found.len());
        let damaged = |cause| ImportError::damaged(&label, read.load(Ordering::Relaxed), total, cause);
        let bytes = decoder::decoded(count(Box::new(file))).map_err(damaged)?;
        Ok(Stream { label, bytes, read, total })
    }

    /// The path of what the input holds: without an ending that speaks of compression.
    fn content_path(&self) -> PathBuf {
        let path = self.member.as_ref().map_or_else(|| self.path.clone(), |m| self.path.join(&m.name));
        let is_compressed =
            path.extension().is_some_and(|ending| COMPRESSED.iter().any(|c| ending.eq_ignore_ascii_case(c)));
        if is_compressed { path.with_extension("") } else { path }
    }
}

/// `source` without the byte order mark that it may begin with.
pub(super) fn without_byte_order_mark(mut source: impl Read) -> io::Result<impl Read> {
    let mut begin = Vec::new();
    (&mut source).take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut begin)?;
    if begin == BYTE_ORDER_MARK {
        begin.clear();
    }
    Ok(io::Cursor::new(begin).chain(source))
}

/// Counts what passes through.
pub(crate) struct Counting {
    /// Where it comes from.
    pub inner: Box<dyn Read + Send>,
    /// Bytes so far; others may look.
    pub count: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! Every compression, written.

    use std::io::Write;

    /// `bytes` as each kind of file that is read: its ending, and what it holds.
    pub fn compressed(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let twice = |compress: fn(&[u8]) -> Vec<u8>| [compress(first), compress(second)].concat();
        vec![
            ("txt", bytes.to_vec()),
            ("gz", gzip(bytes)),
            ("gz", twice(gzip)),
            ("bz2", bzip2(bytes)),
            ("bz2", twice(bzip2)),
            ("zst", zstd(bytes)),
            ("zst", [skippable(), zstd(first), skippable(), zstd(second)].concat()),
        ]
    }

    pub fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// A frame that decoders pass over.
    fn skippable() -> Vec<u8> {
        [&0x184D_2A50_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), b"abc"].concat()
    }

    /// An archive with these members, every other one stored as it is.
    pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
        for (index, (name, bytes)) in members.iter().enumerate() {
            let is_stored = index % 2 == 1;
            let method =
                if is_stored { rawzip::CompressionMethod::STORE } else { rawzip::CompressionMethod::DEFLATE };
            let (mut entry, config) = archive.new_file(name).compression_method(method).start().unwrap();
            let descriptor = if is_stored {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(bytes).unwrap();
                writer.finish().unwrap().1
            } else {
                let deflate = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
                let mut writer = config.wrap(deflate);
                writer.write_all(bytes).unwrap();
                let (deflate, descriptor) = writer.finish().unwrap();
                deflate.finish().unwrap();
                descriptor
            };
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::testing::{compressed, gzip, zip};
    use super::*;

    fn text_of(input: &Input) -> io::Result<String> {
        let mut stream = input.open().map_err(|error| io::Error::other(error.to_string()))?;
        let mut text = String::new();
        stream.bytes.read_to_string(&mut text)?;
        assert_eq!(stream.total, Some(stream.read.load(Ordering::Relaxed)), "{}", stream.label);
        Ok(text)
    }

    fn is_table(path: &Path) -> Option<()> {
        (path.extension()? == "txt").then_some(())
    }

    const TEXT: &str = "1\tكييف\n2\tKyiv\n";

    #[test]
    fn every_compression_is_seen_by_its_first_bytes() {
        let folder = tempfile::tempdir().unwrap();
        for (index, (ending, bytes)) in compressed(TEXT.repeat(5000).as_bytes()).into_iter().enumerate() {
            let path = folder.path().join(format!("{index}.txt.{ending}"));
            fs::write(&path, bytes).unwrap();
            let found = find(Source::GeoNames, "table", &[path], |_| Some(())).unwrap();
            assert_eq!(text_of(&found[0].1).unwrap(), TEXT.repeat(5000), "{ending} {index}");
        }
    }

    #[test]
    fn members_are_chosen_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.zip");
        let members: [(&str, &[u8]); 3] =
            [("a.txt", TEXT.as_bytes()), ("b.txt", b"stored"), ("read.me", b"?")];
        fs::write(&path, zip(&members)).unwrap();
        for named in [path.clone(), folder.path().to_owned()] {
            let found = find(Source::GeoNames, "table", &[named], is_table).unwrap();
            let texts: Vec<_> = found.iter().map(|((), input)| text_of(input).unwrap()).collect();
            assert_eq!(texts, [TEXT, "stored"]);
            assert!(found[1].1.label().ends_with("names.zip/b.txt"));
        }
        let error = find(Source::GeoNames, "table", &[path], |_| None::<()>).unwrap_err();
        assert!(matches!(error, ImportError::UnknownInput { .. }));
    }

    #[test]
    fn what_is_cut_off_or_changed_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<String> = (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
        let text = lines.join("\n");
        let path = folder.path().join("x.txt");
        for (ending, bytes) in compressed(text.as_bytes()).into_iter().skip(1) {
            for damaged in [&bytes[..bytes.len() - 9], &bytes[..bytes.len() / 3]] {
                fs::write(&path, damaged).unwrap();
                let found =
                    find(Source::GeoNames, "table", std::slice::from_ref(&path), |_| Some(())).unwrap();
                assert!(text_of(&found[0].1).is_err(), "{ending} cut to {}", damaged.len());
            }
        }
        let whole = zip(&[("x.txt", text.as_bytes())]);
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 0x10;
        fs::write(&path, &changed).unwrap();
        let found = find(Source::GeoNames, "table", std::slice::from_ref(&path), |_| Some(())).unwrap();
        assert!(text_of(&found[0].1).is_err());
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let error = find(Source::GeoNames, "table", std::slice::from_ref(&path), |_| Some(())).unwrap_err();
        assert!(error.to_string().contains("x.txt"), "{error}");
    }

    #[test]
    fn endings_of_compression_are_no_part_of_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SG.txt.gz");
        fs::write(&path, gzip(b"")).unwrap();
        fs::write(folder.path().join("notes.md"), "").unwrap();
        let found = find(Source::GeoNames, "table", &[folder.path().to_owned()], is_table).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(text_of(&found[0].1).unwrap(), "");
    }
}
