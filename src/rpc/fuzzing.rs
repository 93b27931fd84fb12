//! What fuzzing needs of the server's side of the wire; no part of the library's interface.

use prost::Message;

use super::wire::guard::{self, Guarded};
use super::{Failure, pb, validate, wire};

/// Reads `bytes` as each request of the service in turn, as the server does, and checks what can be read; gives the
/// failures of what is refused. What cannot be read is tonic's to refuse.
pub fn requests(bytes: &[u8]) -> Vec<Failure> {
    let results = [
        read(bytes, |request: &wire::ResolveNameRequest| {
            validate::expected_index_version(&request.expected_index_version)?;
            validate::name_options(&request.name, &request.options.clone().unwrap_or_default()).map(drop)
        }),
        read(bytes, |request: &wire::BatchResolveNamesRequest| {
            batch(&request.queries, request.options.as_ref())
        }),
        read(bytes, |request: &wire::StreamResolveNamesRequest| {
            batch(&request.queries, request.options.as_ref())
        }),
        read(bytes, |request: &wire::ExplainResolutionRequest| {
            let options = request.options.clone().unwrap_or_default();
            validate::explain_options(&request.name, &request.id, &options).map(drop)
        }),
        read(bytes, |request: &wire::SuggestNamesRequest| validate::suggest_options(request).map(drop)),
        read(bytes, |request: &pb::GetEntityRequest| validate::entity_options(request).map(drop)),
        read(bytes, |request: &pb::BatchGetEntitiesRequest| {
            validate::batch_entity_options(request).map(drop)
        }),
        read(bytes, |_: &pb::GetIndexInfoRequest| Ok(())),
    ];
    results.into_iter().filter_map(Result::err).collect()
}

/// Checks what `bytes` are as a request, if they have not too many items and can be read.
fn read<M: Message + Default + Guarded>(
    bytes: &[u8],
    check: impl FnOnce(&M) -> Result<(), Failure>,
) -> Result<(), Failure> {
    guard::check::<M>(bytes)?;
    M::decode(bytes).map_or(Ok(()), |request| check(&request))
}

/// The first thing that is wrong with a batch, in the whole or in a query.
fn batch(queries: &[wire::NameQuery], options: Option<&pb::ResolveOptions>) -> Result<(), Failure> {
    let options = validate::batch_options(queries.len(), options.unwrap_or(&pb::ResolveOptions::default()))?;
    queries.iter().try_for_each(|query| validate::query_options(query, &options).map(drop))
}
