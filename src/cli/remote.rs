//! `--server`: answers from a running service.

mod flags;

pub use flags::ServerArgs;

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Runtime;

use super::failure::{Exit, Failure};
use super::terminal::note;
use crate::resolve::{Explanation, Resolution, ResolveOptions};
use crate::rpc::{Client, ClientError, ClientOptions};

/// A connection to a server, for callers that wait.
pub struct Remote {
    runtime: Runtime,
    client: Client,
    index_version: OnceLock<String>,
    has_told_of_change: AtomicBool,
}

impl Remote {
    /// Connects to the server at `url`.
    pub fn connect(url: &str, options: ClientOptions) -> Result<Self, Failure> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(
                |error| Failure::new(Exit::Internal, format!("cannot start the runtime: {error}")),
            )?;
        let client = runtime.block_on(Client::connect(url, options))?;
        Ok(Self {
            runtime,
            client,
            index_version: OnceLock::new(),
            has_told_of_change: AtomicBool::new(false),
        })
    }

    /// Resolves `names`; the answers are in their order.
    pub fn resolve(&self, names: &[&str], options: &ResolveOptions) -> Result<Vec<Resolution>, Failure> {
        let mut client = self.client.clone();
        let answers = self.runtime.block_on(client.resolve_all(names, options))?;
        if let Some(answer) = answers.last() {
            self.watch_index(&answer.index_version);
        }
        Ok(answers)
    }

    /// Explains why the entity that bears `id` was chosen for `name`, or why not.
    pub fn explain(&self, name: &str, id: &str, options: &ResolveOptions) -> Result<Explanation, Failure> {
        let mut client = self.client.clone();
        let explanation = self.runtime.block_on(client.explain(name, id, options))?;
        self.watch_index(&explanation.index_version);
        Ok(explanation)
    }

    /// Tells, once, if the answers of this run do not all come from one index.
    fn watch_index(&self, index_version: &str) {
        let first = self.index_version.get_or_init(|| index_version.to_owned());
        if first != index_version && !self.has_told_of_change.swap(true, Ordering::Relaxed) {
            note("warning: the server took up another index meanwhile; the answers come from more than one");
        }
    }

    /// Resolves names that have options of their own; the answers are in their order.
    pub fn resolve_each(&self, queries: &[(&str, ResolveOptions)]) -> Result<Vec<Resolution>, Failure> {
        let mut groups: Vec<(&ResolveOptions, Vec<usize>)> = Vec::new();
        for (place, (_, options)) in queries.iter().enumerate() {
            match groups.iter_mut().find(|(known, _)| *known == options) {
                Some((_, places)) => places.push(place),
                None => groups.push((options, vec![place])),
            }
        }
        let mut answers = HashMap::with_capacity(queries.len());
        for (options, places) in groups {
            let names: Vec<&str> =
                places.iter().filter_map(|&place| queries.get(place)).map(|(name, _)| *name).collect();
            answers.extend(places.into_iter().zip(self.resolve(&names, options)?));
        }
        Ok((0..queries.len()).filter_map(|place| answers.remove(&place)).collect())
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let exit = match &error {
            ClientError::BadUrl { .. }
            | ClientError::Refused { .. }
            | ClientError::TokenInClear { .. }
            | ClientError::UnknownEntity { .. } => Exit::Usage,
            ClientError::Unreachable { .. } | ClientError::TimedOut { .. } | ClientError::Lost { .. } => {
                Exit::Temporary
            }
            _ => Exit::Io,
        };
        Self::new(exit, error.to_string())
    }
}
