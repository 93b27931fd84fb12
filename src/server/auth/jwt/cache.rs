//! [`Cache`]: tokens that were verified.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::server::auth::{Caller, TokenHash};

/// How many tokens are remembered: some 2 MB.
const MAX_TOKENS: usize = 10_000;

/// Somebody whose token was verified.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    pub caller: Caller,
    /// The claim `exp`, in seconds since 1970.
    pub expires: u64,
}

/// Tokens that were verified, by hash, each until it expires: to check a signature takes longer than to answer.
///
/// Only good tokens are remembered, so that nobody can fill it without an issuer's help.
#[derive(Default)]
pub(super) struct Cache {
    // The lock is held for a look-up, never across an await.
    verified: RwLock<HashMap<TokenHash, Verified>>,
}

impl Cache {
    /// Who bears a token, if it was verified and has not expired.
    pub fn get(&self, hash: &TokenHash, now: u64) -> Option<Caller> {
        let verified = self.verified.read().unwrap_or_else(PoisonError::into_inner);
        verified.get(hash).filter(|found| now < found.expires).map(|found| found.caller.clone())
    }

    /// Remembers a token. If there are too many, those that have expired are forgotten, or else all.
    pub fn put(&self, hash: TokenHash, token: Verified, now: u64) {
        let mut verified = self.verified.write().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= MAX_TOKENS {
            verified.retain(|_, found| now < found.expires);
        }
        if verified.len() >= MAX_TOKENS {
            verified.clear();
        }
        verified.insert(hash, token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::auth::Scopes;

    fn verified(expires: u64) -> Verified {
        Verified { caller: Caller::new("jwt", "a", Scopes::default()), expires }
    }

    fn hash(i: usize) -> TokenHash {
        TokenHash::of(&i.to_string())
    }

    #[test]
    fn a_token_is_remembered_until_it_expires() {
        let cache = Cache::default();
        cache.put(hash(1), verified(100), 0);
        assert!(cache.get(&hash(1), 99).is_some());
        assert!(cache.get(&hash(1), 100).is_none());
        assert!(cache.get(&hash(2), 0).is_none());
    }

    #[test]
    fn it_does_not_grow_without_bound() {
        let cache = Cache::default();
        let len = || cache.verified.read().unwrap().len();
        (0..MAX_TOKENS).for_each(|i| cache.put(hash(i), verified(if i < 10 { 100 } else { 10 }), 0));
        assert_eq!(len(), MAX_TOKENS);
        cache.put(hash(MAX_TOKENS), verified(100), 50);
        assert_eq!(len(), 11);
        (0..2 * MAX_TOKENS).for_each(|i| cache.put(hash(i), verified(100), 0));
        assert!(len() <= MAX_TOKENS);
    }
}
