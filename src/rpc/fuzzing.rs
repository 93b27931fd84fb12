//! What fuzzing needs of the server's side of the wire; no part of the library's interface.

use prost::Message;

use super::validate;
use super::{Failure, pb, wire};

/// Reads `bytes` as each request of the service in turn, as the server does, and checks what can be read; gives the
/// failures of what is refused. What cannot be read is tonic's to refuse.
pub fn requests(bytes: &[u8]) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut check = |result: Result<(), Failure>| failures.extend(result.err());
    each::<wire::ResolveNameRequest>(bytes, |request| {
        let options = request.options.clone().unwrap_or_default();
        check(validate::name_options(&request.name, &options).map(drop));
        check(validate::expected_index_version(&request.expected_index_version).map(drop));
    });
    each::<wire::BatchResolveNamesRequest>(bytes, |request| {
        check(batch(&request.queries, request.options.as_ref()));
    });
    each::<wire::StreamResolveNamesRequest>(bytes, |request| {
        check(batch(&request.queries, request.options.as_ref()));
    });
    each::<wire::ExplainResolutionRequest>(bytes, |request| {
        let options = request.options.clone().unwrap_or_default();
        check(validate::explain_options(&request.name, &request.id, &options).map(drop));
    });
    each::<wire::SuggestNamesRequest>(bytes, |request| check(validate::suggest_options(request).map(drop)));
    each::<pb::GetEntityRequest>(bytes, |request| check(validate::entity_options(request).map(drop)));
    each::<pb::BatchGetEntitiesRequest>(bytes, |request| {
        check(validate::batch_entity_options(request).map(drop));
    });
    each::<pb::GetIndexInfoRequest>(bytes, |_| {});
    each::<pb::ReloadIndexRequest>(bytes, |_| {});
    failures
}

fn each<M: Message + Default>(bytes: &[u8], take: impl FnOnce(&M)) {
    if let Ok(request) = M::decode(bytes) {
        take(&request);
    }
}

/// The first thing that is wrong with a batch, in the whole or in a query.
fn batch(queries: &[wire::NameQuery], options: Option<&pb::ResolveOptions>) -> Result<(), Failure> {
    let options = validate::batch_options(queries.len(), options.unwrap_or(&pb::ResolveOptions::default()))?;
    queries.iter().try_for_each(|query| validate::query_options(query, &options).map(drop))
}
