//! Workers: who claims work, when it was last heard of, and what happens to its claims when it goes.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::WorkerId;

/// A worker as it was last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerRecord {
    /// Identity, new for each process.
    pub id: WorkerId,
    /// Name of the machine and the process, for people.
    pub name: String,
    /// Which process it is, as it said itself; `None` where its system did not tell.
    pub process: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last heard of.
    pub seen_at: Timestamp,
    /// When it stopped by itself.
    pub stopped_at: Option<Timestamp>,
}

impl Store {
    /// Makes a worker known.
    pub async fn start_worker(
        &self,
        id: WorkerId,
        name: &str,
        process: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO workers (id, name, process, started_at, seen_at) VALUES ($1, $2, $3, $4, $4)";
        self.execute(sql, values![id, name, process.map(str::to_owned), now]).await.map(drop)
    }

    /// Takes note that a worker is alive.
    pub async fn heartbeat(&self, id: WorkerId, now: Timestamp) -> Result<(), StoreError> {
        self.execute("UPDATE workers SET seen_at = $2 WHERE id = $1", values![id, now]).await.map(drop)
    }

    /// Returns the workers that have not stopped and were heard of at `since` or later.
    pub async fn workers(&self, since: Timestamp) -> Result<Vec<WorkerRecord>, StoreError> {
        let rows = self
            .rows(
                "SELECT id, name, process, started_at, seen_at, stopped_at FROM workers
                 WHERE stopped_at IS NULL AND seen_at >= $1 ORDER BY started_at, id",
                values![since],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Gives back everything that a worker has claimed, at its clean stop: due at once, not counted as an attempt.
    pub async fn release_all(&self, id: WorkerId, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let scans = "UPDATE scans SET state = 'waiting', worker = NULL, due_at = $2
                     WHERE worker = $1 AND state = 'claimed'";
        let pages = "UPDATE pages SET work = 'waiting', worker = NULL, due_at = $2
                     WHERE worker = $1 AND work = 'claimed'";
        let deposits = "UPDATE deposits SET state = 'waiting', worker = NULL, due_at = $2
                        WHERE worker = $1 AND state = 'claimed'";
        let duties = "UPDATE duties SET state = 'waiting', worker = NULL, due_at = $2
                      WHERE worker = $1 AND state = 'claimed'";
        let mut released = transaction.execute(scans, values![id, now]).await?;
        released += transaction.execute(deposits, values![id, now]).await?;
        released += transaction.execute(duties, values![id, now]).await?;
        released += transaction.execute(pages, values![id, now]).await?;
        let stop = "UPDATE workers SET seen_at = $2, stopped_at = $2 WHERE id = $1";
        transaction.execute(stop, values![id, now]).await?;
        transaction.commit().await?;
        Ok(released)
    }

    /// Ends the leases of a worker that is known to be dead, so that nobody has to wait for them to run out. They count
    /// as lost leases. Its late results, should it live after all, are still taken until the work is claimed anew.
    pub async fn expire_leases(&self, id: WorkerId, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let scans = "UPDATE scans SET due_at = $2 WHERE worker = $1 AND state = 'claimed' AND due_at > $2";
        let pages = "UPDATE pages SET due_at = $2 WHERE worker = $1 AND work = 'claimed' AND due_at > $2";
        let deposits = "UPDATE deposits SET due_at = $2 WHERE worker = $1 AND state = 'claimed' AND due_at > $2";
        let duties = "UPDATE duties SET due_at = $2 WHERE worker = $1 AND state = 'claimed' AND due_at > $2";
        let mut expired = transaction.execute(scans, values![id, now]).await?;
        expired += transaction.execute(deposits, values![id, now]).await?;
        expired += transaction.execute(duties, values![id, now]).await?;
        expired += transaction.execute(pages, values![id, now]).await?;
        let stop = "UPDATE workers SET stopped_at = $2 WHERE id = $1 AND stopped_at IS NULL";
        transaction.execute(stop, values![id, now]).await?;
        transaction.commit().await?;
        Ok(expired)
    }
}

fn read(row: &Row) -> Result<WorkerRecord, StoreError> {
    let stopped = row.optional_integer("stopped_at")?.map(Timestamp::from_microsecond).transpose();
    Ok(WorkerRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        process: row.optional_text("process")?,
        started_at: row.time("started_at")?,
        seen_at: row.time("seen_at")?,
        stopped_at: stopped.map_err(|_| StoreError::unreadable("stopped_at"))?,
    })
}
