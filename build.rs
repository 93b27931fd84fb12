//! Build script: compresses the bundled packs, and compiles `proto/`.

use std::path::Path;
use std::process::ExitCode;

#[path = "build/bundle.rs"]
mod bundle;
// One function makes the digest here and at run time.
#[path = "src/store/digest.rs"]
mod digest;
#[cfg(feature = "app")]
#[path = "build/proto.rs"]
mod proto;

fn main() -> ExitCode {
    let built = bundle_packs();
    #[cfg(feature = "app")]
    let built = built.and_then(|()| compile_proto());
    match built {
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

#[cfg(feature = "app")]
fn compile_proto() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build/proto.rs");
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    proto::compile(Path::new("proto"), Path::new(&out)).map_err(|error| format!("proto/: {error}"))
}
