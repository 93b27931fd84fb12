//! What the unary calls answer.

use tonic::Code;
use yaqut::resolve::{MAX_NAME_BYTES, MAX_NAME_CHARS};
use yaqut::rpc::pb;

use crate::support::{Server, TOWNS, assert_failure, query};

fn name(name: &str) -> pb::ResolveNameRequest {
    pb::ResolveNameRequest { name: name.into(), ..Default::default() }
}

#[tokio::test]
async fn a_known_name_is_resolved() {
    let server = Server::start().await;
    let mut service = server.service().await;
    for (id, town) in TOWNS {
        let response = service.resolve_name(name(town)).await.unwrap().into_inner();
        let resolution = response.resolution.unwrap();
        assert_eq!(resolution.query, town);
        assert_eq!(resolution.status(), pb::ResolutionStatus::Resolved);
        assert_eq!(resolution.canonical_id, id);
        let candidate = &resolution.candidates[0];
        assert_eq!((&*candidate.id, &*candidate.matched_alias, &*candidate.pack), (id, town, "towns"));
        assert_eq!(candidate.tier(), pb::Tier::Exact);
        assert_eq!(candidate.alias_kind(), pb::AliasKind::Preferred);
        assert_eq!(candidate.explanation, Vec::<String>::new(), "the basic view explains nothing");
        assert_eq!(response.index_version, server.engine.snapshot().index_version());
    }
}

#[tokio::test]
async fn that_nothing_fits_is_an_answer() {
    let server = Server::start().await;
    let response = server.service().await.resolve_name(name("Xyzzyplugh")).await.unwrap().into_inner();
    let resolution = response.resolution.unwrap();
    assert_eq!(resolution.status(), pb::ResolutionStatus::NotFound);
    assert_eq!(resolution.canonical_id, "");
}

#[tokio::test]
async fn a_bad_name_is_refused() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let too_many_bytes = "a".repeat(MAX_NAME_BYTES + 1);
    // One code point that becomes eighteen.
    let too_many_chars = "\u{fdfa}".repeat(MAX_NAME_CHARS / 18 + 1);
    for bad in ["", "  ", &too_many_bytes, &too_many_chars] {
        let status = service.resolve_name(name(bad)).await.unwrap_err();
        assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["name"]);
    }
}

#[tokio::test]
async fn a_bad_item_of_a_batch_harms_no_other() {
    use pb::ResolutionStatus::{Invalid, NotFound, Resolved};

    let server = Server::start().await;
    let queries = vec![
        query(TOWNS[0].1),
        query(""),
        query("Xyzzyplugh"),
        pb::NameQuery { region_code: "GBR".into(), ..query(TOWNS[2].1) },
        pb::NameQuery { region_code: "gb".into(), ..query(TOWNS[2].1) },
    ];
    let request = pb::BatchResolveNamesRequest { queries: queries.clone(), ..Default::default() };
    let response = server.service().await.batch_resolve_names(request).await.unwrap().into_inner();
    let statuses: Vec<_> = response.resolutions.iter().map(pb::Resolution::status).collect();
    assert_eq!(statuses, [Resolved, Invalid, NotFound, Invalid, Resolved]);
    for (resolution, query) in response.resolutions.iter().zip(&queries) {
        assert_eq!(resolution.query, query.name);
        assert_eq!(resolution.invalid_reason.is_empty(), resolution.status() != Invalid);
    }
    assert!(response.resolutions[3].invalid_reason.contains("region_code"));
    assert_eq!(response.index_version, server.engine.snapshot().index_version());
}

#[tokio::test]
async fn an_empty_batch_has_an_empty_answer() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let response = service.batch_resolve_names(pb::BatchResolveNamesRequest::default()).await.unwrap();
    assert_eq!(response.into_inner().resolutions, []);
    let response = service.batch_get_entities(pb::BatchGetEntitiesRequest::default()).await.unwrap();
    assert_eq!(response.into_inner().lookups, []);
}

#[tokio::test]
async fn a_prefix_is_completed() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let suggest = |prefix: &str| pb::SuggestNamesRequest { prefix: prefix.into(), ..Default::default() };
    let response = service.suggest_names(suggest("Lond")).await.unwrap().into_inner();
    let found: Vec<_> = response.suggestions.iter().map(|s| (&*s.id, &*s.alias)).collect();
    assert_eq!(found, [(TOWNS[2].0, TOWNS[2].1)]);
    assert_eq!(response.index_version, server.engine.snapshot().index_version());
    assert_eq!(service.suggest_names(suggest("Xyzzy")).await.unwrap().into_inner().suggestions, []);
}

#[tokio::test]
async fn an_entity_is_found_by_its_id() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let get = |id: &str| pb::GetEntityRequest { id: id.into(), ..Default::default() };
    let response = service.get_entity(get("Q3805")).await.unwrap().into_inner();
    let entity = response.entity.unwrap();
    assert_eq!((&*entity.id, &*entity.name), TOWNS[0]);
    assert_eq!(response.index_version, server.engine.snapshot().index_version());

    let status = service.get_entity(get("Q404")).await.unwrap_err();
    assert_failure(&status, Code::NotFound, "ENTITY_NOT_FOUND", &[]);
    for malformed in ["", "a b", "a|b", &"a".repeat(129)] {
        let status = service.get_entity(get(malformed)).await.unwrap_err();
        assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["id"]);
    }
}

#[tokio::test]
async fn every_id_of_a_batch_has_its_own_answer() {
    use pb::EntityLookupState::{Found, Invalid, NotFound};

    let server = Server::start().await;
    let ids = ["Q3805", "Q404", "a b", "Q1899"].map(String::from);
    let request = pb::BatchGetEntitiesRequest { ids: ids.to_vec(), ..Default::default() };
    let response = server.service().await.batch_get_entities(request).await.unwrap().into_inner();
    let states: Vec<_> = response.lookups.iter().map(pb::EntityLookup::state).collect();
    assert_eq!(states, [Found, NotFound, Invalid, Found]);
    for (lookup, id) in response.lookups.iter().zip(&ids) {
        assert_eq!(&lookup.id, id);
        assert_eq!(lookup.entity.is_some(), lookup.state() == Found);
        assert_eq!(lookup.invalid_reason.is_empty(), lookup.state() != Invalid);
    }
    assert_eq!(response.index_version, server.engine.snapshot().index_version());
}

#[tokio::test]
async fn the_packs_are_told() {
    let server = Server::start().await;
    let info = server.service().await.get_index_info(pb::GetIndexInfoRequest {}).await.unwrap().into_inner();
    assert_eq!(info.index_version, server.engine.snapshot().index_version());
    assert_eq!(info.server_version, env!("CARGO_PKG_VERSION"));
    let [pack] = &info.packs[..] else { panic!("{:?}", info.packs) };
    assert_eq!((&*pack.name, pack.entity_count, pack.alias_count), ("towns", 3, 3));
    assert_eq!(pack.content_digest.len(), 64);
}
