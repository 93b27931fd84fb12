//! The wire: protobuf types, their conversion to the core's types and back, and the client.
//!
//! [`pb`] is generated from `proto/`. [`validate`] turns requests into the core's types and finds everything that is
//! wrong with them; [`convert`] turns answers into messages, and messages into answers. [`status`] is the one place
//! where a failure becomes a gRPC status. [`client`] asks a running server; `wire` is how the server itself reads requests
//! and writes replies.
//!
//! Architecture invariant: nothing here scores, and nothing here listens.

/// A module of a file that the build script wrote; our lints are not for it.
macro_rules! generated {
    ($(#[$attribute:meta])* $visibility:vis mod $name:ident = $file:literal;) => {
        $(#[$attribute])*
        #[allow(
            missing_docs,
            unused_qualifications,
            clippy::pedantic,
            clippy::allow_attributes,
            rustdoc::bare_urls,
            rustdoc::broken_intra_doc_links
        )]
        $visibility mod $name {
            include!(concat!(env!("OUT_DIR"), $file));
        }
    };
}

pub mod client;
pub mod convert;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod limits;
pub mod status;
pub mod validate;
pub(crate) mod wire;

pub use client::{
    BadIdentity, BadPem, Client, ClientError, ClientOptions, ClientTls, ResolutionStream, TlsTrouble, Token,
};
pub use status::Failure;

generated! {
    /// Messages, service and client of `proto/yaqut/v1`, as generated.
    pub mod pb = "/yaqut.v1.rs";
}

/// `proto/yaqut/v1` as an encoded `google.protobuf.FileDescriptorSet`, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/yaqut.v1.descriptors.bin"));

/// The administration's part of `proto/yaqut/v1`, for reflection on its own listener.
pub const ADMIN_FILE_DESCRIPTOR_SET: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/yaqut.v1.admin.descriptors.bin"));

/// Full name of the administration's service.
pub const ADMIN_SERVICE_NAME: &str = "yaqut.v1.AdminService";

/// Full name of the service, as health checks and reflection call it.
pub const SERVICE_NAME: &str = "yaqut.v1.GazetteerService";
