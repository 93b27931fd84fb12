//! Flags of admission: how much the server takes on at once.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::server::{Admission, AdmissionOptions, ServeOptions};

/// How much is taken on at once, and for how long.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub struct AdmissionArgs {
    /// Memory that all requests in flight may hold, in bytes or with a unit: KiB, MiB, GiB
    #[arg(
        long,
        value_name = "SIZE",
        env = "YAQUT_MAX_REQUEST_MEMORY",
        default_value = "256MiB",
        value_parser = parse_size
    )]
    max_request_memory: ByteSize,
    /// Calls that may wait for a processor, of single names and of batches each, before further ones are refused
    #[arg(
        long,
        value_name = "COUNT",
        env = "YAQUT_MAX_WAITING",
        default_value_t = AdmissionOptions::default().max_waiting as u64,
        value_parser = value_parser!(u64).range(1..=1_000_000)
    )]
    max_waiting: u64,
    /// How many seconds a call may take that does not stream, whatever deadline the caller sets
    #[arg(
        long,
        value_name = "SECONDS",
        env = "YAQUT_CALL_TIMEOUT",
        default_value_t = ServeOptions::default().call_timeout.as_secs(),
        value_parser = value_parser!(u64).range(1..=86_400)
    )]
    call_timeout: u64,
    /// How many seconds a request, or a message of a stream, may take to arrive whole
    #[arg(
        long,
        value_name = "SECONDS",
        env = "YAQUT_BODY_TIMEOUT",
        default_value_t = AdmissionOptions::default().body_timeout.as_secs(),
        value_parser = value_parser!(u64).range(1..=86_400)
    )]
    body_timeout: u64,
    /// How many seconds calls under way may still take at the end
    #[arg(
        long,
        value_name = "SECONDS",
        env = "YAQUT_DRAIN",
        default_value_t = ServeOptions::default().drain_deadline.as_secs(),
        value_parser = value_parser!(u64).range(0..=86_400)
    )]
    drain: u64,
}

impl AdmissionArgs {
    /// Sets what the flags say.
    pub fn apply(&self, options: ServeOptions) -> ServeOptions {
        ServeOptions {
            drain_deadline: Duration::from_secs(self.drain),
            call_timeout: Duration::from_secs(self.call_timeout),
            admission: Admission::new(AdmissionOptions {
                max_request_memory: self.max_request_memory.0,
                max_waiting: usize::try_from(self.max_waiting).unwrap_or(usize::MAX),
                body_timeout: Duration::from_secs(self.body_timeout),
            }),
            ..options
        }
    }
}

/// A number of bytes, as it is written with a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ByteSize(u64);

/// The least memory: what some largest batches take.
const LEAST_MEMORY: u64 = 16 << 20;

/// Reads a number of bytes: digits, and KiB, MiB or GiB.
fn parse_size(text: &str) -> Result<ByteSize, String> {
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err("expected a number of bytes, or one with KiB, MiB or GiB, such as 256MiB".to_owned()),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    let bytes = bytes.ok_or("is not a number of bytes that a machine has")?;
    if bytes < LEAST_MEMORY {
        return Err(format!("is less than {} MiB, which a few batches take", LEAST_MEMORY >> 20));
    }
    Ok(ByteSize(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("256MiB", 256 << 20),
            ("1 GiB", 1 << 30),
            ("20000000", 20_000_000),
            ("32768KiB", 32 << 20),
            (" 16777216 B ", 16 << 20),
        ] {
            assert_eq!(parse_size(text), Ok(ByteSize(bytes)), "{text}");
        }
        for bad in ["", "MiB", "256MB", "256M", "-1", "1.5GiB", "15MiB", "99999999999GiB", "0x100MiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
