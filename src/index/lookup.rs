//! Look-ups in a segment: the aliases under a key, a token, a skeleton key.
//!
//! The hash tables hold a part of a key's hash and not the key, so what they give is made sure of: the key is made anew
//! from the text of the first alias. So nothing is given that is not under the key.

use super::format::{BARE, SectionKind};
use super::lists::{Postings, TokenAliases, TokenList, first_byte};
use super::lookup_all::lookup_all;
use super::table::{Heads, KeyHash, Table};
use super::{AliasOrdinal, Posting, Segment, TokenBearers};
use crate::text::{self, NameKeys};

impl Segment {
    /// The aliases under a lookup key, those of prominent entities first.
    pub fn lookup<'a>(&'a self, key: &'a str) -> impl Iterator<Item = Posting> + 'a {
        self.lookup_hashed(key, KeyHash::of(key))
    }

    /// As [`Segment::lookup`], of a key whose hash was made before; for who asks several segments.
    pub fn lookup_hashed<'a>(&'a self, key: &'a str, hash: KeyHash) -> impl Iterator<Item = Posting> + 'a {
        let is_of_key =
            |list: &KeyPostings<'_>| list.clone().next().is_some_and(|first| self.is_under(first, key));
        // A key has one list.
        self.key_lists(hash).find(is_of_key).into_iter().flatten()
    }

    /// As [`Segment::lookup`], of many keys: hands the aliases under each to `take`, with the index of the key.
    ///
    /// Several times as fast as to look up one key after the other, for it waits for the memory of many keys at once.
    pub fn lookup_all<K: AsRef<str>>(&self, keys: &[K], take: impl FnMut(usize, Posting)) {
        lookup_all(self, keys, take);
    }

    /// As [`KeyIndex::candidates`].
    pub fn lookup_candidates(&self, hash: KeyHash) -> impl Iterator<Item = Posting> + '_ {
        self.key_index().candidates(hash)
    }

    /// The keys, for who looks up many.
    pub fn key_index(&self) -> KeyIndex<'_> {
        let table = Table::new(self.section(SectionKind::KeyTable));
        KeyIndex { table, lists: self.section(SectionKind::KeyLists) }
    }

    /// The aliases under a key that is known to lie in this segment.
    pub(super) fn lookup_known<'a>(&'a self, key: &'a str) -> impl Iterator<Item = Posting> + 'a {
        let hash = KeyHash::of(key);
        // Where there is one list it is that of the key.
        let is_clear = self.key_lists(hash).nth(1).is_none();
        let is_meant = move |first| is_clear || self.is_under(first, key);
        self.key_lists(hash).filter(move |list| list.clone().next().is_some_and(is_meant)).flatten()
    }

    fn key_lists(&self, hash: KeyHash) -> impl Iterator<Item = KeyPostings<'_>> {
        self.key_index().lists_of(hash)
    }

    /// Whether an alias, or its bare form, has a lookup key.
    pub(super) fn is_under(&self, posting: Posting, key: &str) -> bool {
        let Some(alias) = self.alias(posting.alias) else { return false };
        if !posting.is_bare {
            return alias.has_key(key);
        }
        let keys = NameKeys::new(&alias.text());
        let bare = text::bare_form(keys.safe(), alias.article);
        bare.is_some_and(|bare| NameKeys::of_safe(bare.text.to_owned()).key() == key)
    }

    /// The aliases of several tokens that have `token` (of a K2 key) among them, in ascending order. How many there are is
    /// known at once.
    pub fn lookup_token(&self, token: &str) -> impl ExactSizeIterator<Item = AliasOrdinal> + Clone + use<'_> {
        self.token_list(token).map_or_else(TokenAliases::default, |list| list.aliases)
    }

    /// What is known of the aliases that have a token, by the rows of this segment alone; takes no longer for a token of
    /// very many aliases.
    pub fn token_bearers(&self, token: &str) -> TokenBearers {
        self.token_list(token).map_or_else(TokenBearers::default, |list| list.bearers)
    }

    fn token_list(&self, token: &str) -> Option<TokenList<'_>> {
        let section = self.section(SectionKind::TokenLists);
        let heads = Table::new(self.section(SectionKind::TokenTable)).heads(KeyHash::of(token));
        heads.filter_map(|head| TokenList::new(section, head)).find(|list| self.is_list_of(list, token))
    }

    /// Whether a list is that of a token: the first alias tells.
    fn is_list_of(&self, list: &TokenList<'_>, token: &str) -> bool {
        let first = list.aliases.clone().next().and_then(|alias| self.alias(alias));
        first.is_some_and(|alias| {
            NameKeys::new(&alias.text()).lossy().split(' ').nth(list.place as usize) == Some(token)
        })
    }

    /// The aliases that seem to lie under a skeleton key, those of prominent entities first; see [`text::skeleton_keys`].
    ///
    /// Neither demonyms nor abbreviations lie there, and of the aliases of one ID in Latin script that share a key only
    /// the first: other romanisations that differ in nothing heard. Now and then (see [`KeyIndex::candidates`])
    /// there are aliases of another key among them: whoever takes one makes sure that it has the key. A skeleton decides
    /// nothing, and most aliases are left out for other reasons before that.
    pub fn lookup_skeleton(&self, key: &str) -> impl Iterator<Item = AliasOrdinal> + '_ {
        self.skeleton_postings(KeyHash::of(key))
    }

    /// As [`Segment::lookup_skeleton`].
    pub(super) fn skeleton_postings(&self, hash: KeyHash) -> impl Iterator<Item = AliasOrdinal> + '_ {
        let section = self.section(SectionKind::SkeletonLists);
        self.skeleton_table().heads(hash).flat_map(|head| Postings::new(section, head))
    }

    pub(super) fn skeleton_table(&self) -> Table<'_> {
        Table::new(self.section(SectionKind::SkeletonTable))
    }
}

/// The lookup keys of a segment.
#[derive(Clone, Copy)]
pub struct KeyIndex<'a> {
    table: Table<'a>,
    lists: &'a [u8],
}

impl<'a> KeyIndex<'a> {
    /// The aliases that seem to lie under the key of a hash: of 7,000 look-ups of keys that are not there, one gives those
    /// of another key. For who makes the keys of aliases anyway, and can leave out those that are not meant.
    #[inline]
    pub fn candidates(self, hash: KeyHash) -> impl Iterator<Item = Posting> + 'a {
        self.lists_of(hash).flatten()
    }

    /// Hands [`KeyIndex::candidates`] to `take`: for who asks for many keys that are not there.
    #[inline]
    pub fn each_candidate(self, hash: KeyHash, mut take: impl FnMut(Posting)) {
        for head in self.heads(hash) {
            self.postings(head).for_each(&mut take);
        }
    }

    /// Readies the look-up of a key, so that it does not wait for memory: for who looks up many, some dozen ahead.
    #[inline]
    pub fn prefetch(self, hash: KeyHash) {
        self.table.prefetch(hash);
    }

    /// Readies the postings of a head.
    #[inline]
    pub(super) fn touch_list(self, head: u32) {
        std::hint::black_box(first_byte(self.lists, head));
    }

    /// The heads that seem to be those of a key.
    #[inline]
    pub(super) fn heads(self, hash: KeyHash) -> Heads<'a> {
        self.table.heads(hash)
    }

    fn lists_of(self, hash: KeyHash) -> impl Iterator<Item = KeyPostings<'a>> {
        self.heads(hash).map(move |head| self.postings(head))
    }

    /// The postings of a head.
    #[inline]
    pub(super) fn postings(self, head: u32) -> KeyPostings<'a> {
        KeyPostings(Postings::new(self.lists, head))
    }
}

/// The postings of a key.
#[derive(Clone)]
pub(super) struct KeyPostings<'a>(Postings<'a>);

impl Iterator for KeyPostings<'_> {
    type Item = Posting;

    #[inline]
    fn next(&mut self) -> Option<Posting> {
        let posting = self.0.next()?;
        Some(Posting { alias: posting & !BARE, is_bare: posting & BARE != 0 })
    }
}
