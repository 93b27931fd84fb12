//! [`Otlp`]: spans of calls, sent to an OpenTelemetry collector by OTLP over gRPC.

use std::borrow::Cow;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use opentelemetry::trace::{
    Span, SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState,
    Tracer, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use opentelemetry_sdk::trace::{SpanData, SpanExporter as ExportSpans};
use tonic::Code;

use super::calls::Ended;
use super::code::code_label;
use super::trace::TraceParent;
use crate::server::method::Method;

/// Where spans go, and how many.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpOptions {
    /// The collector, such as `http://127.0.0.1:4317`.
    pub endpoint: String,
    /// Of calls without a trace of their caller's, the part that is sent: 0 to 1. A caller's trace is followed if the
    /// caller records it.
    pub sample_ratio: f64,
}

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("spans cannot be sent to {endpoint}: {reason}; expected an address such as http://127.0.0.1:4317")]
pub struct OtlpError {
    endpoint: String,
    reason: ExporterBuildError,
}

/// How long a collector may take to take a batch.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long spans wait until they are sent together.
const DELAY: Duration = Duration::from_secs(2);
/// How long the end may take. Spans that the collector does not take by then are lost.
const LAST_EXPORT: Duration = Duration::from_secs(3);
/// Spans that may wait; those beyond are dropped rather than that anything waits for the collector.
const MAX_WAITING: usize = 8_192;
/// That the collector fails is logged once in such a time.
const COMPLAINT: Duration = Duration::from_secs(60);

/// Sends spans from a thread of its own, batch by batch.
pub(super) struct Otlp {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Otlp {
    /// Must be called within a tokio runtime, which carries the connection to the collector.
    pub fn start(options: &OtlpOptions) -> Result<Self, OtlpError> {
        let exporter = SpanExporter::builder().with_tonic().with_endpoint(&options.endpoint);
        let exporter = exporter.with_timeout(EXPORT_TIMEOUT).build();
        let exporter = exporter.map_err(|reason| OtlpError { endpoint: options.endpoint.clone(), reason })?;
        let batches =
            BatchConfigBuilder::default().with_max_queue_size(MAX_WAITING).with_scheduled_delay(DELAY);
        let processor =
            BatchSpanProcessor::builder(Complaining::new(exporter)).with_batch_config(batches.build());
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(options.sample_ratio)));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor.build())
            .with_sampler(sampler)
            .with_resource(resource())
            .build();
        let tracer = provider.tracer("yaqut");
        Ok(Self { provider, tracer })
    }

    /// Makes the span of a call, if it is sampled, and has it sent some time.
    pub fn send(&self, ended: &Ended<'_>) {
        let parent = ended
            .parent
            .map_or_else(Context::new, |parent| Context::new().with_remote_span_context(parent.into()));
        let end_time = SystemTime::now();
        let start_time = end_time.checked_sub(ended.took).unwrap_or(end_time);
        let builder = SpanBuilder::from_name("call").with_kind(SpanKind::Server).with_start_time(start_time);
        let mut span = self.tracer.build_with_context(builder, &parent);
        if span.is_recording() {
            span.update_name(name(ended.method));
            span.set_attributes(attributes(ended));
            if is_our_fault(ended.code) {
                span.set_status(opentelemetry::trace::Status::error(code_label(ended.code)));
            }
        }
        span.end_with_timestamp(end_time);
    }

    /// Sends what is left, and ends the thread; both only as far as [`LAST_EXPORT`] allows.
    pub async fn shutdown(&self) {
        let provider = self.provider.clone();
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST_EXPORT));
        if tokio::time::timeout(LAST_EXPORT, sent).await.is_err() {
            tracing::warn!("the collector did not take the last spans in time; they are lost");
        }
    }
}

/// What the spans are of.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    Resource::builder().with_service_name("yaqut").with_attribute(version).build()
}

/// As the semantic conventions for gRPC have it.
fn name(method: Method) -> Cow<'static, str> {
    let info = method.info();
    match method {
        Method::Unknown => info.name.into(),
        _ => format!("{}/{}", info.service, info.name).into(),
    }
}

/// As the semantic conventions for gRPC have them, and the ID under which the call is logged.
/// <https://opentelemetry.io/docs/specs/semconv/rpc/grpc/>
fn attributes(ended: &Ended<'_>) -> Vec<KeyValue> {
    let info = ended.method.info();
    let mut attributes = vec![
        KeyValue::new("rpc.system", "grpc"),
        KeyValue::new("rpc.service", info.service),
        KeyValue::new("rpc.method", info.name),
        KeyValue::new("rpc.grpc.status_code", ended.code as i64),
        KeyValue::new("yaqut.request_id", ended.id.to_string()),
    ];
    if let Some(peer) = ended.peer {
        attributes.push(KeyValue::new("network.peer.address", peer.ip().to_string()));
        attributes.push(KeyValue::new("network.peer.port", i64::from(peer.port())));
    }
    attributes
}

/// Codes that make the span of a server an error, by the same conventions.
fn is_our_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

impl From<TraceParent> for SpanContext {
    fn from(parent: TraceParent) -> Self {
        let flags = TraceFlags::default().with_sampled(parent.is_sampled);
        let (trace_id, span_id) = (TraceId::from_bytes(parent.trace_id), SpanId::from_bytes(parent.span_id));
        Self::new(trace_id, span_id, flags, true, TraceState::default())
    }
}

/// Logs failures of an exporter, but not every one.
#[derive(Debug)]
struct Complaining<E> {
    exporter: E,
    last: Mutex<Option<Instant>>,
}

impl<E> Complaining<E> {
    fn new(exporter: E) -> Self {
        Self { exporter, last: Mutex::new(None) }
    }

    /// Whether it is time to complain again.
    fn is_time(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_time = last.is_none_or(|last| last.elapsed() >= COMPLAINT);
        if is_time {
            *last = Some(Instant::now());
        }
        is_time
    }
}

impl<E: ExportSpans> ExportSpans for Complaining<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        let result = self.exporter.export(batch).await;
        if let Err(error) = &result
            && self.is_time()
        {
            let error = error.to_string();
            let error: String = error.chars().take(300).flat_map(char::escape_debug).collect();
            tracing::warn!("the collector did not take {count} spans, which are lost: {error}");
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_logged_seldom() {
        let exporter = Complaining::new(());
        assert_eq!((0..100).filter(|_| exporter.is_time()).count(), 1);
    }

    #[test]
    fn faults_of_callers_are_no_errors_of_spans() {
        assert!(is_our_fault(Code::Internal) && is_our_fault(Code::DeadlineExceeded));
        assert!(
            !is_our_fault(Code::Ok) && !is_our_fault(Code::InvalidArgument) && !is_our_fault(Code::NotFound)
        );
    }
}
