//! [`TraceParent`]: the trace that a call belongs to, as W3C Trace Context level 1 has it in the header `traceparent`.
//! <https://www.w3.org/TR/trace-context/#traceparent-header>

use http::HeaderMap;

/// The span from which a call was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct TraceParent {
    pub trace_id: [u8; 16],
    pub span_id: [u8; 8],
    /// Whether the caller records its span.
    pub is_sampled: bool,
}

impl TraceParent {
    /// That of the headers, if they have one; one that is malformed is as none.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get("traceparent")?.to_str().ok()?)
    }

    /// Reads `VERSION-TRACE-SPAN-FLAGS` in lower-case hexadecimal digits. Versions after 00 may have more behind that.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '-');
        let [version] = bytes(parts.next()?)?;
        let trace_id = bytes::<16>(parts.next()?)?;
        let span_id = bytes::<8>(parts.next()?)?;
        let [flags] = bytes(parts.next()?)?;
        let is_whole = match version {
            0 => parts.next().is_none(),
            0xff => false,
            _ => true,
        };
        let is_valid = is_whole && trace_id != [0; 16] && span_id != [0; 8];
        is_valid.then_some(Self { trace_id, span_id, is_sampled: flags & 1 == 1 })
    }
}

fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    proptest! {
        #[test]
        fn what_is_written_is_read(trace_id in 1_u128.., span_id in 1_u64.., flags: u8) {
            let text = format!("00-{trace_id:032x}-{span_id:016x}-{flags:02x}");
            let read = TraceParent::parse(&text).expect("a parent");
            prop_assert_eq!(u128::from_be_bytes(read.trace_id), trace_id);
            prop_assert_eq!(u64::from_be_bytes(read.span_id), span_id);
            prop_assert_eq!(read.is_sampled, flags % 2 == 1);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,60}|[0-9a-f-]{0,60}") {
            let _ = TraceParent::parse(&text);
        }
    }

    #[test]
    fn a_later_version_may_say_more() {
        assert!(TraceParent::parse(GOOD).is_some());
        assert!(TraceParent::parse(&GOOD.replacen("00", "cc", 1)).is_some());
        assert!(TraceParent::parse(&format!("{}-more-of-it", GOOD.replacen("00", "cc", 1))).is_some());
    }

    #[test]
    fn what_is_malformed_is_none() {
        for bad in [
            String::new(),
            GOOD.to_uppercase(),
            format!("{GOOD}-00"),
            format!("{GOOD}-"),
            GOOD.replacen("00", "ff", 1),
            GOOD.replace("-01", ""),
            GOOD.replace("-01", "-1"),
            GOOD.replace("b7ad6b7169203331", "0000000000000000"),
            GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            GOOD.replace("b7ad", "b7a"),
        ] {
            assert_eq!(TraceParent::parse(&bad), None, "{bad}");
        }
    }
}
