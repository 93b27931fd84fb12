//! [`Source`]: an input list as a stream of text bytes, whatever it came in.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use flate2::bufread::MultiGzDecoder;

use crate::cli::failure::Failure;
use crate::import::Counting;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";
const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

/// An opened input list.
pub struct Source {
    /// How the input is called in messages.
    pub label: String,
    /// The text, decompressed, without its byte order mark.
    pub text: Box<dyn BufRead + Send>,
    /// Whether the text began with a byte order mark, as spreadsheets write it.
    pub has_bom: bool,
    /// Bytes read so far, as they lie on the disk.
    pub bytes_read: Arc<AtomicU64>,
    /// Bytes in all, if that is known.
    pub bytes_total: Option<u64>,
}

impl Source {
    /// Opens `path`, `-` being standard input. Gzip is recognised by its first bytes, whatever the name.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Self::read(Box::new(io::stdin()), "standard input".into(), None);
        }
        let failed = |error: io::Error| Failure::opening(path, &error);
        let file = File::open(path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        if found.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let bytes_total = found.is_file().then_some(found.len());
        Self::read(Box::new(file), path.display().to_string(), bytes_total)
    }

    fn read(raw: Box<dyn Read + Send>, label: String, bytes_total: Option<u64>) -> Result<Self, Failure> {
        let bytes_read = Arc::new(AtomicU64::new(0));
        let counting = Counting { inner: raw, count: Arc::clone(&bytes_read) };
        let failed = |error: io::Error| Failure::reading(&label, &error);

        let (head, raw) = peek(BufReader::with_capacity(1 << 16, counting)).map_err(failed)?;
        let (head, mut text) = if head.starts_with(GZIP_MAGIC) {
            peek(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw))).map_err(failed)?
        } else {
            (head, raw)
        };
        check_encoding(&head, &label)?;
        let has_bom = head == UTF8_BOM;
        if has_bom {
            text.consume(UTF8_BOM.len());
        }
        Ok(Self { label, text, has_bom, bytes_read, bytes_total })
    }
}

/// The first three bytes (fewer if there are no more), and the whole text, those included.
fn peek(mut text: impl BufRead + Send + 'static) -> io::Result<(Vec<u8>, Box<dyn BufRead + Send>)> {
    let mut head = Vec::new();
    text.by_ref().take(UTF8_BOM.len() as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(text))))
}

fn check_encoding(head: &[u8], label: &str) -> Result<(), Failure> {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(Failure::bad_data(format!("{label} is UTF-16; Yaqut reads UTF-8"))
            .with_help("convert it: iconv -f UTF-16 -t UTF-8 IN > OUT"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::atomic::Ordering;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::cli::failure::Exit;

    fn open(bytes: &[u8]) -> Result<(String, bool), Failure> {
        let mut source = Source::read(Box::new(Cursor::new(bytes.to_vec())), "x".into(), None)?;
        let mut text = String::new();
        source.text.read_to_string(&mut text).map_err(|e| Failure::reading("x", &e))?;
        assert_eq!(source.bytes_read.load(Ordering::Relaxed), bytes.len() as u64);
        Ok((text, source.has_bom))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn byte_order_marks_are_taken_off() {
        assert_eq!(open(b"\xef\xbb\xbfname").unwrap(), ("name".into(), true));
        assert_eq!(open(b"name").unwrap(), ("name".into(), false));
        assert_eq!(open(b"").unwrap(), (String::new(), false));
        assert_eq!(open(b"\xef\xbb\xbf").unwrap(), (String::new(), true));
        assert_eq!(open(b"n").unwrap(), ("n".into(), false));
    }

    #[test]
    fn gzip_is_seen_by_its_bytes() {
        assert_eq!(open(&gzip(b"\xef\xbb\xbfname")).unwrap(), ("name".into(), true));
        let two_members = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(open(&two_members).unwrap().0, "one\ntwo\n");
    }

    #[test]
    fn damaged_gzip_is_bad_data() {
        let whole = gzip("name\nكييف\n".repeat(100).as_bytes());
        let failure = open(&whole[..whole.len() - 9]).unwrap_err();
        assert_eq!(failure.exit(), Exit::BadData, "{failure}");
    }

    #[test]
    fn utf_16_is_refused_with_a_way_out() {
        let failure = open(b"\xff\xfen\0").unwrap_err();
        assert_eq!(failure.exit(), Exit::BadData);
        assert!(failure.to_string().contains("iconv"));
    }
}
