//! Benchmarks of Yaqut that anyone can run: a generator of realistic packs, and measurements against peers.
//!
//! - [`names`] recombines the names of the bundled packs; [`generate`] makes entities of them and writes packs of any
//!   size; [`queries`] makes queries for such a pack: hits, misses and misspellings.
//!
//! What is measured against what, and why, stands in `docs/BENCHMARKS.md`.

pub mod generate;
pub mod names;
pub mod queries;
