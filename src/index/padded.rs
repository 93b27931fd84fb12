//! [`Padded`]: a text that is read eight bytes at a time, up to its end.

/// A text with zeros after it, so that its last bytes are read as its first are.
pub(super) struct Padded {
    bytes: [u8; MAX_BYTES + size_of::<u64>()],
}

/// Longer texts are read in the plain way; hardly any name is.
const MAX_BYTES: usize = 120;

impl Padded {
    /// `None` if the text is too long.
    #[inline]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; MAX_BYTES + size_of::<u64>()];
        bytes.get_mut(..MAX_BYTES)?.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes })
    }

    /// Whether the text, or the zeros after it, have at a place the low bytes of `word`, as many as `mask` covers.
    #[inline]
    pub fn has(&self, at: usize, word: u64, mask: u64) -> bool {
        let here = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        here.is_some_and(|here| (u64::from_le_bytes(*here) ^ word) & mask == 0)
    }
}
