//! Look-ups of many keys at once.
//!
//! What a look-up costs is mostly waiting for memory: a line of the key table, perhaps a list, an alias record, its text,
//! each in another place of a large file. A block of keys waits for many of them at the same time: every stage goes over
//! all keys of the block, and touches for each what the next stage reads.

use super::lookup::KeyIndex;
use super::rows::Names;
use super::table::{Heads, KeyHash};
use super::texts::Text;
use super::{Posting, Segment};

/// Keys that are looked up together: enough to keep the memory busy, and few enough for the nearest cache.
const BLOCK: usize = 32;

/// Hands every alias under each key to `take`, with the index of the key.
pub(super) fn lookup_all<K: AsRef<str>>(segment: &Segment, keys: &[K], mut take: impl FnMut(usize, Posting)) {
    let (index, names) = (segment.key_index(), segment.names());
    let mut hashes = Vec::with_capacity(BLOCK.min(keys.len()));
    let mut probes = Vec::with_capacity(hashes.capacity());
    for (start, keys) in (0..).step_by(BLOCK).zip(keys.chunks(BLOCK)) {
        hashes.clear();
        hashes.extend(keys.iter().map(|key| KeyHash::of(key.as_ref())));
        hashes.iter().for_each(|&hash| index.prefetch(hash));
        probes.clear();
        probes.extend(hashes.iter().map(|&hash| Probe::new(index, hash)));
        probes.iter_mut().for_each(|probe| probe.find_first(index, names));
        probes.iter_mut().for_each(|probe| probe.find_text(names));
        for ((i, key), probe) in (start..).zip(keys).zip(probes.drain(..)) {
            probe.finish(segment, index, key.as_ref(), |posting| take(i, posting));
        }
    }
}

/// A look-up under way.
struct Probe<'a> {
    /// The first head: that of the key, but for once in some thousands.
    head: Option<u32>,
    /// Further ones: hardly ever are there any.
    more: Heads<'a>,
    /// The first posting of the first head.
    first: Option<Posting>,
    /// The text of its alias, if that is what must have the key.
    text: Option<Text<'a>>,
}

impl<'a> Probe<'a> {
    /// Reads the line of the key table; touches the list.
    fn new(index: KeyIndex<'a>, hash: KeyHash) -> Self {
        let mut more = index.heads(hash);
        let head = more.next();
        if let Some(head) = head {
            index.touch_list(head);
        }
        Self { head, more, first: None, text: None }
    }

    /// Reads the list; touches the record of the first alias.
    fn find_first(&mut self, index: KeyIndex<'a>, names: Names<'a>) {
        self.first = self.head.and_then(|head| index.postings(head).next());
        if let Some(first) = self.first {
            names.touch(first.alias);
        }
    }

    /// Reads the record; touches the text.
    fn find_text(&mut self, names: Names<'a>) {
        let first = self.first.filter(|first| !first.is_bare);
        self.text = first.and_then(|first| names.get(first.alias));
    }

    /// Hands over the postings of the heads that are those of the key.
    fn finish(self, segment: &Segment, index: KeyIndex<'_>, key: &str, mut take: impl FnMut(Posting)) {
        let is_under = |first: Option<Posting>| first.is_some_and(|first| segment.is_under(first, key));
        let Some(head) = self.head else { return };
        if self.text.map_or_else(|| is_under(self.first), |text| text.has_key(key)) {
            index.postings(head).for_each(&mut take);
        }
        for head in self.more {
            let postings = index.postings(head);
            if is_under(postings.clone().next()) {
                postings.for_each(&mut take);
            }
        }
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
