//! The limits of the wire. Whoever changes one changes the comments in `proto/` as well.

/// The most names of a batch or of a chunk of a stream.
pub const MAX_BATCH_QUERIES: usize = 1_000;
/// The most candidates that a batch or a chunk may ask for: its queries times `limit`. Bounds the response.
pub const MAX_BATCH_CANDIDATES: usize = 20_000;
/// The most IDs of a `BatchGetEntities`.
pub const MAX_BATCH_IDS: usize = 1_000;
/// The most entity types of a filter.
pub const MAX_TYPES: usize = 32;
/// The longest BCP 47 language tag, in bytes.
pub const MAX_LANGUAGE_CODE_BYTES: usize = 35;
/// The longest namespace of IDs, in bytes.
pub const MAX_NAMESPACE_BYTES: usize = 64;
/// The longest `expected_index_version`, in bytes.
pub const MAX_INDEX_VERSION_BYTES: usize = 128;
/// The largest request about one name or ID, in bytes: a name and its context many times over.
pub const MAX_NAME_REQUEST_BYTES: usize = 64 << 10;
/// The largest batch or chunk of a stream, in bytes: a thousand names of the greatest length, and room.
pub const MAX_REQUEST_BYTES: usize = 1 << 20;
/// The largest response, in bytes. [`MAX_BATCH_CANDIDATES`] keeps answers well below.
pub const MAX_RESPONSE_BYTES: usize = 64 << 20;

/// The most names that one batch or chunk can hold if each may get `limit` candidates.
///
/// ```
/// use yaqut::rpc::limits::batch_len;
///
/// assert_eq!(batch_len(5), 1_000);
/// assert_eq!(batch_len(100), 200);
/// ```
pub const fn batch_len(limit: usize) -> usize {
    let limit = if limit == 0 { 1 } else { limit };
    let len = MAX_BATCH_CANDIDATES / limit;
    if len == 0 {
        1
    } else if len > MAX_BATCH_QUERIES {
        MAX_BATCH_QUERIES
    } else {
        len
    }
}
