//! [`Exposition`]: all that is counted, as OpenMetrics text, read when somebody asks.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use super::code::{CODES, code_label};
use super::families::{Families, Labels};
use super::process::ProcessFigures;
use super::work::Stage;
use super::{Probed, Telemetry};
use crate::model::{Status, Tier};
use crate::server::method::Method;
use crate::server::reload::Reloader;

/// What `/metrics` answers.
pub(super) struct Exposition(Registry);

/// The content type of OpenMetrics text.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Exposition {
    pub fn new(telemetry: Telemetry, probed: Probed) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Figures { telemetry, probed }));
        Self(registry)
    }

    /// The text as of now. As long as there are methods, codes and packs, whatever callers do.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut out = String::with_capacity(128 << 10);
        text::encode(&mut out, &self.0)?;
        Ok(out)
    }
}

/// Where the figures come from.
#[derive(Debug)]
struct Figures {
    telemetry: Telemetry,
    probed: Probed,
}

impl Collector for Figures {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut families = Families(encoder);
        self.write_calls(&mut families)?;
        self.write_work(&mut families)?;
        self.telemetry.rooms().write(&mut families)?;
        self.write_index(&mut families)?;
        if let Some(reloader) = &self.probed.reloader {
            write_reloads(reloader, &mut families)?;
        }
        write_process(&mut families)
    }
}

impl Figures {
    fn write_calls(&self, families: &mut Families<'_>) -> fmt::Result {
        let calls = self.telemetry.calls();
        families.counter("grpc_server_started", "Calls that began", None, &|family| {
            Method::ALL
                .into_iter()
                .try_for_each(|method| family.count(&of_method(method), calls.started(method)))
        })?;
        families.counter("grpc_server_handled", "Calls that ended, by code", None, &|family| {
            for method in Method::ALL {
                let [kind, service, name] = of_method(method);
                for code in CODES {
                    let labels = [kind, service, name, ("grpc_code", code_label(code))];
                    family.count(&labels, calls.handled(method, code))?;
                }
            }
            Ok(())
        })?;
        let help = "Messages of callers";
        families.counter("grpc_server_msg_received", help, None, &|family| {
            Method::ALL
                .into_iter()
                .try_for_each(|method| family.count(&of_method(method), calls.received(method)))
        })?;
        families.counter("grpc_server_msg_sent", "Messages to callers", None, &|family| {
            Method::ALL
                .into_iter()
                .try_for_each(|method| family.count(&of_method(method), calls.sent(method)))
        })?;
        let help = "Time from the headers of a call to its end";
        families.histogram("grpc_server_handling", help, Some(&Unit::Seconds), &|family| {
            Method::ALL
                .into_iter()
                .try_for_each(|method| family.spread(&of_method(method), &calls.took(method)))
        })
    }

    fn write_work(&self, families: &mut Families<'_>) -> fmt::Result {
        let work = self.telemetry.work();
        let help = "Names that were answered, by status and by the tier of the first candidate";
        families.counter("yaqut_resolutions", help, None, &|family| {
            for &status in Status::ALL {
                for tier in std::iter::once(None).chain(Tier::ALL.iter().copied().map(Some)) {
                    let labels = [("status", status.as_str()), ("tier", tier.map_or("NONE", Tier::as_str))];
                    family.count(&labels, work.resolutions(status, tier))?;
                }
            }
            Ok(())
        })?;
        families.histogram("yaqut_candidates", "Candidates of the answer to a name", None, &|family| {
            family.spread(&[], &work.candidates())
        })?;
        let help =
            "Time that the stages of calls took: of one in 16 that resolve a single name, and of all batches";
        families.histogram("yaqut_stage", help, Some(&Unit::Seconds), &|family| {
            Stage::ALL
                .into_iter()
                .filter_map(|stage| Some((stage, work.stage(stage)?)))
                .try_for_each(|(stage, spread)| family.spread(&[("stage", stage.label())], &spread))
        })
    }

    fn write_index(&self, families: &mut Families<'_>) -> fmt::Result {
        let gazetteer = self.probed.engine.snapshot();
        families.info("yaqut_build", "The program", &|family| {
            family.says(&[("version", env!("CARGO_PKG_VERSION"))])
        })?;
        families.info("yaqut_index", "The index that serves", &|family| {
            family.says(&[("index_version", gazetteer.index_version())])
        })?;
        // Two packs may have one name, but two series may not have one set of labels.
        let mut aliases = BTreeMap::<&str, u64>::new();
        for header in gazetteer.packs() {
            *aliases.entry(&header.manifest.name).or_default() += header.alias_count;
        }
        families.gauge("yaqut_index_aliases", "Aliases of the packs that serve", None, &|family| {
            aliases.iter().try_for_each(|(pack, count)| family.value(&[("pack", pack)], *count as f64))
        })
    }
}

/// The labels of go-grpc-prometheus.
fn of_method(method: Method) -> [(&'static str, &'static str); 3] {
    let info = method.info();
    [("grpc_type", info.kind.label()), ("grpc_service", info.service), ("grpc_method", info.name)]
}

fn write_reloads(reloader: &Reloader, families: &mut Families<'_>) -> fmt::Result {
    let since = reloader.status().serving_since;
    let age = SystemTime::now().duration_since(since).unwrap_or_default().as_secs_f64();
    families.gauge(
        "yaqut_index_age",
        "Time since the index was put into use",
        Some(&Unit::Seconds),
        &|family| family.value(&[], age),
    )?;
    let counters = reloader.counters();
    let results = [
        ("exchanged", counters.exchanged()),
        ("failed", counters.failed()),
        ("idle", counters.idle()),
        ("incomplete", counters.incomplete()),
        ("unchanged", counters.unchanged()),
    ];
    families.counter("yaqut_reloads", "Reloads of the index, by result", None, &|family| {
        results.iter().try_for_each(|&(result, count)| family.count(&[("result", result)], count))
    })
}

/// What the system knows of this process, as far as it tells; names as every Prometheus client has them.
fn write_process(families: &mut Families<'_>) -> fmt::Result {
    let figures = ProcessFigures::read();
    let none: Labels<'_> = &[];
    if let Some(seconds) = figures.cpu_seconds {
        let help = "Processor time of the process, user and system";
        families
            .counter("process_cpu", help, Some(&Unit::Seconds), &|family| family.seconds(none, seconds))?;
    }
    let gauges = [
        (
            "process_resident_memory",
            "Memory of the process in RAM",
            Some(&Unit::Bytes),
            figures.resident_bytes,
        ),
        ("process_virtual_memory", "Address space of the process", Some(&Unit::Bytes), figures.virtual_bytes),
        ("process_open_fds", "Open file descriptors", None, figures.open_fds),
        ("process_max_fds", "How many file descriptors may be open", None, figures.max_fds),
        ("process_threads", "Threads of the process", None, figures.threads),
        (
            "process_start_time",
            "When the process began, since 1970",
            Some(&Unit::Seconds),
            figures.start_seconds,
        ),
    ];
    for (name, help, unit, value) in gauges {
        if let Some(value) = value {
            families.gauge(name, help, unit, &|family| family.value(none, value))?;
        }
    }
    Ok(())
}
