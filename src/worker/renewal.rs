//! Keeps the claims of a worker alive while it works on them.

use std::sync::{Mutex, PoisonError};

use super::{Parts, Stop, WorkerError};
use crate::store::{PageClaim, ScanClaim, StoreError};

/// The claims that a worker holds at present.
#[derive(Default)]
pub struct Held {
    claims: Mutex<Claims>,
}

#[derive(Default)]
struct Claims {
    scans: Vec<ScanClaim>,
    pages: Vec<PageClaim>,
}

impl Held {
    /// Takes note of a claim on a scan.
    pub fn hold_scan(&self, claim: &ScanClaim) {
        self.claims().scans.push(claim.clone());
    }

    /// Forgets a claim on a scan.
    pub fn let_scan_go(&self, claim: &ScanClaim) {
        self.claims().scans.retain(|held| held != claim);
    }

    /// Takes note of claims on pages.
    pub fn hold_pages<'a>(&self, claims: impl Iterator<Item = &'a PageClaim>) {
        self.claims().pages.extend(claims.cloned());
    }

    /// Forgets a claim on a page.
    pub fn let_page_go(&self, claim: &PageClaim) {
        self.claims().pages.retain(|held| held != claim);
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
        let (scans, pages) = {
            let claims = self.claims();
            (claims.scans.clone(), claims.pages.clone())
        };
        for claim in scans {
            match parts.store.renew_scan(&claim, now, parts.terms.lease).await {
                Err(StoreError::ClaimLost { .. }) => self.let_scan_go(&claim),
                renewed => renewed?,
            }
        }
        for lost in parts.store.renew_pages(&pages, now, parts.terms.lease).await? {
            // A page that was finished a moment ago is not lost.
            if self.claims().pages.contains(&lost) {
                tracing::warn!(page = %lost.page, "the lease was lost");
                self.let_page_go(&lost);
            }
        }
        Ok(())
    }

    fn claims(&self) -> std::sync::MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
