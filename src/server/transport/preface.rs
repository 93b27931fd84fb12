//! The first words of a peer: whether a connection is one of HTTP/2, or of HTTP/1 where that is spoken too.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// What every HTTP/2 connection begins with (RFC 9113, 3.4); a SETTINGS frame follows.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Length of the head of a frame (RFC 9113, 4.1).
const FRAME_HEAD: usize = 9;
const SETTINGS: u8 = 4;
const ACK: u8 = 1;
/// How long the first head of HTTP/1 may be.
const MAX_HTTP1_HEAD: usize = 8 * 1_024;

/// A conversation that has properly begun.
#[derive(Debug, PartialEq, Eq)]
pub struct Greeting {
    /// What was read of it, and is to be read again by whoever answers.
    pub bytes: Vec<u8>,
    /// Whether it is HTTP/2.
    pub is_http2: bool,
}

/// Reads until it is clear what the peer speaks: the preface of HTTP/2 and the head of the SETTINGS frame after it, or, if
/// `http1` is spoken too, the head of the first request.
///
/// `None` if it is neither.
pub async fn read_greeting(io: &mut (impl AsyncRead + Unpin), http1: bool) -> io::Result<Option<Greeting>> {
    let mut bytes = Vec::with_capacity(256);
    loop {
        if io.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match judge(&bytes, http1) {
            Verdict::Open => {}
            Verdict::Http1 => return Ok(Some(Greeting { bytes, is_http2: false })),
            Verdict::Http2 => return Ok(Some(Greeting { bytes, is_http2: true })),
            Verdict::Neither => return Ok(None),
        }
    }
}

/// What the first bytes of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// More bytes must tell.
    Open,
    Http1,
    Http2,
    Neither,
}

fn judge(bytes: &[u8], http1: bool) -> Verdict {
    let Some(rest) = bytes.strip_prefix(PREFACE) else {
        return match PREFACE.starts_with(bytes) {
            true => Verdict::Open,
            false if http1 => judge_http1(bytes),
            false => Verdict::Neither,
        };
    };
    match rest.first_chunk().copied().map(FrameHead::read) {
        None => Verdict::Open,
        Some(head) if head.begins_settings() => Verdict::Http2,
        Some(_) => Verdict::Neither,
    }
}

/// A request begins with its method, in capital letters; the server of HTTP/1 looks closer once the head is whole.
fn judge_http1(bytes: &[u8]) -> Verdict {
    let is_method = bytes.first().is_some_and(u8::is_ascii_uppercase);
    if is_method && memchr::memmem::find(bytes, b"\r\n\r\n").is_some() {
        Verdict::Http1
    } else if is_method && bytes.len() < MAX_HTTP1_HEAD {
        Verdict::Open
    } else {
        Verdict::Neither
    }
}

/// The head of a frame of HTTP/2, as far as it matters here.
struct FrameHead {
    len: usize,
    kind: u8,
    flags: u8,
    stream: u32,
}

impl FrameHead {
    fn read(bytes: [u8; FRAME_HEAD]) -> Self {
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
    fn begins_settings(&self) -> bool {
        self.kind == SETTINGS && self.flags & ACK == 0 && self.stream == 0 && self.len.is_multiple_of(6)
    }

    fn acknowledges_settings(&self) -> bool {
        self.kind == SETTINGS && self.flags & ACK != 0
    }
}

/// Follows the frames of a peer until it acknowledges our settings, which every living one does at once (RFC 9113, 6.5.3):
/// that tells a peer that is only slow to ask from one that sent a recorded greeting and listens to nothing.
#[derive(Debug)]
pub struct Acknowledgement {
    /// How many bytes there are until the next head of a frame.
    skip: usize,
    head: [u8; FRAME_HEAD],
    /// How many bytes of the head are known.
    known: usize,
}

impl Acknowledgement {
    /// Begins before the preface.
    pub fn new() -> Self {
        Self { skip: PREFACE.len(), head: [0; FRAME_HEAD], known: 0 }
    }

    /// Whether the acknowledgement is in the `bytes`, which go on where those of the last call ended. O(frames).
    pub fn is_in(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            bytes = self.skip(bytes);
            bytes = self.read_head(bytes);
            if self.known == FRAME_HEAD {
                let head = FrameHead::read(self.head);
                if head.acknowledges_settings() {
                    return true;
                }
                (self.skip, self.known) = (head.len, 0);
            }
        }
        false
    }

    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (skipped, rest) = bytes.split_at(self.skip.min(bytes.len()));
        self.skip -= skipped.len();
        rest
    }

    fn read_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let missing = self.head.get_mut(self.known..).unwrap_or_default();
        let (read, rest) = bytes.split_at(missing.len().min(bytes.len()));
        missing.iter_mut().zip(read).for_each(|(to, from)| *to = *from);
        self.known += read.len();
        rest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let len = (payload.len() as u32).to_be_bytes();
        [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    }

    fn http2(frames: &[Vec<u8>]) -> Vec<u8> {
        [PREFACE, &*frames.concat()].concat()
    }

    #[test]
    fn http2_is_known_by_preface_and_settings() {
        let settings = frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]);
        let whole = http2(&[settings]);
        for end in 0..whole.len() {
            let verdict = if end < PREFACE.len() + FRAME_HEAD { Verdict::Open } else { Verdict::Http2 };
            assert_eq!(judge(&whole[..end], false), verdict, "{end}");
            assert_eq!(judge(&whole[..end], true), verdict, "{end}");
        }
        for other in [frame(SETTINGS, ACK, 0, &[]), frame(SETTINGS, 0, 1, &[]), frame(SETTINGS, 0, 0, &[0])] {
            assert_eq!(judge(&http2(&[other]), true), Verdict::Neither);
        }
        assert_eq!(judge(&http2(&[frame(6, 0, 0, &[0; 8])]), true), Verdict::Neither, "PING");
    }

    #[test]
    fn http1_is_known_by_its_head_where_it_is_spoken() {
        let request = b"GET /live HTTP/1.1\r\nhost: a\r\n\r\n";
        assert_eq!(judge(request, true), Verdict::Http1);
        assert_eq!(judge(request, false), Verdict::Neither);
        assert_eq!(judge(&request[..request.len() - 1], true), Verdict::Open);
        assert_eq!(judge(b"PRX", true), Verdict::Open);
        assert_eq!(judge(&[b'A'; MAX_HTTP1_HEAD], true), Verdict::Neither);
        assert_eq!(judge(&[0x16, 3, 1], true), Verdict::Neither, "TLS");
    }

    #[tokio::test]
    async fn what_was_read_is_kept() {
        let mut sent = http2(&[frame(SETTINGS, 0, 0, &[])]);
        sent.extend(*b"and more");
        let greeting = read_greeting(&mut &*sent, false).await.unwrap().unwrap();
        assert!(greeting.is_http2 && sent.starts_with(&greeting.bytes));
        assert_eq!(read_greeting(&mut &b"nonsense"[..], false).await.unwrap(), None);
        let error = read_greeting(&mut &PREFACE[..], false).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #[test]
        fn the_acknowledgement_is_found_however_the_bytes_are_cut(
            lens in prop::collection::vec(0_usize..40, 0..5),
            cuts in prop::collection::vec(1_usize..30, 1..40),
        ) {
            // Payloads that look like heads must not be taken for some.
            let mut frames: Vec<_> = lens.iter().map(|&len| frame(0, 0, 1, &vec![SETTINGS; len])).collect();
            let before = http2(&frames);
            frames.push(frame(SETTINGS, ACK, 0, &[]));
            let whole = http2(&frames);
            let mut acknowledgement = Acknowledgement::new();
            let (mut at, mut found) = (0, None);
            for cut in cuts.into_iter().cycle() {
                let end = (at + cut).min(whole.len());
                if acknowledgement.is_in(&whole[at..end]) {
                    found = Some(end);
                    break;
                }
                at = end;
                if at == whole.len() {
                    break;
                }
            }
            prop_assert!(found.is_some_and(|end| end >= before.len() + FRAME_HEAD));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, http1: bool) {
            judge(&bytes, http1);
            let mut acknowledgement = Acknowledgement::new();
            acknowledgement.is_in(&bytes);
            acknowledgement.is_in(&bytes);
        }
    }
}
