//! See [`yaqut_fuzz::segment_open`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaqut_fuzz::segment_open::run(bytes));
