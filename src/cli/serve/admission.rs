//! Flags of admission: how much the server takes on at once.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::cli::memory_size::{MemorySize, parse_memory_size};
use crate::server::{Admission, AdmissionOptions, ServeOptions};

/// How much is taken on at once, and for how long.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub struct AdmissionArgs {
    /// Memory that all requests in flight may hold, such as 256MiB or 2G
    #[arg(
        long,
        value_name = "SIZE",
        env = "YAQUT_MAX_REQUEST_MEMORY",
        default_value = "256MiB",
        value_parser = parse_memory_size
    )]
    max_request_memory: MemorySize,
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
