//! [`Standing`]: what a listener says of its health, over `grpc.health.v1`.

use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::server::HealthReporter;

use super::telemetry::Readiness;
use crate::rpc::SERVICE_NAME;

/// The server as a whole and its service, which follow the index and the drain.
const FOLLOWING: [&str; 2] = ["", SERVICE_NAME];
/// That the process answers at all. Who restarts what is not alive asks for this, and not for the others.
const LIVENESS: &str = "liveness";

/// What a listener says of its health.
pub(super) struct Standing {
    health: HealthReporter,
    readiness: Readiness,
    /// Another service of the listener, which serves until the listener ends.
    own: Option<&'static str>,
    /// What was said first.
    said: ServingStatus,
}

impl Standing {
    /// Says how it stands now.
    pub async fn new(readiness: Readiness, own: Option<&'static str>) -> (Self, HealthServer<impl Health>) {
        let (health, health_service) = tonic_health::server::health_reporter();
        let said = status(&readiness);
        let standing = Self { health, readiness, own, said };
        standing.say(said).await;
        for service in standing.own.into_iter().chain([LIVENESS]) {
            standing.health.set_service_status(service, ServingStatus::Serving).await;
        }
        (standing, health_service)
    }

    /// Says how it stands whenever that changes; never ready.
    pub async fn follow(&self) {
        // Who watches is told of changes alone.
        let mut said = self.said;
        loop {
            let status = status(&self.readiness);
            if std::mem::replace(&mut said, status) != status {
                self.say(status).await;
            }
            self.readiness.may_have_changed().await;
        }
    }

    /// Tells those who watch the health that the listener ends, and ends their streams, which would hold up the drain.
    pub async fn end(mut self) {
        self.readiness.drain();
        for service in self.own.into_iter().chain(FOLLOWING) {
            self.health.set_service_status(service, ServingStatus::NotServing).await;
            self.health.clear_service_status(service).await;
        }
        self.health.clear_service_status(LIVENESS).await;
    }

    async fn say(&self, status: ServingStatus) {
        for service in FOLLOWING {
            self.health.set_service_status(service, status).await;
        }
    }
}

fn status(readiness: &Readiness) -> ServingStatus {
    if readiness.check().is_ok() { ServingStatus::Serving } else { ServingStatus::NotServing }
}
