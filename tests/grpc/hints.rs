//! Hints and naming over the wire: context, rank, namespaces and display languages, in every call that shows entities.

use tonic::Code;
use yaqut::model::{AliasKind, CountryCode, EntityId, Rank};
use yaqut::rpc::{Client, ClientOptions, pb};
use yaqut::server::ServeOptions;

use crate::support::{Server, assert_failure, gazetteer_of, query};

/// Two bearers of عمان, and a place beside each.
async fn server() -> Server {
    let rows = [
        ("Q842", "Oman", "OM", Some(0.83), "عمان"),
        ("Q3805", "Amman", "JO", Some(0.86), "عمان"),
        ("Q3826", "Muscat", "OM", Some(0.8), "مسقط"),
        ("Q810", "Jordan", "JO", Some(0.88), "الأردن"),
        ("town:1", "Unranked", "JO", None, "بلد بلا رتبة"),
    ];
    let server = gazetteer_of(|pack, entity, alias| {
        for (id, name, country, rank, arabic) in rows {
            let mut row = entity(id, name);
            row.country = CountryCode::new(country).ok();
            row.rank = rank.and_then(Rank::new);
            if id == "Q842" {
                row.same_as = ["geonames:286963", "iso3166:OM"].map(|id| EntityId::new(id).unwrap()).to_vec();
            }
            pack.entities.push(row);
            for (text, lang, kind) in
                [(arabic, "ar", AliasKind::Preferred), (name, "en", AliasKind::Preferred)]
            {
                let mut row = alias(id, text);
                lang.clone_into(&mut row.lang);
                row.kind = kind;
                pack.aliases.push(row);
            }
        }
    });
    Server::start_with(server, ServeOptions::default()).await
}

fn words(entries: &[&str]) -> Vec<String> {
    entries.iter().map(|&entry| entry.to_owned()).collect()
}

async fn resolve(server: &Server, name: &str, options: pb::ResolveOptions) -> pb::Resolution {
    let request = pb::ResolveNameRequest { name: name.into(), options: Some(options), ..Default::default() };
    server.service().await.resolve_name(request).await.unwrap().into_inner().resolution.unwrap()
}

#[tokio::test]
async fn context_decides_between_homographs() {
    let server = server().await;
    for (context, id) in
        [(&[][..], ""), (&["مسقط"], "Q842"), (&["في الأردن"], "Q3805"), (&["كتاب", "جديد"], "")]
    {
        let options = pb::ResolveOptions { context: words(context), ..Default::default() };
        assert_eq!(resolve(&server, "عمان", options).await.canonical_id, id, "{context:?}");
    }
}

#[tokio::test]
async fn each_name_of_a_batch_or_chunk_may_have_its_own_context() {
    let server = server().await;
    let too_much = "a ".repeat(65);
    let of = |context: &[&str]| pb::NameQuery { context: words(context), ..query("عمان") };
    let queries = vec![of(&[]), of(&["مسقط"]), of(&[&too_much]), of(&["كتاب"])];
    let options = Some(pb::ResolveOptions { context: words(&["الأردن"]), ..Default::default() });
    let expected = ["Q3805", "Q842", "", ""];
    let check = |resolutions: &[pb::Resolution]| {
        assert_eq!(resolutions.iter().map(|r| &*r.canonical_id).collect::<Vec<_>>(), expected);
        assert_eq!(resolutions[2].status(), pb::ResolutionStatus::Invalid);
        assert!(resolutions[2].invalid_reason.contains("65 words"), "{}", resolutions[2].invalid_reason);
    };

    let mut service = server.service().await;
    let batch = pb::BatchResolveNamesRequest {
        queries: queries.clone(),
        options: options.clone(),
        ..Default::default()
    };
    check(&service.batch_resolve_names(batch).await.unwrap().into_inner().resolutions);
    let chunk = pb::StreamResolveNamesRequest { queries, options, ..Default::default() };
    let mut stream = service.stream_resolve_names(tokio_stream::once(chunk)).await.unwrap().into_inner();
    check(&stream.message().await.unwrap().unwrap().resolutions);
}

#[tokio::test]
async fn the_client_sends_all_options() {
    let server = server().await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let options = yaqut::ResolveOptions {
        context: words(&["مسقط"]),
        min_rank: 0.5,
        id_namespace: Some("geonames".into()),
        display_language_code: Some("ar-OM".into()),
        ..yaqut::ResolveOptions::default()
    };
    let answer = client.resolve("Oman", &options).await.unwrap();
    assert_eq!(answer, server.engine.snapshot().resolve("Oman", &options));
    assert_eq!(answer.canonical_id, EntityId::new("geonames:286963").ok());
    assert_eq!((&*answer.candidates[0].name, answer.candidates[0].rank), ("عمان", Rank::new(0.83)));
    assert_eq!(client.resolve("عمان", &options).await.unwrap().canonical_id, answer.canonical_id);
}

#[tokio::test]
async fn candidates_tell_their_rank_in_every_view() {
    let server = server().await;
    for view in [pb::ResolutionView::Basic, pb::ResolutionView::Full] {
        let options = || pb::ResolveOptions { view: view.into(), ..Default::default() };
        assert_eq!(resolve(&server, "الأردن", options()).await.candidates[0].rank, Some(0.88));
        assert_eq!(resolve(&server, "بلد بلا رتبة", options()).await.candidates[0].rank, None);
    }
    let options = pb::ResolveOptions { min_rank: Some(0.85), ..Default::default() };
    assert_eq!(resolve(&server, "عمان", options).await.canonical_id, "Q3805");
    let suggest =
        |min_rank| pb::SuggestNamesRequest { prefix: "عما".into(), min_rank, ..Default::default() };
    let mut service = server.service().await;
    for (min_rank, count) in [(None, 2), (Some(0.0), 2), (Some(0.85), 1)] {
        let found = service.suggest_names(suggest(min_rank)).await.unwrap().into_inner().suggestions;
        assert_eq!(found.len(), count, "{min_rank:?}");
    }
}

/// What each call shows of Oman, and of Muscat, which has no ID of another namespace.
async fn shown(server: &Server, namespace: &str, language: &str) -> Vec<[(String, String); 2]> {
    let options = || pb::ResolveOptions {
        id_namespace: namespace.into(),
        display_language_code: language.into(),
        ..Default::default()
    };
    let first = |resolution: &pb::Resolution| {
        assert_eq!(resolution.canonical_id, resolution.candidates[0].id);
        (resolution.candidates[0].id.clone(), resolution.candidates[0].name.clone())
    };
    let both = |resolutions: &[pb::Resolution]| [first(&resolutions[0]), first(&resolutions[1])];
    let mut service = server.service().await;

    let names = [resolve(server, "Oman", options()).await, resolve(server, "Muscat", options()).await];
    let queries = vec![query("Oman"), query("Muscat")];
    let batch = pb::BatchResolveNamesRequest {
        queries: queries.clone(),
        options: Some(options()),
        ..Default::default()
    };
    let batch = service.batch_resolve_names(batch).await.unwrap().into_inner();
    let chunk = pb::StreamResolveNamesRequest { queries, options: Some(options()), ..Default::default() };
    let mut stream = service.stream_resolve_names(tokio_stream::once(chunk)).await.unwrap().into_inner();
    let chunk = stream.message().await.unwrap().unwrap();

    let (mut suggested, mut entities) = (Vec::new(), Vec::new());
    for (prefix, id) in [("Oma", "Q842"), ("Musc", "Q3826")] {
        let request = pb::SuggestNamesRequest {
            prefix: prefix.into(),
            id_namespace: namespace.into(),
            display_language_code: language.into(),
            ..Default::default()
        };
        let found = service.suggest_names(request).await.unwrap().into_inner().suggestions;
        suggested.push((found[0].id.clone(), found[0].name.clone()));
        let request = pb::GetEntityRequest {
            id: id.into(),
            id_namespace: namespace.into(),
            display_language_code: language.into(),
            ..Default::default()
        };
        let entity = service.get_entity(request).await.unwrap().into_inner().entity.unwrap();
        assert!(entity.id == id || entity.same_as.iter().any(|other| other == id), "{entity:?}");
        entities.push((entity.id, entity.name));
    }
    let request = pb::BatchGetEntitiesRequest {
        ids: words(&["Q842", "Q3826"]),
        id_namespace: namespace.into(),
        display_language_code: language.into(),
        ..Default::default()
    };
    let lookups = service.batch_get_entities(request).await.unwrap().into_inner().lookups;
    let looked_up = lookups.into_iter().map(|lookup| lookup.entity.unwrap());
    let looked_up: Vec<_> = looked_up.map(|entity| (entity.id, entity.name)).collect();
    let pair = |pair: Vec<(String, String)>| <[_; 2]>::try_from(pair).unwrap();
    vec![
        both(&names),
        both(&batch.resolutions),
        both(&chunk.resolutions),
        pair(suggested),
        pair(entities),
        pair(looked_up),
    ]
}

#[tokio::test]
async fn every_call_shows_the_namespace_and_language_asked_for() {
    let server = server().await;
    for (namespace, language, oman, muscat) in [
        ("", "", ("Q842", "Oman"), ("Q3826", "Muscat")),
        ("wikidata", "en", ("Q842", "Oman"), ("Q3826", "Muscat")),
        ("geonames", "ar", ("geonames:286963", "عمان"), ("Q3826", "مسقط")),
        ("iso3166", "ar-EG", ("iso3166:OM", "عمان"), ("Q3826", "مسقط")),
        ("nobody", "tlh", ("Q842", "Oman"), ("Q3826", "Muscat")),
    ] {
        let text = |(id, name): (&str, &str)| (id.to_owned(), name.to_owned());
        let expected = [text(oman), text(muscat)];
        for (call, shown) in shown(&server, namespace, language).await.into_iter().enumerate() {
            assert_eq!(shown, expected, "call {call}: {namespace} {language}");
        }
    }
}

#[tokio::test]
async fn bad_hints_are_named_field_by_field() {
    let server = server().await;
    let mut service = server.service().await;
    let options = pb::ResolveOptions {
        context: words(&[&"a".repeat(1_025)]),
        min_rank: Some(2.0),
        ..Default::default()
    };
    let request = pb::ResolveNameRequest { name: "x".into(), options: Some(options), ..Default::default() };
    let status = service.resolve_name(request).await.unwrap_err();
    let fields = ["options.min_rank", "options.context"];
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &fields);
    assert!(status.message().contains("1025 bytes"), "{status:?}");

    let (id_namespace, display_language_code) = ("a b".to_owned(), "a b".to_owned());
    let fields = ["id_namespace", "display_language_code"];
    let request = pb::GetEntityRequest {
        id: "Q842".into(),
        id_namespace: id_namespace.clone(),
        display_language_code: display_language_code.clone(),
        ..Default::default()
    };
    let status = service.get_entity(request).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &fields);
    let request = pb::BatchGetEntitiesRequest { id_namespace, display_language_code, ..Default::default() };
    let status = service.batch_get_entities(request).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &fields);
    let request = pb::SuggestNamesRequest { prefix: "x".into(), min_rank: Some(-1.0), ..Default::default() };
    let status = service.suggest_names(request).await.unwrap_err();
    assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &["min_rank"]);
}
