//! What whoever steers the work looks at: figures, what failed and another try for it, the health of the whole.

use serde::Serialize;

use super::fixity::FixityStatus;
use super::rights::no_such;
use super::{App, AppError};
use crate::access::Permission;
use crate::chart::PageId;
use crate::store::{FailedDeposit, FailedPage, Figures, PageSelection, Reliability, WorkerRecord};

/// Failed deposits that are listed.
const MOST_DEPOSITS: u32 = 200;
/// How long a worker that said nothing is shown.
const HEARD_OF: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// One look at everything.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// What waits, and how fast it goes.
    pub figures: Figures,
    /// How far the text of all pages can be relied on.
    pub reliability: Reliability,
    /// Where fixity and the custody of the archive stand.
    pub fixity: FixityStatus,
    /// Deposits that failed.
    pub failed_deposits: Vec<FailedDeposit>,
}

/// How the parts of the program are.
#[derive(Debug, Clone)]
pub struct Health {
    /// The parts, each with how it is.
    pub checks: Vec<HealthCheck>,
    /// Workers that were heard of lately.
    pub workers: Vec<WorkerRecord>,
}

/// How one part is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthCheck {
    /// The part.
    pub name: &'static str,
    /// Whether it works.
    pub good: bool,
    /// What there is to say of it.
    pub message: String,
}

impl App {
    /// Looks at everything.
    ///
    /// # Errors
    /// They may not look; the database failed, or the archive cannot be listed.
    pub async fn dashboard(&self) -> Result<Dashboard, AppError> {
        Ok(Dashboard {
            figures: self.store.figures(self.clock.now()).await?,
            reliability: self.store.reliability(None).await?,
            fixity: self.fixity_status().await?,
            failed_deposits: self.store.failed_deposits(MOST_DEPOSITS).await?,
        })
    }

    /// Returns the next pages that need a person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn failures(&self, after: Option<PageId>, limit: u32) -> Result<Vec<FailedPage>, AppError> {
        Ok(self.store.failed_pages(after, limit).await?)
    }

    /// Puts a page back in the queue.
    ///
    /// # Errors
    /// They may not; the page has not failed; the database failed.
    pub async fn retry_page(&self, page: PageId) -> Result<(), AppError> {
        match self.store.retry_pages(PageSelection::Page(page), self.clock.now()).await? {
            0 => Err(no_such("failed page")),
            _ => Ok(()),
        }
    }

    /// Looks at the parts of the program: database, folders, index, archive, workers.
    ///
    /// # Errors
    /// They may not look; the database failed.
    pub async fn health(&self) -> Result<Health, AppError> {
        self.actor(Permission::Operate, &[]).await?;
        let mut checks = Vec::new();
        let mut add = |name, good, message: String| checks.push(HealthCheck { name, good, message });
        add("database", true, format!("{} answers", self.store.engine()));
        let unseen = self.unseen().await;
        match unseen {
            Ok(unseen) if unseen.index_complete => {
                add("index", true, format!("{} changes wait for it", unseen.changes_not_indexed));
            }
            Ok(_) => add("index", false, "it is being built, or another one takes in what changes".into()),
            Err(cause) => add("index", false, cause.to_string()),
        }
        let fixity = self.fixity_status().await?;
        for alert in &fixity.alerts {
            add("archive", false, alert.to_string());
        }
        if fixity.alerts.is_empty() {
            add("archive", true, format!("{}; nothing to be alarmed about", self.vault.describes()));
        }
        for duty in &fixity.duties {
            add("duty", duty.failures == 0, format!("{}: {}", duty.name, duty.told));
        }
        let since = self.clock.now().saturating_sub(HEARD_OF).unwrap_or(jiff::Timestamp::MIN);
        let workers = self.store.workers(since).await?;
        Ok(Health { checks, workers })
    }
}
