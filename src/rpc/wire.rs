//! The server's side of the wire: requests as it reads them, replies as it writes them.
//!
//! The generated part is the service of `proto/` with the names of requests as bytes ([`bytes::Bytes`], which a `string`
//! is on the wire): they are slices of the request and not copies, and one name of broken UTF-8 is that name's fault
//! and not the request's. Everything else of a request is the message of [`pb`](super::pb).
//!
//! Replies of many names are written field by field, without building messages first ([`EncodedReply`]). The messages of
//! [`pb`](super::pb) say what must come out: tests compare the two byte by byte.

mod codec;
pub(super) mod guard;
mod reply;
mod resolution;
mod writer;

pub use codec::Codec;
pub use reply::EncodedReply;
pub use resolution::{write_invalid, write_verdict};

pub use generated::*;

generated! {
    mod generated = "/server/yaqut.v1.rs";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::*;
    use crate::rpc::pb;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), "\\PC{1,40}"]
    }

    fn query() -> impl Strategy<Value = pb::NameQuery> {
        (text(), text(), text(), prop::collection::vec(text(), 0..3)).prop_map(
            |(name, region_code, language_code, context)| pb::NameQuery {
                name,
                region_code,
                language_code,
                context,
            },
        )
    }

    /// What the server reads of `sent`, and whether it would be written alike.
    fn read<M: Message + Default>(sent: &impl Message) -> (M, bool) {
        let bytes = sent.encode_to_vec();
        let read = M::decode(&*bytes).expect("one wire format");
        let is_alike = read.encode_to_vec() == bytes;
        (read, is_alike)
    }

    proptest! {
        #[test]
        fn requests_are_the_same_on_the_wire(queries in prop::collection::vec(query(), 0..3), name in text(), limit: i32) {
            let options = Some(pb::ResolveOptions { limit, ..Default::default() });
            let expected_index_version = name.clone();

            let sent = pb::BatchResolveNamesRequest { queries, options, expected_index_version };
            let (batch, is_alike) = read::<BatchResolveNamesRequest>(&sent);
            prop_assert!(is_alike);
            prop_assert_eq!(&batch.options, &sent.options);
            for (read, sent) in batch.queries.iter().zip(&sent.queries) {
                prop_assert_eq!(&*read.name, sent.name.as_bytes());
                prop_assert_eq!(&*read.region_code, sent.region_code.as_bytes());
                prop_assert_eq!(&*read.language_code, sent.language_code.as_bytes());
                prop_assert!(read.context.iter().eq(sent.context.iter().map(String::as_bytes)));
            }
            let (chunk, is_alike) = read::<StreamResolveNamesRequest>(&sent);
            prop_assert!(is_alike);
            prop_assert_eq!(chunk.queries, batch.queries);

            let pb::BatchResolveNamesRequest { options, expected_index_version, .. } = sent;
            let sent = pb::ResolveNameRequest { name, options, expected_index_version };
            let (one, is_alike) = read::<ResolveNameRequest>(&sent);
            prop_assert!(is_alike);
            prop_assert_eq!(&*one.name, sent.name.as_bytes());

            let sent = pb::ExplainResolutionRequest { name: sent.name, id: "Q1".into(), ..Default::default() };
            let (explain, is_alike) = read::<ExplainResolutionRequest>(&sent);
            prop_assert!(is_alike);
            prop_assert_eq!((&*explain.name, &*explain.id), (sent.name.as_bytes(), "Q1"));

            let sent = pb::SuggestNamesRequest { prefix: sent.name, limit, ..Default::default() };
            let (suggest, is_alike) = read::<SuggestNamesRequest>(&sent);
            prop_assert!(is_alike);
            prop_assert_eq!((&*suggest.prefix, suggest.limit), (sent.prefix.as_bytes(), limit));
        }
    }
}
