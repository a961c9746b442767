//! Lots: the accepted documents of a batch, a sample of which a second person checks before any of them is archived.

use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::{LotDraw, LotFact};
use crate::chart::{Actor, BatchId, Defect, Digest, DocumentId, DocumentState, Fact, LotId, PersonId, Stringency};
use crate::quality::{self, Plan};
use crate::store::{DocumentRecord, LotDocument, LotRow};

use super::review::check_note;

/// Most documents of a lot: an entry of the ledger names them all.
const MOST_DOCUMENTS: u32 = 10_000;
/// Rows that are read from the database at a time.
const ROWS: u32 = 200;

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The lot.
    pub lot: LotId,
    /// The document.
    pub document: DocumentId,
    /// Sampled documents of the lot that are left to check.
    pub unchecked: u32,
}

impl App {
    /// Returns every lot, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lots(&self) -> Result<Vec<LotRow>, AppError> {
        let mut lots: Vec<LotRow> = Vec::new();
        loop {
            let mut rows = self.store.lots(lots.last().map(|lot| lot.id), ROWS).await?;
            if rows.is_empty() {
                return Ok(lots);
            }
            lots.append(&mut rows);
        }
    }

    /// Returns the lot whose id begins with `prefix`.
    ///
    /// # Errors
    /// There is none, or more than one, or the database failed.
    pub async fn lot(&self, prefix: &str) -> Result<LotRow, AppError> {
        let mut found = self.store.lots_by_prefix(prefix, 2).await?;
        match (found.pop(), found.is_empty()) {
            (Some(lot), true) => Ok(lot),
            (Some(_), false) => {
                Err(AppError::NotFound(format!("more than one lot's id begins with {prefix:?}; give more of it")))
            }
            (None, _) => {
                Err(AppError::NotFound(format!("there is no lot {prefix:?}. `muniment lot list` shows what there is")))
            }
        }
    }

    /// Returns the documents of a lot in the order of their records, with what was found.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn lot_documents(&self, lot: LotId) -> Result<Vec<LotDocument>, AppError> {
        self.actor(Permission::DecideLots, &[]).await?;
        Ok(self.store.lot_documents(lot).await?)
    }

    /// Makes a lot of the accepted documents of a batch, and draws its sample. `part` does so although others of the batch
    /// are not ready.
    ///
    /// # Errors
    /// The person may not, nothing waits for a lot, or the batch is not ready for one.
    pub async fn draw_lot(&self, batch: BatchId, part: bool) -> Result<LotRow, AppError> {
        let person = self.actor(Permission::DecideLots, &[]).await?.person;
        self.draw(Actor::Person(person), batch, part).await
    }

    /// Makes a lot of every batch that is decided about, as `muniment deposit` does before it looks for what is due. Returns
    /// how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn draw_due_lots(&self) -> Result<u64, AppError> {
        let mut drawn = 0;
        if self.config.quality.lots == Plan::Off {
            return Ok(0);
        }
        for batch in self.store.batches_without_lot().await? {
            let candidates = self.store.lot_candidates(batch, self.clock.now(), 1).await?;
            if candidates.not_ready == 0 && !candidates.ready.is_empty() {
                self.draw(Actor::Program, batch, false).await?;
                drawn += 1;
            }
        }
        Ok(drawn)
    }

    /// Records what the person at the command line found in a document of an open lot. A critical or major defect returns
    /// it to whoever accepted it, with `note`.
    ///
    /// # Errors
    /// The person may not or accepted it themselves; the document is in no open lot, or in another than `of`, or was checked.
    pub async fn check_in_lot(
        &self,
        document: &DocumentRecord,
        of: Option<LotId>,
        defects: &[Defect],
        note: Option<&str>,
    ) -> Result<Checked, AppError> {
        check_note(note)?;
        let DocumentState::Verified { record, .. } = document.state else {
            return Err(AppError::Unfit(format!(
                "the document is {}: only one that waits for the release of its lot is checked",
                document.state.name()
            )));
        };
        let versions = self.store.record_versions(record).await?;
        let done_by: Vec<PersonId> = versions.first().and_then(|version| version.accepted_by).into_iter().collect();
        let person = self.actor(Permission::DecideLots, &done_by).await?.person;
        let lot = self.store.open_lot_of(record).await?.ok_or_else(|| {
            AppError::Unfit("the document is in no open lot. `muniment lot draw BATCH` makes one".into())
        })?;
        if of.is_some_and(|of| of != lot) {
            return Err(AppError::Unfit(format!("the document belongs to another lot, {lot}")));
        }
        self.store.check_in_lot(person, self.clock.now(), lot, record, defects, note).await?;
        let unchecked = self.lot(&lot.to_string()).await?.unchecked;
        Ok(Checked { lot, document: document.id, unchecked })
    }

    /// Releases a lot: its documents go on to the archive.
    ///
    /// # Errors
    /// The person may not or accepted a document of it; the sample is not checked, or failed.
    pub async fn release_lot(&self, lot: LotId) -> Result<(), AppError> {
        let person = self.actor(Permission::DecideLots, &[]).await?.person;
        Ok(self.store.release_lot(person, self.clock.now(), lot).await?)
    }

    /// Holds a lot back. Its documents can be drawn again; then every one of them is checked.
    ///
    /// # Errors
    /// The person may not, or the lot is decided.
    pub async fn hold_back_lot(&self, lot: LotId, reason: &str) -> Result<(), AppError> {
        let person = self.actor(Permission::DecideLots, &[]).await?.person;
        let fact = Fact::Lot(LotFact::HeldBack { lot, reason: reason.to_owned() });
        self.store.record(Actor::Person(person), self.clock.now(), &[fact]).await?;
        Ok(())
    }

    async fn draw(&self, actor: Actor, batch: BatchId, part: bool) -> Result<LotRow, AppError> {
        let now = self.clock.now();
        let found = self.store.lot_candidates(batch, now, MOST_DOCUMENTS).await?;
        if found.ready.is_empty() {
            return Err(AppError::Unfit(format!(
                "no accepted document of the batch waits for a lot ({} are not ready: to be accepted, or within their time to \
                 undo)",
                found.not_ready
            )));
        }
        if found.not_ready > 0 && !part {
            return Err(AppError::Unfit(format!(
                "{} documents of the batch are not ready: to be accepted or rejected, to be reviewed, or within their time \
                 to undo. --part makes a lot of the {} that are",
                found.not_ready,
                found.ready.len()
            )));
        }
        let plan = self.config.quality.lots;
        // What was held back is checked as a whole.
        let stringency = if found.held_back_before {
            Stringency::All
        } else {
            quality::stringency(self.store.decided_lots().await?)
        };
        let records: Vec<_> = found.ready.iter().map(|(record, _)| *record).collect();
        let size = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let sample = plan.sample(size, stringency);
        let seed = new_seed();
        let drawn = quality::draw(&records, sample.size, seed);
        let mut added = Vec::new();
        if plan != Plan::Off {
            let new = self.new_staff(found.ready.iter().filter_map(|(_, person)| *person)).await?;
            let theirs = found.ready.iter().filter(|(_, person)| person.is_some_and(|person| new.contains(&person)));
            added.extend(theirs.map(|(record, _)| *record).filter(|record| drawn.binary_search(record).is_err()));
        }
        let lot = LotId::from_uuid(new_id());
        let (plan, accepts) = (plan.to_string(), sample.accepts);
        let draw = LotDraw { lot, batch, plan, stringency, seed, accepts, records, drawn, added };
        self.store.draw_lot(actor, now, draw).await?;
        self.lot(&lot.to_string()).await
    }

    /// Returns those of these people who have too few documents without a defect behind them.
    async fn new_staff(&self, people: impl Iterator<Item = PersonId>) -> Result<Vec<PersonId>, AppError> {
        let mut people: Vec<PersonId> = people.collect();
        people.sort_unstable();
        people.dedup();
        let mut new = Vec::new();
        for person in people {
            let clean = self.store.checked_without_defect(person).await?;
            if clean < u64::from(self.config.quality.new_staff_documents) {
                new.push(person);
            }
        }
        Ok(new)
    }
}

/// Makes the seed of a draw.
#[expect(clippy::disallowed_methods, reason = "the application is the source of randomness")]
fn new_seed() -> Digest {
    Digest::from_bytes(rand::random())
}
