//! Benchmarks of Yaqut that anyone can run: a generator of realistic packs, and measurements against peers.
//!
//! - [`names`] recombines the names of the bundled packs; [`generate`] makes entities of them and writes packs of any
//!   size; [`queries`] makes queries for such a pack: hits, misses and misspellings.
//! - [`wikidata`] writes a dump in the layout of Wikidata's, to measure the import of.
//! - [`workload`] holds all that a measurement needs of one pack; [`race`] measures contenders in turns; [`peers`] are
//!   what Yaqut is measured against; [`suites`] say what is measured, after they have checked that the answers are the
//!   same; [`report`] gathers the figures and holds them against the goals.
//!
//! What is measured against what, and why, stands in `docs/BENCHMARKS.md`.

pub mod child;
pub mod generate;
pub mod names;
pub mod peers;
pub mod queries;
pub mod race;
pub mod report;
pub mod suites;
pub mod wikidata;
pub mod workload;

/// What went wrong, for people.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// A result whose error is for people.
pub type Result<T> = std::result::Result<T, Error>;
