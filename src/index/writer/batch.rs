//! [`Batch`]: a run of aliases, and the keys that a core makes of it.

use super::super::AliasOrdinal;
use super::super::format::BARE;
use super::super::lists::TokenBearers;
use super::super::texts::{Compressors, Sort};
use crate::model::{AliasKind, Article};
use crate::text;

/// Aliases of a batch: a multiple of those of a block of records.
pub(super) const BATCH_ALIASES: usize = 1 << 14;

/// A run of aliases.
#[derive(Default)]
pub(super) struct Batch {
    /// Batches before it.
    pub number: u64,
    /// The ordinal of its first alias.
    pub first: AliasOrdinal,
    text: String,
    aliases: Vec<Alias>,
}

/// What is known of an alias beside its text.
#[derive(Clone, Copy)]
pub(super) struct AliasInfo {
    /// Ordinal of its ID.
    pub id: u32,
    /// Its attributes in the list of them.
    pub attributes: u16,
    pub kind: AliasKind,
    pub article: Article,
    /// The rank of its entity, as an integer that sorts like it; 0 where there is none.
    pub rank: u32,
    /// What it tells of its tokens, the first one among them.
    pub bearers: TokenBearers,
}

struct Alias {
    end: usize,
    info: AliasInfo,
}

impl Batch {
    /// An empty batch.
    pub fn new(number: u64, first: AliasOrdinal) -> Self {
        Self { number, first, ..Self::default() }
    }

    pub fn push(&mut self, alias: &str, info: AliasInfo) {
        self.text.push_str(alias);
        self.aliases.push(Alias { end: self.text.len(), info });
    }

    pub fn len(&self) -> usize {
        self.aliases.len()
    }

    /// Makes the records and keys of the aliases.
    pub fn keyed(&self, compressors: &Compressors) -> Keyed {
        let mut keyed = Keyed { number: self.number, ..Keyed::default() };
        let mut tokens = Tokens::default();
        let mut start = 0;
        for (ordinal, alias) in (self.first..).zip(&self.aliases) {
            let text = self.text.get(start..alias.end).unwrap_or_default();
            keyed.add(ordinal, text, alias.info, compressors, &mut tokens);
            start = alias.end;
        }
        tokens.write(&mut keyed.tokens);
        keyed
    }
}

/// What is made of a batch.
#[derive(Default)]
pub(super) struct Keyed {
    /// The batch's.
    pub number: u64,
    /// Of each alias its ID, its attributes, whether it is Arabic, and its compressed text.
    pub infos: Vec<(u32, u16, bool)>,
    pub codes: Records,
    /// See [`KeyRecord`].
    pub keys: Records,
    /// See [`split_token`].
    pub tokens: Records,
    /// See [`SkeletonRecord`].
    pub skeletons: Records,
}

impl Keyed {
    fn add(
        &mut self,
        ordinal: AliasOrdinal,
        alias: &str,
        info: AliasInfo,
        compressors: &Compressors,
        tokens: &mut Tokens,
    ) {
        let sort = Sort::of_name(alias);
        let is_arabic = sort == Sort::Arabic;
        self.infos.push((info.id, info.attributes, is_arabic));
        self.codes.push(&[&compressors.compress(sort, alias)]);

        let safe = text::safe_fold(alias);
        let lossy = text::lossy_fold(&safe);
        self.add_key(&lossy, ordinal, info.rank);
        if let Some(bare) = text::bare_form(&safe, info.article) {
            self.add_key(&text::lossy_fold(bare.text), ordinal | BARE, info.rank);
        }
        if lossy.contains(' ') {
            for (place, token) in (0..).zip(lossy.split(' ')).filter(|(_, token)| !token.is_empty()) {
                let TokenBearers { has_person, has_given_name } = info.bearers;
                let bearers = TokenBearers { has_person, has_given_name: has_given_name && place == 0 };
                tokens.add(token, TokenRecord { alias: ordinal, place, bearers });
            }
        }
        if is_sounded(info.kind) {
            let record =
                SkeletonRecord { rank: info.rank, alias: ordinal, id: info.id, is_arabic }.to_bytes();
            for key in text::skeleton_keys(&safe).iter().filter(|key| !key.is_empty()) {
                self.skeletons.push(&[key.as_bytes(), &record]);
            }
        }
    }

    fn add_key(&mut self, lossy: &str, posting: u32, rank: u32) {
        self.keys.push_joined(lossy, &KeyRecord { rank, posting }.to_bytes());
    }
}

/// Whether aliases of a kind are names that other scripts write by their sound. Abbreviations are spelled out in each
/// script or translated, and a demonym is a word of one language.
const fn is_sounded(kind: AliasKind) -> bool {
    !matches!(kind, AliasKind::Abbreviation | AliasKind::Demonym)
}

/// Byte records in a row.
#[derive(Default)]
pub(super) struct Records {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    fn push(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.ends.push(self.bytes.len());
    }

    /// Adds a key without its word divisions, and what follows it, unless the key is empty.
    fn push_joined(&mut self, key: &str, rest: &[u8]) {
        let start = self.bytes.len();
        key.split(' ').for_each(|token| self.bytes.extend_from_slice(token.as_bytes()));
        if self.bytes.len() > start {
            self.bytes.extend_from_slice(rest);
            self.ends.push(self.bytes.len());
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends
            .iter()
            .map(move |&end| self.bytes.get(std::mem::replace(&mut start, end)..end).unwrap_or_default())
    }
}

/// What follows a lookup key where keys are sorted: prominent entities first, among equals the order of aliases.
///
/// A 0 comes first in this record and those below, so that a key stands before those that it begins. No key holds one:
/// folding drops control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyRecord {
    pub rank: u32,
    /// Ordinal of the alias, perhaps with [`BARE`].
    pub posting: u32,
}

impl KeyRecord {
    const BYTES: usize = 9;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[1..5].copy_from_slice(&(!self.rank).to_be_bytes());
        let posting = (self.posting & !BARE) << 1 | u32::from(self.posting & BARE != 0);
        bytes[5..].copy_from_slice(&posting.to_be_bytes());
        bytes
    }

    /// Cuts what was sorted into the key and this.
    pub fn split(record: &[u8]) -> Option<(&str, Self)> {
        let (key, bytes) = record.split_last_chunk::<{ Self::BYTES }>()?;
        let posting = be_u32(bytes, 5);
        let posting = posting >> 1 | if posting & 1 == 1 { BARE } else { 0 };
        Some((std::str::from_utf8(key).ok()?, Self { rank: !be_u32(bytes, 1), posting }))
    }
}

/// An alias that has a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenRecord {
    pub alias: AliasOrdinal,
    /// Which token of the alias it is.
    pub place: u32,
    pub bearers: TokenBearers,
}

/// The tokens of a batch, brought together so that what is sorted later is a token with all its aliases: tokens are few,
/// and most of them are those of many aliases.
#[derive(Default)]
struct Tokens {
    text: String,
    /// Where each begins and ends in the text, in order of aliases and of tokens in them.
    tokens: Vec<(usize, usize, TokenRecord)>,
}

impl Tokens {
    fn add(&mut self, token: &str, record: TokenRecord) {
        let start = self.text.len();
        self.text.push_str(token);
        self.tokens.push((start, self.text.len(), record));
    }

    /// Writes each token once: its text, 0, and its aliases as [`split_token`] reads them.
    fn write(&mut self, records: &mut Records) {
        let text = self.text.as_bytes();
        let token = |&(start, end, _): &(usize, usize, TokenRecord)| text.get(start..end).unwrap_or_default();
        // Stable: the aliases of a token stay in order.
        self.tokens.sort_by(|a, b| token(a).cmp(token(b)));
        let mut aliases = Vec::new();
        for alike in self.tokens.chunk_by(|a, b| token(a) == token(b)) {
            aliases.clear();
            aliases.push(0);
            for (_, _, record) in alike {
                record.write(&mut aliases);
            }
            aliases.extend((alike.len() as u32).to_be_bytes());
            records.push(&[alike.first().map(token).unwrap_or_default(), &aliases]);
        }
    }
}

impl TokenRecord {
    const BYTES: usize = 7;

    /// Big-endian, so that lists of a token sort by their first alias.
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.alias.to_be_bytes());
        // No alias has more tokens: it would be longer than one may be.
        bytes.extend((self.place as u16).to_be_bytes());
        bytes.push(u8::from(self.bearers.has_person) | u8::from(self.bearers.has_given_name) << 1);
    }

    fn read(bytes: [u8; Self::BYTES]) -> Self {
        let place = u32::from(u16::from_be_bytes([bytes[4], bytes[5]]));
        let bearers = TokenBearers { has_person: bytes[6] & 1 != 0, has_given_name: bytes[6] & 2 != 0 };
        Self { alias: be_u32(&bytes, 0), place, bearers }
    }
}

/// Cuts what was sorted into the token and aliases that have it.
pub(super) fn split_token(record: &[u8]) -> Option<(&str, impl Iterator<Item = TokenRecord>)> {
    let (rest, count) = record.split_last_chunk::<4>()?;
    let bytes = (u32::from_be_bytes(*count) as usize).checked_mul(TokenRecord::BYTES)?;
    let (token, aliases) = rest.split_at_checked(rest.len().checked_sub(bytes)?)?;
    let token = std::str::from_utf8(token.strip_suffix(&[0])?).ok()?;
    Some((token, aliases.as_chunks().0.iter().copied().map(TokenRecord::read)))
}

/// What follows a skeleton key where these are sorted: the order is that of [`KeyRecord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SkeletonRecord {
    pub rank: u32,
    pub alias: AliasOrdinal,
    /// Ordinal of its ID.
    pub id: u32,
    pub is_arabic: bool,
}

impl SkeletonRecord {
    const BYTES: usize = 14;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[1..5].copy_from_slice(&(!self.rank).to_be_bytes());
        bytes[5..9].copy_from_slice(&self.alias.to_be_bytes());
        bytes[9..13].copy_from_slice(&self.id.to_be_bytes());
        bytes[13] = u8::from(self.is_arabic);
        bytes
    }

    /// Cuts what was sorted into the key and this.
    pub fn split(record: &[u8]) -> Option<(&str, Self)> {
        let (key, bytes) = record.split_last_chunk::<{ Self::BYTES }>()?;
        let [rank, alias, id] = [1, 5, 9].map(|at| be_u32(bytes, at));
        Some((std::str::from_utf8(key).ok()?, Self { rank: !rank, alias, id, is_arabic: bytes[13] != 0 }))
    }

    /// Whether this and another under the same key are romanisations of one name: those of one ID, in Latin script.
    pub fn repeats(self, other: Self) -> bool {
        self.alias == other.alias || self.id == other.id && !self.is_arabic && !other.is_arabic
    }
}

/// A number of a record whose length is fixed, so that the bounds hold.
fn be_u32<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
