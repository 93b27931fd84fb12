//! Bytes without their compression.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const GZIP: [u8; 2] = [0x1F, 0x8B];
const BZIP2: &[u8] = b"BZh";
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Frames that hold no data begin so, but for the lower half of the first byte.
const ZSTD_SKIPPABLE: [u8; 3] = [0x2A, 0x4D, 0x18];
pub(super) const ZIP: &[u8] = b"PK";

/// How much is read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// What `raw` holds, its compression seen by its first bytes and undone.
pub(super) fn decoded(raw: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, raw);
    let mut head = Vec::new();
    raw.by_ref().take(4).read_to_end(&mut head)?;
    let whole = Cursor::new(head.clone()).chain(raw);
    Ok(match head.as_slice() {
        head if head.starts_with(&GZIP) => Box::new(MultiGzDecoder::new(whole)),
        [b'B', b'Z', b'h', b'1'..=b'9'] if head.starts_with(BZIP2) => Box::new(MultiBzDecoder::new(whole)),
        head if head == ZSTD => Box::new(ZstdDecoder::new(whole)),
        [0x50..=0x5F, rest @ ..] if rest == ZSTD_SKIPPABLE => Box::new(ZstdDecoder::new(whole)),
        [b'P', b'K', 3, 4] => return Err(piped_archive()),
        _ => Box::new(whole),
    })
}

/// The list of an archive's members stands at its end.
fn piped_archive() -> io::Error {
    let message = "a zip archive cannot be read as it comes in; name the file, or unpack it with `unzip -p`";
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Zstandard, frame by frame.
struct ZstdDecoder<R> {
    source: R,
    frame: FrameDecoder,
    is_in_frame: bool,
}

impl<R: BufRead> ZstdDecoder<R> {
    fn new(source: R) -> Self {
        Self { source, frame: FrameDecoder::new(), is_in_frame: false }
    }

    /// Begins the next frame that holds data; false at the end.
    fn begin_frame(&mut self) -> io::Result<bool> {
        while !self.is_in_frame && !self.source.fill_buf()?.is_empty() {
            match self.frame.init(&mut self.source) {
                Ok(()) => self.is_in_frame = true,
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip(length.into())?,
                Err(error) => return Err(invalid(error)),
            }
        }
        Ok(self.is_in_frame)
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink())?;
        if skipped < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.is_in_frame = false;
        let told = self.frame.get_checksum_from_data();
        if told.is_some() && told != self.frame.get_calculated_checksum() {
            return Err(invalid("the checksum of the data is another one"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for ZstdDecoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.begin_frame()? {
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.frame.decode_blocks(&mut self.source, one).map_err(invalid)?;
            }
            let read = self.frame.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.end_frame()?;
        }
        Ok(0)
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
