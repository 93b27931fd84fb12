//! [`Rooms`]: what the listeners of a server count of their connections, and of what they share, as metrics.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::registry::Unit;

use super::families::Families;
use crate::server::admission::{Admission, AdmissionCounters};
use crate::server::auth::{Auth, AuthCounters};
use crate::server::transport::{CertificateCounters, Handshake, Refusal, ServerTls, TransportCounters};
use crate::server::{ServeOptions, TransportOptions};

/// The listeners of one server, which share admission, credentials and certificate: those are told once, of the first
/// listener that has them.
///
/// Holds of their options what counts, and not the telemetry, which would then hold itself for ever.
#[derive(Debug, Default)]
pub(super) struct Rooms(RwLock<Vec<Listener>>);

/// Where a listener counts.
#[derive(Debug)]
struct Listener {
    name: &'static str,
    connections: Arc<TransportCounters>,
    admission: Admission,
    auth: Auth,
    tls: Option<ServerTls>,
}

impl Rooms {
    /// From now on the listener is told of. One that is known already, by its counters, is not told of twice.
    pub fn add(&self, name: &'static str, options: &ServeOptions) {
        let ServeOptions { transport: TransportOptions { counters, tls, .. }, admission, auth, .. } = options;
        let mut listeners = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !listeners.iter().any(|listener| Arc::ptr_eq(&listener.connections, counters)) {
            listeners.push(Listener {
                name,
                connections: Arc::clone(counters),
                admission: admission.clone(),
                auth: auth.clone(),
                tls: tls.clone(),
            });
        }
    }

    pub fn write(&self, families: &mut Families<'_>) -> fmt::Result {
        let listeners = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write_connections(&listeners, families)?;
        if let Some(Listener { admission, .. }) = listeners.first() {
            write_admission(admission.counters(), families)?;
        }
        // At nought where no credentials are asked for: a series that comes and goes raises no alert.
        let nobody = AuthCounters::default();
        let auth = listeners.iter().find_map(|listener| listener.auth.counters());
        write_auth(auth.unwrap_or(&nobody), families)?;
        match listeners.iter().find_map(|listener| listener.tls.as_ref()) {
            Some(tls) => write_certificate(tls.counters(), families),
            None => Ok(()),
        }
    }
}

fn write_connections(listeners: &[Listener], families: &mut Families<'_>) -> fmt::Result {
    // Two listeners may have one name, but two series may not have one set of labels.
    let mut open = BTreeMap::<&str, u64>::new();
    for Listener { name, connections, .. } in listeners {
        *open.entry(name).or_default() += connections.open();
    }
    families.gauge("yaqut_connections", "Connections that are open, by listener", None, &|family| {
        open.iter().try_for_each(|(name, count)| family.value(&[("listener", name)], *count as f64))
    })?;
    let sum = |count: &dyn Fn(&TransportCounters) -> u64| -> u64 {
        listeners.iter().map(|listener| count(&listener.connections)).sum()
    };
    let help = "Connections that were refused, or closed for what their peers did or left undone, by reason";
    families.counter("yaqut_connections_refused", help, None, &|family| {
        Refusal::ALL.into_iter().try_for_each(|reason| {
            family.count(&[("reason", reason.as_str())], sum(&|counters| counters.refused(reason)))
        })
    })?;
    families.counter("yaqut_tls_handshakes", "TLS handshakes, by their end", None, &|family| {
        Handshake::ALL.into_iter().try_for_each(|end| {
            family.count(&[("result", end.as_str())], sum(&|counters| counters.handshakes(end)))
        })
    })
}

fn write_admission(admission: AdmissionCounters<'_>, families: &mut Families<'_>) -> fmt::Result {
    let help = "Memory that requests in flight hold";
    families.gauge("yaqut_request_memory", help, Some(&Unit::Bytes), &|family| {
        family.value(&[], admission.memory_in_use() as f64)
    })?;
    let help = "Memory that requests in flight may hold";
    families.gauge("yaqut_request_memory_limit", help, Some(&Unit::Bytes), &|family| {
        family.value(&[], admission.memory_limit() as f64)
    })?;
    families.gauge("yaqut_queue_depth", "Work that waits for a processor, by lane", None, &|family| {
        let lanes = admission.queue_depths();
        lanes.iter().try_for_each(|depth| family.value(&[("lane", depth.lane)], depth.waiting as f64))
    })?;
    families.counter("yaqut_shed", "Calls and chunks of streams that were refused", None, &|family| {
        admission.shed().iter().try_for_each(|shed| family.count(&[("reason", shed.reason)], shed.count))
    })
}

fn write_auth(auth: &AuthCounters, families: &mut Families<'_>) -> fmt::Result {
    let help = "Calls whose credentials were looked at, by what came of it";
    families.counter("yaqut_auth", help, None, &|family| {
        auth.results().try_for_each(|(result, count)| family.count(&[("result", result.label())], count))
    })?;
    let results = [("exchanged", auth.reloads_exchanged()), ("failed", auth.reloads_failed())];
    let help = "Looks at the files of credentials that found them changed, or wrong";
    families.counter("yaqut_credential_reloads", help, None, &|family| {
        results.iter().try_for_each(|&(result, count)| family.count(&[("result", result)], count))
    })
}

fn write_certificate(certificate: &CertificateCounters, families: &mut Families<'_>) -> fmt::Result {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let help = "Time until the certificate expires; negative once it has";
    families.gauge("yaqut_certificate_expiry", help, Some(&Unit::Seconds), &|family| {
        family.value(&[], certificate.expires_unix_seconds() as f64 - now)
    })?;
    let results = [("renewed", certificate.renewed()), ("failed", certificate.failed())];
    let help = "Looks at the certificate's files that found them changed, or wrong";
    families.counter("yaqut_certificate_reloads", help, None, &|family| {
        results.iter().try_for_each(|&(result, count)| family.count(&[("result", result)], count))
    })
}
