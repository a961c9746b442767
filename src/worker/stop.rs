//! A signal that is raised once and stays raised.

use std::sync::Arc;

use tokio::sync::watch;

/// A signal to stop, shared by everyone who holds a clone.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Makes a signal that is not raised.
    #[expect(clippy::new_without_default, reason = "a default signal says nothing about being raised")]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Raises it; again has no effect.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Says whether it is raised.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is raised.
    pub async fn raised(&self) {
        // The sender lives as long as `self`, so that waiting can only end by the signal.
        let _ = self.0.subscribe().wait_for(|raised| *raised).await;
    }
}
