//! [`Codec`]: how tonic reads requests and writes replies.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{self, BufferSettings, EncodeBuf};
use tonic_prost::ProstDecoder;

/// tonic makes two buffers a call, of 8 KiB if it is not told otherwise: most are for one name. Longer messages grow them.
const BUFFER_BYTES: usize = 1_000;
/// A stream's replies go out when so much of them is there, or when there is nothing more to wait for.
const YIELD_BYTES: usize = 32 << 10;

/// Reads requests `D` with prost, and writes replies `E`.
pub struct Codec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for Codec<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E, D> codec::Codec for Codec<E, D>
where
    E: Reply + Send + 'static,
    D: Message + Default + Send + 'static,
{
    type Encode = E;
    type Decode = D;
    type Encoder = Encoder<E>;
    type Decoder = ProstDecoder<D>;

    fn encoder(&mut self) -> Encoder<E> {
        Encoder(PhantomData)
    }

    fn decoder(&mut self) -> ProstDecoder<D> {
        ProstDecoder::new(buffer_settings())
    }
}

/// What can be written as a protobuf message.
pub trait Reply {
    /// Writes all fields.
    fn write(self, out: &mut EncodeBuf<'_>);
}

impl<M: Message> Reply for M {
    fn write(self, out: &mut EncodeBuf<'_>) {
        out.reserve(self.encoded_len());
        self.encode_raw(out);
    }
}

/// Writes replies.
pub struct Encoder<E>(PhantomData<E>);

impl<E: Reply> codec::Encoder for Encoder<E> {
    type Item = E;
    type Error = Status;

    fn encode(&mut self, reply: E, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        reply.write(out);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffer_settings()
    }
}

fn buffer_settings() -> BufferSettings {
    BufferSettings::new(BUFFER_BYTES, YIELD_BYTES)
}
