//! Members of zip archives.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, Crc32, RECOMMENDED_BUFFER_SIZE, ZipArchive};

use super::decoder::ZIP;
use crate::import::ImportError;

/// A member of an archive, and where in its file it lies.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub name: String,
    start: u64,
    len: u64,
    method: CompressionMethod,
    crc: u32,
    /// Without compression.
    size: u64,
}

/// Whether the file begins as archives do.
pub(super) fn is_archive(path: &Path) -> Result<bool, ImportError> {
    let fail = |cause| ImportError::read(path, cause);
    let mut head = Vec::new();
    File::open(path).map_err(fail)?.take(4).read_to_end(&mut head).map_err(fail)?;
    Ok(head.starts_with(ZIP) && matches!(head.get(2..), Some([3, 4] | [5, 6])))
}

/// The members of the archive that are files, in the order of its directory.
pub(super) fn members(path: &Path) -> Result<Vec<Member>, ImportError> {
    let file = File::open(path).map_err(|cause| ImportError::read(path, cause))?;
    list(file).map_err(|error| {
        let cause = io::Error::new(io::ErrorKind::InvalidData, error);
        ImportError::damaged(&path.display().to_string(), 0, None, cause)
    })
}

fn list(file: File) -> Result<Vec<Member>, rawzip::Error> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer)?;
    let mut found = Vec::new();
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry()? {
        if !entry.is_dir() {
            let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
            found.push((name, entry.wayfinder(), entry.compression_method(), entry.crc32()));
        }
    }
    let member = |(name, way, method, crc): (_, rawzip::ZipArchiveEntryWayfinder, _, _)| {
        let (start, end) = archive.get_entry(way)?.compressed_data_range();
        let size = way.uncompressed_size_hint();
        Ok(Member { name, start, len: end.saturating_sub(start), method, crc, size })
    };
    found.into_iter().map(member).collect()
}

impl Member {
    /// How long it is in the archive, in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// What the member of the archive `file` holds; `count` is put between the file and the decoder.
    pub fn open<C: Read + Send + 'static>(
        &self,
        mut file: File,
        count: impl FnOnce(Box<dyn Read + Send>) -> C,
    ) -> io::Result<Box<dyn Read + Send>> {
        file.seek(SeekFrom::Start(self.start))?;
        let raw = BufReader::with_capacity(256 << 10, count(Box::new(file.take(self.len))));
        let inner: Box<dyn Read + Send> = match self.method {
            CompressionMethod::STORE => Box::new(raw),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(raw)),
            other => {
                let message = format!("{} is compressed as {other:?}; only deflate is read", self.name);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        };
        Ok(Box::new(Verified { inner, crc: Crc32::new(), left: self.size, expected: self.crc }))
    }
}

/// Checks length and checksum of what passes through.
struct Verified {
    inner: Box<dyn Read + Send>,
    crc: Crc32,
    left: u64,
    expected: u32,
}

impl Read for Verified {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(buffer.get(..read).unwrap_or_default());
        let is_end = read == 0 && !buffer.is_empty();
        let is_wrong = self.left < read as u64 || is_end && self.left > 0;
        if is_wrong || is_end && self.crc.checksum() != self.expected {
            let message = "its length or checksum is not what the archive says";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.left -= read as u64;
        Ok(read)
    }
}
