//! Lots of documents on their way into the archive: which ones wait for one, what was found, and the decision.

use std::str::FromStr;

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Row, values};
use super::{ledger, page_progress, review};
use crate::chart::facts::{LotDraw, LotFact};
use crate::chart::{
    Actor, BatchId, Defect, DefectClass, Digest, DocumentId, Fact, LotId, PersonId, RecordId, Sampled, Stringency,
};

/// Where a lot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LotState {
    /// Drawn, not decided.
    Open,
    /// Its documents go on to their deposits.
    Released,
    /// They do not: they are drawn again.
    HeldBack,
}

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotRow {
    /// Identity.
    pub id: LotId,
    /// Batch.
    pub batch: BatchId,
    /// Where it stands.
    pub state: LotState,
    /// The plan: `off`, `all`, or the acceptance quality limit.
    pub plan: String,
    /// How strictly it was sampled.
    pub stringency: Stringency,
    /// The seed of the draw.
    pub seed: Digest,
    /// Documents of the drawn sample that may have a major defect.
    pub accepts: u32,
    /// Documents.
    pub documents: u32,
    /// Documents to check.
    pub sampled: u32,
    /// Of these, the ones that nobody has checked.
    pub unchecked: u32,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// When and by whom it was decided.
    pub decided: Option<(Timestamp, PersonId)>,
    /// Why it is held back.
    pub reason: Option<String>,
}

/// A document of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotDocument {
    /// The record.
    pub record: RecordId,
    /// Its document.
    pub document: DocumentId,
    /// Who accepted it; `None` when a rule did.
    pub accepted_by: Option<PersonId>,
    /// How it came to be checked.
    pub sampled: Sampled,
    /// Who checked it.
    pub checked_by: Option<PersonId>,
    /// What was found.
    pub defects: Vec<Defect>,
}

/// The accepted documents of a batch that are in no lot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LotCandidates {
    /// Those that can become one, with who accepted them.
    pub ready: Vec<(RecordId, Option<PersonId>)>,
    /// Whether one of them was in a lot that was held back.
    pub held_back_before: bool,
    /// Documents that nobody has decided about, or whose acceptance can still be undone or is to be reviewed.
    pub not_ready: u64,
}

impl LotState {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Released => "released",
            Self::HeldBack => "held-back",
        }
    }
}

impl FromStr for LotState {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Open, Self::Released, Self::HeldBack].into_iter().find(|state| state.name() == name).ok_or(())
    }
}

const LOTS: &str = "SELECT lots.id, lots.batch, lots.state, lots.plan, lots.stringency, lots.seed, lots.accepts,
        lots.drawn_at, lots.decided_at, lots.decided_by, lots.reason,
        (SELECT count(*) FROM lot_records WHERE lot = lots.id) AS documents,
        (SELECT count(*) FROM lot_records WHERE lot = lots.id AND sampled <> 'no') AS sampled,
        (SELECT count(*) FROM lot_records WHERE lot = lots.id AND sampled <> 'no' AND checked_by IS NULL) AS unchecked
    FROM lots";

/// A first version that waits and is in no lot, or in one that was held back.
const IN_NO_LOT: &str = "record_versions.version = 1 AND record_versions.state = 'waiting' AND NOT deposits.released
    AND NOT EXISTS (SELECT 1 FROM lot_records JOIN lots ON lots.id = lot_records.lot
        WHERE lot_records.record = record_versions.record AND lots.state <> 'held-back')";

impl Store {
    /// Returns the next `limit` lots after `after`, in the order of their ids, which is that of their making.
    pub async fn lots(&self, after: Option<LotId>, limit: u32) -> Result<Vec<LotRow>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = format!("{LOTS} WHERE lots.id > $1 ORDER BY lots.id LIMIT $2");
        self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?.iter().map(read).collect()
    }

    /// Returns up to `limit` lots whose id begins with `prefix`; none for a prefix that no id can have.
    pub async fn lots_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<LotRow>, StoreError> {
        let prefix = prefix.to_ascii_lowercase();
        if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
            return Ok(Vec::new());
        }
        // 'g' follows every hexadecimal digit and the dash.
        let sql = format!("{LOTS} WHERE lots.id >= $1 AND lots.id < $2 ORDER BY lots.id LIMIT $3");
        let values = values![prefix.as_str(), format!("{prefix}g"), limit];
        self.rows(sqlx::AssertSqlSafe(sql), values).await?.iter().map(read).collect()
    }

    /// Returns the documents of a lot in the order of their records.
    pub async fn lot_documents(&self, lot: LotId) -> Result<Vec<LotDocument>, StoreError> {
        let sql = "SELECT lot_records.record, records.document, record_versions.accepted_by, lot_records.sampled,
                lot_records.checked_by
             FROM lot_records JOIN records ON records.id = lot_records.record
             JOIN record_versions ON record_versions.record = lot_records.record AND record_versions.version = 1
             WHERE lot_records.lot = $1 ORDER BY lot_records.record";
        let mut documents = Vec::new();
        for row in self.rows(sql, values![lot]).await? {
            documents.push(LotDocument {
                record: row.parsed("record")?,
                document: row.parsed("document")?,
                accepted_by: row.optional_parsed("accepted_by")?,
                sampled: row.parsed("sampled")?,
                checked_by: row.optional_parsed("checked_by")?,
                defects: Vec::new(),
            });
        }
        let sql = "SELECT record, defect FROM lot_defects WHERE lot = $1 ORDER BY record, defect";
        for row in self.rows(sql, values![lot]).await? {
            let record: RecordId = row.parsed("record")?;
            if let Ok(at) = documents.binary_search_by_key(&record, |document| document.record) {
                documents[at].defects.push(row.parsed("defect")?);
            }
        }
        Ok(documents)
    }

    /// Returns the open lot that the record of a document is in.
    pub async fn open_lot_of(&self, record: RecordId) -> Result<Option<LotId>, StoreError> {
        let sql = "SELECT lots.id FROM lot_records JOIN lots ON lots.id = lot_records.lot
             WHERE lot_records.record = $1 AND lots.state = 'open'";
        self.row(sql, values![record]).await?.map(|row| row.parsed("id")).transpose()
    }

    /// Returns the batches that have accepted documents in no lot.
    pub async fn batches_without_lot(&self) -> Result<Vec<BatchId>, StoreError> {
        let sql = format!(
            "SELECT DISTINCT documents.batch FROM deposits
             JOIN record_versions ON record_versions.record = deposits.record AND record_versions.version = deposits.version
             JOIN records ON records.id = deposits.record JOIN documents ON documents.id = records.document
             WHERE {IN_NO_LOT} ORDER BY documents.batch"
        );
        self.rows(sqlx::AssertSqlSafe(sql), values![]).await?.iter().map(|row| row.parsed("batch")).collect()
    }

    /// Returns up to `limit` documents of a batch that can become a lot at `now`, and what is not ready for one.
    pub async fn lot_candidates(
        &self,
        batch: BatchId,
        now: Timestamp,
        limit: u32,
    ) -> Result<LotCandidates, StoreError> {
        let from = format!(
            "FROM deposits
             JOIN record_versions ON record_versions.record = deposits.record AND record_versions.version = deposits.version
             JOIN records ON records.id = deposits.record JOIN documents ON documents.id = records.document
             WHERE documents.batch = $1 AND {IN_NO_LOT}"
        );
        let ready = "record_versions.final_at <= $2 AND deposits.reviewed";
        let sql = format!(
            "SELECT deposits.record, record_versions.accepted_by,
                (SELECT count(*) FROM lot_records WHERE lot_records.record = deposits.record) AS before
             {from} AND {ready} ORDER BY deposits.record LIMIT $3"
        );
        let mut found = LotCandidates::default();
        for row in self.rows(sqlx::AssertSqlSafe(sql), values![batch, now, limit]).await? {
            found.ready.push((row.parsed("record")?, row.optional_parsed("accepted_by")?));
            found.held_back_before |= row.size("before")? > 0;
        }
        let sql = format!(
            "SELECT (SELECT count(*) {from} AND NOT ({ready})) + (SELECT count(*) FROM documents
                WHERE documents.batch = $1 AND documents.state IN ('reading', 'read')) AS waiting"
        );
        let row = self.row(sqlx::AssertSqlSafe(sql), values![batch, now]).await?;
        found.not_ready = row.ok_or_else(|| StoreError::unreadable("waiting"))?.size("waiting")?;
        Ok(found)
    }

    /// Says of each lot that was decided whether it was released, the oldest decision first. Lots of documents that were
    /// in a lot held back before do not count: that one did (ISO 2859-1, 9.3).
    pub async fn decided_lots(&self) -> Result<Vec<bool>, StoreError> {
        let sql = "SELECT state FROM lots WHERE state <> 'open' AND plan <> 'off' AND NOT EXISTS
                (SELECT 1 FROM lot_records AS own JOIN lot_records AS other ON other.record = own.record
                    JOIN lots AS earlier ON earlier.id = other.lot
                    WHERE own.lot = lots.id AND earlier.state = 'held-back' AND earlier.drawn_at < lots.drawn_at)
             ORDER BY decided_at, id";
        let rows = self.rows(sql, values![]).await?;
        rows.iter().map(|row| Ok(row.parsed::<LotState>("state")? == LotState::Released)).collect()
    }

    /// Counts the documents of a person that were checked without a defect since the last one that had one.
    pub async fn checked_without_defect(&self, person: PersonId) -> Result<u64, StoreError> {
        let of = "lot_records JOIN record_versions ON record_versions.record = lot_records.record
                AND record_versions.version = 1
             WHERE record_versions.accepted_by = $1 AND lot_records.checked_at";
        let sql = format!(
            "SELECT count(*) AS clean FROM {of} > COALESCE((SELECT max(lot_records.checked_at) FROM {of} IS NOT NULL
                AND EXISTS (SELECT 1 FROM lot_defects WHERE lot_defects.lot = lot_records.lot
                    AND lot_defects.record = lot_records.record)), -1)"
        );
        let row = self.row(sqlx::AssertSqlSafe(sql), values![person]).await?;
        row.ok_or_else(|| StoreError::unreadable("clean"))?.size("clean")
    }

    /// Makes a lot.
    ///
    /// # Errors
    /// A document of it does not wait for one any more.
    pub async fn draw_lot(&self, actor: Actor, at: Timestamp, draw: LotDraw) -> Result<(), StoreError> {
        self.record(actor, at, &[Fact::Lot(LotFact::Drawn(draw))]).await.map(drop)
    }

    /// Records what was found in a document of a lot. A critical or major defect returns it to whoever accepted it, with
    /// `note`.
    ///
    /// # Errors
    /// The lot is decided, the document is not in it or checked, or the person accepted it.
    pub async fn check_in_lot(
        &self,
        person: PersonId,
        at: Timestamp,
        lot: LotId,
        record: RecordId,
        defects: &[Defect],
        note: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let fact = LotFact::Checked { lot, record, defects: defects.to_vec() };
        ledger::record(&mut transaction, Actor::Person(person), at, &[Fact::Lot(fact)]).await?;
        if defects.iter().any(|defect| defect.class() > DefectClass::Minor) {
            review::leave_waiting_room(&mut transaction, record, 1).await?;
            reopen(&mut transaction, record, at, note).await?;
        }
        transaction.commit().await
    }

    /// Releases a lot: its documents go on to their deposits.
    ///
    /// # Errors
    /// Its sample is not checked or failed, or the person accepted a document of it.
    pub async fn release_lot(&self, person: PersonId, at: Timestamp, lot: LotId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let fact = Fact::Lot(LotFact::Released { lot });
        ledger::record(&mut transaction, Actor::Person(person), at, &[fact]).await?;
        let sql = "UPDATE deposits SET released = TRUE
             WHERE version = 1 AND record IN (SELECT record FROM lot_records WHERE lot = $1)";
        transaction.execute(sql, values![lot]).await?;
        transaction.commit().await
    }
}

/// Lets the document of a returned record be accepted anew.
pub(super) async fn reopen(
    transaction: &mut Transaction,
    record: RecordId,
    at: Timestamp,
    note: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "SELECT id FROM documents WHERE record = $1 AND state = 'verified'";
    let row = transaction.row(sql, values![record]).await?;
    let document = row.ok_or_else(|| StoreError::unreadable("record"))?.parsed("id")?;
    let state = page_progress::lock(transaction, document, at).await?;
    page_progress::write(transaction, document, &state.reopen()?).await?;
    super::decisions::taken_back(transaction, document, at).await?;
    let sql = "UPDATE documents SET note = $2 WHERE id = $1";
    transaction.execute(sql, values![document, note.map(str::to_owned)]).await?;
    review::queue_pages(transaction, document, at).await
}

fn read(row: &Row) -> Result<LotRow, StoreError> {
    let by: Option<PersonId> = row.optional_parsed("decided_by")?;
    Ok(LotRow {
        id: row.parsed("id")?,
        batch: row.parsed("batch")?,
        state: row.parsed("state")?,
        plan: row.text("plan")?,
        stringency: row.parsed("stringency")?,
        seed: row.parsed("seed")?,
        accepts: row.count("accepts")?,
        documents: row.count("documents")?,
        sampled: row.count("sampled")?,
        unchecked: row.count("unchecked")?,
        drawn_at: row.time("drawn_at")?,
        decided: row.optional_time("decided_at")?.zip(by),
        reason: row.optional_text("reason")?,
    })
}
