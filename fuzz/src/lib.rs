//! What is done with arbitrary bytes: one module a target, each with a function `run` that panics if anything is amiss.
//!
//! The programs of `fuzz_targets/` hand the function to libFuzzer; `tests/seeds.rs` runs it over the seeds and thousands of
//! seeded mutations of them, on any toolchain. How to run them stands in `README.md`.

pub mod normalise;
pub mod pack_tables;
#[cfg(feature = "requests")]
pub mod request_decode;
pub mod segment;
pub mod segment_mended;
pub mod segment_open;
