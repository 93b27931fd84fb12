//! Bytes made up as a segment whose checksums and digest hold, as somebody would who means harm: whatever the sections
//! hold, every look-up answers something, within bounds, and nothing panics.

use std::sync::Arc;

use yaqut::index::format::{HEADER_BYTES, MAGIC, SECTION_ROW_BYTES, TRAILER_BYTES};
use yaqut::index::{FORMAT_VERSION, SectionKind, Segment, verify};
use yaqut::text;

use crate::segment;

const SECTIONS: usize = SectionKind::ALL.len();
const TABLE_END: usize = HEADER_BYTES + SECTIONS * SECTION_ROW_BYTES;

/// Mends `bytes`, and if they open then, asks all that can be asked.
///
/// # Panics
///
/// If they open as something else than what is verified.
pub fn run(bytes: &[u8]) {
    let Some(bytes) = mended(bytes) else { return };
    // Either may refuse what the other does not look at: sections that hold nonsense, bytes between sections.
    let verified = verify(&mut bytes.as_slice());
    let Ok(opened) = Segment::open(Arc::new(bytes)) else { return };
    if let Ok(verified) = verified {
        assert_eq!(*opened.header(), verified, "it opens as something else than what is verified");
    }
    segment::ask(opened);
}

/// The bytes with a header that is right, sections that lie within the file and checksums that hold; nothing if they are
/// too few.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = bytes.len().checked_sub(TRAILER_BYTES).filter(|&body| body > TABLE_END + 4)?;
    let mut bytes = bytes.to_vec();
    bytes.truncate(body);
    let mut header = MAGIC.to_vec();
    header.extend(FORMAT_VERSION.to_le_bytes());
    header.extend((SECTIONS as u32).to_le_bytes());
    header.extend(text::rules_digest());
    header.extend(((body + TRAILER_BYTES) as u64).to_le_bytes());
    bytes[..HEADER_BYTES].copy_from_slice(&header);
    for kind in SectionKind::ALL {
        mend_row(&mut bytes, kind);
    }
    let checksum = crc32c::crc32c(&bytes[..TABLE_END]);
    bytes[TABLE_END..TABLE_END + 4].copy_from_slice(&checksum.to_le_bytes());
    bytes.extend(*blake3::hash(&bytes).as_bytes());
    Some(bytes)
}

/// Mends the row of a section: its kind, its checksum, and its place if that is outside of the file.
fn mend_row(bytes: &mut [u8], kind: SectionKind) {
    let row = HEADER_BYTES + (kind as usize - 1) * SECTION_ROW_BYTES;
    let number = |at: usize| bytes[at..].first_chunk().map_or(0, |number| u64::from_le_bytes(*number));
    let body = bytes.len() as u64;
    let start = number(row + 8).min(body);
    let length = number(row + 16).min(body - start);
    let checksum = crc32c::crc32c(&bytes[start as usize..(start + length) as usize]);
    bytes[row..row + 4].copy_from_slice(&(kind as u32).to_le_bytes());
    bytes[row + 4..row + 8].copy_from_slice(&checksum.to_le_bytes());
    bytes[row + 8..row + 16].copy_from_slice(&start.to_le_bytes());
    bytes[row + 16..row + 24].copy_from_slice(&length.to_le_bytes());
}
