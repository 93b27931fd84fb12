//! Build script: compresses the bundled packs, and compiles `proto/`.

use std::path::Path;
use std::process::ExitCode;

#[path = "build/bundle.rs"]
mod bundle;
// One function makes the digest here and at run time.
#[path = "src/store/digest.rs"]
mod digest;

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

/// Compiles `proto/` to Rust, and to the descriptor set that server reflection hands out.
///
/// protox stands in for protoc, so nothing but cargo is needed to build.
#[cfg(feature = "app")]
fn compile_proto() -> Result<(), String> {
    try_compile_proto().map_err(|error| format!("proto/: {error}"))
}

#[cfg(feature = "app")]
fn try_compile_proto() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new("proto");
    let files = ["entity", "explanation", "gazetteer_service", "resolution"]
        .map(|name| format!("yaqut/v1/{name}.proto"));
    for file in &files {
        println!("cargo::rerun-if-changed={}", root.join(file).display());
    }
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;
    let out_dir = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("yaqut.v1.descriptors.bin"), compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
