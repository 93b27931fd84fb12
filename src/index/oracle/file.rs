//! The frame of a segment file, in memory.

use crate::index::FORMAT_VERSION;
use crate::index::format::{ALIGNMENT, HEADER_BYTES, MAGIC, SECTION_ROW_BYTES, SectionKind, TRAILER_BYTES};
use crate::text;

/// A segment file under construction.
#[derive(Default)]
pub(super) struct SegmentFile {
    sections: Vec<(SectionKind, Vec<u8>)>,
}

impl SegmentFile {
    /// Adds a section; they come in the order of [`SectionKind::ALL`].
    pub fn add(&mut self, kind: SectionKind, bytes: Vec<u8>) {
        self.sections.push((kind, bytes));
    }

    /// The bytes of the file.
    pub fn finish(self) -> Vec<u8> {
        let table_bytes = self.sections.len() * SECTION_ROW_BYTES;
        let first = (HEADER_BYTES + table_bytes + 4).next_multiple_of(ALIGNMENT);
        let mut end = first;
        let mut table = Vec::with_capacity(table_bytes);
        for (kind, bytes) in &self.sections {
            table.extend((*kind as u32).to_le_bytes());
            table.extend(crc32c::crc32c(bytes).to_le_bytes());
            table.extend((end as u64).to_le_bytes());
            table.extend((bytes.len() as u64).to_le_bytes());
            end = (end + bytes.len()).next_multiple_of(ALIGNMENT);
        }
        let mut file = Vec::with_capacity(end + TRAILER_BYTES);
        file.extend_from_slice(&MAGIC);
        file.extend(FORMAT_VERSION.to_le_bytes());
        file.extend((self.sections.len() as u32).to_le_bytes());
        file.extend_from_slice(&text::rules_digest());
        file.extend(((end + TRAILER_BYTES) as u64).to_le_bytes());
        file.extend_from_slice(&table);
        let checksum = crc32c::crc32c(&file);
        file.extend(checksum.to_le_bytes());
        file.resize(first, 0);
        for (_, bytes) in &self.sections {
            file.extend_from_slice(bytes);
            file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
        }
        let digest = blake3::hash(&file);
        file.extend_from_slice(digest.as_bytes());
        file
    }
}
