//! The administration: a listener of its own for operators, with `yaqut.v1.AdminService`, health, reflection and probes.

mod messages;
mod service;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tonic::service::Routes;

use self::service::admin_service;
use super::front::Boxed;
use super::reload::Reloader;
use super::standing::Standing;
use super::telemetry::{Probed, probe_routes};
use super::{ServeError, ServeOptions, TransportOptions, run_with_probes, with_reflection};
use crate::rpc::{ADMIN_FILE_DESCRIPTOR_SET, ADMIN_SERVICE_NAME};
use crate::store::Watch;

/// What the administration works on.
#[derive(Clone)]
pub struct Administration {
    /// Does the reloads.
    pub reloader: Reloader,
    /// Notices changes of files; none if only calls and signals reload.
    pub watch: Option<Arc<Watch>>,
}

/// How long a call of the administration may take: a large pack takes minutes to compile.
const CALL_TIMEOUT: Duration = Duration::from_secs(60 * 60);
/// How long calls may still take once the server is told to stop: none of them is worth waiting for.
const DRAIN_DEADLINE: Duration = Duration::from_secs(1);

/// Answers the administration's calls on `listener`, until `shutdown` is ready: as [`serve`](super::serve), but a call may
/// take an hour, and those under way get a second to end.
///
/// Must be called within a tokio runtime with I/O and time.
pub async fn serve_admin(
    listener: TcpListener,
    administration: Administration,
    shutdown: impl Future<Output = ()>,
    options: ServeOptions,
) -> Result<(), ServeError> {
    options.telemetry.listens("admin", &options);
    let reloader = administration.reloader.clone();
    let probed = Probed { engine: reloader.engine().clone(), reloader: Some(reloader) };
    let readiness = options.telemetry.readiness(probed.engine.clone());
    let (standing, health_service) = Standing::new(readiness, Some(ADMIN_SERVICE_NAME)).await;
    let routes_of_probes = probe_routes(&options.telemetry, probed);
    let routes = Routes::new(health_service).add_service(admin_service(administration));
    let routes = with_reflection(routes, ADMIN_FILE_DESCRIPTOR_SET)?.prepare();
    let options = ServeOptions {
        transport: TransportOptions { http1: true, ..options.transport },
        call_timeout: CALL_TIMEOUT,
        drain_deadline: options.drain_deadline.min(DRAIN_DEADLINE),
        ..options
    };
    run_with_probes(listener, Boxed(routes), routes_of_probes, standing, shutdown, options).await
}
