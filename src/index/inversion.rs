//! Inversion: from aliases to the sorted keys and tokens under which they lie.
//!
//! Keys are made on all cores, and keys and tokens are sorted side by side; the order of the result is total, so that
//! it does not depend on how the work was cut.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use super::format::BARE;
use super::lexicon::LexiconParts;
use super::lists::TokenBearers;
use super::sections::{HashedLists, KeySections, TokenPosting, TokenSections};
use super::table::Load;
use super::{AliasOrdinal, CompileError};
use crate::model::AliasKind;
use crate::pack::AliasRow;
use crate::text;

/// Keys with their postings, as the sections of a segment hold them.
pub(super) struct Inverted {
    pub keys: Searchable,
    pub tokens: Searchable,
    pub skeletons: HashedLists,
}

/// Keys that can be looked up and searched.
pub(super) struct Searchable {
    pub hashed: HashedLists,
    pub lexicon: LexiconParts<Vec<u8>>,
}

/// What inversion asks of aliases, which are numbered as they stand.
pub(super) trait Facts: Sync {
    /// Puts the postings of a key in order, and must be total.
    type Order: Ord;

    /// The place of a posting under a key.
    fn order(&self, posting: u32) -> Self::Order;

    /// What an alias tells of a token; whether it is its first one.
    fn bearers(&self, alias: AliasOrdinal, is_first: bool) -> TokenBearers;
}

/// The lookup keys, the tokens and the skeleton keys of aliases.
pub(super) fn inverted(aliases: &[&AliasRow], facts: &impl Facts) -> Result<Inverted, CompileError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let pieces = keyed(aliases, aliases.len().div_ceil(cores).max(MIN_PIECE));
    let (keys, (tokens, skeletons)) = side_by_side(
        || keys(&pieces, facts),
        || (tokens(&pieces, facts), skeletons(&pieces, aliases, facts)),
    );
    Ok(Inverted { keys: keys?, tokens: tokens?, skeletons: skeletons? })
}

fn keys(pieces: &[Piece], facts: &impl Facts) -> Result<Searchable, CompileError> {
    let sorted = sorted(pieces.iter().map(|piece| &piece.keys), |posting| facts.order(posting));
    let (mut sections, mut distinct) = (KeySections::default(), Vec::new());
    for entry in sorted {
        if sections.add(entry.key, entry.posting)? {
            distinct.push(entry.key);
        }
    }
    Ok(Searchable { hashed: sections.finish(Load::Fast)?, lexicon: LexiconParts::build(&distinct)? })
}

fn tokens(pieces: &[Piece], facts: &impl Facts) -> Result<Searchable, CompileError> {
    let sorted = sorted(pieces.iter().map(|piece| &piece.tokens), |posting| posting);
    let (mut sections, mut distinct) = (TokenSections::default(), Vec::new());
    for entry in sorted {
        let (alias, place) = (entry.posting, u32::from(entry.place));
        let bearers = facts.bearers(alias, place == 0);
        if sections.add(entry.key, TokenPosting { alias, place, bearers })? {
            distinct.push(entry.key);
        }
    }
    Ok(Searchable { hashed: sections.finish()?, lexicon: LexiconParts::build(&distinct)? })
}

fn skeletons(
    pieces: &[Piece],
    aliases: &[&AliasRow],
    facts: &impl Facts,
) -> Result<HashedLists, CompileError> {
    let mut sorted = sorted(pieces.iter().map(|piece| &piece.skeletons), |posting| facts.order(posting));
    sorted.dedup_by(|b, a| a.key == b.key && is_repeated(aliases, a.posting, b.posting));
    let mut sections = KeySections::default();
    for entry in sorted {
        sections.add(entry.key, entry.posting)?;
    }
    // Whoever looks for skeletons can wait a little, and there are twice as many as aliases.
    sections.finish(Load::Dense)
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
    /// Where a key ends in the text, its posting, and which token of the alias it is.
    ends: Vec<(usize, u32, u16)>,
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
        self.keys.push(lossy.split(' '), ordinal, 0);
        if let Some(bare) = text::bare_form(&safe, alias.article) {
            self.keys.push(text::lossy_fold(bare.text).split(' '), ordinal | BARE, 0);
        }
        if lossy.contains(' ') {
            let tokens = (0..).zip(lossy.split(' '));
            tokens.for_each(|(place, token)| self.tokens.push([token], ordinal, place));
        }
        if is_sounded(alias.kind) {
            for key in text::skeleton_keys(&safe) {
                self.skeletons.push([key.as_str()], ordinal, 0);
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
    fn push<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>, posting: u32, place: u16) {
        let start = self.text.len();
        self.text.extend(parts);
        if self.text.len() > start {
            self.ends.push((self.text.len(), posting, place));
        }
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, posting, place)| {
            let key = self.text.get(start..end).unwrap_or_default();
            start = end;
            Entry { head: head(key), key, posting, place }
        })
    }
}

/// A posting with its key.
#[derive(Clone, Copy)]
struct Entry<'a> {
    /// The first bytes of the key: nearly all comparisons end with them.
    head: u64,
    key: &'a str,
    posting: u32,
    place: u16,
}

/// The first eight bytes as a number that sorts as they do.
fn head(key: &str) -> u64 {
    let mut head = [0; 8];
    head.iter_mut().zip(key.as_bytes()).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(head)
}

/// Sorts the postings by key and `order`, each once under a key.
fn sorted<'a, K: Ord>(
    pieces: impl Iterator<Item = &'a Postings>,
    order: impl Fn(u32) -> K,
) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'_>> = pieces.flat_map(Postings::entries).collect();
    entries.sort_unstable_by(|a, b| {
        let keys = a.head.cmp(&b.head).then_with(|| a.key.cmp(b.key));
        keys.then_with(|| order(a.posting).cmp(&order(b.posting))).then_with(|| a.place.cmp(&b.place))
    });
    entries.dedup_by(|b, a| a.key == b.key && a.posting == b.posting);
    entries
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

    fn grouped(sorted: &[Entry<'_>]) -> BTreeMap<String, Vec<u32>> {
        let groups = sorted.chunk_by(|a, b| a.key == b.key);
        let list = |group: &[Entry<'_>]| group.iter().map(|entry| entry.posting).collect();
        groups.map(|group| (group[0].key.to_owned(), list(group))).collect()
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
            let by_order = |posting: u32| (order(posting & !BARE), posting);

            let pieces = keyed(&rows, len);
            let found = [
                sorted(pieces.iter().map(|piece| &piece.keys), by_order),
                sorted(pieces.iter().map(|piece| &piece.tokens), |posting| (0, posting)),
                sorted(pieces.iter().map(|piece| &piece.skeletons), by_order),
            ];
            prop_assert!(found.iter().all(|entries| entries.is_sorted_by(|a, b| a.key <= b.key)));
            prop_assert_eq!(found.map(|entries| grouped(&entries)), by_maps(&rows, order));
        }
    }
}
