//! Destruction as the application carries it out: who may, what retention says today, and what else has to forget.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::{DisposalFact, KeptBack, Proposal, ProposedRecord};
use crate::chart::{Actor, DisposalId, Fact, LastDay, PersonId, RecordId};
use crate::disposal::{Destruction, DisposalError, Issued, Outcome, Place, Ready, Standing, destroy, issue};
use crate::retention::Plan;
use crate::store::{DisposalRecordState, DisposalRow, DisposalState};
use crate::worker::Stop;

/// Proposals that are listed.
const MOST_LISTED: u32 = 1_000;

/// How often a hold looks whether a deletion that was begun is over.
const INTENT_LOOKS: u32 = 50;
/// Time between two looks.
const INTENT_PAUSE: Duration = Duration::from_millis(200);

/// What came of carrying out a proposal.
#[derive(Debug)]
pub struct CarriedOut {
    /// The records of this run.
    pub records: Vec<Ready>,
    /// The certificate; none while records are left.
    pub issued: Option<Issued>,
}

/// Why destruction cannot be proposed or carried out here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// People who may take part.
    pub people: u64,
    /// How many it takes.
    pub needed: u64,
}

impl App {
    /// Finds the records that may be destroyed today and are in no proposal, at most `most`.
    ///
    /// # Errors
    /// The person may not, or the database failed.
    pub async fn eligible_records(&self, most: usize) -> Result<Vec<RecordId>, AppError> {
        self.actor(Permission::ProposeDestruction, &[]).await?;
        self.match_holds().await?;
        let basis = self.basis(None).await?;
        let mut eligible = Vec::new();
        let mut add = |plan: Plan| eligible.extend(plan.is_eligible().then_some(plan.record));
        self.plan_each(&basis, &mut add).await?;
        let taken = self.store.records_in_disposals().await?;
        eligible.retain(|record| !taken.contains(record));
        eligible.truncate(most);
        Ok(eligible)
    }

    /// Proposes to destroy records, each of which retention must find eligible today. Where a rule asks for notice, the period
    /// of grace is as long as that at least.
    ///
    /// # Errors
    /// The person may not, a record must be kept, or fewer than three people could take part.
    pub async fn propose_disposal(&self, reason: &str, records: &[RecordId]) -> Result<DisposalId, AppError> {
        let actor = self.actor(Permission::ProposeDestruction, &[]).await?.person;
        self.match_holds().await?;
        let basis = self.basis(None).await?;
        let disposal = DisposalId::from_uuid(new_id());
        let mut grace_days = self.config.disposal.grace_days;
        let (mut proposed, mut computations) = (Vec::new(), Vec::new());
        for record in records.iter().collect::<BTreeSet<_>>() {
            let plan = self.plan_of(*record, &basis).await?;
            let (true, LastDay::On(last_day)) = (plan.is_eligible(), plan.computation.last_day) else {
                let why: Vec<String> = plan.reasons.iter().map(ToString::to_string).collect();
                return Err(AppError::Unfit(format!("record {record} must be kept: {}", why.join("; "))));
            };
            grace_days = grace_days.max(plan.computation.notice.as_ref().map_or(0, |notice| notice.days));
            let policy = plan.computation.decided_by.clone().unwrap_or_default();
            let computation = plan.computation.inputs_digest;
            proposed.push(ProposedRecord { record: *record, computation, last_day, policy });
            computations.push(plan.computation);
        }
        self.keep(&computations).await?;
        let records = proposed;
        let proposal = Proposal { disposal, reason: reason.to_owned(), grace_days, records };
        self.enter_disposal(actor, DisposalFact::Proposed(proposal)).await?;
        Ok(disposal)
    }

    /// Reviews a proposal; records may be kept back.
    ///
    /// # Errors
    /// The person may not, or proposed it.
    pub async fn review_disposal(&self, row: &DisposalRow, kept: Vec<KeptBack>) -> Result<(), AppError> {
        let actor = self.actor(Permission::ReviewDestruction, &[row.proposed.0]).await?.person;
        self.enter_disposal(actor, DisposalFact::Reviewed { disposal: row.id, kept }).await
    }

    /// Approves a proposal.
    ///
    /// # Errors
    /// The person may not, proposed it, or approved it before.
    pub async fn approve_disposal(&self, row: &DisposalRow) -> Result<(), AppError> {
        let actor = self.actor(Permission::ApproveDestruction, &[row.proposed.0]).await?.person;
        self.enter_disposal(actor, DisposalFact::Approved { disposal: row.id }).await
    }

    /// Cancels a proposal of which nothing was destroyed.
    ///
    /// # Errors
    /// The person may not, or destruction has begun.
    pub async fn cancel_disposal(&self, row: &DisposalRow, reason: &str) -> Result<(), AppError> {
        let actor = self.actor(Permission::ReviewDestruction, &[]).await?.person;
        let fact = DisposalFact::Cancelled { disposal: row.id, reason: reason.to_owned() };
        self.enter_disposal(actor, fact).await
    }

    /// Carries out an approved proposal as far as it goes, and issues its certificate once nothing is left. A run that was
    /// cut short is gone on with.
    ///
    /// # Errors
    /// The person may not, it is not approved, its period of grace is not over, a clock may be wrong, or something failed.
    pub async fn carry_out_disposal(
        &self,
        row: &DisposalRow,
        progress: impl FnMut(&Ready),
    ) -> Result<CarriedOut, AppError> {
        let actor = Actor::Person(self.actor(Permission::ProposeDestruction, &[]).await?.person);
        let now = self.clock.now();
        if row.state != DisposalState::Approved || row.destroy_from.is_none_or(|from| now < from) {
            let why = match row.destroy_from {
                Some(from) if row.state == DisposalState::Approved => format!("its period of grace ends {from}"),
                _ => format!("it is {}", row.state.name()),
            };
            return Err(AppError::Unfit(format!("proposal {} cannot be carried out: {why}", row.id)));
        }
        // Nothing is destroyed while another process keeps the index: it could not be made to forget.
        self.with_indexer(async |_| Ok(())).await?;
        // What came since a hold was placed is held before anything is destroyed.
        self.match_holds().await?;
        let places = self.places().await?;
        let parts = Destruction {
            store: &self.store,
            places: &places,
            areas: &self.areas,
            clock: self.clock.clone(),
            today: Box::new(|at| self.day(at)),
            folder: Box::new(crate::archive::ocfl::object_folder),
            actor,
            lock: self.ledger_lock(),
        };
        // What is being destroyed is told to the archive while it goes on, at most a minute behind.
        let done = Stop::new();
        let destroying = async {
            let outcome = destroy(&parts, row.id, |record| self.standing(record), progress).await;
            done.raise();
            outcome
        };
        let (records, ()) = tokio::join!(destroying, self.keep_ledger_shipped(&done));
        let records = records?;
        if records.iter().any(|ready| matches!(ready.outcome, Outcome::Locked { .. })) {
            return Ok(CarriedOut { records, issued: None });
        }
        self.forget_drawings(row.id).await?;
        let method = self.forget_destroyed().await?;
        let key = self.signing_key().await?;
        let keys = self.key_chain().await?;
        let (now, lock) = (self.clock.now(), self.ledger_lock());
        let issued = issue(&self.store, &places, (&key, &keys), row.id, (actor, now), &method, lock.as_ref()).await?;
        for ready in records.iter().filter(|ready| ready.outcome == Outcome::Destroyed) {
            self.store.forget_custody(ready.record).await?;
        }
        Ok(CarriedOut { records, issued: Some(issued) })
    }

    /// Carries out an approved proposal in a task of its own, which goes on although whoever asked has gone.
    ///
    /// # Errors
    /// As for [`App::carry_out_disposal`]; it is being carried out already.
    pub async fn carry_out_apart(&self, row: DisposalRow) -> Result<CarriedOut, AppError> {
        let app = self.clone();
        let task = tokio::spawn(async move {
            let Some(_right) = app.shared.writing(*row.id.as_uuid()) else {
                return Err(AppError::Unfit(format!("proposal {} is being carried out at this moment", row.id)));
            };
            app.carry_out_disposal(&row, |ready| tracing::info!(record = %ready.record, "destruction goes on")).await
        });
        task.await.map_err(|cause| AppError::Child(cause.to_string()))?
    }

    /// Removes what was drawn of the pages of a proposal's records: also of those that an earlier run destroyed.
    async fn forget_drawings(&self, disposal: DisposalId) -> Result<(), AppError> {
        for record in self.store.disposal_records(disposal).await? {
            if record.state == DisposalRecordState::Destroyed {
                self.forget_images(&self.store.scans_of_record(record.record).await?)?;
            }
        }
        Ok(())
    }

    /// Makes index and database give up the text of what was destroyed; returns how everything was done, for the certificate.
    async fn forget_destroyed(&self) -> Result<Vec<String>, AppError> {
        self.with_indexer(async |indexer| {
            // An index that was never built to its end has to be: else nobody knows what is in it.
            indexer.build(&Stop::new(), |_| {}).await?;
            Ok(indexer.expunge().await?)
        })
        .await?;
        self.store.purge_deleted().await?;
        let places: Vec<String> = self.places().await?.iter().map(|place| place.vault.describes()).collect();
        let database = match self.store.engine() {
            "sqlite" => "The database overwrote the deleted rows with zeros, and its log was emptied.",
            _ => {
                "The database wrote the tables that had held text anew and dropped the old files; its log is recycled by \
                 its own rules."
            }
        };
        Ok(vec![
            format!("Every version of every object was deleted in: {}.", places.join("; ")),
            "Before each deletion holds, last day and clock were checked, and the intent was recorded.".to_owned(),
            "What recognition had left of the pages was deleted; scan files that hold other documents too are listed."
                .to_owned(),
            "Page images that had been made for viewers on this machine were deleted.".to_owned(),
            "The segments of the search index that had held the text were written anew and the old files deleted."
                .to_owned(),
            database.to_owned(),
            "Backups that the program did not make are not covered; restoring one destroys these records again."
                .to_owned(),
        ])
    }

    /// Waits until no object of the records is just being deleted, and returns those of which objects are gone already, with
    /// their number. For whoever has placed a hold on them: from then on nothing more goes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn gone_before_hold(&self, records: &BTreeSet<RecordId>) -> Result<Vec<(RecordId, usize)>, AppError> {
        let mut gone = Vec::new();
        for (disposal, record) in self.store.records_being_destroyed().await? {
            if !records.contains(&record) {
                continue;
            }
            // A run that was killed leaves its intent behind; the next run finds out what became of it.
            for _ in 0..INTENT_LOOKS {
                if self.store.outstanding_intents(record).await?.is_empty() {
                    break;
                }
                tokio::time::sleep(INTENT_PAUSE).await;
            }
            let left = self.store.outstanding_intents(record).await?.len();
            gone.push((record, self.store.removed_objects(disposal, record).await?.len() + left));
        }
        Ok(gone)
    }

    /// Lists the proposals, the newest first.
    ///
    /// # Errors
    /// The person may not see them, or the database failed.
    pub async fn list_disposals(&self) -> Result<Vec<DisposalRow>, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        Ok(self.store.disposals(MOST_LISTED).await?)
    }

    /// Returns the proposal whose id begins with `prefix`.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub async fn disposal_named(&self, prefix: &str) -> Result<DisposalRow, AppError> {
        let found: Vec<DisposalRow> = (self.store.disposals(MOST_LISTED).await?.into_iter())
            .filter(|row| !prefix.is_empty() && row.id.to_string().starts_with(&prefix.to_ascii_lowercase()))
            .collect();
        match <[DisposalRow; 1]>::try_from(found) {
            Ok([row]) => Ok(row),
            Err(found) if found.is_empty() => {
                Err(AppError::NotFound(format!("there is no proposal {prefix:?}. `muniment disposal list` names them")))
            }
            Err(_) => {
                Err(AppError::NotFound(format!("more than one proposal begins with {prefix:?}; give more of it")))
            }
        }
    }

    /// Says whether enough people could take part in destruction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn disposal_readiness(&self) -> Result<Readiness, AppError> {
        let people = self.store.people_with(crate::chart::Role::Administrator).await?;
        Ok(Readiness { people, needed: 3 })
    }

    /// Returns the day at the facility.
    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone()).date()
    }

    /// Returns the archive, then its replicas.
    async fn places(&self) -> Result<Vec<Place>, AppError> {
        let mut places = vec![Place::archive(self.vault.clone())];
        if let Some(vault) = self.replica().await? {
            places.push(Place { name: "replica".to_owned(), vault: vault.clone() });
        }
        Ok(places)
    }

    /// Says whether retention lets a record be destroyed right now.
    async fn standing(&self, record: RecordId) -> Result<Standing, DisposalError> {
        let cannot = |cause: AppError| DisposalError::Retention(cause.to_string());
        let basis = self.basis(None).await.map_err(cannot)?;
        let plan = self.plan_of(record, &basis).await.map_err(cannot)?;
        if plan.is_eligible() {
            return Ok(Standing::Eligible { computation: plan.computation.inputs_digest });
        }
        let why: Vec<String> = plan.reasons.iter().map(ToString::to_string).collect();
        Ok(Standing::Keep { why: why.join("; ") })
    }

    async fn enter_disposal(&self, actor: PersonId, fact: DisposalFact) -> Result<(), AppError> {
        self.enter(Actor::Person(actor), &[Fact::Disposal(fact)]).await.map(drop)
    }
}
