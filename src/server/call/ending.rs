//! [`Ending`]: when a call must end, answered or not.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::watch;
use tokio::time::Instant;

use super::Shared;
use crate::rpc::Failure;

/// The end of a call: at its deadline, or once the server closes.
///
/// Nothing waits for it until it is polled, so that a call which is answered at once touches no timer.
pub(super) struct Ending {
    deadline: Option<Instant>,
    shared: Arc<Shared>,
    wait: Option<Pin<Box<dyn Future<Output = Failure> + Send>>>,
}

impl Ending {
    pub fn new(deadline: Option<Instant>, shared: Arc<Shared>) -> Self {
        Self { deadline, shared, wait: None }
    }

    /// With another deadline from now on.
    pub fn with_deadline(self, deadline: Option<Instant>) -> Self {
        if deadline == self.deadline { self } else { Self { deadline, wait: None, ..self } }
    }

    /// Why the call must end by now, if it must.
    pub fn is_due(&self) -> Option<Failure> {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Some(Failure::DeadlineExceeded);
        }
        // Takes no lock, as a look at the value would: it changes once, to true. An error means that the server is gone.
        self.shared.is_closing.has_changed().unwrap_or(true).then_some(Failure::ShuttingDown)
    }

    /// Ready when the call must end.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Failure> {
        let Self { deadline, shared, wait } = self;
        let wait = wait.get_or_insert_with(|| Box::pin(end(*deadline, shared.is_closing.clone())));
        wait.as_mut().poll(cx)
    }
}

async fn end(deadline: Option<Instant>, mut is_closing: watch::Receiver<bool>) -> Failure {
    let deadline = async {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = deadline => Failure::DeadlineExceeded,
        // An error means that the server is gone, which is an end as well.
        _ = is_closing.wait_for(|closing| *closing) => Failure::ShuttingDown,
    }
}
