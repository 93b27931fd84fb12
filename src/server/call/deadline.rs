//! The deadline that a caller sets: the header `grpc-timeout`.

use std::time::Duration;

use tokio::time::Instant;

/// How long the caller will wait, if it says so. A malformed header is as none.
///
/// So does gRPC's own implementation in C; the specification leaves it open.
pub(super) fn of_caller(headers: &http::HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    parse(text)
}

/// When the answer of a call must begin that has these headers and is looked at now: for work that plans ahead. What ends
/// the call is its [`Ending`](super::ending::Ending).
pub(in crate::server) fn of_work(headers: &http::HeaderMap, timeout: Duration) -> Option<Instant> {
    let allowed = of_caller(headers).map_or(timeout, |allowed| allowed.min(timeout));
    Instant::now().checked_add(allowed)
}

/// Reads 1 to 8 digits and a unit, as gRPC over HTTP/2 has it.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        let cases = [
            ("2H", Duration::from_secs(7_200)),
            ("3M", Duration::from_secs(180)),
            ("42S", Duration::from_secs(42)),
            ("13m", Duration::from_millis(13)),
            ("2u", Duration::from_micros(2)),
            ("82n", Duration::from_nanos(82)),
            ("99999999H", Duration::from_secs(99_999_999 * 3_600)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_malformed_is_none() {
        for text in ["", "S", "1", "1s", "-1S", "+1S", " 1S", "1 S", "123456789S", "1SS", "١S", "1ي"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
