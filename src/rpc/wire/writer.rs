//! [`MessageWriter`]: protobuf fields into a buffer, each from a borrowed value.
//!
//! As prost writes them: a field that holds its default is left out, lengths take as few bytes as they can.
//! <https://protobuf.dev/programming-guides/encoding/>

/// Writes the fields of one message, in the order of the calls.
pub struct MessageWriter<'a> {
    out: &'a mut Vec<u8>,
}

/// The low three bits of a field's key.
#[derive(Clone, Copy)]
enum WireType {
    Varint = 0,
    LengthDelimited = 2,
    Fixed32 = 5,
}

/// Bytes kept for the length of a message before it is known: that of most candidates, 128 to 16,383.
const LENGTH_BYTES: usize = 2;

impl<'a> MessageWriter<'a> {
    /// Writes behind what `out` holds.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// A `string`, left out if empty.
    pub fn text(&mut self, tag: u32, text: &str) {
        if !text.is_empty() {
            self.item(tag, text);
        }
    }

    /// One item of a `repeated string`.
    pub fn item(&mut self, tag: u32, text: &str) {
        self.key(tag, WireType::LengthDelimited);
        self.varint(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// An enumeration or an `int32`, left out if zero.
    pub fn number(&mut self, tag: u32, number: i32) {
        if number != 0 {
            self.key(tag, WireType::Varint);
            // Negative numbers take ten bytes: the sign is extended.
            self.varint(i64::from(number) as u64);
        }
    }

    /// A `bool`, left out if false.
    pub fn flag(&mut self, tag: u32, flag: bool) {
        self.number(tag, flag.into());
    }

    /// A `float`, left out if zero.
    pub fn float(&mut self, tag: u32, number: f32) {
        if number != 0.0 {
            self.present_float(tag, number);
        }
    }

    /// An `optional float`, left out if absent.
    pub fn optional_float(&mut self, tag: u32, number: Option<f32>) {
        if let Some(number) = number {
            self.present_float(tag, number);
        }
    }

    /// A message or an item of a `repeated` one, whose fields `write` writes.
    pub fn message(&mut self, tag: u32, write: impl FnOnce(&mut MessageWriter<'_>)) {
        self.key(tag, WireType::LengthDelimited);
        let start = self.out.len();
        self.out.extend_from_slice(&[0; LENGTH_BYTES]);
        write(&mut MessageWriter::new(self.out));
        self.set_length(start);
    }

    /// Puts the length of what stands behind the bytes kept at `start` in their place, be it shorter or longer.
    fn set_length(&mut self, start: usize) {
        let kept = start + LENGTH_BYTES;
        let len = self.out.len() - kept;
        let body = start + encoded_len(len as u64);
        if body > kept {
            self.out.resize(body + len, 0);
        }
        if body != kept {
            self.out.copy_within(kept..kept + len, body);
            self.out.truncate(body + len);
        }
        self.out[start..body].iter_mut().zip(varint(len as u64)).for_each(|(place, byte)| *place = byte);
    }

    fn present_float(&mut self, tag: u32, number: f32) {
        self.key(tag, WireType::Fixed32);
        self.out.extend_from_slice(&number.to_le_bytes());
    }

    fn key(&mut self, tag: u32, wire_type: WireType) {
        self.varint(u64::from(tag << 3 | wire_type as u32));
    }

    fn varint(&mut self, number: u64) {
        if number < 0x80 {
            self.out.push(number as u8);
        } else {
            self.out.extend(varint(number));
        }
    }
}

/// The bytes of a varint: seven bits each, and one for zero.
const fn encoded_len(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Seven bits a byte, the lowest first; all bytes but the last have the highest bit set.
fn varint(number: u64) -> impl Iterator<Item = u8> {
    let rests = std::iter::successors(Some(number), |&rest| (rest >= 0x80).then_some(rest >> 7));
    rests.map(|rest| if rest < 0x80 { rest as u8 } else { rest as u8 | 0x80 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::encoding::{encode_varint, encoded_len_varint};

    use super::*;

    proptest! {
        #[test]
        fn varints_are_prosts(bits in 0_u32..=64, number: u64) {
            let number = number.checked_shr(bits).unwrap_or(0);
            let mut expected = Vec::new();
            encode_varint(number, &mut expected);
            prop_assert_eq!(encoded_len(number), expected.len());
            prop_assert_eq!(varint(number).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn messages_of_any_length_have_the_shortest_length_before_them(len in 0_usize..40_000, before in 0_usize..4) {
            let mut out = vec![7; before];
            MessageWriter::new(&mut out).message(1, |message| message.out.resize(message.out.len() + len, 9));
            let mut expected = vec![7; before];
            expected.push(0x0a);
            encode_varint(len as u64, &mut expected);
            prop_assert_eq!(expected.len(), before + 1 + encoded_len_varint(len as u64));
            expected.resize(expected.len() + len, 9);
            prop_assert_eq!(out, expected);
        }
    }

    #[test]
    fn what_is_its_default_is_left_out() {
        let mut out = Vec::new();
        let mut message = MessageWriter::new(&mut out);
        message.text(1, "");
        message.number(2, 0);
        message.flag(2, false);
        message.float(3, -0.0);
        message.optional_float(4, None);
        assert!(out.is_empty());
        MessageWriter::new(&mut out).item(1, "");
        assert_eq!(out, [0x0a, 0]);
        out.clear();
        MessageWriter::new(&mut out).optional_float(1, Some(0.0));
        assert_eq!(out, [0x0d, 0, 0, 0, 0]);
    }
}
