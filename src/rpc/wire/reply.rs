//! [`EncodedReply`]: the answers to names, encoded where they were found.

use bytes::BufMut;
use smallvec::SmallVec;
use tonic::codec::EncodeBuf;

use super::codec::Reply;
use super::writer::MessageWriter;

/// Tag of the field `resolution` or `resolutions` of a response.
pub(super) const RESOLUTIONS: u32 = 1;
/// Tag of the field `index_version` of a response.
const INDEX_VERSION: u32 = 2;

/// `ResolveNameResponse`, `BatchResolveNamesResponse` or `StreamResolveNamesResponse`: they differ in how many
/// resolutions they hold, and nothing else.
pub struct EncodedReply {
    /// One for a single name.
    parts: SmallVec<[Vec<u8>; 1]>,
}

impl EncodedReply {
    /// The resolutions in order, in any number of parts that [`write_verdict`](super::write_verdict) and
    /// [`write_invalid`](super::write_invalid) wrote, and the index that gave them.
    pub fn new(parts: impl IntoIterator<Item = Vec<u8>>, index_version: &str) -> Self {
        let mut parts: SmallVec<_> = parts.into_iter().collect();
        if parts.is_empty() {
            parts.push(Vec::new());
        }
        if let Some(last) = parts.last_mut() {
            MessageWriter::new(last).text(INDEX_VERSION, index_version);
        }
        Self { parts }
    }
}

impl Reply for EncodedReply {
    fn write(self, out: &mut EncodeBuf<'_>) {
        out.reserve(self.parts.iter().map(Vec::len).sum());
        for part in &self.parts {
            out.put_slice(part);
        }
    }
}
