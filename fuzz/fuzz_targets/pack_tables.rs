//! See [`yaqut_fuzz::pack_tables`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yaqut_fuzz::pack_tables::run(bytes));
