//! [`Framing`]: where messages begin and end in the bytes of a gRPC body.
//!
//! Each message has a prefix of five bytes: a flag, which is not for us, and its length, big-endian (gRPC over HTTP/2,
//! Length-Prefixed-Message). Pieces of a body end anywhere.

/// Bytes before each message.
const PREFIX: usize = 5;

/// Where in a body one is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Framing {
    /// In the prefix, of which so many bytes were read; the length as far as it was.
    Prefix { read: usize, length: u32 },
    /// In a message of which so many bytes are to come.
    Message { left: usize },
}

impl Framing {
    /// At the start of a body.
    pub const fn new() -> Self {
        Self::Prefix { read: 0, length: 0 }
    }

    /// Whether a message, or its prefix, has begun and not ended.
    pub fn is_within(&self) -> bool {
        !matches!(self, Self::Prefix { read: 0, .. })
    }

    /// How many bytes of the message that one is in are to come.
    pub const fn left(&self) -> usize {
        match *self {
            Self::Message { left } => left,
            Self::Prefix { .. } => 0,
        }
    }

    /// How many bytes of `data` belong to the message that one is in, or, between two, to the next one.
    pub fn length_of_message(self, data: &[u8]) -> usize {
        if let Self::Message { left } = self {
            return left.min(data.len());
        }
        let (mut next, mut rest) = (self, data);
        match next.next_message(&mut rest) {
            Some(length) => data.len() - rest.len() + length.min(rest.len()),
            None => data.len(),
        }
    }

    /// Goes on over all of `data`; gives how many messages have begun in it, by their whole prefixes.
    pub fn count_messages(&mut self, mut data: &[u8]) -> u64 {
        std::iter::from_fn(|| self.next_message(&mut data)).count() as u64
    }

    /// Goes on over `data`, up to the end of the next prefix in it, whose message has the length that is given back: then
    /// `data` is what is left.
    pub fn next_message(&mut self, data: &mut &[u8]) -> Option<usize> {
        loop {
            match self {
                Self::Message { left } => {
                    let (passed, rest) = data.split_at((*left).min(data.len()));
                    *data = rest;
                    *left -= passed.len();
                    if *left > 0 {
                        return None;
                    }
                    *self = Self::new();
                }
                Self::Prefix { read, length } => {
                    let (&byte, rest) = data.split_first()?;
                    *data = rest;
                    // The flag goes first, and out of the length with its last byte.
                    *length = length.wrapping_shl(8) | u32::from(byte);
                    *read += 1;
                    if *read == PREFIX {
                        let message = *length as usize;
                        *self = if message == 0 { Self::new() } else { Self::Message { left: message } };
                        return Some(message);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn messages_are_seen_however_a_body_is_cut(
            lengths in prop::collection::vec(0_usize..400, 0..20),
            cuts in prop::collection::vec(1_usize..50, 1..20),
            missing in 0_usize..8,
        ) {
            let mut body = Vec::new();
            for &length in &lengths {
                body.push(1);
                body.extend((length as u32).to_be_bytes());
                body.extend(std::iter::repeat_n(0xff, length));
            }
            let whole = body.len();
            body.truncate(whole.saturating_sub(missing));
            let (mut framing, mut seen) = (Framing::new(), Vec::new());
            let (mut counting, mut counted) = (Framing::new(), 0);
            let mut rest = &body[..];
            for cut in cuts.iter().cycle() {
                let (mut piece, after) = rest.split_at((*cut).min(rest.len()));
                counted += counting.count_messages(piece);
                while let Some(length) = framing.next_message(&mut piece) {
                    seen.push(length);
                }
                prop_assert!(piece.is_empty());
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(counted, seen.len() as u64);
            if body.len() == whole {
                prop_assert_eq!(seen, lengths);
                prop_assert!(!framing.is_within());
            } else {
                prop_assert_eq!(&seen[..], &lengths[..seen.len()]);
            }
        }
    }
}
