//! `yaqut.v1.AdminService`: one method an RPC.

use tonic::{Request, Response, Status};

use super::{Administration, messages};
use crate::rpc::limits::MAX_REQUEST_BYTES;
use crate::rpc::pb::admin_service_server::{AdminService, AdminServiceServer};
use crate::rpc::{Failure, pb};
use crate::server::reload::ReloadTrigger;

/// The service over `administration`, with the limits of the wire.
pub(super) fn admin_service(administration: Administration) -> AdminServiceServer<impl AdminService> {
    AdminServiceServer::new(Api(administration)).max_decoding_message_size(MAX_REQUEST_BYTES)
}

struct Api(Administration);

#[tonic::async_trait]
impl AdminService for Api {
    async fn reload_index(
        &self,
        request: Request<pb::ReloadIndexRequest>,
    ) -> Result<Response<pb::ReloadIndexResponse>, Status> {
        let pb::ReloadIndexRequest { force, return_at_once } = request.into_inner();
        let reloader = &self.0.reloader;
        if return_at_once {
            reloader.request(ReloadTrigger::Rpc, force);
            return Ok(Response::new(pb::ReloadIndexResponse { attempt: None }));
        }
        let attempt = reloader.reload(ReloadTrigger::Rpc, force).await.ok_or(Failure::ShuttingDown)?;
        Ok(Response::new(pb::ReloadIndexResponse { attempt: Some((&*attempt).into()) }))
    }

    async fn get_reload_status(
        &self,
        _request: Request<pb::GetReloadStatusRequest>,
    ) -> Result<Response<pb::GetReloadStatusResponse>, Status> {
        let Administration { reloader, watch } = &self.0;
        Ok(Response::new(messages::status(reloader, watch.as_deref())))
    }
}
