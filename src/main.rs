//! The program `yaqut`; everything is in [`yaqut::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    yaqut::cli::run()
}
