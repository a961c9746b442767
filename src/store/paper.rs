//! Paper: boxes with their moves, how batches were prepared, and their closing.

use jiff::Timestamp;
use serde::Serialize;

use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::facts::read_account;
use super::values::{Row, values};
use super::{batches, ledger};
use crate::chart::facts::PaperFact;
use crate::chart::{
    Actor, BatchId, BoxLabel, CustodyStep, Digest, Fact, PersonId, Preparation, Reconciliation, Sheets,
};

/// A box of paper where it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxRow {
    /// Its label.
    pub label: BoxLabel,
    /// The last step, which took it where it is.
    pub last: BoxMove,
    /// Batches that were prepared out of it.
    pub batches: u64,
    /// Of these, the closed ones.
    pub batches_closed: u64,
}

/// One step of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxMove {
    /// What for.
    pub step: CustodyStep,
    /// Where to.
    pub place: String,
    /// Who moved it, by id and name.
    pub by: (PersonId, String),
    /// When.
    pub at: Timestamp,
}

/// What is known of the paper of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BatchPaper {
    /// How it was prepared.
    pub prepared: Option<Prepared>,
    /// Its closing, also one that waits for a second person.
    pub closing: Option<Closing>,
}

/// How a batch was prepared, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prepared {
    /// What was counted.
    #[serde(flatten)]
    pub preparation: Preparation,
    /// Who counted.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// The closing of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// The counts with which it is closed.
    pub account: Reconciliation,
    /// Why they differ; none where they agree.
    pub reason: Option<String>,
    /// Who closed it, or gave the reason.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Who confirmed the difference.
    pub confirmed_by: Option<PersonId>,
    /// When it was closed; none while a second person is waited for.
    pub closed_at: Option<Timestamp>,
}

const BOXES: &str = "SELECT box_moves.box, box_moves.step, box_moves.place, box_moves.moved_by, box_moves.moved_at,
        people.name AS moved_by_name,
        (SELECT count(*) FROM preparations WHERE preparations.box = box_moves.box) AS batches,
        (SELECT count(*) FROM preparations JOIN closings ON closings.batch = preparations.batch
            WHERE preparations.box = box_moves.box AND closings.closed_at IS NOT NULL) AS batches_closed
    FROM box_moves LEFT JOIN people ON people.id = box_moves.moved_by";
const LAST: &str = "box_moves.number = (SELECT max(number) FROM box_moves AS others WHERE others.box = box_moves.box)";

impl Store {
    /// Returns the next `limit` boxes after `after`, in the order of their labels.
    pub async fn boxes(&self, after: Option<&BoxLabel>, limit: u32) -> Result<Vec<BoxRow>, StoreError> {
        let sql = format!("{BOXES} WHERE box_moves.box > $1 AND {LAST} ORDER BY box_moves.box LIMIT $2");
        let after = after.map_or("", BoxLabel::as_str);
        self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?.iter().map(read_box).collect()
    }

    /// Returns a box.
    pub async fn paper_box(&self, label: &BoxLabel) -> Result<Option<BoxRow>, StoreError> {
        let sql = format!("{BOXES} WHERE box_moves.box = $1 AND {LAST}");
        self.row(sqlx::AssertSqlSafe(sql), values![label.as_str()]).await?.as_ref().map(read_box).transpose()
    }

    /// Returns every move of a box, the first one first.
    pub async fn box_moves(&self, label: &BoxLabel) -> Result<Vec<BoxMove>, StoreError> {
        let sql = format!("{BOXES} WHERE box_moves.box = $1 ORDER BY box_moves.number");
        self.rows(sqlx::AssertSqlSafe(sql), values![label.as_str()]).await?.iter().map(read_move).collect()
    }

    /// Returns the batches that were prepared out of a box, the oldest first.
    pub async fn batches_of_box(&self, label: &BoxLabel) -> Result<Vec<BatchId>, StoreError> {
        let sql = "SELECT batch FROM preparations WHERE box = $1 ORDER BY batch";
        self.rows(sql, values![label.as_str()]).await?.iter().map(|row| row.parsed("batch")).collect()
    }

    /// Returns what is known of the paper of a batch.
    pub async fn batch_paper(&self, batch: BatchId) -> Result<BatchPaper, StoreError> {
        paper(&mut self.begin_reading().await?, batch).await
    }

    /// Refuses where a batch is closed, unless the source of this key was delivered with it before.
    ///
    /// # Errors
    /// It is closed; the database failed.
    pub async fn takes_files(&self, batch: BatchId, source_key: Option<Digest>) -> Result<(), StoreError> {
        let mut transaction = self.begin_reading().await?;
        let sql = "SELECT id FROM deliveries WHERE batch = $1 AND source_key = $2 LIMIT 1";
        let known = match source_key {
            Some(source_key) => transaction.row(sql, values![batch, source_key]).await?.is_some(),
            None => false,
        };
        if known { Ok(()) } else { open(&mut transaction, batch).await }
    }

    /// Records how a batch is prepared.
    ///
    /// # Errors
    /// Files of it are here already: the sheets are counted before they are scanned. It is closed, or there is no such box.
    pub async fn prepare_batch(
        &self,
        person: PersonId,
        at: Timestamp,
        batch: BatchId,
        preparation: Preparation,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        alone(&mut transaction, batch).await?;
        open(&mut transaction, batch).await?;
        let sql = "SELECT id FROM deliveries WHERE batch = $1 LIMIT 1";
        if transaction.row(sql, values![batch]).await?.is_some() {
            return Err(refused(
                "files of this batch are here already: its sheets are counted before they are scanned. Where the count was \
                 wrong, close the batch with a reason",
            ));
        }
        let fact = Fact::Paper(PaperFact::BatchPrepared { batch, preparation });
        ledger::record(&mut transaction, Actor::Person(person), at, &[fact]).await?;
        transaction.commit().await
    }

    /// Closes a batch whose counts agree. Where they differ and there is a `reason`, that is kept, and a second person has
    /// to confirm it. Returns where the closing stands.
    ///
    /// # Errors
    /// Something is still to be read, the counts differ and there is no reason, or it is closed already.
    pub async fn close_batch(
        &self,
        person: PersonId,
        at: Timestamp,
        batch: BatchId,
        reason: Option<&str>,
    ) -> Result<Closing, StoreError> {
        let mut transaction = self.begin().await?;
        alone(&mut transaction, batch).await?;
        open(&mut transaction, batch).await?;
        let account = account(&mut transaction, batch).await?;
        whole(&account)?;
        let fact = match (account.sheets(), reason) {
            (Sheets::Agree, _) => PaperFact::BatchClosed { batch, account },
            (_, Some(reason)) => PaperFact::DifferenceExplained { batch, account, reason: reason.to_owned() },
            (_, None) => {
                return Err(refused(format!(
                    "the counts of this batch do not agree: {account}. Look for the paper and scan what is missing; or give \
                     a reason, which a second person has to confirm"
                )));
            }
        };
        ledger::record(&mut transaction, Actor::Person(person), at, &[Fact::Paper(fact)]).await?;
        end(transaction, batch).await
    }

    /// Confirms the difference for which somebody else gave a reason: the batch is closed.
    ///
    /// # Errors
    /// Nobody gave one, the same person did, or the counts have changed since.
    pub async fn confirm_batch(&self, person: PersonId, at: Timestamp, batch: BatchId) -> Result<Closing, StoreError> {
        let mut transaction = self.begin().await?;
        alone(&mut transaction, batch).await?;
        let account = account(&mut transaction, batch).await?;
        whole(&account)?;
        let fact = Fact::Paper(PaperFact::DifferenceConfirmed { batch, account });
        ledger::record(&mut transaction, Actor::Person(person), at, &[fact]).await?;
        end(transaction, batch).await
    }
}

/// Refuses where a batch is closed.
pub(super) async fn open(transaction: &mut Transaction, batch: BatchId) -> Result<(), StoreError> {
    let sql = "SELECT batch FROM closings WHERE batch = $1 AND closed_at IS NOT NULL";
    match transaction.row(sql, values![batch]).await? {
        None => Ok(()),
        Some(_) => {
            Err(refused("this batch is closed and takes in no more files: open another batch, with another name"))
        }
    }
}

/// Lets no file into a batch until the transaction ends. SQLite has one writer anyway. The lock is one that references to the
/// batch do not wait for: whoever makes them may hold the ledger, which is wanted next.
async fn alone(transaction: &mut Transaction, batch: BatchId) -> Result<(), StoreError> {
    let sql = format!("SELECT id FROM batches WHERE id = $1 {}", transaction.dialect("", "FOR NO KEY UPDATE"));
    let row = transaction.row(sqlx::AssertSqlSafe(sql), values![batch]).await?;
    row.map(drop).ok_or_else(|| StoreError::NotFound { what: "batch".into() })
}

/// Waits for whoever closes the batch at this moment, and lets nobody do so until the transaction ends.
pub(super) async fn with_others(transaction: &mut Transaction, batch: BatchId) -> Result<(), StoreError> {
    let sql = transaction.dialect("", "SELECT id FROM batches WHERE id = $1 FOR SHARE");
    if !sql.is_empty() {
        transaction.row(sqlx::AssertSqlSafe(sql.to_owned()), values![batch]).await?;
    }
    Ok(())
}

fn whole(account: &Reconciliation) -> Result<(), StoreError> {
    match (account.files_waiting, account.waiting) {
        (_, 0) => Ok(()),
        (0, pages) => Err(refused(format!("{pages} pages of this batch are still to be read: wait until they are"))),
        (files, _) => Err(refused(format!("{files} files of this batch are still to be opened: wait until they are"))),
    }
}

async fn account(transaction: &mut Transaction, batch: BatchId) -> Result<Reconciliation, StoreError> {
    let counts = batches::counts(transaction, batch).await?;
    let sql = "SELECT COALESCE(preparations.sheets, batches.expected_sheets) AS sheets, preparations.sides FROM batches
         LEFT JOIN preparations ON preparations.batch = batches.id WHERE batches.id = $1";
    let row = transaction.row(sql, values![batch]).await?;
    let row = row.ok_or_else(|| StoreError::NotFound { what: "batch".into() })?;
    Ok(Reconciliation::of(row.optional_count("sheets")?, row.optional_parsed("sides")?, &counts))
}

async fn end(mut transaction: Transaction, batch: BatchId) -> Result<Closing, StoreError> {
    let closing = paper(&mut transaction, batch).await?.closing;
    transaction.commit().await?;
    closing.ok_or_else(|| StoreError::unreadable("closings"))
}

async fn paper(transaction: &mut Transaction, batch: BatchId) -> Result<BatchPaper, StoreError> {
    let sql = "SELECT box, sheets, sides, charts, prepared_by, prepared_at FROM preparations WHERE batch = $1";
    let prepared = transaction.row(sql, values![batch]).await?.as_ref().map(read_preparation).transpose()?;
    let sql = "SELECT account, reason, said_by, said_at, confirmed_by, closed_at FROM closings WHERE batch = $1";
    let closing = transaction.row(sql, values![batch]).await?.as_ref().map(read_closing).transpose()?;
    Ok(BatchPaper { prepared, closing })
}

fn read_preparation(row: &Row) -> Result<Prepared, StoreError> {
    let preparation = Preparation {
        paper_box: row.optional_parsed("box")?,
        sheets: row.count("sheets")?,
        sides: row.parsed("sides")?,
        charts: row.optional_count("charts")?,
    };
    Ok(Prepared { preparation, by: row.parsed("prepared_by")?, at: row.time("prepared_at")? })
}

fn read_closing(row: &Row) -> Result<Closing, StoreError> {
    Ok(Closing {
        account: read_account(row)?,
        reason: row.optional_text("reason")?,
        by: row.parsed("said_by")?,
        at: row.time("said_at")?,
        confirmed_by: row.optional_parsed("confirmed_by")?,
        closed_at: row.optional_time("closed_at")?,
    })
}

fn read_move(row: &Row) -> Result<BoxMove, StoreError> {
    Ok(BoxMove {
        step: row.parsed("step")?,
        place: row.text("place")?,
        by: (row.parsed("moved_by")?, row.optional_text("moved_by_name")?.unwrap_or_default()),
        at: row.time("moved_at")?,
    })
}

fn read_box(row: &Row) -> Result<BoxRow, StoreError> {
    Ok(BoxRow {
        label: row.parsed("box")?,
        last: read_move(row)?,
        batches: row.size("batches")?,
        batches_closed: row.size("batches_closed")?,
    })
}
