//! Index: one pack compiled to one segment, a file that is used in place. Bytes in, bytes out.
//!
//! [`compile`] writes a segment, [`verify`] reads every byte of one, [`Segment::open`] opens one in place. The layout
//! is described in [`mod@format`].
//!
//! Architecture invariant: no pack syntax, no paths, no network.

mod file;
pub mod format;
#[cfg(test)]
mod inversion;
mod key_symbols;
mod layout;
mod lexicon;
mod lists;
mod lookup;
mod lookup_all;
#[cfg(test)]
mod oracle;
mod padded;
mod reader;
mod records;
mod rows;
mod search;
mod sections;
mod table;
mod texts;
mod verify;
mod workshop;
mod writer;

pub use format::{Header, OverrideSource, SectionKind};
pub use lexicon::{FuzzyPattern, WorkBudget};
pub use lists::TokenBearers;
pub use lookup::KeyIndex;
pub use reader::{Alias, AliasOrdinal, EntityOrdinal, EntityRecord, IdOrdinal, Override, Posting, Segment};
pub use rows::Rows;
pub use search::{NearSkeletons, search_prefix};
pub use table::KeyHash;
pub use verify::{verify, verify_watched};
#[cfg(feature = "store")]
pub(crate) use workshop::Workshop;
pub use workshop::{Phase, Progress};
#[cfg(feature = "store")]
pub(crate) use writer::SegmentWriter;
pub use writer::compile;

use std::sync::Arc;

/// Version of the segment format that this build reads and writes.
pub const FORMAT_VERSION: u32 = 3;

/// The bytes of a segment: a memory map, a `Vec`, or anything else that stays where it is.
pub type SegmentBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Why a segment was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// The file is something else.
    #[error("not a Yaqut segment; make one with `yaqut build`")]
    NotASegment,
    /// The file is of another format version.
    #[error("segment format {found}, but this build reads {FORMAT_VERSION}; rebuild it with `yaqut build`")]
    OtherFormat {
        /// What the file says.
        found: u32,
    },
    /// The keys were made by other rules than this build's.
    #[error("the segment was built with other key rules than this build's; rebuild it with `yaqut build`")]
    OtherRules,
    /// A digest, a length or a bound does not hold.
    #[error("the segment is damaged ({what}); rebuild it with `yaqut build`")]
    Damaged {
        /// What was seen.
        what: String,
    },
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl SegmentError {
    fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// Why a pack could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// More than the format can number.
    #[error("the pack has more than {limit} {what}; shorten it, or split the pack")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The most that one segment holds.
        limit: u64,
    },
    /// The segment or a scratch file could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// What rows say together is wrong; the findings tell.
    #[error("the pack has errors; `yaqut lint` shows them")]
    BadRows,
}

#[cfg(test)]
mod crafted;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
