//! `yaqut.v1.GazetteerService`: one method an RPC.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::ServeOptions;
use super::admission::CallMemory;
use super::batch::Batch;
use super::call::deadline;
use super::compute::{Cancelled, Compute, Lane};
use super::engine::Engine;
use super::name_stream;
use super::telemetry::{Stage, StageClock, WorkCounters};
use crate::Gazetteer;
use crate::gazetteer::EntityOptions;
use crate::model::EntityId;
use crate::resolve::{ResolveOptions, Verdict};
use crate::rpc::limits::{MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES};
use crate::rpc::wire::gazetteer_service_server::{GazetteerService, GazetteerServiceServer};
use crate::rpc::wire::{self, EncodedReply};
use crate::rpc::{Failure, pb, validate};

/// The service over `engine`, with the limits of the wire, taking on and counting as `options` say.
///
/// Errors if its threads cannot be started.
pub(super) fn gazetteer_service(
    engine: Engine,
    options: &ServeOptions,
) -> io::Result<GazetteerServiceServer<impl GazetteerService>> {
    let compute = Compute::new(options.admission.clone())?;
    let work = Arc::clone(options.telemetry.work());
    let api = Api { engine, compute, call_timeout: options.call_timeout, work };
    Ok(GazetteerServiceServer::new(api)
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .max_encoding_message_size(MAX_RESPONSE_BYTES))
}

/// Of a reply to one name, so that its buffer seldom grows.
const REPLY_BYTES: usize = 480;

/// Entities that are looked up in the time that a name takes.
const IDS_PER_NAME: usize = 100;

struct Api {
    engine: Engine,
    compute: Compute,
    call_timeout: Duration,
    work: Arc<WorkCounters>,
}

impl Api {
    /// When the work for a call must be done.
    fn deadline<T>(&self, request: &Request<T>) -> Option<Instant> {
        deadline::of_work(request.metadata().as_ref(), self.call_timeout)
    }
}

/// The memory of a call that may need much.
fn memory<T>(request: &Request<T>) -> Result<Arc<CallMemory>, Failure> {
    request.extensions().get::<Arc<CallMemory>>().cloned().ok_or(Failure::Internal)
}

#[tonic::async_trait]
impl GazetteerService for Api {
    async fn resolve_name(
        &self,
        request: Request<wire::ResolveNameRequest>,
    ) -> Result<Response<EncodedReply>, Status> {
        let mut clock = StageClock::of(request.extensions());
        clock.end(Stage::Decode);
        let (metadata, _, message) = request.into_parts();
        let wire::ResolveNameRequest { name, options, expected_index_version } = message;
        let gazetteer = self.engine.expected_snapshot(&expected_index_version)?;
        let (name, options) = validate::name_options(&name, &options.unwrap_or_default())?;
        // A known name takes microseconds: less than the way to another thread.
        if let Some(verdict) = gazetteer.try_verdict(name, &options) {
            return Ok(Response::new(single_reply(name, &verdict, &options, &self.work, clock)?));
        }
        let name = name.to_owned();
        let counters = Arc::clone(&self.work);
        let work = move |_: &Cancelled| {
            clock.end(Stage::Queue);
            single_reply(&name, &gazetteer.verdict(&name, &options), &options, &counters, clock)
        };
        let deadline = deadline::of_work(metadata.as_ref(), self.call_timeout);
        Ok(Response::new(self.compute.run(Lane::Single, 1, deadline, work).await??))
    }

    async fn batch_resolve_names(
        &self,
        request: Request<wire::BatchResolveNamesRequest>,
    ) -> Result<Response<EncodedReply>, Status> {
        StageClock::of(request.extensions()).end(Stage::Decode);
        let (deadline, memory) = (self.deadline(&request), memory(&request)?);
        let wire::BatchResolveNamesRequest { queries, options, expected_index_version } =
            request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&expected_index_version)?;
        let options = validate::batch_options(queries.len(), &options.unwrap_or_default())?;
        let place = self.compute.place(Lane::Bulk, queries.len(), deadline)?;
        let (counters, of_batch) = (Arc::clone(&self.work), Arc::clone(&memory));
        let batch = Batch { gazetteer, queries, options, memory: of_batch, _chunk: None, counters };
        let mut job = batch.start(&self.compute, place);
        let reply = job.finish().await?;
        memory.keep(job.into_charge());
        Ok(Response::new(reply))
    }

    type StreamResolveNamesStream = ReceiverStream<Result<EncodedReply, Status>>;

    async fn stream_resolve_names(
        &self,
        request: Request<Streaming<wire::StreamResolveNamesRequest>>,
    ) -> Result<Response<Self::StreamResolveNamesStream>, Status> {
        let memory = memory(&request)?;
        let (snapshot, compute) = (self.engine.snapshot(), self.compute.clone());
        let counters = Arc::clone(&self.work);
        let answers = name_stream::answer(request.into_inner(), snapshot, compute, memory, counters);
        Ok(Response::new(answers))
    }

    async fn explain_resolution(
        &self,
        request: Request<wire::ExplainResolutionRequest>,
    ) -> Result<Response<pb::ExplainResolutionResponse>, Status> {
        let deadline = self.deadline(&request);
        let wire::ExplainResolutionRequest { name, id, options, expected_index_version } =
            request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&expected_index_version)?;
        let (name, options) = validate::explain_options(&name, &id, &options.unwrap_or_default())?;
        let name = name.to_owned();
        let work = move |_: &Cancelled| gazetteer.explain(&name, &id, &options);
        let explanation = self.compute.run(Lane::Single, 1, deadline, work).await?.map_err(Failure::from)?;
        let index_version = explanation.index_version.clone();
        let explanation = Some(explanation.into());
        Ok(Response::new(pb::ExplainResolutionResponse { explanation, index_version }))
    }

    async fn suggest_names(
        &self,
        request: Request<wire::SuggestNamesRequest>,
    ) -> Result<Response<pb::SuggestNamesResponse>, Status> {
        let deadline = self.deadline(&request);
        let request = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&request.expected_index_version)?;
        let (prefix, options) = validate::suggest_options(&request)?;
        let (prefix, index_version) = (prefix.to_owned(), gazetteer.index_version().to_owned());
        let work = move |_: &Cancelled| gazetteer.suggest(&prefix, &options);
        let suggestions = self.compute.run(Lane::Single, 1, deadline, work).await?;
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
        let (deadline, memory) = (self.deadline(&request), memory(&request)?);
        let request = request.into_inner();
        let gazetteer = self.engine.expected_snapshot(&request.expected_index_version)?;
        let options = validate::batch_entity_options(&request)?;
        let index_version = gazetteer.index_version().to_owned();
        let units = request.ids.len().div_ceil(IDS_PER_NAME);
        let work = move |cancelled: &Cancelled| -> Result<Vec<_>, Failure> {
            let wanted = request.ids.into_iter().take_while(|_| !cancelled.is_set());
            let looked_up = wanted.map(|id| {
                let lookup = look_up(&gazetteer, id, &options);
                // The message and what it is written to.
                memory.hold(2 * lookup.encoded_len() as u64)?;
                Ok(lookup)
            });
            looked_up.collect()
        };
        let lookups = self.compute.run(Lane::Bulk, units, deadline, work).await??;
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

/// The reply to one name; that it cannot be one is a fault of the request, as nothing else was asked.
fn single_reply(
    name: &str,
    verdict: &Verdict<'_>,
    options: &ResolveOptions,
    counters: &WorkCounters,
    mut clock: StageClock,
) -> Result<EncodedReply, Failure> {
    clock.end(Stage::Resolve);
    counters.count(verdict);
    if let Some(reason) = verdict.invalid_reason() {
        return Err(Failure::invalid("name", reason));
    }
    let mut resolution = Vec::with_capacity(REPLY_BYTES);
    wire::write_verdict(&mut resolution, name, verdict, options.explain);
    let reply = EncodedReply::new([resolution], verdict.index_version());
    clock.end(Stage::Encode);
    Ok(reply)
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
