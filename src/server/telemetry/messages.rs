//! [`MessageScanner`]: how many messages of gRPC pass by, by the five bytes that stand before each.

/// Bytes before a message: a flag, and its length.
const HEAD_BYTES: usize = 5;

/// Counts the messages of one direction of a call, whatever pieces they come in.
#[derive(Debug, Default)]
pub(in crate::server) struct MessageScanner {
    /// Bytes that are left of the message under way.
    left: usize,
    head: [u8; HEAD_BYTES],
    head_len: usize,
}

impl MessageScanner {
    /// How many messages begin within `bytes`, which follow those of the calls before.
    pub fn scan(&mut self, mut bytes: &[u8]) -> u64 {
        let mut begun = 0;
        while !bytes.is_empty() {
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = &bytes[skipped..];
            let wanted = (HEAD_BYTES - self.head_len).min(bytes.len());
            let (head, rest) = bytes.split_at(wanted);
            self.head[self.head_len..self.head_len + wanted].copy_from_slice(head);
            self.head_len += wanted;
            bytes = rest;
            if self.head_len == HEAD_BYTES {
                let [_, length @ ..] = self.head;
                self.left = u32::from_be_bytes(length) as usize;
                self.head_len = 0;
                begun += 1;
            }
        }
        begun
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn messages_are_counted_however_they_are_cut(
            lens in prop::collection::vec(0_usize..300, 0..8),
            cuts in prop::collection::vec(1_usize..40, 1..8),
        ) {
            let mut wire = Vec::new();
            for &len in &lens {
                wire.push(0);
                wire.extend((len as u32).to_be_bytes());
                wire.extend(vec![0xff; len]);
            }
            let mut scanner = MessageScanner::default();
            let (mut rest, mut seen) = (&wire[..], 0);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, others) = rest.split_at((*cut).min(rest.len()));
                seen += scanner.scan(piece);
                rest = others;
            }
            prop_assert_eq!(seen, lens.len() as u64);
            prop_assert_eq!(MessageScanner::default().scan(&wire), lens.len() as u64);
        }
    }
}
