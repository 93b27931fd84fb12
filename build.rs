//! Build script: compresses the bundled packs.

use std::path::Path;
use std::process::ExitCode;

#[path = "build/bundle.rs"]
mod bundle;
// One function makes the digest here and at run time.
#[path = "src/store/digest.rs"]
mod digest;

fn main() -> ExitCode {
    match bundle_packs() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

/// Embeds the packs of `data/`, if the feature `store` is there to read them.
fn bundle_packs() -> Result<(), String> {
    for input in ["data", "build.rs", "build/bundle.rs", "src/store/digest.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    match (std::env::var_os("CARGO_FEATURE_STORE"), std::env::var_os("OUT_DIR")) {
        (Some(_), Some(out)) => bundle::bundle(Path::new("data"), Path::new(&out)),
        _ => Ok(()),
    }
}
