//! [`Readiness`]: whether a server should be sent calls.

use std::time::Duration;

use tokio::sync::watch;

use crate::server::engine::Engine;

/// Follows the index and the drain.
#[derive(Clone, Debug)]
pub(in crate::server) struct Readiness {
    draining: watch::Sender<bool>,
    engine: Engine,
}

/// Why a server should not be sent calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Unready {
    /// It is about to end.
    Draining,
    /// It has no names to answer from.
    NoIndex,
}

/// How often it is looked whether the index has become another matter.
const LOOK: Duration = Duration::from_millis(500);

impl Readiness {
    pub fn new(draining: watch::Sender<bool>, engine: Engine) -> Self {
        Self { draining, engine }
    }

    /// What is wrong, if anything is.
    pub fn check(&self) -> Result<(), Unready> {
        if *self.draining.borrow() {
            return Err(Unready::Draining);
        }
        let is_empty = self.engine.snapshot().packs().all(|pack| pack.entity_count == 0);
        if is_empty { Err(Unready::NoIndex) } else { Ok(()) }
    }

    /// From now on, no more calls should come.
    pub fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// Ready when it is worth to look again.
    pub async fn may_have_changed(&self) {
        let mut draining = self.draining.subscribe();
        // The index tells nobody when it is exchanged. An error cannot be: we hold the sender.
        let _ = tokio::time::timeout(LOOK, draining.changed()).await;
    }

    /// The version of the index.
    pub fn index_version(&self) -> String {
        self.engine.snapshot().index_version().to_owned()
    }
}

impl Unready {
    /// For programs.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::NoIndex => "no_index",
        }
    }

    /// For people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Draining => "the server finishes the calls under way, and ends",
            Self::NoIndex => "no pack holds an entity; look into the log for what is wrong with the packs",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Gazetteer;

    #[tokio::test]
    async fn a_server_without_names_or_about_to_end_is_not_ready() {
        let engine = Engine::new(Arc::new(Gazetteer::new(Vec::new())));
        let readiness = Readiness::new(watch::Sender::new(false), engine);
        assert_eq!(readiness.check(), Err(Unready::NoIndex));
        let other = readiness.clone();
        let waiting = tokio::spawn(async move { other.may_have_changed().await });
        readiness.drain();
        waiting.await.expect("no panic");
        assert_eq!(readiness.check(), Err(Unready::Draining));
    }
}
