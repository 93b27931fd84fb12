//! [`Engine`]: the gazetteer in use, which can be exchanged while calls run.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::Gazetteer;
use crate::rpc::{Failure, validate};

/// Holds the gazetteer in use. Clones share it.
///
/// A call takes one [snapshot](Engine::snapshot) and answers from it to its end, so an exchange never shows in the
/// middle of an answer; the old gazetteer lives as long as a call uses it.
#[derive(Clone)]
pub struct Engine {
    // The lock is held for the copy of a pointer, never across an await.
    current: Arc<RwLock<Arc<Gazetteer>>>,
}

impl Engine {
    /// Starts with `gazetteer`.
    pub fn new(gazetteer: Arc<Gazetteer>) -> Self {
        Self { current: Arc::new(RwLock::new(gazetteer)) }
    }

    /// The gazetteer in use.
    pub fn snapshot(&self) -> Arc<Gazetteer> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts `gazetteer` into use for every call that begins from now on, and gives the old one back.
    pub fn replace(&self, gazetteer: Arc<Gazetteer>) -> Arc<Gazetteer> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut current, gazetteer)
    }

    /// The gazetteer in use, if it is the one that the request expects.
    pub(super) fn expected_snapshot(&self, expected: &str) -> Result<Arc<Gazetteer>, Failure> {
        let snapshot = self.snapshot();
        check_version(&snapshot, expected)?;
        Ok(snapshot)
    }
}

/// Whether `gazetteer` is the one that a request expects; an empty version expects any.
pub(super) fn check_version(gazetteer: &Gazetteer, expected: &str) -> Result<(), Failure> {
    let actual = gazetteer.index_version();
    match validate::expected_index_version(expected)? {
        Some(expected) if expected != actual => {
            Err(Failure::IndexVersionMismatch { expected: expected.to_owned(), actual: actual.to_owned() })
        }
        _ => Ok(()),
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("index_version", &self.snapshot().index_version()).finish()
    }
}

impl From<Arc<Gazetteer>> for Engine {
    fn from(gazetteer: Arc<Gazetteer>) -> Self {
        Self::new(gazetteer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gazetteer() -> Arc<Gazetteer> {
        Arc::new(Gazetteer::new(Vec::new()))
    }

    #[test]
    fn a_snapshot_outlives_an_exchange() {
        let (old, new) = (gazetteer(), gazetteer());
        let engine = Engine::new(Arc::clone(&old));
        let snapshot = engine.snapshot();
        assert!(Arc::ptr_eq(&engine.replace(Arc::clone(&new)), &old));
        assert!(Arc::ptr_eq(&snapshot, &old));
        assert!(Arc::ptr_eq(&engine.snapshot(), &new));
    }

    #[test]
    fn only_the_expected_version_answers() {
        let engine = Engine::new(gazetteer());
        let version = engine.snapshot().index_version().to_owned();
        assert!(engine.expected_snapshot("").is_ok());
        assert!(engine.expected_snapshot(&version).is_ok());
        let mismatch = engine.expected_snapshot("another").err().expect("a mismatch");
        assert!(mismatch.to_string().contains(&version), "{mismatch}");
        assert!(matches!(mismatch, Failure::IndexVersionMismatch { expected, .. } if expected == "another"));
    }
}
