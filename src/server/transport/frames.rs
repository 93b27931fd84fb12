//! [`Frames`]: how far a peer of HTTP/2 is with what it says.

use super::preface::PREFACE;

/// Length of the head of a frame (RFC 9113, 4.1).
pub(super) const FRAME_HEAD: usize = 9;
pub(super) const SETTINGS: u8 = 4;
pub(super) const ACK: u8 = 1;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// The head of a frame of HTTP/2, as far as it matters here.
pub(super) struct FrameHead {
    len: usize,
    kind: u8,
    flags: u8,
    stream: u32,
}

impl FrameHead {
    pub fn read(bytes: [u8; FRAME_HEAD]) -> Self {
        let [a, b, c, kind, flags, stream @ ..] = bytes;
        Self {
            len: u32::from_be_bytes([0, a, b, c]) as usize,
            kind,
            flags,
            // The highest bit is reserved, and ignored.
            stream: u32::from_be_bytes(stream) & (u32::MAX >> 1),
        }
    }

    /// Whether it is one that a conversation may begin with.
    pub fn begins_settings(&self) -> bool {
        self.kind == SETTINGS && self.flags & ACK == 0 && self.stream == 0 && self.len.is_multiple_of(6)
    }

    fn acknowledges_settings(&self) -> bool {
        self.kind == SETTINGS && self.flags & ACK != 0
    }

    /// Whether the block of headers that it is a part of goes on after it.
    fn leaves_headers_open(&self) -> bool {
        matches!(self.kind, HEADERS | CONTINUATION) && self.flags & END_HEADERS == 0
    }
}

/// Follows the frames of a peer: only their heads are looked at, and nothing is kept but where it is.
///
/// What must come whole is a frame, or a block of headers, which may take several frames that nothing else may come
/// between (RFC 9113, 4.3).
#[derive(Debug)]
pub(super) struct Frames {
    /// How many bytes there are until the next head of a frame.
    skip: usize,
    head: [u8; FRAME_HEAD],
    /// How many bytes of the head are known.
    known: usize,
    /// Whether the frame at hand, or the last one, leaves its block of headers open.
    in_headers: bool,
    has_acknowledged: bool,
}

impl Frames {
    /// Begins before the preface.
    pub fn new() -> Self {
        Self {
            skip: PREFACE.len(),
            head: [0; FRAME_HEAD],
            known: 0,
            in_headers: false,
            has_acknowledged: false,
        }
    }

    /// Goes on through `bytes`, which follow on those of the last call; says whether anything that must come whole ended
    /// in them. O(frames).
    pub fn follow(&mut self, mut bytes: &[u8]) -> bool {
        let mut has_ended = false;
        while !bytes.is_empty() {
            if self.skip == 0 {
                bytes = self.read_head(bytes);
            }
            bytes = self.skip(bytes);
            has_ended |= self.is_between();
        }
        has_ended
    }

    /// Whether nothing is half said.
    pub fn is_between(&self) -> bool {
        self.skip == 0 && self.known == 0 && !self.in_headers
    }

    /// Whether the peer has acknowledged our settings, which every living one does at once (RFC 9113, 6.5.3): that tells
    /// a peer that is only slow to ask from one that sent a recorded greeting and listens to nothing.
    pub fn has_acknowledged(&self) -> bool {
        self.has_acknowledged
    }

    fn read_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let missing = self.head.get_mut(self.known..).unwrap_or_default();
        let (read, rest) = bytes.split_at(missing.len().min(bytes.len()));
        missing.iter_mut().zip(read).for_each(|(to, from)| *to = *from);
        self.known += read.len();
        if self.known == FRAME_HEAD {
            let head = FrameHead::read(self.head);
            (self.skip, self.known) = (head.len, 0);
            self.in_headers = head.leaves_headers_open();
            self.has_acknowledged |= head.acknowledges_settings();
        }
        rest
    }

    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (skipped, rest) = bytes.split_at(self.skip.min(bytes.len()));
        self.skip -= skipped.len();
        rest
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let len = (payload.len() as u32).to_be_bytes();
        [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    }

    /// Frames of a peer, with payloads that look like heads, of which none must be taken for one.
    fn frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let kind = prop_oneof![Just(HEADERS), Just(CONTINUATION), Just(SETTINGS), 0_u8..12];
        let frame = (kind, 0_u8..8, 0_usize..40)
            .prop_map(|(kind, flags, len)| frame(kind, flags, 1, &vec![SETTINGS; len]));
        prop::collection::vec(frame, 0..8)
    }

    /// By the book: where it can be said that nothing is half said.
    fn ends(frames: &[Vec<u8>]) -> Vec<usize> {
        let mut at = PREFACE.len();
        let mut ends = vec![at];
        for frame in frames {
            at += frame.len();
            if !(matches!(frame[3], HEADERS | CONTINUATION) && frame[4] & END_HEADERS == 0) {
                ends.push(at);
            }
        }
        ends
    }

    proptest! {
        #[test]
        fn where_it_is_is_known_however_the_bytes_are_cut(
            sent in frames(),
            cuts in prop::collection::vec(1_usize..30, 1..40),
        ) {
            let whole = [PREFACE, &*sent.concat()].concat();
            let ends = ends(&sent);
            let mut frames = Frames::new();
            let mut at = 0;
            for cut in cuts.into_iter().cycle() {
                let next = (at + cut).min(whole.len());
                let has_ended = frames.follow(&whole[at..next]);
                prop_assert_eq!(has_ended, ends.iter().any(|&end| at < end && end <= next));
                prop_assert_eq!(frames.is_between(), ends.contains(&next));
                at = next;
                if at == whole.len() {
                    break;
                }
            }
            let acknowledges = |frame: &Vec<u8>| frame[3] == SETTINGS && frame[4] & ACK != 0;
            prop_assert_eq!(frames.has_acknowledged(), sent.iter().any(acknowledges));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let mut frames = Frames::new();
            frames.follow(&bytes);
            frames.follow(&bytes);
        }
    }
}
