//! Keeps the claims of a worker alive while it works on them.

use std::sync::{Mutex, PoisonError};

use super::{Parts, Stop, WorkerError};
use crate::store::{Claim, StoreError};

/// The claims that a worker holds at present.
#[derive(Default)]
pub struct Held {
    claims: Mutex<Vec<Claim>>,
}

impl Held {
    /// Takes note of claims.
    pub fn hold(&self, claims: impl Iterator<Item = Claim>) {
        self.claims().extend(claims);
    }

    /// Forgets a claim.
    pub fn let_go(&self, claim: &Claim) {
        self.claims().retain(|held| held != claim);
    }

    /// Renews every claim three times per lease, until `halt`. A claim that is lost is left to whoever has it now: its
    /// result will be refused.
    pub async fn keep(&self, parts: &Parts, halt: &Stop) -> Result<(), WorkerError> {
        let pause = parts.terms.lease / 3;
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = halt.raised() => return Ok(()),
            }
            match self.renew(parts).await {
                // Two more renewals fit into the lease, and a lost one costs only work that is done twice.
                Err(cause) if cause.is_transient() => tracing::warn!(%cause, "the leases were not renewed"),
                renewed => renewed?,
            }
        }
    }

    async fn renew(&self, parts: &Parts) -> Result<(), StoreError> {
        let now = parts.clock.now();
        parts.store.heartbeat(parts.worker, now).await?;
        let claims = self.claims().clone();
        for lost in parts.store.renew(&claims, now, parts.terms.lease).await? {
            // Work that was finished a moment ago is not lost.
            if self.claims().contains(&lost) {
                tracing::warn!(work = %lost, "the lease was lost");
                self.let_go(&lost);
            }
        }
        Ok(())
    }

    fn claims(&self) -> std::sync::MutexGuard<'_, Vec<Claim>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
