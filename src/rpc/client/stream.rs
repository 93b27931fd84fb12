//! [`ResolutionStream`]: the answers to a list of any length.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tonic::Streaming;

use super::{Client, ClientError, name_query};
use crate::resolve::Resolution;
use crate::rpc::convert::UnreadableAnswer;
use crate::rpc::pb;

/// The answers to a [`Client::resolve_stream`], in the order of the names.
#[derive(Debug)]
pub struct ResolutionStream {
    pub(super) client: Client,
    pub(super) responses: Streaming<pb::StreamResolveNamesResponse>,
    pub(super) asked: Asked,
    pub(super) ready: VecDeque<Resolution>,
}

impl ResolutionStream {
    /// The next answer; `None` after the last. After an error there is no further answer.
    ///
    /// Waits without limit, for the names may come slowly: whoever knows that names have been sent sets the limit.
    pub async fn next(&mut self) -> Result<Option<Resolution>, ClientError> {
        while self.ready.is_empty() {
            let message = self.responses.message().await.map_err(|status| self.client.error(&status))?;
            let Some(pb::StreamResolveNamesResponse { resolutions, index_version }) = message else {
                // A stream that ends early must not look complete.
                return self
                    .asked
                    .nothing_left()
                    .map(|()| None)
                    .map_err(|error| self.client.unreadable(error));
            };
            let names = self.asked.take(resolutions.len());
            self.ready.extend(self.client.read(names, resolutions, &index_version)?);
        }
        Ok(self.ready.pop_front())
    }
}

/// The names that were sent and are not yet answered: as many as the server reads ahead. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(Arc<Mutex<VecDeque<String>>>);

impl Asked {
    /// Notes the names, and makes a request of them.
    pub fn request(&self, names: Vec<String>, options: &pb::ResolveOptions) -> pb::StreamResolveNamesRequest {
        let queries = names.iter().map(|name| name_query(name)).collect();
        self.names().extend(names);
        pb::StreamResolveNamesRequest {
            queries,
            options: Some(options.clone()),
            expected_index_version: String::new(),
        }
    }

    /// The next `count` names, or as many as there are.
    fn take(&self, count: usize) -> Vec<String> {
        let mut names = self.names();
        let count = count.min(names.len());
        names.drain(..count).collect()
    }

    fn nothing_left(&self) -> Result<(), UnreadableAnswer> {
        match self.names().len() {
            0 => Ok(()),
            expected => Err(UnreadableAnswer::Count { expected, found: 0 }),
        }
    }

    fn names(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
