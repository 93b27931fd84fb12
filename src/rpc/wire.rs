//! The server's side of the wire: requests as it reads them, replies as it writes them.
//!
//! The generated part is the service of `proto/` with the names of requests as bytes ([`bytes::Bytes`], which a `string`
//! is on the wire): they are slices of the request and not copies, and one name of broken UTF-8 is that name's fault
//! and not the request's. Everything else of a request is the message of [`pb`](super::pb).
//!
//! Replies of many names are written field by field, without building messages first ([`EncodedReply`]). The messages of
//! [`pb`](super::pb) say what must come out: tests compare the two byte by byte.

mod codec;
mod reply;
mod resolution;
mod writer;

pub use codec::Codec;
pub use reply::EncodedReply;
pub use resolution::{write_invalid, write_resolution};

pub use generated::*;

#[allow(
    missing_docs,
    unused_qualifications,
    clippy::pedantic,
    clippy::allow_attributes,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/server/yaqut.v1.rs"));
}
