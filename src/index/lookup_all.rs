//! Look-ups of many keys at once.
//!
//! What a look-up costs is mostly waiting for memory: a line of the key table, perhaps a list, an alias record, its text,
//! each in another place of a large file. A block of keys waits for many of them at the same time: every stage goes over
//! all keys of the block, and touches for each what the next stage reads.

use std::hint::black_box;

use super::lookup::{KeyIndex, KeyPostings};
use super::rows::Names;
use super::table::KeyHash;
use super::texts::Text;
use super::{Posting, Segment};

/// Keys that are looked up together: enough to keep the memory busy, and few enough for the nearest cache.
const BLOCK: usize = 32;

/// Hands every alias under each key to `take`, with the index of the key.
pub(super) fn lookup_all<K: AsRef<str>>(segment: &Segment, keys: &[K], mut take: impl FnMut(usize, Posting)) {
    let (index, names) = (segment.key_index(), segment.names());
    let mut probes = Vec::with_capacity(BLOCK.min(keys.len()));
    for (start, keys) in (0..).step_by(BLOCK).zip(keys.chunks(BLOCK)) {
        probes.clear();
        probes.extend(keys.iter().map(|key| Probe::new(KeyHash::of(key.as_ref()))));
        probes.iter().for_each(|probe| index.prefetch(probe.hash));
        probes.iter_mut().for_each(|probe| probe.find_head(index));
        probes.iter().for_each(|probe| probe.touch_list(index));
        probes.iter_mut().for_each(|probe| probe.find_first(index));
        probes.iter().for_each(|probe| probe.touch_name(names));
        probes.iter_mut().for_each(|probe| probe.find_text(names));
        probes.iter().for_each(Probe::touch_text);
        for ((i, key), probe) in (start..).zip(keys).zip(&probes) {
            let postings = probe.postings(segment, index, key.as_ref());
            postings.into_iter().flatten().for_each(|posting| take(i, posting));
        }
    }
}

/// A look-up under way.
///
/// Finding and touching are steps apart: the shorter a loop that touches, the more of its reads the processor has under way.
struct Probe<'a> {
    hash: KeyHash,
    /// The first head: that of the key, but for once in some thousands.
    head: Option<u32>,
    /// The first posting of the first head.
    first: Option<Posting>,
    /// The text of its alias, if that is what must have the key.
    text: Option<Text<'a>>,
}

impl<'a> Probe<'a> {
    fn new(hash: KeyHash) -> Self {
        Self { hash, head: None, first: None, text: None }
    }

    /// Reads the line of the key table.
    fn find_head(&mut self, index: KeyIndex<'_>) {
        self.head = index.heads(self.hash).next();
    }

    fn touch_list(&self, index: KeyIndex<'_>) {
        if let Some(head) = self.head {
            index.touch_list(head);
        }
    }

    /// Reads the list.
    fn find_first(&mut self, index: KeyIndex<'_>) {
        self.first = self.head.and_then(|head| index.postings(head).next());
    }

    fn touch_name(&self, names: Names<'_>) {
        if let Some(first) = self.first {
            names.touch(first.alias);
        }
    }

    /// Reads the record of the first alias.
    fn find_text(&mut self, names: Names<'a>) {
        let first = self.first.filter(|first| !first.is_bare);
        self.text = first.and_then(|first| names.get(first.alias));
    }

    fn touch_text(&self) {
        if let Some(text) = self.text {
            black_box((text.codes.first().copied(), text.codes.last().copied()));
        }
    }

    /// The postings of the key: it has one list, and there the search ends.
    fn postings<'i>(&self, segment: &Segment, index: KeyIndex<'i>, key: &str) -> Option<KeyPostings<'i>> {
        let head = self.head?;
        let is_under = |first: Option<Posting>| first.is_some_and(|first| segment.is_under(first, key));
        if self.text.map_or_else(|| is_under(self.first), |text| text.has_key(key)) {
            return Some(index.postings(head));
        }
        let further = index.heads(self.hash).skip(1).map(|head| index.postings(head));
        further.into_iter().find(|postings| is_under(postings.clone().next()))
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
