//! Paper: boxes and where they go; batches that are prepared before they are scanned, and closed afterwards.

use super::{App, AppError};
use crate::access::Permission;
use crate::chart::facts::PaperFact;
use crate::chart::{Actor, Batch, BatchId, BoxLabel, CustodyStep, Fact, PersonId, Preparation};
use crate::store::{BoxMove, BoxRow, Closing};

/// Rows that are read from the database at a time.
const ROWS: u32 = 200;

/// A box with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxHistory {
    /// The box.
    pub row: BoxRow,
    /// Its moves, the first one first.
    pub moves: Vec<BoxMove>,
    /// The batches that were prepared out of it, oldest first. One that is known to the ledger only is left out.
    pub batches: Vec<Batch>,
}

impl App {
    /// Returns every box, in the order of their labels.
    ///
    /// # Errors
    /// The database failed.
    pub async fn boxes(&self) -> Result<Vec<BoxRow>, AppError> {
        let mut boxes: Vec<BoxRow> = Vec::new();
        loop {
            let mut rows = self.store.boxes(boxes.last().map(|row| &row.label), ROWS).await?;
            if rows.is_empty() {
                return Ok(boxes);
            }
            boxes.append(&mut rows);
        }
    }

    /// Returns a box with its moves and batches.
    ///
    /// # Errors
    /// There is none of this label; the database failed.
    pub async fn box_history(&self, label: &BoxLabel) -> Result<BoxHistory, AppError> {
        let row = self.box_known(label).await?;
        let moves = self.store.box_moves(label).await?;
        let mut batches = Vec::new();
        for batch in self.store.batches_of_box(label).await? {
            batches.extend(self.store.batch(batch).await?);
        }
        Ok(BoxHistory { row, moves, batches })
    }

    /// Records that a box came in, and where it is.
    ///
    /// # Errors
    /// The person may not; there is a box of this label already.
    pub async fn add_box(&self, label: BoxLabel, place: &str) -> Result<(), AppError> {
        self.paper_fact(PaperFact::BoxReceived { label, place: place.to_owned() }).await
    }

    /// Records that a box was taken elsewhere.
    ///
    /// # Errors
    /// The person may not; there is no such box, or it was returned and not received again.
    pub async fn move_box(&self, label: BoxLabel, step: CustodyStep, place: &str) -> Result<(), AppError> {
        self.paper_fact(PaperFact::BoxMoved { label, step, place: place.to_owned() }).await
    }

    /// Makes the batch that is to be prepared so.
    ///
    /// # Errors
    /// The person may not prepare it; there is no such box; the name or the pipeline cannot be used.
    pub async fn open_for_paper(
        &self,
        name: &str,
        pipeline: Option<&str>,
        preparation: &Preparation,
    ) -> Result<Batch, AppError> {
        self.actor(Permission::Label, &[]).await?;
        if name.trim().is_empty() {
            return Err(AppError::Unfit("a batch needs a name that is not empty".into()));
        }
        // What would refuse the preparation is found before there is a batch.
        if let Some(label) = &preparation.paper_box {
            self.box_known(label).await?;
        }
        Ok(self.open_batch(name, pipeline, None).await?.batch)
    }

    /// Records how a batch is prepared, before any file of it comes.
    ///
    /// # Errors
    /// The person may not; files of it are here; it is closed; there is no such box.
    pub async fn prepare_batch(&self, batch: BatchId, preparation: Preparation) -> Result<(), AppError> {
        let person = self.at_batch(Permission::Label, batch, &[]).await?;
        Ok(self.store.prepare_batch(person, self.clock.now(), batch, preparation).await?)
    }

    /// Closes a batch whose counts agree; where they differ, `reason` is kept for a second person to confirm.
    ///
    /// # Errors
    /// The person may not; something is still to be read; the counts differ without a reason; it is closed.
    pub async fn close_batch(&self, batch: BatchId, reason: Option<&str>) -> Result<Closing, AppError> {
        let person = self.at_batch(Permission::Label, batch, &[]).await?;
        Ok(self.store.close_batch(person, self.clock.now(), batch, reason).await?)
    }

    /// Confirms the difference for which somebody else gave a reason, which closes the batch.
    ///
    /// # Errors
    /// The person may not, or gave the reason themselves; there is none; the counts have changed since.
    pub async fn confirm_batch(&self, batch: BatchId) -> Result<Closing, AppError> {
        let waits = self.store.batch_paper(batch).await?.closing.filter(|closing| closing.closed_at.is_none());
        let said_by: Vec<PersonId> = waits.map(|closing| closing.by).into_iter().collect();
        let person = self.at_batch(Permission::ReviewOthers, batch, &said_by).await?;
        Ok(self.store.confirm_batch(person, self.clock.now(), batch).await?)
    }

    async fn box_known(&self, label: &BoxLabel) -> Result<BoxRow, AppError> {
        let row = self.store.paper_box(label).await?;
        row.ok_or_else(|| {
            AppError::NotFound(format!("there is no box {label}. `muniment box list` shows what there is"))
        })
    }

    async fn paper_fact(&self, fact: PaperFact) -> Result<(), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Paper(fact)]).await?;
        Ok(())
    }

    /// Returns who asks, when they may do it and the batch is not the work of others alone.
    async fn at_batch(
        &self,
        permission: Permission,
        batch: BatchId,
        done_by: &[PersonId],
    ) -> Result<PersonId, AppError> {
        let person = self.actor(permission, done_by).await?.person;
        if self.store.batches_of_others(person).await?.contains(&batch) {
            return Err(AppError::NotFound("there is no such batch, or it is the work of others".into()));
        }
        Ok(person)
    }
}
