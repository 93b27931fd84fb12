//! Code generation: `proto/` to Rust, and to the descriptor set that server reflection hands out.
//!
//! protox stands in for protoc, so nothing but cargo is needed to build.

use std::error::Error;
use std::fs;
use std::path::Path;

use protox::prost_reflect::prost_types::field_descriptor_proto::Type;
use protox::prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet,
};

/// Where the messages as `proto/` has them are in the crate.
const PUBLIC_MODULE: &str = "crate::rpc::pb";
/// The responses that the server writes itself.
const WRITTEN_BY_HAND: [&str; 3] =
    ["ResolveNameResponse", "BatchResolveNamesResponse", "StreamResolveNamesResponse"];
/// What stands for them in the crate.
const REPLY: &str = "crate::rpc::wire::EncodedReply";
/// The codec of the server, which reads requests and writes replies.
const CODEC: &str = "crate::rpc::wire::Codec";
/// The requests that hold names, and the fields that the server reads as bytes: whether they are UTF-8 is judged name by
/// name, and nothing is copied. A `string` and `bytes` are the same on the wire.
const READ_AS_BYTES: [(&str, &[&str]); 6] = [
    ("NameQuery", &["name", "region_code", "language_code", "context"]),
    ("ResolveNameRequest", &["name"]),
    ("BatchResolveNamesRequest", &[]),
    ("StreamResolveNamesRequest", &[]),
    ("ExplainResolutionRequest", &["name"]),
    ("SuggestNamesRequest", &["prefix"]),
];

/// The files of the public service.
const PUBLIC: [&str; 4] = ["entity", "explanation", "gazetteer_service", "resolution"];
/// Those of the administration, which the public listener knows nothing of.
const ADMIN: [&str; 1] = ["admin_service"];

/// Writes to `out` the descriptor sets of both listeners, `yaqut.v1.rs` with the messages, the clients and the services as
/// they stand in `proto/`, and `server/yaqut.v1.rs` with the public service as the server implements it.
pub(crate) fn compile(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let public = open(root, &PUBLIC)?;
    fs::write(out.join("yaqut.v1.descriptors.bin"), public.encode_file_descriptor_set())?;
    fs::write(out.join("yaqut.v1.admin.descriptors.bin"), open(root, &ADMIN)?.encode_file_descriptor_set())?;
    let all = open(root, &[&PUBLIC[..], &ADMIN].concat())?;
    tonic_prost_build::configure().out_dir(out).compile_fds(all.file_descriptor_set())?;
    compile_server(public.file_descriptor_set(), &out.join("server"))
}

fn open(root: &Path, names: &[&str]) -> Result<protox::Compiler, protox::Error> {
    let files: Vec<_> = names.iter().map(|name| format!("yaqut/v1/{name}.proto")).collect();
    for file in &files {
        println!("cargo::rerun-if-changed={}", root.join(file).display());
    }
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(&files)?;
    Ok(compiler)
}

fn compile_server(mut descriptors: FileDescriptorSet, out: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(out)?;
    let mut builder =
        tonic_prost_build::configure().build_client(false).codec_path(CODEC).bytes(".").out_dir(out);
    for file in descriptors.file.iter_mut().filter(|file| file.package() == "yaqut.v1") {
        for name in shared_types(file) {
            let path = if WRITTEN_BY_HAND.contains(&&*name) {
                REPLY.to_owned()
            } else {
                format!("{PUBLIC_MODULE}::{name}")
            };
            builder = builder.extern_path(format!(".yaqut.v1.{name}"), path);
        }
        read_as_bytes(file)?;
    }
    Ok(builder.compile_fds(descriptors)?)
}

/// The messages and enumerations that the server does not read in its own way.
fn shared_types(file: &FileDescriptorProto) -> Vec<String> {
    let messages = file.message_type.iter().map(DescriptorProto::name);
    let own = |name: &&str| !READ_AS_BYTES.iter().any(|(own, _)| own == name);
    let enums = file.enum_type.iter().map(EnumDescriptorProto::name);
    messages.filter(own).chain(enums).map(str::to_owned).collect()
}

fn read_as_bytes(file: &mut FileDescriptorProto) -> Result<(), String> {
    for message in &mut file.message_type {
        let name = message.name().to_owned();
        let Some((_, fields)) = READ_AS_BYTES.iter().find(|(own, _)| *own == name) else { continue };
        for wanted in *fields {
            let field = message.field.iter_mut().find(|field| field.name() == *wanted);
            field.ok_or_else(|| format!("{name} has no field {wanted}"))?.set_type(Type::Bytes);
        }
    }
    Ok(())
}
