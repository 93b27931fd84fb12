//! Writes the sections of keys and of tokens from sorted streams of them: a hash table and the lists that it leads to.
//!
//! What is sorted may come from memory or from disk: the writers hold the lists and twelve bytes a key.

use super::lists::{PostingLists, TokenBearers, TokenLists};
use super::table::{KeyHash, Load, build_table};
use super::{AliasOrdinal, CompileError};

/// A hash table and its lists, as two sections hold them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HashedLists {
    pub table: Vec<u8>,
    pub lists: Vec<u8>,
}

/// Writes the table and the lists of lookup keys, or of skeleton keys.
#[derive(Default)]
pub(super) struct KeySections {
    heads: Vec<(KeyHash, u32)>,
    lists: PostingLists,
    key: String,
    postings: Vec<u32>,
}

impl KeySections {
    /// Adds a posting under a key, which is not empty. The postings of a key come one after the other, in the order in
    /// which they are to be given; the order of the keys decides the bytes, so it should be that of the keys. Tells whether
    /// the key is a new one.
    pub fn add(&mut self, key: &str, posting: u32) -> Result<bool, CompileError> {
        let is_new = key != self.key;
        if is_new {
            self.end_key()?;
            key.clone_into(&mut self.key);
        }
        self.postings.push(posting);
        Ok(is_new)
    }

    fn end_key(&mut self) -> Result<(), CompileError> {
        if !self.postings.is_empty() {
            self.heads.push((KeyHash::of(&self.key), self.lists.add(&self.postings)?));
            self.postings.clear();
        }
        Ok(())
    }

    /// The sections.
    pub fn finish(mut self, load: Load) -> Result<HashedLists, CompileError> {
        self.end_key()?;
        Ok(HashedLists { table: build_table(&self.heads, load)?, lists: self.lists.into_bytes() })
    }
}

/// An alias that has a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenPosting {
    pub alias: AliasOrdinal,
    /// Which of its tokens it is, or one of several that are alike.
    pub place: u32,
    /// What it tells of the token.
    pub bearers: TokenBearers,
}

/// Writes the table and the lists of tokens.
#[derive(Default)]
pub(super) struct TokenSections {
    heads: Vec<(KeyHash, u32)>,
    lists: TokenLists,
    token: String,
    first_place: u32,
    bearers: TokenBearers,
    aliases: Vec<AliasOrdinal>,
}

impl TokenSections {
    /// Adds an alias under a token. The aliases of a token come one after the other, ascending; one that has it twice may
    /// come twice. Tells whether the token is a new one.
    pub fn add(&mut self, token: &str, posting: TokenPosting) -> Result<bool, CompileError> {
        let is_new = token != self.token || self.aliases.is_empty();
        if is_new {
            self.end_token()?;
            token.clone_into(&mut self.token);
            (self.first_place, self.bearers) = (posting.place, TokenBearers::default());
        }
        self.bearers = self.bearers.or(posting.bearers);
        if self.aliases.last() != Some(&posting.alias) {
            self.aliases.push(posting.alias);
        }
        Ok(is_new)
    }

    fn end_token(&mut self) -> Result<(), CompileError> {
        if !self.aliases.is_empty() {
            let head = self.lists.add(self.bearers, self.first_place, &self.aliases)?;
            self.heads.push((KeyHash::of(&self.token), head));
            self.aliases.clear();
        }
        Ok(())
    }

    /// The sections.
    pub fn finish(mut self) -> Result<HashedLists, CompileError> {
        self.end_token()?;
        Ok(HashedLists { table: build_table(&self.heads, Load::Fast)?, lists: self.lists.into_bytes() })
    }
}
