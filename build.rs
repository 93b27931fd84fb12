//! Build script: what the crate needs beside Rust sources.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "app")]
    compile_proto()?;
    Ok(())
}

/// Compiles `proto/` to Rust, and to the descriptor set that server reflection hands out.
///
/// protox stands in for protoc, so nothing but cargo is needed to build.
#[cfg(feature = "app")]
fn compile_proto() -> Result<(), Box<dyn Error>> {
    let root = std::path::Path::new("proto");
    let files = ["entity", "gazetteer_service", "resolution"].map(|name| format!("yaqut/v1/{name}.proto"));
    for file in &files {
        println!("cargo:rerun-if-changed={}", root.join(file).display());
    }
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;
    let out_dir = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("yaqut.v1.descriptors.bin"), compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
