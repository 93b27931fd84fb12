//! See [`yaqut_fuzz::request_decode`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaqut_fuzz::request_decode::run(bytes));
