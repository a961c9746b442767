//! Claims due work and calls the steps; one file per kind of work.
//!
//! Any number of workers, on one machine or several, share one database and one object store. Each claims a scan or some
//! pages with a lease, renews it while it works (`renewal`), and ends the claim in the transaction that records the
//! result. A worker that dies is noticed when its leases run out; then somebody else does the work.

mod custody;
mod deposit;
mod index_pages;
mod open_scan;
mod read_pages;
mod redraw;
mod renewal;
mod ship_ledger;
mod stop;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::archive::{ArchiveError, Areas};
use crate::chart::{BatchId, Clock, Digest, DocumentId, Secret, WorkerId};
use crate::pipeline::shelf::Shelf;
use crate::sandbox::{CallError, Pool, StartError};
use crate::store::{ClaimedPage, PageSelection, Store, StoreError};

pub use custody::{Custodian, Duty, Turn, TurnError};
pub use deposit::{Depositor, Locking};
pub use index_pages::{COMPLETE, IndexError, Indexer};
pub use redraw::Redrawer;
pub use ship_ledger::{LedgerLocks, ShipError, Shipped, archived, ship};
pub use stop::Stop;

/// How long an idle worker sleeps before it looks for work again.
const IDLE: Duration = Duration::from_millis(300);
/// Failures in a row, of a kind that passes (the database restarts), after which a worker gives up: a minute and a half.
const MOST_FAILURES: u32 = 6;

/// What a worker works with.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The object store.
    pub areas: Areas,
    /// Definitions of pipelines.
    pub shelf: Shelf,
    /// Reading children.
    pub pool: Pool,
    /// Draws pages that the children cannot.
    pub redrawer: Redrawer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids for new documents.
    pub new_document: Box<dyn Fn() -> DocumentId + Send + Sync>,
    /// Identity of this worker.
    pub worker: WorkerId,
    /// Name of this worker for people: machine and process.
    pub name: String,
    /// Which process it is, for later ones on the same machine; `None` where the system does not tell.
    pub process: Option<String>,
    /// Passwords for encrypted files, for this run; kept nowhere.
    pub passwords: Vec<Secret>,
    /// Makes the deposits that are due when no page waits to be read.
    pub depositor: Depositor,
    /// Limits and times.
    pub terms: Terms,
}

/// Limits and times of a worker.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Pieces of work done at the same time: the number of children.
    pub at_once: usize,
    /// How long a claim lasts without renewal.
    pub lease: Duration,
    /// How long one page may take.
    pub page_deadline: Duration,
    /// Most pages of a file.
    pub max_pages: u32,
    /// How long listing a file's pages may take.
    pub file_deadline: Duration,
}

/// When a worker is done.
#[derive(Debug, Clone)]
pub enum Until {
    /// When it is told to stop.
    Stopped,
    /// When nothing of the batch (or, with `None`, nothing at all) is left and `complete` says that no more will come.
    NothingLeft {
        /// The batch.
        batch: Option<BatchId>,
        /// Raised when everything was delivered.
        complete: Stop,
    },
    /// When these pages are read with this pipeline; nothing else is claimed.
    PagesRead {
        /// The pages.
        selection: PageSelection,
        /// The pipeline that they wait for.
        pipeline: Digest,
    },
}

/// Why a worker gave up. A page or a file that cannot be read is no such reason.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// No child could be started.
    #[error("recognition cannot start: {0}. Run `muniment doctor`")]
    Start(#[from] StartError),
    /// A file of this machine could not be used.
    #[error("a temporary file cannot be used: {0}. Check the free space")]
    Io(#[from] std::io::Error),
}

/// Claims due work and does it.
pub struct Worker {
    parts: Parts,
    held: renewal::Held,
}

/// What became of one look for work.
enum Found {
    Work,
    Nothing,
    Done,
}

impl Worker {
    /// Prepares a worker; nothing is claimed yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, held: renewal::Held::default() }
    }

    /// Works until `until`, or until `stop` is raised; then gives every claim back.
    ///
    /// # Errors
    /// The database, the object store or the children cannot be used at all.
    pub async fn run(&self, until: &Until, stop: &Stop) -> Result<(), WorkerError> {
        let parts = &self.parts;
        parts.store.start_worker(parts.worker, &parts.name, parts.process.as_deref(), parts.clock.now()).await?;
        // One failing piece of work ends the others too: they see the stop.
        let halt = Stop::new();
        let works = futures::future::join_all((0..parts.terms.at_once.max(1)).map(|_| self.work(until, stop, &halt)));
        let renewing = self.held.keep(parts, &halt);
        let outcome = tokio::select! {
            results = works => results.into_iter().collect::<Result<(), _>>(),
            renewed = renewing => renewed,
        };
        halt.raise();
        parts.pool.shut_down().await;
        parts.depositor.pool.shut_down().await;
        parts.store.release_all(parts.worker, parts.clock.now()).await?;
        outcome
    }

    async fn work(&self, until: &Until, stop: &Stop, halt: &Stop) -> Result<(), WorkerError> {
        let mut failures = 0;
        loop {
            if stop.is_raised() || halt.is_raised() {
                return Ok(());
            }
            let found = tokio::select! {
                found = self.do_next(until, stop) => found,
                () = halt.raised() => return Ok(()),
            };
            let pause = match found {
                Ok(Found::Done) => return Ok(()),
                Ok(Found::Work) => {
                    failures = 0;
                    continue;
                }
                Ok(Found::Nothing) => {
                    failures = 0;
                    IDLE
                }
                Err(WorkerError::Store(cause)) if cause.is_transient() && failures < MOST_FAILURES => {
                    tracing::warn!(%cause, failures, "the database could not be used; trying again");
                    failures += 1;
                    back_off(failures - 1)
                }
                Err(cause) => {
                    halt.raise();
                    return Err(cause);
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.raised() => {}
                () = halt.raised() => {}
            }
        }
    }

    /// Files come before pages: the sooner all pages are known, the sooner the time left can be told.
    async fn do_next(&self, until: &Until, stop: &Stop) -> Result<Found, WorkerError> {
        let parts = &self.parts;
        let now = parts.clock.now();
        // A run for one batch ends with it, though other batches have work left: whoever started it waits for this one.
        if matches!(until, Until::NothingLeft { batch: Some(_), .. }) && self.is_done(until).await? {
            return Ok(Found::Done);
        }
        if let Until::PagesRead { selection, pipeline } = *until {
            let (lease, most) = (parts.terms.lease, self.share(Some((selection, pipeline)), now).await?);
            let pages = parts.store.claim_pages_for(selection, pipeline, parts.worker, most, now, lease).await?;
            return self.read_or_end(pages, until, stop).await;
        }
        if let Some(scan) = parts.store.claim_scan(parts.worker, now, parts.terms.lease).await? {
            open_scan::open(self, scan).await?;
            return Ok(Found::Work);
        }
        if let Some(batch) = self.unlocks(until)
            && let Some(scan) = parts.store.claim_locked_scan(parts.worker, batch, now, parts.terms.lease).await?
        {
            open_scan::open(self, scan).await?;
            return Ok(Found::Work);
        }
        let most = self.share(None, now).await?;
        let pages = parts.store.claim_pages(parts.worker, most, now, parts.terms.lease).await?;
        self.read_or_end(pages, until, stop).await
    }

    /// Returns how many pages one child takes now: near the end, each its part of what is left.
    async fn share(&self, of: Option<(PageSelection, Digest)>, now: Timestamp) -> Result<u32, WorkerError> {
        let children = u32::try_from(self.parts.terms.at_once).unwrap_or(u32::MAX).max(1);
        let enough = read_pages::AT_ONCE.saturating_mul(children);
        Ok(part_of(self.parts.store.due_pages(of, now, enough).await?, children))
    }

    async fn read_or_end(&self, pages: Vec<ClaimedPage>, until: &Until, stop: &Stop) -> Result<Found, WorkerError> {
        if pages.is_empty() {
            let other_work = !matches!(until, Until::PagesRead { .. });
            if other_work && self.parts.depositor.next().await? {
                return Ok(Found::Work);
            }
            return Ok(if self.is_done(until).await? { Found::Done } else { Found::Nothing });
        }
        read_pages::read(self, pages, stop).await?;
        Ok(Found::Work)
    }

    async fn is_done(&self, until: &Until) -> Result<bool, WorkerError> {
        let (batch, complete) = match until {
            Until::Stopped => return Ok(false),
            Until::NothingLeft { batch, complete } => (batch, complete),
            Until::PagesRead { selection, pipeline } => {
                return Ok(self.parts.store.pages_left(*selection, *pipeline).await? == 0);
            }
        };
        if !complete.is_raised() {
            return Ok(false);
        }
        if self.parts.store.is_work_left(*batch).await? {
            return Ok(false);
        }
        // Whoever waits for a batch waits for its pages; what people decide takes its own time.
        if batch.is_none() && self.parts.store.deposits_due(self.now()).await? > 0 {
            return Ok(false);
        }
        match self.unlocks(until) {
            Some(batch) => Ok(self.parts.store.locked_scans(self.parts.worker, batch).await? == 0),
            None => Ok(true),
        }
    }

    /// Returns the batch whose encrypted files this run can open, even if a worker without the password had them first.
    const fn unlocks(&self, until: &Until) -> Option<BatchId> {
        match until {
            Until::NothingLeft { batch, .. } if !self.parts.passwords.is_empty() => *batch,
            _ => None,
        }
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }
}

/// Returns the part of `due` pages that one of `children` takes.
fn part_of(due: u32, children: u32) -> u32 {
    due.div_ceil(children.max(1)).clamp(1, read_pages::AT_ONCE)
}

/// Returns how long to wait before the next attempt after `failed` ones: 1 s, 4 s, 9 s, ...
fn back_off(failed: u32) -> Duration {
    let tries = failed.saturating_add(1).min(60);
    Duration::from_secs(u64::from(tries * tries))
}

/// Says whether only this file is the matter, not the whole store: other work can go on.
const fn concerns_one_file(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Missing { .. } | ArchiveError::Damaged { .. })
}

/// Says why an attempt failed, in words that hold nothing of the page.
fn reason(error: &CallError) -> String {
    match error {
        CallError::Deadline(limit) => format!("it took longer than {} s", limit.as_secs()),
        CallError::MemoryLimit(bytes) => {
            format!("it took more memory than the {} MiB allowed (recognition.memory_mib)", bytes >> 20)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_child_is_left_without_work_while_pages_wait() {
        assert_eq!(part_of(4, 2), 2, "a file of four pages is read by both children");
        assert_eq!((part_of(1, 2), part_of(3, 2), part_of(5, 8)), (1, 2, 1));
        assert_eq!((part_of(8, 2), part_of(100, 2), part_of(4, 1)), (4, 4, 4));
        assert_eq!(part_of(0, 2), 1);
    }
}
