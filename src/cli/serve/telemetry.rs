//! What a server tells of itself, and whom.

use clap::Args;
use http::Uri;

use super::listeners::parse_address_or_off;
use crate::cli::failure::Failure;
use crate::server::{OtlpOptions, Telemetry};

/// Probes and traces.
#[derive(Args, Debug)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetryArgs {
    /// Address and port for probes (health, /live, /ready, /metrics), without TLS and tokens; `off` for none
    #[arg(long, value_name = "ADDR", env = "YAQUT_PROBE_LISTEN", default_value = "off", value_parser = parse_address_or_off)]
    probe_listen: String,
    /// OpenTelemetry collector to send spans of calls to, by OTLP over gRPC; `off` for none
    #[arg(long, value_name = "URL", env = "YAQUT_OTLP_ENDPOINT", default_value = "off", value_parser = endpoint)]
    otlp_endpoint: Endpoint,
    /// Part of the calls that spans are sent of, 0 to 1; calls of a recorded trace are always sent
    #[arg(long, value_name = "RATIO", env = "YAQUT_OTLP_SAMPLE_RATIO", default_value_t = 1.0, value_parser = ratio)]
    otlp_sample_ratio: f64,
}

/// Where spans go, if anywhere.
#[derive(Clone, Debug)]
struct Endpoint(Option<String>);

impl TelemetryArgs {
    /// Where probes are answered, or `off`.
    pub fn probe_listen(&self) -> &str {
        &self.probe_listen
    }

    /// What the server counts with. Must be called within a tokio runtime with I/O and time.
    pub fn telemetry(&self) -> Result<Telemetry, Failure> {
        let Endpoint(Some(endpoint)) = &self.otlp_endpoint else { return Ok(Telemetry::default()) };
        let options = OtlpOptions { endpoint: endpoint.clone(), sample_ratio: self.otlp_sample_ratio };
        Telemetry::with_otlp(&options).map_err(|error| Failure::usage(format!("--otlp-endpoint: {error}")))
    }
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    if matches!(text, "" | "off") {
        return Ok(Endpoint(None));
    }
    let is_address =
        text.parse::<Uri>().is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some());
    if is_address {
        return Ok(Endpoint(Some(text.to_owned())));
    }
    Err("expected http://HOST:PORT, such as http://127.0.0.1:4317: a collector on this machine or a trusted network, which may pass on what it gets by https".to_owned())
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_off_are_endpoints() {
        assert!(endpoint("http://127.0.0.1:4317").is_ok_and(|endpoint| endpoint.0.is_some()));
        assert!(endpoint("off").is_ok_and(|endpoint| endpoint.0.is_none()));
        for bad in ["https://127.0.0.1:4317", "127.0.0.1:4317", "http://", "collector", "a b"] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ratios_are_from_0_to_1() {
        assert_eq!((ratio("0"), ratio("1"), ratio("0.25")), (Ok(0.0), Ok(1.0), Ok(0.25)));
        for bad in ["", "-0.1", "1.1", "NaN", "inf", "10%"] {
            assert!(ratio(bad).is_err(), "{bad}");
        }
    }
}
