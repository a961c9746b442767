//! Deposits on request: what is due, until nothing is left.

use super::{App, AppError, new_worker};
use crate::worker::Stop;

/// What a run of deposits has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deposits {
    /// Versions that came into the archive.
    pub deposited: u64,
}

impl App {
    /// Makes every deposit that is due, until `stop` is raised; `progress` is told how many were tried.
    ///
    /// # Errors
    /// The database, the archive or the children cannot be used.
    pub async fn make_deposits(&self, stop: &Stop, mut progress: impl FnMut(u64)) -> Result<Deposits, AppError> {
        self.free_claims_of_the_dead().await?;
        self.draw_due_lots().await?;
        let before = self.store.archived_versions().await?;
        let depositor = self.depositor(new_worker()).await?;
        let process = super::process::ProcessIdentity::own().map(|own| own.to_string());
        let name = super::parts::worker_name();
        self.store.start_worker(depositor.worker, &name, process.as_deref(), self.clock.now()).await?;
        let mut tried = 0;
        let outcome = loop {
            if stop.is_raised() {
                break Ok(());
            }
            let next = tokio::select! {
                next = depositor.next() => next,
                () = stop.raised() => break Ok(()),
            };
            match next {
                Ok(true) => {
                    tried += 1;
                    progress(tried);
                }
                Ok(false) => break Ok(()),
                Err(cause) => break Err(cause),
            }
        };
        depositor.pool.shut_down().await;
        self.store.release_all(depositor.worker, self.clock.now()).await?;
        outcome?;
        Ok(Deposits { deposited: self.store.archived_versions().await?.saturating_sub(before) })
    }
}
