//! The frame of a segment file: header, section table, sections, trailer.

use std::io::{self, Read, Write};

use super::FORMAT_VERSION;
use super::format::{ALIGNMENT, HEADER_BYTES, MAGIC, SECTION_ROW_BYTES, SectionKind, TRAILER_BYTES};
use super::workshop::{Phase, Progress};
use super::writer::Spool;
use crate::text;

/// Writes a segment file from first to last, and so without seeking in `out`.
///
/// There is one section of every kind, in any order.
pub(super) fn write_file(
    mut sections: Vec<(SectionKind, Spool)>,
    out: &mut dyn Write,
    progress: &dyn Progress,
) -> io::Result<()> {
    sections.sort_by_key(|(kind, _)| kind.index());
    let table_bytes = (sections.len() * SECTION_ROW_BYTES) as u64;
    let first = (HEADER_BYTES as u64 + table_bytes + 4).next_multiple_of(ALIGNMENT as u64);
    let mut table = Vec::new();
    let mut end = first;
    for (kind, section) in &sections {
        table.extend((*kind as u32).to_le_bytes());
        table.extend(section.checksum().to_le_bytes());
        table.extend(end.to_le_bytes());
        table.extend(section.len().to_le_bytes());
        end = (end + section.len()).next_multiple_of(ALIGNMENT as u64);
    }
    let file_bytes = end + TRAILER_BYTES as u64;
    let mut head = MAGIC.to_vec();
    head.extend(FORMAT_VERSION.to_le_bytes());
    head.extend((sections.len() as u32).to_le_bytes());
    head.extend_from_slice(&text::rules_digest());
    head.extend(file_bytes.to_le_bytes());
    head.extend_from_slice(&table);
    head.extend(crc32c::crc32c(&head).to_le_bytes());

    progress.begin(Phase::Writing, file_bytes);
    let mut file = Hashed { out, hasher: blake3::Hasher::new(), len: 0, progress };
    file.write(&head)?;
    file.align()?;
    for (_, section) in sections {
        file.copy(&mut *section.into_reader()?)?;
        file.align()?;
    }
    let Hashed { out, hasher, .. } = file;
    out.write_all(hasher.finalize().as_bytes())
}

/// A file whose bytes are hashed as they are written.
struct Hashed<'o> {
    out: &'o mut dyn Write,
    hasher: blake3::Hasher,
    len: u64,
    progress: &'o dyn Progress,
}

impl Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        self.progress.advance(bytes.len() as u64);
        self.out.write_all(bytes)
    }

    /// Fills up with zeros to where a section may begin.
    fn align(&mut self) -> io::Result<()> {
        let missing = self.len.next_multiple_of(ALIGNMENT as u64) - self.len;
        self.write(&[0; ALIGNMENT][..missing as usize])
    }

    fn copy(&mut self, source: &mut dyn Read) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 20];
        loop {
            match source.read(&mut buffer)? {
                0 => return Ok(()),
                len => self.write(buffer.get(..len).unwrap_or_default())?,
            }
        }
    }
}
