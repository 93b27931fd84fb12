//! [`Families`]: metric families written one after another, as OpenMetrics text.
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

use super::histogram::Spread;

/// Names and values of labels.
pub(super) type Labels<'a> = &'a [(&'static str, &'a str)];

/// Writes families. Names are without the suffixes that type and unit add: `_total`, `_seconds`, `_info`.
pub(super) struct Families<'a>(pub DescriptorEncoder<'a>);

impl Families<'_> {
    pub fn counter(
        &mut self,
        name: &'static str,
        help: &str,
        unit: Option<&Unit>,
        write: Write<'_>,
    ) -> fmt::Result {
        self.family(name, help, unit, MetricType::Counter, write)
    }

    pub fn gauge(
        &mut self,
        name: &'static str,
        help: &str,
        unit: Option<&Unit>,
        write: Write<'_>,
    ) -> fmt::Result {
        self.family(name, help, unit, MetricType::Gauge, write)
    }

    pub fn info(&mut self, name: &'static str, help: &str, write: Write<'_>) -> fmt::Result {
        self.family(name, help, None, MetricType::Info, write)
    }

    pub fn histogram(
        &mut self,
        name: &'static str,
        help: &str,
        unit: Option<&Unit>,
        write: Write<'_>,
    ) -> fmt::Result {
        self.family(name, help, unit, MetricType::Histogram, write)
    }

    fn family(
        &mut self,
        name: &'static str,
        help: &str,
        unit: Option<&Unit>,
        kind: MetricType,
        write: Write<'_>,
    ) -> fmt::Result {
        let encoder = self.0.encode_descriptor(name, help, unit, kind)?;
        write(&mut Family(encoder))
    }
}

/// Writes the series of a family.
type Write<'a> = &'a dyn Fn(&mut Family<'_>) -> fmt::Result;

/// The series of one family.
pub(super) struct Family<'a>(MetricEncoder<'a>);

impl Family<'_> {
    /// One of a counter.
    pub fn count(&mut self, labels: Labels<'_>, count: u64) -> fmt::Result {
        self.series(labels, |encoder| encoder.encode_counter::<NoLabelSet, _, u64>(&count, None))
    }

    /// One of a counter of seconds.
    pub fn seconds(&mut self, labels: Labels<'_>, seconds: f64) -> fmt::Result {
        self.series(labels, |encoder| encoder.encode_counter::<NoLabelSet, _, u64>(&seconds, None))
    }

    /// One of a gauge.
    pub fn value(&mut self, labels: Labels<'_>, value: f64) -> fmt::Result {
        self.series(labels, |encoder| encoder.encode_gauge(&value))
    }

    /// One of an info: its labels are all that it says.
    pub fn says(&mut self, labels: Labels<'_>) -> fmt::Result {
        self.0.encode_info(&labels)
    }

    /// One of a histogram.
    pub fn spread(&mut self, labels: Labels<'_>, spread: &Spread) -> fmt::Result {
        let Spread { buckets, count, sum } = spread;
        self.series(labels, |encoder| encoder.encode_histogram::<NoLabelSet>(*sum, *count, buckets, None))
    }

    fn series(
        &mut self,
        labels: Labels<'_>,
        encode: impl FnOnce(&mut MetricEncoder<'_>) -> fmt::Result,
    ) -> fmt::Result {
        if labels.is_empty() {
            return encode(&mut self.0);
        }
        encode(&mut self.0.encode_family(&SomeLabels(labels))?)
    }
}

/// Labels that are there.
struct SomeLabels<'a>(Labels<'a>);

impl EncodeLabelSet for SomeLabels<'_> {
    fn encode(&self, encoder: &mut prometheus_client::encoding::LabelSetEncoder<'_>) -> fmt::Result {
        self.0.encode(encoder)
    }
}
