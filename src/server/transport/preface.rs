//! The first words of a peer: whether a connection is one of HTTP/2, or of HTTP/1 where that is spoken too.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::frames::FrameHead;

/// What every HTTP/2 connection begins with (RFC 9113, 3.4); a SETTINGS frame follows.
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::frames::tests::frame;
    use super::super::frames::{ACK, FRAME_HEAD, SETTINGS};
    use super::*;

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
        fn no_bytes_make_it_panic(bytes: Vec<u8>, http1: bool) {
            judge(&bytes, http1);
        }
    }
}
