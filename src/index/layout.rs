//! [`Layout`]: what the first bytes of a segment file say of all the others.

use std::ops::Range;

use super::format::{HEADER_BYTES, Header, MAGIC, SECTION_ROW_BYTES, SectionKind, TRAILER_BYTES};
use super::records::{u32_at, u64_at};
use super::{FORMAT_VERSION, SegmentError};
use crate::text;

/// The number of sections.
pub(super) const SECTIONS: usize = SectionKind::ALL.len();
/// Bytes of header and section table, with their checksum.
pub(super) const LAYOUT_BYTES: usize = TABLE_END + 4;
const TABLE_END: usize = HEADER_BYTES + SECTIONS * SECTION_ROW_BYTES;

/// Header and section table.
pub(super) struct Layout {
    /// Versions and length; the rest is for others to fill in.
    pub header: Header,
    /// Where each section lies, by [`SectionKind::index`].
    pub sections: [Range<usize>; SECTIONS],
    /// The CRC32C of each.
    pub checksums: [u32; SECTIONS],
}

impl Layout {
    /// Reads the layout of a file of `len` bytes, as far as that is known, off its first bytes.
    pub fn parse(bytes: &[u8], len: Option<u64>) -> Result<Self, SegmentError> {
        let header = bytes
            .first_chunk::<HEADER_BYTES>()
            .filter(|header| header.starts_with(&MAGIC))
            .ok_or(SegmentError::NotASegment)?;
        let format_version = u32_at(header, 8);
        if format_version != FORMAT_VERSION {
            return Err(SegmentError::OtherFormat { found: format_version });
        }
        let file_bytes = u64_at(header, 48);
        if let Some(len) = len.filter(|&len| len != file_bytes) {
            return Err(other_length(len, file_bytes));
        }
        if u32_at(header, 12) as usize != SECTIONS {
            return Err(SegmentError::damaged("it has another number of sections"));
        }
        let (head, rest) = bytes.split_at_checked(TABLE_END).ok_or(SegmentError::NotASegment)?;
        let checksum = rest.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        if checksum != Some(crc32c::crc32c(head)) {
            return Err(SegmentError::damaged("the checksum of its header does not hold"));
        }
        let mut rules_digest = [0; 32];
        rules_digest.copy_from_slice(&header[16..48]);
        let header = Header { format_version, rules_digest, file_bytes, ..Header::default() };
        let mut layout = Self { header, sections: [const { 0..0 }; SECTIONS], checksums: [0; SECTIONS] };
        let rows: &[[u8; SECTION_ROW_BYTES]] = head[HEADER_BYTES..].as_chunks().0;
        for (kind, row) in SectionKind::ALL.into_iter().zip(rows) {
            layout.sections[kind.index()] = section(kind, row, file_bytes)?;
            layout.checksums[kind.index()] = u32_at(row, 4);
            layout.header.section_bytes.push((kind, layout.section(kind).len() as u64));
        }
        Ok(layout)
    }

    /// Refuses a segment whose keys were made by other rules than this build's.
    pub fn check_rules(&self) -> Result<(), SegmentError> {
        if self.header.rules_digest == text::rules_digest() { Ok(()) } else { Err(SegmentError::OtherRules) }
    }

    /// Where a section lies.
    pub fn section(&self, kind: SectionKind) -> Range<usize> {
        self.sections[kind.index()].clone()
    }
}

/// The error of a file that is longer or shorter than it says.
pub(super) fn other_length(len: u64, said: u64) -> SegmentError {
    SegmentError::damaged(format!("{len} bytes long, but it says {said}"))
}

fn section(
    kind: SectionKind,
    row: &[u8; SECTION_ROW_BYTES],
    file_bytes: u64,
) -> Result<Range<usize>, SegmentError> {
    let bound = file_bytes.saturating_sub(TRAILER_BYTES as u64);
    let (offset, length) = (u64_at(row, 8), u64_at(row, 16));
    let end = offset.checked_add(length).filter(|&end| end <= bound && u32_at(row, 0) == kind as u32);
    let place = end.and_then(|end| Some(usize::try_from(offset).ok()?..usize::try_from(end).ok()?));
    place.ok_or_else(|| SegmentError::damaged(format!("section {kind:?} lies outside the file")))
}
