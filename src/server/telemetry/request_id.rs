//! [`RequestId`]: the name under which a call stands in the logs of both sides.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::server::method::Method;

/// The metadata that carries it, both ways.
pub(in crate::server) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that is taken from a caller, in bytes: twice a UUID's.
const MAX_BYTES: usize = 64;

/// The caller's word, if it is harmless, or one of our own, which costs nothing until it is written.
#[derive(Clone, Debug)]
pub(in crate::server) enum RequestId {
    /// Only of what [`is_sane`] allows.
    Caller(HeaderValue),
    /// Sixteen hexadecimal digits.
    Own(u64),
}

impl RequestId {
    /// That of the caller, or one of our own for the call of `method` that has `number`.
    pub fn of(headers: &HeaderMap, method: Method, number: u64) -> Self {
        match headers.get(REQUEST_ID) {
            Some(value) if is_sane(value.as_bytes()) => Self::Caller(value.clone()),
            _ => Self::own((method as u64) << 56 | number),
        }
    }

    /// Of our own: different for every number, and from process to process.
    pub fn own(number: u64) -> Self {
        static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
        Self::Own(mixed(number.wrapping_add(*SEED)))
    }

    /// Whether the caller has chosen it.
    pub const fn is_of_caller(&self) -> bool {
        matches!(self, Self::Caller(_))
    }

    /// For the headers of the answer.
    pub fn to_header(&self) -> HeaderValue {
        match self {
            Self::Caller(value) => value.clone(),
            Self::Own(number) => {
                HeaderValue::from_bytes(&digits(*number)).unwrap_or_else(|_| HeaderValue::from(*number))
            }
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(value) => f.write_str(value.to_str().unwrap_or_default()),
            Self::Own(number) => write!(f, "{number:016x}"),
        }
    }
}

/// Whether a caller's ID can stand in a log as it is: short, of letters, digits, `.`, `_` and `-`.
fn is_sane(id: &[u8]) -> bool {
    let is_harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=MAX_BYTES).contains(&id.len()) && id.iter().all(is_harmless)
}

/// A bijection that leaves no pattern: the finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, 2014).
const fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn digits(number: u64) -> [u8; 16] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    std::array::from_fn(|i| DIGITS[(number >> (60 - 4 * i)) as usize & 15])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn of(id: &[u8]) -> RequestId {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(id) {
            headers.insert(REQUEST_ID, value);
        }
        RequestId::of(&headers, Method::ResolveName, 7)
    }

    proptest! {
        #[test]
        fn what_is_written_is_always_short_and_harmless(id in prop::collection::vec(any::<u8>(), 0..100)) {
            let id = of(&id);
            let written = id.to_string();
            prop_assert!(is_sane(written.as_bytes()), "{}", written);
            prop_assert_eq!(id.to_header(), written);
        }

        #[test]
        fn what_is_harmless_is_kept(id in "[A-Za-z0-9._-]{1,64}") {
            prop_assert_eq!(of(id.as_bytes()).to_string(), id);
        }

        #[test]
        fn what_is_not_is_replaced(before in "[a-z]{0,4}", odd in "[^A-Za-z0-9._-]", after in "[a-z]{0,4}") {
            let id = of(format!("{before}{odd}{after}").as_bytes());
            prop_assert!(matches!(id, RequestId::Own(_)), "{}", id);
        }

        #[test]
        fn ours_are_hexadecimal(number: u64) {
            prop_assert_eq!(digits(number).to_vec(), format!("{number:016x}").into_bytes());
        }
    }

    #[test]
    fn what_is_too_long_or_empty_is_replaced() {
        assert!(matches!(of(b""), RequestId::Own(_)));
        assert!(matches!(of(&[b'a'; 65]), RequestId::Own(_)));
        assert!(matches!(of(&[b'a'; 64]), RequestId::Caller(_)));
    }

    #[test]
    fn ours_differ() {
        let ids: HashSet<String> = (0..10_000).map(|number| RequestId::own(number).to_string()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
