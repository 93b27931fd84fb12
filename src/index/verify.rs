//! Verification: reads a whole segment file and trusts no byte of it.

use std::io::Read;
use std::sync::Arc;

use super::{Header, Segment, SegmentBytes, SegmentError, format};

/// Reads a whole segment file and checks every byte of it: length, BLAKE3, the CRC32C of each section, and bounds.
///
/// Takes memory for the file. The reader should be the file itself, not a memory map, so that a read error is an
/// error and not a signal.
pub fn verify(reader: &mut dyn Read) -> Result<Header, SegmentError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let Some(split) = bytes.len().checked_sub(format::TRAILER_BYTES) else {
        return Err(SegmentError::NotASegment);
    };
    if !bytes.starts_with(&format::MAGIC) {
        return Err(SegmentError::NotASegment);
    }
    let (body, trailer) = bytes.split_at(split);
    if blake3::hash(body).as_bytes() != trailer {
        // A file of another format or of other rules is whole but of no use: say that, not that it is damaged.
        Segment::open(Arc::new(bytes))?;
        return Err(SegmentError::damaged("its digest does not hold"));
    }
    let bytes: SegmentBytes = Arc::new(bytes);
    let segment = Segment::open(bytes)?;
    segment.check_sections()?;
    Ok(segment.header().clone())
}
