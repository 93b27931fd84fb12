//! Look-ups of many keys at once.
//!
//! What a look-up costs is mostly waiting for memory: a line of the key table, perhaps a list, an alias record, its text,
//! each in another place of a large file. A block of keys waits for many of them at the same time: every stage goes over
//! all keys of the block, and touches for each what the next stage reads.

use super::lookup::KeyIndex;
use super::rows::Rows;
use super::table::{Heads, KeyHash};
use super::{Posting, Segment};

/// Keys that are looked up together: enough to keep the memory busy, and few enough for the nearest cache.
const BLOCK: usize = 32;

/// Hands every alias under each key to `take`, with the index of the key.
pub(super) fn lookup_all<K: AsRef<str>>(segment: &Segment, keys: &[K], mut take: impl FnMut(usize, Posting)) {
    let (index, rows) = (segment.key_index(), segment.rows());
    let mut hashes = Vec::with_capacity(BLOCK.min(keys.len()));
    let mut probes = Vec::with_capacity(hashes.capacity());
    for (start, keys) in (0..).step_by(BLOCK).zip(keys.chunks(BLOCK)) {
        hashes.clear();
        hashes.extend(keys.iter().map(|key| KeyHash::of(key.as_ref())));
        hashes.iter().for_each(|&hash| index.prefetch(hash));
        probes.clear();
        probes.extend(hashes.iter().map(|&hash| Probe::new(index, hash)));
        ready(index, rows, &probes);
        for ((i, key), probe) in (start..).zip(keys).zip(probes.drain(..)) {
            let postings = probe.heads().map(|head| index.postings(head));
            let is_meant =
                |first: Option<Posting>| first.is_some_and(|first| segment.is_under(first, key.as_ref()));
            let postings = postings.filter(|postings| is_meant(postings.clone().next()));
            postings.flatten().for_each(|posting| take(i, posting));
        }
    }
}

/// Touches what tells whether the first posting of each probe is meant: the list; the alias; its text.
fn ready(index: KeyIndex<'_>, rows: Rows<'_>, probes: &[Probe<'_>]) {
    let first = || probes.iter().filter_map(|probe| index.postings(probe.first?).next());
    first().for_each(|posting| rows.touch_alias(posting.alias));
    first().for_each(|posting| rows.touch_name(posting.alias));
}

/// A look-up under way.
struct Probe<'a> {
    /// The first head: that of the key, but for once in some thousands.
    first: Option<u32>,
    more: Heads<'a>,
}

impl<'a> Probe<'a> {
    fn new(index: KeyIndex<'a>, hash: KeyHash) -> Self {
        let mut more = index.heads(hash);
        let first = more.next();
        if let Some(head) = first {
            index.touch_list(head);
        }
        Self { first, more }
    }

    fn heads(self) -> impl Iterator<Item = u32> {
        self.first.into_iter().chain(self.more)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::index::compile;
    use crate::model::{AliasKind, Article, EntityId};
    use crate::pack::{AliasRow, Pack};
    use crate::text::lookup_key;

    fn name(i: usize) -> String {
        const FIRST: [&str; 5] = ["النادي", "أوبلاست", "Ünïon", "e\u{301}tat", "東京"];
        const SECOND: [&str; 7] = ["كورسك", "الشرقيّة", "Kursk", "é", "ء", "", "بني سويف"];
        format!("{} {} {}", FIRST[i % 5], SECOND[i % 7], i / 2 % 300)
    }

    /// Of some keys one alias lies there, of others several, of one an alias by its bare form.
    fn segment() -> Segment {
        let alias = |i: usize| {
            let mut row =
                AliasRow::new(EntityId::new(&format!("Q{i}")).unwrap(), &name(i), "", AliasKind::Preferred);
            row.article = if i.is_multiple_of(3) { Article::Optional } else { Article::Unknown };
            row
        };
        let pack = Pack { aliases: (0..3000).map(alias).collect(), ..Pack::default() };
        Segment::open(Arc::new(compile(&pack).unwrap())).unwrap()
    }

    #[test]
    fn many_keys_give_what_each_gives_by_itself() {
        let segment = segment();
        let absent = (0..500).map(|i| format!("key {i}"));
        let bare = (0..3000).filter_map(|i| Some(lookup_key(name(i).strip_prefix("ال")?)));
        let keys = (0..3000).map(|i| lookup_key(&name(i))).chain(bare).chain(absent).chain([String::new()]);
        let mut keys: Vec<String> = keys.collect();
        keys.sort_by_key(|key| xxhash_rust::xxh3::xxh3_64(key.as_bytes()));
        for keys in [&keys[..], &keys[..BLOCK], &keys[..1], &[]] {
            let mut found = vec![Vec::new(); keys.len()];
            segment.lookup_all(keys, |i, posting| found[i].push(posting));
            for (key, found) in keys.iter().zip(found) {
                assert_eq!(found, segment.lookup(key).collect::<Vec<_>>(), "{key:?}");
            }
        }
        let mut bare = 0;
        segment.lookup_all(&keys, |_, posting| bare += usize::from(posting.is_bare));
        assert!(bare > 100, "{bare}");
    }
}
