//! `ExplainResolution`: what it answers, each status, and the client.

use tonic::Code;
use yaqut::ResolveOptions;
use yaqut::model::Reason;
use yaqut::resolve::MAX_NAME_BYTES;
use yaqut::rpc::{Client, ClientError, ClientOptions, pb};

use crate::support::{Server, TOWNS, assert_failure};

fn ask(name: &str, id: &str) -> pb::ExplainResolutionRequest {
    pb::ExplainResolutionRequest { name: name.into(), id: id.into(), ..Default::default() }
}

#[tokio::test]
async fn what_was_chosen_is_explained() {
    let server = Server::start().await;
    let (id, town) = TOWNS[0];
    let response = server.service().await.explain_resolution(ask(&format!("و{town}"), id)).await.unwrap();
    let response = response.into_inner();
    assert_eq!(response.index_version, server.engine.snapshot().index_version());
    let explanation = response.explanation.unwrap();
    assert_eq!(explanation.reason(), pb::ResolutionReason::Chosen);
    assert_eq!((explanation.status(), &*explanation.canonical_id), (pb::ResolutionStatus::Resolved, id));
    let alias = explanation.alias.as_ref().unwrap();
    assert_eq!((&*alias.text, alias.tier(), &*alias.pack), (town, pb::Tier::Proclitic, "towns"));
    assert_eq!(alias.steps[0].text, "stripped و");
    let standing = explanation.standing.as_ref().unwrap();
    assert!(standing.score >= standing.least_score && standing.margin >= standing.needed_margin);
    assert_eq!((standing.position, standing.candidate_count), (1, 1));
    assert!(standing.factors.is_some() && explanation.rival.is_none() && explanation.pack.is_empty());
}

#[tokio::test]
async fn what_was_not_chosen_is_explained() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let response = service.explain_resolution(ask("Xyzzyplugh", TOWNS[2].0)).await.unwrap().into_inner();
    let explanation = response.explanation.unwrap();
    assert_eq!(explanation.reason(), pb::ResolutionReason::TooFar);
    assert_eq!((explanation.status(), &*explanation.canonical_id), (pb::ResolutionStatus::NotFound, ""));
    assert!(explanation.message.contains(TOWNS[2].1) && explanation.standing.is_none());

    let filtered = pb::ExplainResolutionRequest {
        options: Some(pb::ResolveOptions { types: vec!["person".into()], ..Default::default() }),
        ..ask(TOWNS[2].1, TOWNS[2].0)
    };
    let response = service.explain_resolution(filtered).await.unwrap().into_inner();
    assert_eq!(response.explanation.unwrap().reason(), pb::ResolutionReason::TypeFilter);
}

#[tokio::test]
async fn what_cannot_be_explained_is_refused() {
    let server = Server::start().await;
    let mut service = server.service().await;
    let status = service.explain_resolution(ask(TOWNS[0].1, "Q404")).await.unwrap_err();
    assert_failure(&status, Code::NotFound, "ENTITY_NOT_FOUND", &[]);
    assert!(status.message().contains("Q404"), "{status:?}");

    let too_long = "a".repeat(MAX_NAME_BYTES + 1);
    for (name, id, fields) in [
        ("", TOWNS[0].0, &["name"][..]),
        (&too_long, TOWNS[0].0, &["name"]),
        (TOWNS[0].1, "", &["id"]),
        (TOWNS[0].1, "a b", &["id"]),
        ("؟", "a|b", &["name", "id"]),
    ] {
        let status = service.explain_resolution(ask(name, id)).await.unwrap_err();
        assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", fields);
    }
    let options = Some(pb::ResolveOptions { limit: -1, max_edits: Some(3), ..Default::default() });
    let request = pb::ExplainResolutionRequest { options, ..ask(TOWNS[0].1, TOWNS[0].0) };
    let status = service.explain_resolution(request).await.unwrap_err();
    let fields = ["options.limit", "options.max_edits"];
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &fields);

    let request = pb::ExplainResolutionRequest {
        expected_index_version: "another".into(),
        ..ask(TOWNS[0].1, TOWNS[0].0)
    };
    let status = service.explain_resolution(request).await.unwrap_err();
    assert_failure(&status, Code::FailedPrecondition, "INDEX_VERSION_MISMATCH", &[]);
}

#[tokio::test]
async fn the_client_gives_the_explanation_of_the_library() {
    let server = Server::start().await;
    let gazetteer = server.engine.snapshot();
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let options = ResolveOptions::default();
    for (name, id) in [
        (TOWNS[0].1, TOWNS[0].0),
        ("Londen", TOWNS[2].0),
        ("Xyzzyplugh", TOWNS[2].0),
        (TOWNS[0].1, TOWNS[1].0),
    ] {
        let explanation = client.explain(name, id, &options).await.unwrap();
        assert_eq!(explanation, gazetteer.explain(name, id, &options).unwrap(), "{name} {id}");
        let is_resolved = explanation.canonical_id.as_ref() == Some(&explanation.id);
        assert_eq!(explanation.reason == Reason::Chosen, is_resolved);
    }
    let error = client.explain(TOWNS[0].1, "Q404", &options).await.unwrap_err();
    assert!(matches!(&error, ClientError::UnknownEntity { id, .. } if id == "Q404"), "{error:?}");
    let error = client.explain("", TOWNS[0].0, &options).await.unwrap_err();
    assert!(matches!(error, ClientError::Refused { .. }) && error.to_string().contains("name"), "{error:?}");
}
