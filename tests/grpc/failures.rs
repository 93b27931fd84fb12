//! Every status that is no answer, and that the server goes on after it.

use std::time::Duration;

use tonic::{Code, Request};
use yaqut::rpc::pb;
use yaqut::server::ServeOptions;

use crate::support::{Server, TOWNS, assert_failure, gazetteer, query, send};

const RESOLVE_NAME: &str = "/yaqut.v1.GazetteerService/ResolveName";

async fn assert_still_serves(server: &Server) {
    let request = pb::ResolveNameRequest { name: TOWNS[0].1.into(), ..Default::default() };
    let response = server.service().await.resolve_name(request).await.unwrap().into_inner();
    assert_eq!(response.resolution.unwrap().canonical_id, TOWNS[0].0);
}

#[tokio::test]
async fn options_out_of_range_are_all_named() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let options = Some(pb::ResolveOptions {
        limit: 101,
        region_code: "Jordan".into(),
        max_edits: Some(3),
        min_score: Some(2.0),
        ..Default::default()
    });
    let fields = ["limit", "region_code", "max_edits", "min_score"].map(|field| format!("options.{field}"));
    let fields: Vec<_> = fields.iter().map(String::as_str).collect();
    let one = pb::ResolveNameRequest { name: "a".into(), options: options.clone(), ..Default::default() };
    let status = service.resolve_name(one).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &fields);
    let many = pb::BatchResolveNamesRequest { options, ..Default::default() };
    let status = service.batch_resolve_names(many).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &fields);
    let suggest = pb::SuggestNamesRequest { limit: -1, ..Default::default() };
    let status = service.suggest_names(suggest).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["prefix", "limit"]);
}

#[tokio::test]
async fn a_batch_is_bounded() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let names = |count, limit| pb::BatchResolveNamesRequest {
        queries: vec![query(TOWNS[0].1); count],
        options: Some(pb::ResolveOptions { limit, ..Default::default() }),
        ..Default::default()
    };
    assert_eq!(
        service.batch_resolve_names(names(1_000, 20)).await.unwrap().into_inner().resolutions.len(),
        1_000
    );
    let status = service.batch_resolve_names(names(1_001, 1)).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["queries"]);
    let status = service.batch_resolve_names(names(1_000, 21)).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["options.limit"]);

    let ids = |count| pb::BatchGetEntitiesRequest { ids: vec!["Q1".into(); count], ..Default::default() };
    assert_eq!(service.batch_get_entities(ids(1_000)).await.unwrap().into_inner().lookups.len(), 1_000);
    let status = service.batch_get_entities(ids(1_001)).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["ids"]);
}

#[tokio::test]
async fn another_index_than_expected_answers_nothing() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let expect = |expected_index_version: &str| pb::ResolveNameRequest {
        name: TOWNS[0].1.into(),
        expected_index_version: expected_index_version.into(),
        ..Default::default()
    };
    let version = server.engine.snapshot().index_version().to_owned();
    service.resolve_name(expect(&version)).await.unwrap();

    let other = || "another".to_owned();
    let statuses = [
        service.resolve_name(expect(&other())).await.map(drop),
        service
            .batch_resolve_names(pb::BatchResolveNamesRequest {
                expected_index_version: other(),
                ..Default::default()
            })
            .await
            .map(drop),
        service
            .suggest_names(pb::SuggestNamesRequest { expected_index_version: other(), ..Default::default() })
            .await
            .map(drop),
        service
            .get_entity(pb::GetEntityRequest { expected_index_version: other(), ..Default::default() })
            .await
            .map(drop),
        service
            .batch_get_entities(pb::BatchGetEntitiesRequest {
                expected_index_version: other(),
                ..Default::default()
            })
            .await
            .map(drop),
    ];
    for status in statuses.map(Result::unwrap_err) {
        assert_failure(&status, Code::FailedPrecondition, "INDEX_VERSION_MISMATCH", &[]);
        assert!(status.message().contains(&version), "{status:?}");
    }
    let status = service.resolve_name(expect(&"v".repeat(129))).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["expected_index_version"]);
}

#[tokio::test]
async fn a_message_of_another_type_is_refused() {
    let server = Server::start().await;
    // Field 1 is a number here, and a text there.
    let request = pb::ResolveOptions { limit: 5, ..Default::default() };
    let status = send::<_, pb::ResolveNameResponse>(&server, RESOLVE_NAME, tokio_stream::once(request))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal, "{status:?}");
    assert_still_serves(&server).await;
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented() {
    let server = Server::start().await;
    for path in ["/yaqut.v1.GazetteerService/Resolve", "/yaqut.v2.GazetteerService/ResolveName", "/"] {
        let request = tokio_stream::once(pb::ResolveNameRequest::default());
        let status = send::<_, pb::ResolveNameResponse>(&server, path, request).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status:?}");
    }
    assert_still_serves(&server).await;
}

#[tokio::test]
async fn a_caller_that_never_sends_its_request_is_not_waited_for() {
    let options = ServeOptions { call_timeout: Duration::from_millis(500), ..Default::default() };
    let server = Server::start_with(gazetteer(&TOWNS), options).await;
    let requests = tokio_stream::pending::<pb::ResolveNameRequest>();
    let status = send::<_, pb::ResolveNameResponse>(&server, RESOLVE_NAME, requests).await.unwrap_err();
    assert_failure(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED", &[]);
    assert_still_serves(&server).await;
}

#[tokio::test]
async fn a_stream_ends_at_the_deadline_of_its_caller() {
    let server = Server::start().await;
    let mut request = Request::new(tokio_stream::pending::<pb::StreamResolveNamesRequest>());
    request.set_timeout(Duration::from_secs(1));
    let mut answers = server.service().await.stream_resolve_names(request).await.unwrap().into_inner();
    let status = answers.message().await.unwrap_err();
    assert_failure(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED", &[]);
}
