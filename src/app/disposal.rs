//! Destruction as the application carries it out: who may, what retention says today, and what else has to forget.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::{DisposalFact, KeptBack, ProposedRecord, Proposal};
use crate::chart::{Actor, DisposalId, Fact, PersonId, RecordId};
use crate::disposal::{DisposalError, Destruction, Issued, Outcome, Place, Ready, Standing, destroy, issue};
use crate::store::{DisposalRow, DisposalState};
use crate::worker::Stop;

/// Proposals that are listed.
const MOST_LISTED: u32 = 1_000;

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
    /// Proposes to destroy records that retention found eligible.
    ///
    /// # Errors
    /// The person may not, a record cannot be destroyed, or fewer than three people could take part.
    pub async fn propose_disposal(
        &self,
        reason: &str,
        records: Vec<ProposedRecord>,
    ) -> Result<DisposalId, AppError> {
        let actor = self.actor(Permission::ProposeDestruction, &[]).await?.person;
        let disposal = DisposalId::from_uuid(new_id());
        let grace_days = self.config.disposal.grace_days;
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
        let places = self.places();
        let parts = Destruction {
            store: &self.store,
            places: &places,
            areas: &self.areas,
            clock: self.clock.clone(),
            today: Box::new(|at| self.day(at)),
            folder: Box::new(crate::archive::ocfl::object_folder),
            actor,
        };
        let records = destroy(&parts, row.id, |record| self.standing(record), progress).await?;
        if records.iter().any(|ready| matches!(ready.outcome, Outcome::Locked { .. })) {
            return Ok(CarriedOut { records, issued: None });
        }
        let method = self.forget_destroyed().await?;
        let key = self.signing_key().await?;
        let keys = self.key_chain().await?;
        let issued = issue(&self.store, &places, (&key, &keys), row.id, (actor, self.clock.now()), &method).await?;
        Ok(CarriedOut { records, issued: Some(issued) })
    }

    /// Makes index and database give up the text of what was destroyed; returns how everything was done, for the certificate.
    async fn forget_destroyed(&self) -> Result<Vec<String>, AppError> {
        let mut indexer = self.indexer().await?;
        // An index that was never built to its end has to be: else nobody knows what is in it.
        let never = Stop::new();
        indexer.build(&never, |_| {}).await?;
        indexer.expunge().await?;
        drop(indexer);
        self.store.purge_deleted().await?;
        let places: Vec<String> = self.places().iter().map(|place| place.vault.describes()).collect();
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
            "The segments of the search index that had held the text were written anew and the old files deleted."
                .to_owned(),
            database.to_owned(),
            "Backups that the program did not make are not covered; restoring one destroys these records again.".to_owned(),
        ])
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
            Err(found) if found.is_empty() => Err(AppError::NotFound(format!(
                "there is no proposal {prefix:?}. `muniment disposal list` names them"
            ))),
            Err(_) => Err(AppError::NotFound(format!("more than one proposal begins with {prefix:?}; give more of it"))),
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
    fn places(&self) -> Vec<Place> {
        vec![Place::archive(self.vault.clone())]
    }

    /// Says whether retention lets a record be destroyed right now.
    async fn standing(&self, record: RecordId) -> Result<Standing, DisposalError> {
        let _ = record;
        todo!()
    }

    async fn enter_disposal(&self, actor: PersonId, fact: DisposalFact) -> Result<(), AppError> {
        self.enter(Actor::Person(actor), &[Fact::Disposal(fact)]).await.map(drop)
    }
}
