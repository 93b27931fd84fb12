//! `yaqut.v1.GazetteerService`: one method an RPC.

use std::sync::Arc;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::compute::{Cancelled, Compute, Lane};
use super::engine::Engine;
use super::name_stream;
use crate::Gazetteer;
use crate::gazetteer::EntityOptions;
use crate::model::EntityId;
use crate::resolve::ResolveOptions;
use crate::rpc::limits::{MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES};
use crate::rpc::pb::gazetteer_service_server::{GazetteerService, GazetteerServiceServer};
use crate::rpc::{Failure, pb, validate};

/// The service over `engine`, with the limits of the wire.
pub(super) fn gazetteer_service(engine: Engine) -> GazetteerServiceServer<impl GazetteerService> {
    GazetteerServiceServer::new(Api { engine, compute: Compute::new() })
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .max_encoding_message_size(MAX_RESPONSE_BYTES)
}

struct Api {
    engine: Engine,
    compute: Compute,
}

#[tonic::async_trait]
impl GazetteerService for Api {
    async fn resolve_name(
        &self,
        request: Request<pb::ResolveNameRequest>,
    ) -> Result<Response<pb::ResolveNameResponse>, Status> {
        let pb::ResolveNameRequest { name, options, expected_index_version } = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&expected_index_version)?;
        let options = validate::name_options(&name, options)?;
        let resolution = self.compute.run(Lane::Single, move |_| gazetteer.resolve(&name, &options)).await?;
        let index_version = resolution.index_version.clone();
        Ok(Response::new(pb::ResolveNameResponse { resolution: Some(resolution.into()), index_version }))
    }

    async fn batch_resolve_names(
        &self,
        request: Request<pb::BatchResolveNamesRequest>,
    ) -> Result<Response<pb::BatchResolveNamesResponse>, Status> {
        let pb::BatchResolveNamesRequest { queries, options, expected_index_version } = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&expected_index_version)?;
        let options = validate::batch_options(&queries, options)?;
        let index_version = gazetteer.index_version().to_owned();
        let work = move |cancelled: &Cancelled| resolve_queries(&gazetteer, &queries, &options, cancelled);
        let resolutions = self.compute.run(Lane::Bulk, work).await?;
        Ok(Response::new(pb::BatchResolveNamesResponse { resolutions, index_version }))
    }

    type StreamResolveNamesStream = ReceiverStream<Result<pb::StreamResolveNamesResponse, Status>>;

    async fn stream_resolve_names(
        &self,
        request: Request<Streaming<pb::StreamResolveNamesRequest>>,
    ) -> Result<Response<Self::StreamResolveNamesStream>, Status> {
        let answers = name_stream::answer(request.into_inner(), self.engine.snapshot(), self.compute.clone());
        Ok(Response::new(answers))
    }

    async fn explain_resolution(
        &self,
        request: Request<pb::ExplainResolutionRequest>,
    ) -> Result<Response<pb::ExplainResolutionResponse>, Status> {
        let pb::ExplainResolutionRequest { name, id, options, expected_index_version } = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&expected_index_version)?;
        let options = validate::explain_options(&name, &id, options)?;
        let work = move |_: &Cancelled| gazetteer.explain(&name, &id, &options);
        let explanation = self.compute.run(Lane::Single, work).await?.map_err(Failure::from)?;
        let index_version = explanation.index_version.clone();
        let explanation = Some(explanation.into());
        Ok(Response::new(pb::ExplainResolutionResponse { explanation, index_version }))
    }

    async fn suggest_names(
        &self,
        request: Request<pb::SuggestNamesRequest>,
    ) -> Result<Response<pb::SuggestNamesResponse>, Status> {
        let request = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&request.expected_index_version)?;
        let options = validate::suggest_options(&request)?;
        let index_version = gazetteer.index_version().to_owned();
        let work = move |_: &Cancelled| gazetteer.suggest(&request.prefix, &options);
        let suggestions = self.compute.run(Lane::Single, work).await?;
        let suggestions = suggestions.into_iter().map(Into::into).collect();
        Ok(Response::new(pb::SuggestNamesResponse { suggestions, index_version }))
    }

    async fn get_entity(
        &self,
        request: Request<pb::GetEntityRequest>,
    ) -> Result<Response<pb::GetEntityResponse>, Status> {
        let request = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&request.expected_index_version)?;
        let options = validate::entity_options(&request)?;
        // A look-up in a sorted table: quicker than the way to another thread.
        let entity = gazetteer.entity_as(&request.id, &options);
        let entity = entity.ok_or(Failure::EntityNotFound { id: request.id })?;
        let index_version = gazetteer.index_version().to_owned();
        Ok(Response::new(pb::GetEntityResponse { entity: Some(entity.into()), index_version }))
    }

    async fn batch_get_entities(
        &self,
        request: Request<pb::BatchGetEntitiesRequest>,
    ) -> Result<Response<pb::BatchGetEntitiesResponse>, Status> {
        let request = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&request.expected_index_version)?;
        let options = validate::batch_entity_options(&request)?;
        let index_version = gazetteer.index_version().to_owned();
        let work = move |cancelled: &Cancelled| {
            let wanted = request.ids.into_iter().take_while(|_| !cancelled.is_set());
            wanted.map(|id| look_up(&gazetteer, id, &options)).collect()
        };
        let lookups = self.compute.run(Lane::Bulk, work).await?;
        Ok(Response::new(pb::BatchGetEntitiesResponse { lookups, index_version }))
    }

    async fn get_index_info(
        &self,
        _request: Request<pb::GetIndexInfoRequest>,
    ) -> Result<Response<pb::GetIndexInfoResponse>, Status> {
        let gazetteer = self.engine.snapshot();
        Ok(Response::new(pb::GetIndexInfoResponse {
            index_version: gazetteer.index_version().to_owned(),
            packs: gazetteer.packs().map(Into::into).collect(),
            server_version: env!("CARGO_PKG_VERSION").to_owned(),
        }))
    }
}

/// Answers every query in its place; stops early once nobody waits for the answers.
pub(super) fn resolve_queries(
    gazetteer: &Arc<Gazetteer>,
    queries: &[pb::NameQuery],
    options: &ResolveOptions,
    cancelled: &Cancelled,
) -> Vec<pb::Resolution> {
    let wanted = queries.iter().take_while(|_| !cancelled.is_set());
    wanted.map(|query| resolve_query(gazetteer, query, options)).collect()
}

fn resolve_query(gazetteer: &Gazetteer, query: &pb::NameQuery, options: &ResolveOptions) -> pb::Resolution {
    match validate::query_options(query, options) {
        Ok(options) => gazetteer.resolve(&query.name, &options).into(),
        Err(failure) => pb::Resolution {
            query: query.name.clone(),
            status: pb::ResolutionStatus::Invalid.into(),
            invalid_reason: failure.to_string(),
            ..pb::Resolution::default()
        },
    }
}

fn look_up(gazetteer: &Gazetteer, id: String, options: &EntityOptions) -> pb::EntityLookup {
    let (state, entity, invalid_reason) = match EntityId::new(&id) {
        Err(error) => (pb::EntityLookupState::Invalid, None, error.to_string()),
        Ok(_) => match gazetteer.entity_as(&id, options) {
            Some(entity) => (pb::EntityLookupState::Found, Some(entity.into()), String::new()),
            None => (pb::EntityLookupState::NotFound, None, String::new()),
        },
    };
    pb::EntityLookup { id, state: state.into(), entity, invalid_reason }
}
