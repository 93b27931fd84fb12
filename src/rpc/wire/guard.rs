//! Guards of messages: how many items a request holds is seen before it is decoded.
//!
//! An empty item takes two bytes on the wire and up to 120 in memory. So the bytes are read over once for the items of
//! repeated fields, which allocates nothing, and a request of too many is refused as it would be after decoding. What is
//! decoded then takes little more than its bytes: texts are slices of them or as long, unknown fields are passed over.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::{
    BatchResolveNamesRequest, ExplainResolutionRequest, ResolveNameRequest, StreamResolveNamesRequest,
    SuggestNamesRequest,
};
use crate::resolve::MAX_CONTEXT_WORDS;
use crate::rpc::limits::{MAX_BATCH_IDS, MAX_BATCH_QUERIES};
use crate::rpc::{Failure, pb};

/// A request whose items are counted before it is decoded.
pub trait Guarded {
    /// The fields in which there is something to count.
    const FIELDS: &'static [Field];
}

/// A message of so many bytes holds too few items to be counted.
const SHORT: usize = 128;

/// Refuses the bytes of a message that holds too many items. What is malformed is left to the decoder, which stops there
/// as well.
pub fn check<M: Guarded>(message: &[u8]) -> Result<(), Failure> {
    if M::FIELDS.is_empty() || message.len() <= SHORT {
        return Ok(());
    }
    Counts::default().add(M::FIELDS, message)
}

/// A field whose values are texts or messages.
pub struct Field {
    number: u32,
    content: Content,
}

enum Content {
    /// Items, counted together wherever in the message they stand.
    Items(Items),
    /// Items that are messages with items.
    Messages(Items, &'static [Field]),
    /// One message, of which there may be several pieces.
    Message(&'static [Field]),
}

#[derive(Clone, Copy)]
struct Items {
    /// As violations name it.
    name: &'static str,
    /// Which count is theirs.
    count: usize,
    most: usize,
}

const fn items(number: u32, name: &'static str, count: usize, most: usize) -> Field {
    Field { number, content: Content::Items(Items { name, count, most }) }
}

/// Types and entries of context of one request: bounded more narrowly once they are decoded, when everything else that is
/// wrong can be told with them.
const MOST_HINTS: usize = 1_024;

/// `ResolveOptions`.
const OPTIONS: &[Field] =
    &[items(2, "options.types", 2, MOST_HINTS), items(10, "options.context", 3, MOST_HINTS)];
/// `NameQuery`. An item with too much context harms no other, so that here all of them are counted together.
const QUERY: &[Field] = &[items(4, "queries.context", 1, MAX_BATCH_QUERIES * MAX_CONTEXT_WORDS)];
const QUERIES: Items = Items { name: "queries", count: 0, most: MAX_BATCH_QUERIES };

const fn options(number: u32) -> Field {
    Field { number, content: Content::Message(OPTIONS) }
}

const BATCH: &[Field] = &[Field { number: 1, content: Content::Messages(QUERIES, QUERY) }, options(2)];

impl Guarded for ResolveNameRequest {
    const FIELDS: &'static [Field] = &[options(2)];
}
impl Guarded for BatchResolveNamesRequest {
    const FIELDS: &'static [Field] = BATCH;
}
impl Guarded for StreamResolveNamesRequest {
    const FIELDS: &'static [Field] = BATCH;
}
impl Guarded for ExplainResolutionRequest {
    const FIELDS: &'static [Field] = &[options(3)];
}
impl Guarded for SuggestNamesRequest {
    const FIELDS: &'static [Field] = &[items(3, "types", 0, MOST_HINTS)];
}
impl Guarded for pb::GetEntityRequest {
    const FIELDS: &'static [Field] = &[];
}
impl Guarded for pb::BatchGetEntitiesRequest {
    const FIELDS: &'static [Field] = &[items(1, "ids", 0, MAX_BATCH_IDS)];
}
impl Guarded for pb::GetIndexInfoRequest {
    const FIELDS: &'static [Field] = &[];
}

/// How many items were seen.
#[derive(Default)]
struct Counts([usize; 4]);

impl Counts {
    fn add(&mut self, fields: &[Field], mut message: &[u8]) -> Result<(), Failure> {
        while let Some((number, value)) = next_value(&mut message) {
            let field = fields.iter().find(|field| field.number == number);
            match field.map(|field| &field.content) {
                Some(Content::Items(items)) => self.add_item(*items)?,
                Some(Content::Messages(items, fields)) => {
                    self.add_item(*items)?;
                    self.add(fields, value)?;
                }
                Some(Content::Message(fields)) => self.add(fields, value)?,
                None => {}
            }
        }
        Ok(())
    }

    fn add_item(&mut self, items: Items) -> Result<(), Failure> {
        let Some(count) = self.0.get_mut(items.count) else { return Ok(()) };
        *count += 1;
        if *count > items.most {
            let most = items.most;
            let description =
                format!("has more than {most} items, which are all that is taken; send several requests");
            return Err(Failure::invalid(items.name, description));
        }
        Ok(())
    }
}

/// The next field whose values are texts or messages, and the value; `None` at the end, or where the message is malformed.
fn next_value<'a>(message: &mut &'a [u8]) -> Option<(u32, &'a [u8])> {
    loop {
        let (number, wire_type) = decode_key(message).ok()?;
        if wire_type == WireType::LengthDelimited {
            let length = usize::try_from(decode_varint(message).ok()?).ok()?;
            let (value, rest) = message.split_at_checked(length)?;
            *message = rest;
            return Some((number, value));
        }
        skip_field(wire_type, number, message, DecodeContext::default()).ok()?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::*;

    fn violation<M: Guarded>(bytes: &[u8]) -> Option<String> {
        match check::<M>(bytes) {
            Ok(()) => None,
            Err(Failure::InvalidArgument(violations)) => Some(violations[0].field.clone()),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// `count` empty values of a field.
    fn empty(number: u8, count: usize) -> Vec<u8> {
        [number << 3 | 2, 0].repeat(count)
    }

    #[test]
    fn empty_items_are_counted() {
        type Batch = BatchResolveNamesRequest;
        assert_eq!(violation::<Batch>(&empty(1, 1_000)), None);
        assert_eq!(violation::<Batch>(&empty(1, 1_001)).as_deref(), Some("queries"));
        assert_eq!(violation::<Batch>(&empty(1, 500_000)).as_deref(), Some("queries"));
        assert_eq!(violation::<pb::BatchGetEntitiesRequest>(&empty(1, 1_001)).as_deref(), Some("ids"));
        assert_eq!(violation::<SuggestNamesRequest>(&empty(3, 2_000)).as_deref(), Some("types"));
        assert_eq!(violation::<Batch>(&empty(9, 500_000)), None, "unknown fields are passed over");
    }

    #[test]
    fn items_within_items_are_counted_together() {
        let context = empty(4, 100);
        let query = [&[1 << 3 | 2, 200, 1], &context[..]].concat();
        assert_eq!(violation::<BatchResolveNamesRequest>(&query.repeat(640)), None);
        assert_eq!(
            violation::<BatchResolveNamesRequest>(&query.repeat(641)).as_deref(),
            Some("queries.context")
        );
        // Pieces of one message are merged when they are decoded.
        let options = [&[2 << 3 | 2, 200, 1], &empty(2, 100)[..]].concat();
        assert_eq!(violation::<ResolveNameRequest>(&options.repeat(10)), None);
        assert_eq!(violation::<ResolveNameRequest>(&options.repeat(11)).as_deref(), Some("options.types"));
    }

    proptest! {
        #[test]
        fn what_passes_is_decoded_to_no_more_than_was_counted(
            bytes in prop::collection::vec(prop_oneof![Just(0x0a_u8), Just(0x12), Just(0x22), 0_u8..8, any::<u8>()], 0..3_000)
        ) {
            let passes = check::<BatchResolveNamesRequest>(&bytes).is_ok();
            if let Ok(message) = BatchResolveNamesRequest::decode(&*bytes) {
                prop_assert_eq!(passes, message.queries.len() <= MAX_BATCH_QUERIES);
            }
        }
    }
}
