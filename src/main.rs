//! The program `yaqut`; everything is in [`yaqut::cli`].

use std::process::ExitCode;

/// An answer is some dozen small strings, written on one thread and let go on another: where glibc's allocator is slow.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    yaqut::cli::run()
}
