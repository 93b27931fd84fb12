//! Store: everything that touches files. Pack folders, segment files, the cache, and the packs in the program.
//!
//! [`open`] makes a [`Gazetteer`](crate::Gazetteer) out of a [`StackConfig`]. The stack is, from bottom to top: the
//! bundled packs in the order of `data/packs.txt`, the segment files ([`StackConfig::indexes`]), the pack folders
//! ([`StackConfig::packs`]), each in the order given; later ones win. [`reopen`] does the same for a stack that is
//! running, and keeps what is unchanged. [`build()`] and [`verify`] handle segment files one by one.
//!
//! # The cache
//!
//! To compile a large pack takes seconds, so compiled segments are kept, by default in `~/.cache/yaqut/segments`.
//! Each file is named by a digest of all that its bytes depend on: the pack's content, the key rules, the segment
//! format and the version of this crate. It is written whole under another name, flushed, verified and renamed, and
//! never changed afterwards; so any number of processes share a folder without locks, and one that is killed leaves
//! nothing but a temporary file. A file is verified byte by byte each time it is opened, and compiled anew, with a
//! [`Warning`], if it is damaged. If the folder cannot be written or the disk is full, segments live in memory, with
//! one [`Warning`].
//!
//! Each opening also sweeps the folder: temporary files older than an hour, segments that no opening has used for 30
//! days, and the longest unused beyond 4 GiB together are removed, never those of the stack just opened. The whole
//! folder may be deleted at any time.
//!
//! # Maps and the heap
//!
//! Segments are mapped by default ([`LoadMode::Map`]): they open at the speed of reading, and processes share their
//! pages. A map is sound only as long as nobody changes the file in place: whoever cuts it short ends the process with
//! SIGBUS at the next read. Where that cannot be ruled out, on a volume that others write to, [`LoadMode::Heap`] reads
//! each segment into memory and verifies it there, and needs the file no more.
//!
//! # Diagnostics
//!
//! A pack is read and checked only when it is compiled. So its warnings appear when it is new or has changed, and a
//! start from the cache is silent; `yaqut lint` always tells all. Errors are never cached: a pack that has any is
//! not compiled.
//!
//! A row about an entity that no pack of the stack knows is inert. When its pack is compiled, it is a warning; the rows
//! of cached packs are not asked again.
//!
//! Architecture invariant: no network, no scoring, nothing printed, no environment but what names the user's cache
//! folder.

mod aligned;
mod build;
mod bundled;
mod cache;
mod compile;
mod dangling;
mod digest;
mod error;
mod folder;
mod layer;
mod map;
mod observer;
mod scratch;
mod segment_file;
mod stack;
mod stamp;
mod sweep;
mod warning;
mod watch;

pub use crate::index::{Phase, Progress};
pub use build::{BuildOptions, Built, build};
pub use bundled::{BundledPack, bundled_packs};
pub use cache::CachePolicy;
pub use error::StoreError;
#[cfg(feature = "app")]
pub(crate) use folder::PackFolder;
pub use folder::{MAX_PACK_BYTES, MAX_PACK_FILES, read_pack};
pub use observer::{Event, Observer, Origin, Silent};
pub use segment_file::{LoadMode, verify, verify_watched};
pub use stack::{Opened, SourceReport, SourceState, Stack, StackConfig, open, reopen};
pub use warning::Warning;
pub use watch::{Watch, WatchHint, WatchOptions, Watched};

#[cfg(test)]
#[path = "../../build/bundle.rs"]
mod bundle;
#[cfg(test)]
pub(crate) mod testing;
