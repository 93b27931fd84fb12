//! Inversion: from aliases to the sorted keys and tokens under which they lie.
//!
//! Keys are made on all cores, and keys and tokens are sorted side by side; the order of the result is total, so that
//! it does not depend on how the work was cut.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use super::format::BARE;
use super::writer::push_u32s;
use crate::model::AliasKind;
use crate::pack::AliasRow;
use crate::text;

/// An FST with the postings of its keys, as three sections hold them.
pub(super) struct Inverted {
    /// Key → key ordinal.
    pub fst: Vec<u8>,
    /// Key ordinal → where its postings begin.
    pub starts: Vec<u8>,
    /// The postings of all keys.
    pub postings: Vec<u8>,
}

/// The lookup keys, the tokens and the skeleton keys of aliases, which are numbered as they stand. The postings of a key
/// are in the order that `key_order` gives, which must be total; those of a token ascend.
pub(super) fn inverted<K: Ord>(aliases: &[&AliasRow], key_order: impl Fn(u32) -> K + Sync) -> [Inverted; 3] {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let pieces = keyed(aliases, aliases.len().div_ceil(cores).max(MIN_PIECE));
    let (keys, (tokens, skeletons)) = side_by_side(
        || invert(pieces.iter().map(|piece| &piece.keys), &key_order, |_, _| false),
        || {
            let tokens = invert(pieces.iter().map(|piece| &piece.tokens), |posting| posting, |_, _| false);
            let is_repeated = |a, b| is_repeated(aliases, a, b);
            (tokens, invert(pieces.iter().map(|piece| &piece.skeletons), &key_order, is_repeated))
        },
    );
    [keys, tokens, skeletons]
}

/// Fewer aliases than this are not worth a thread.
const MIN_PIECE: usize = 4096;

/// Whether two aliases under one skeleton key are romanisations of one name: those of one ID, in Latin script.
fn is_repeated(aliases: &[&AliasRow], a: u32, b: u32) -> bool {
    let alias = |posting: u32| aliases.get(posting as usize);
    let is_arabic = |row: &AliasRow| row.alias.chars().any(text::is_arabic);
    alias(a).zip(alias(b)).is_some_and(|(a, b)| a.id == b.id && !is_arabic(a) && !is_arabic(b))
}

/// The keys of a run of aliases.
#[derive(Default)]
struct Piece {
    keys: Postings,
    tokens: Postings,
    skeletons: Postings,
}

/// Keys with a posting each, in no order; the text of all keys lies in one string.
#[derive(Default)]
struct Postings {
    text: String,
    /// Where a key ends in the text, and its posting.
    ends: Vec<(usize, u32)>,
}

/// Makes the keys of runs of `len` aliases, each run in a thread.
fn keyed(aliases: &[&AliasRow], len: usize) -> Vec<Piece> {
    thread::scope(|scope| {
        let runs = (0..).step_by(len).zip(aliases.chunks(len));
        let piece = |(first, run)| scope.spawn(move || Piece::of(first, run));
        let threads: Vec<_> = runs.map(piece).collect();
        threads.into_iter().map(join).collect()
    })
}

impl Piece {
    /// The keys of aliases, the first of which is numbered `first`.
    fn of(first: u32, aliases: &[&AliasRow]) -> Self {
        let mut piece = Self::default();
        for (ordinal, alias) in (first..).zip(aliases) {
            piece.add(alias, ordinal);
        }
        piece
    }

    fn add(&mut self, alias: &AliasRow, ordinal: u32) {
        let safe = text::safe_fold(&alias.alias);
        let lossy = text::lossy_fold(&safe);
        self.keys.push(lossy.split(' '), ordinal);
        if let Some(bare) = text::bare_form(&safe, alias.article) {
            self.keys.push(text::lossy_fold(bare.text).split(' '), ordinal | BARE);
        }
        if lossy.contains(' ') {
            lossy.split(' ').for_each(|token| self.tokens.push([token], ordinal));
        }
        if is_sounded(alias.kind) {
            for key in text::skeleton_keys(&safe) {
                self.skeletons.push([key.as_str()], ordinal);
            }
        }
    }
}

/// Whether aliases of a kind are names that other scripts write by their sound. Abbreviations are spelled out in each
/// script or translated, and a demonym is a word of one language.
const fn is_sounded(kind: AliasKind) -> bool {
    !matches!(kind, AliasKind::Abbreviation | AliasKind::Demonym)
}

impl Postings {
    /// Adds a posting under the key that `parts` make together, unless the key is empty.
    fn push<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>, posting: u32) {
        let start = self.text.len();
        self.text.extend(parts);
        if self.text.len() > start {
            self.ends.push((self.text.len(), posting));
        }
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, posting)| {
            let key = self.text.get(start..end).unwrap_or_default().as_bytes();
            start = end;
            Entry { head: head(key), key, posting }
        })
    }
}

/// A posting with its key.
#[derive(Clone, Copy)]
struct Entry<'a> {
    /// The first bytes of the key: nearly all comparisons end with them.
    head: u64,
    key: &'a [u8],
    posting: u32,
}

/// The first eight bytes as a number that sorts as they do.
fn head(key: &[u8]) -> u64 {
    let mut head = [0; 8];
    head.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(head)
}

/// Sorts the postings by key and `order`, and drops those that `is_repeated` says repeat the one before them.
fn invert<'a, K: Ord>(
    pieces: impl Iterator<Item = &'a Postings>,
    order: impl Fn(u32) -> K,
    is_repeated: impl Fn(u32, u32) -> bool,
) -> Inverted {
    let mut entries: Vec<Entry<'_>> = pieces.flat_map(Postings::entries).collect();
    entries.sort_unstable_by(|a, b| {
        let keys = a.head.cmp(&b.head).then_with(|| a.key.cmp(b.key));
        keys.then_with(|| order(a.posting).cmp(&order(b.posting)))
    });
    entries.dedup_by(|b, a| a.key == b.key && (a.posting == b.posting || is_repeated(a.posting, b.posting)));

    let (mut starts, mut postings) = (Vec::new(), Vec::with_capacity(entries.len() * 4));
    let mut builder = fst::MapBuilder::memory();
    for (ordinal, under_key) in (0..).zip(entries.chunk_by(|a, b| a.key == b.key)) {
        push_u32s(&mut starts, &[(postings.len() / 4) as u32]);
        for entry in under_key {
            push_u32s(&mut postings, &[entry.posting]);
        }
        // The keys come in order and once each, and memory takes any bytes.
        under_key.first().and_then(|entry| builder.insert(entry.key, ordinal).ok()).unwrap_or_default();
    }
    push_u32s(&mut starts, &[(postings.len() / 4) as u32]);
    Inverted { fst: builder.into_inner().unwrap_or_default(), starts, postings }
}

/// Does both, the second in a thread of its own.
fn side_by_side<A, B: Send>(a: impl FnOnce() -> A, b: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let b = scope.spawn(b);
        let a = a();
        (a, join(b))
    })
}

/// The result of a thread; its panic goes on in this one.
fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{AliasKind, Article, EntityId};

    fn row(name: &str, article: Article) -> AliasRow {
        AliasRow { article, ..AliasRow::new(EntityId::new("Q1").unwrap(), name, "", AliasKind::Alternate) }
    }

    /// The plainest way: sorted maps of lists.
    fn by_maps(aliases: &[&AliasRow], order: impl Fn(u32) -> u32) -> [BTreeMap<String, Vec<u32>>; 3] {
        let [mut keys, mut tokens, mut skeletons]: [BTreeMap<String, Vec<u32>>; 3] = Default::default();
        for (ordinal, alias) in (0..).zip(aliases) {
            let safe = text::safe_fold(&alias.alias);
            keys.entry(text::lookup_key(&alias.alias)).or_default().push(ordinal);
            if let Some(bare) = text::bare_form(&safe, alias.article) {
                keys.entry(text::lookup_key(bare.text)).or_default().push(ordinal | BARE);
            }
            let lossy = text::lossy_fold(&safe);
            for token in lossy.split(' ').filter(|_| lossy.contains(' ')) {
                tokens.entry(token.to_owned()).or_default().push(ordinal);
            }
            for key in text::skeleton_keys(&safe) {
                skeletons.entry(key).or_default().push(ordinal);
            }
        }
        for list in keys.values_mut().chain(skeletons.values_mut()) {
            list.sort_by_key(|&posting| (order(posting & !BARE), posting));
        }
        for map in [&mut keys, &mut tokens, &mut skeletons] {
            map.values_mut().for_each(Vec::dedup);
            map.remove("");
        }
        [keys, tokens, skeletons]
    }

    fn bytes(map: &BTreeMap<String, Vec<u32>>) -> [Vec<u8>; 3] {
        let fst = fst::Map::from_iter(map.keys().zip(0..)).unwrap().into_fst().into_inner();
        let starts =
            map.values().scan(0, |next, list| Some(std::mem::replace(next, *next + list.len() as u32)));
        let total = map.values().map(Vec::len).sum::<usize>() as u32;
        let starts = starts.chain([total]).flat_map(u32::to_le_bytes).collect();
        [fst, starts, map.values().flatten().copied().flat_map(u32::to_le_bytes).collect()]
    }

    fn names() -> impl Strategy<Value = Vec<(String, bool)>> {
        proptest::collection::vec(
            ("(ال)?[ابء]{1,3}( ?[ابa]{1,4}){0,2}|محافظة [اب]{1,2}|-", any::<bool>()),
            0..40,
        )
    }

    proptest! {
        #[test]
        fn inversion_is_that_of_sorted_maps_however_the_work_is_cut(names in names(), len in 1..20_usize) {
            let article = |&optional: &bool| if optional { Article::Optional } else { Article::Unknown };
            let rows: Vec<AliasRow> = names.iter().map(|(name, optional)| row(name, article(optional))).collect();
            let rows: Vec<&AliasRow> = rows.iter().collect();
            // Any order will do; this one is not that of the rows.
            let order = |ordinal: u32| ordinal % 3;
            let expected = by_maps(&rows, order).map(|map| bytes(&map));

            let pieces = keyed(&rows, len);
            let by_order = |posting: u32| (order(posting & !BARE), posting);
            let cut = [
                invert(pieces.iter().map(|piece| &piece.keys), by_order, |_, _| false),
                invert(pieces.iter().map(|piece| &piece.tokens), |posting| posting, |_, _| false),
                invert(pieces.iter().map(|piece| &piece.skeletons), by_order, |_, _| false),
            ];
            for found in [cut, inverted(&rows, by_order)] {
                prop_assert_eq!(&found.map(|found| [found.fst, found.starts, found.postings]), &expected);
            }
        }
    }
}
