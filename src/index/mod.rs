//! Index: one pack compiled to one segment, a file that is used in place. Bytes in, bytes out.
//!
//! Architecture invariant: no pack syntax, no paths, no network.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use crate::pack::{Manifest, Pack};

/// The bytes of a segment: a memory map, a `Vec`, or anything else that stays where it is.
pub type SegmentBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Version of the segment format that this build reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// Compiles a pack to the bytes of a segment; the same pack gives the same bytes.
pub fn compile(pack: &Pack) -> Result<Vec<u8>, CompileError> {
    let mut text = format!("{}\n", pack.manifest.name);
    for entity in &pack.entities {
        text += &format!("E\t{}\t{}\n", entity.id, entity.name);
    }
    for alias in &pack.aliases {
        text += &format!("A\t{}\t{}\n", alias.id, alias.alias);
    }
    Ok(text.into_bytes())
}

/// Reads a whole segment file and checks every byte of it against its digests, without trusting any.
pub fn verify(reader: &mut dyn Read) -> Result<Header, SegmentError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok(Segment::open(Arc::new(bytes))?.header().clone())
}

/// What a segment says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// [`FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// [`crate::text::rules_digest`] of the writer.
    pub rules_digest: [u8; 32],
    /// BLAKE3 of everything before the trailer.
    pub content_digest: [u8; 32],
    /// What the pack says of itself.
    pub manifest: Manifest,
    /// Entity rows.
    pub entity_count: u64,
    /// Alias rows.
    pub alias_count: u64,
    /// Length of the file in bytes.
    pub file_bytes: u64,
}

/// One compiled pack, opened for reading.
pub struct Segment {
    header: Header,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) aliases: BTreeMap<String, Vec<(String, String)>>,
}

impl Segment {
    /// Opens a segment in place; checks its structure (magic, versions, lengths, bounds), not its digests.
    pub fn open(data: SegmentBytes) -> Result<Self, SegmentError> {
        let text = std::str::from_utf8((*data).as_ref()).unwrap_or_default();
        let mut header =
            Header { format_version: FORMAT_VERSION, file_bytes: text.len() as u64, ..Header::default() };
        let (mut names, mut aliases) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for (i, line) in text.lines().enumerate() {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                [name] if i == 0 => header.manifest.name = name.into(),
                ["E", id, name] => drop(names.insert(id.to_owned(), name.to_owned())),
                ["A", id, alias] => {
                    aliases
                        .entry(crate::text::lookup_key(alias))
                        .or_default()
                        .push((id.to_owned(), alias.to_owned()));
                }
                _ => return Err(SegmentError::NotASegment),
            }
        }
        (header.entity_count, header.alias_count) = (names.len() as u64, aliases.len() as u64);
        header.content_digest = *blake3::hash((*data).as_ref()).as_bytes();
        Ok(Self { header, names, aliases })
    }

    /// What the segment says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }
}

/// Why a segment was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// The file is something else.
    #[error("not a Yaqut segment")]
    NotASegment,
    /// The file is of another format version.
    #[error("segment format {found}, but this build reads {FORMAT_VERSION}; rebuild it with `yaqut build`")]
    OtherFormat {
        /// What the file says.
        found: u32,
    },
    /// The keys were made by other rules than this build's.
    #[error("the segment was built with other key rules; rebuild it with `yaqut build`")]
    OtherRules,
    /// A digest, a length or a bound does not hold.
    #[error("the segment is damaged: {what}; rebuild it with `yaqut build`")]
    Damaged {
        /// What was seen.
        what: String,
    },
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Why a pack could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// More rows than the format can number.
    #[error("the pack has more than {limit} {what}; split it into several packs")]
    TooLarge {
        /// Rows of what.
        what: &'static str,
        /// The most that one segment holds.
        limit: u64,
    },
}
