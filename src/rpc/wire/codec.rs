//! [`Codec`]: how tonic reads requests and writes replies.

use std::marker::PhantomData;

use bytes::Buf;
use prost::Message;
use tonic::Status;
use tonic::codec::{self, BufferSettings, DecodeBuf, EncodeBuf};

use super::guard::{self, Guarded};

/// tonic makes two buffers a call, of 8 KiB if it is not told otherwise: most are for one name. Longer messages grow them.
const BUFFER_BYTES: usize = 1_000;
/// A stream's replies go out when so much of them is there, or when there is nothing more to wait for.
const YIELD_BYTES: usize = 32 << 10;

/// Reads requests `D` with prost, if they pass their [guard](Guarded), and writes replies `E`.
pub struct Codec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for Codec<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E, D> codec::Codec for Codec<E, D>
where
    E: Reply + Send + 'static,
    D: Message + Default + Guarded + Send + 'static,
{
    type Encode = E;
    type Decode = D;
    type Encoder = Encoder<E>;
    type Decoder = Decoder<D>;

    fn encoder(&mut self) -> Encoder<E> {
        Encoder(PhantomData)
    }

    fn decoder(&mut self) -> Decoder<D> {
        Decoder(PhantomData)
    }
}

/// Reads requests.
pub struct Decoder<D>(PhantomData<D>);

impl<D: Message + Default + Guarded> codec::Decoder for Decoder<D> {
    type Item = D;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<D>, Status> {
        // tonic gathers a message in one buffer before it has it decoded.
        guard::check::<D>(message.chunk())?;
        D::decode(message).map(Some).map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffer_settings()
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
