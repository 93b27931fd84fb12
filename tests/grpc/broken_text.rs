//! Names that are not UTF-8, as no client of ours sends them, and any program can.

use bytes::Bytes;
use tonic::Code;
use yaqut::rpc::pb;

use crate::support::{Server, TOWNS, assert_failure, send};

/// `ResolveNameRequest`, `ExplainResolutionRequest` and `SuggestNamesRequest` begin alike.
#[derive(Clone, PartialEq, prost::Message)]
struct Name {
    #[prost(bytes = "bytes", tag = "1")]
    name: Bytes,
}

/// `BatchResolveNamesRequest` and `StreamResolveNamesRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Batch {
    #[prost(message, repeated, tag = "1")]
    queries: Vec<Query>,
}

/// `NameQuery`.
#[derive(Clone, PartialEq, prost::Message)]
struct Query {
    #[prost(bytes = "bytes", tag = "1")]
    name: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    region_code: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    language_code: Bytes,
    #[prost(bytes = "bytes", repeated, tag = "4")]
    context: Vec<Bytes>,
}

const BROKEN: Bytes = Bytes::from_static(b"Kyi\xff\xd8");

fn town(i: usize) -> Query {
    Query { name: TOWNS[i].1.into(), ..Query::default() }
}

/// Whatever is broken of it, an item is invalid, says which field is why, and harms no other.
#[tokio::test]
async fn an_item_harms_no_other() {
    let queries = vec![
        town(0),
        Query { name: BROKEN, ..Query::default() },
        Query { region_code: BROKEN, ..town(1) },
        Query { language_code: BROKEN, ..town(1) },
        Query { context: vec!["Thames".into(), BROKEN], ..town(1) },
        town(2),
    ];
    let server = Server::start().await;
    for method in
        ["/yaqut.v1.GazetteerService/BatchResolveNames", "/yaqut.v1.GazetteerService/StreamResolveNames"]
    {
        let request = tokio_stream::once(Batch { queries: queries.clone() });
        let reply =
            send::<_, pb::BatchResolveNamesResponse>(&server, method, request).await.unwrap().into_inner();
        let ids: Vec<_> = reply.resolutions.iter().map(|resolution| &*resolution.canonical_id).collect();
        assert_eq!(ids, [TOWNS[0].0, "", "", "", "", TOWNS[2].0]);
        for (field, resolution) in
            ["name", "region_code", "language_code", "context"].iter().zip(&reply.resolutions[1..])
        {
            assert_eq!(resolution.status(), pb::ResolutionStatus::Invalid, "{field}");
            assert!(
                resolution.invalid_reason.starts_with(&format!("{field}: is not UTF-8")),
                "{resolution:?}"
            );
        }
        assert_eq!(reply.resolutions[1].query, "Kyi\u{fffd}\u{fffd}", "a reply is UTF-8");
    }
}

#[tokio::test]
async fn a_single_name_is_refused_field_by_field() {
    let server = Server::start().await;
    for (method, fields) in [
        ("/yaqut.v1.GazetteerService/ResolveName", &["name"][..]),
        ("/yaqut.v1.GazetteerService/ExplainResolution", &["name", "id"]),
        ("/yaqut.v1.GazetteerService/SuggestNames", &["prefix"]),
    ] {
        let request = tokio_stream::once(Name { name: BROKEN });
        let status = send::<_, pb::ResolveNameResponse>(&server, method, request).await.unwrap_err();
        assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", fields);
        assert!(status.message().contains("is not UTF-8 from byte 3 on"), "{status:?}");
    }
}
