//! The work of a long-running process: reading what arrives, keeping the index, the ledger and the archive.

use super::{App, AppError};
use crate::worker::{Stop, Until};

impl App {
    /// Works until `stop` is raised: reads what waits, keeps the index in step, ships the ledger, looks after the archive.
    ///
    /// # Errors
    /// The database failed, or a part of the work cannot be begun. The rest is stopped then.
    pub async fn work(&self, stop: &Stop) -> Result<(), AppError> {
        let worker = self.worker(Vec::new()).await?;
        let read = Stop::new();
        let reading = async {
            let outcome = worker.run(&Until::Stopped, stop).await;
            stop.raise();
            read.raise();
            outcome
        };
        let custody = async {
            let outcome = self.keep_custody(stop).await;
            stop.raise();
            outcome
        };
        let indexing = async {
            // Pages are read and kept without an index, too: what is wrong with it is said, and work goes on.
            if let Err(cause) = self.keep_index(&read, stop).await {
                tracing::error!(%cause, "the index is not kept; `muniment doctor` says what to do");
            }
        };
        let (worked, kept, (), ()) = tokio::join!(reading, custody, indexing, self.keep_ledger_shipped(&read));
        worked?;
        kept
    }
}
