//! See [`yaqut_fuzz::normalise`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaqut_fuzz::normalise::run(bytes));
