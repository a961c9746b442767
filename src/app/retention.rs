//! How long records are kept: events, plans, forecasts.

use jiff::civil::Date;

use super::{App, AppError, new_id};
use crate::access::Permission;
use crate::chart::facts::RetentionFact;
use crate::chart::{EventId, EventSubject, Hold, LastDay, PatientId, RecordId, TriggerKind};
use crate::retention::{Computation, Forecast, Plan, PolicyVersion, RecordFacts, Today, forecast, plan};
use crate::store::{ComputationRow, EventRow, RecordRow, RecordState};

/// Records that are read from the database at a time.
const ROWS: u32 = 200;

/// What every plan of a run rests on.
pub struct Basis {
    /// The approved versions of the policy.
    pub versions: Vec<PolicyVersion>,
    /// The holds in force.
    pub holds: Vec<Hold>,
    /// The day.
    pub today: Today,
}

/// An event as a person tells it.
#[derive(Debug, Clone)]
pub struct EventSaid {
    /// Whom it is about.
    pub subject: EventSubject,
    /// What.
    pub kind: TriggerKind,
    /// The day.
    pub date: Date,
    /// Where it is known from.
    pub source: String,
    /// The event that it corrects.
    pub corrects: Option<EventId>,
}

impl App {
    /// Gathers what every plan rests on, today or on a day that is rehearsed.
    ///
    /// # Errors
    /// The database failed, or a policy cannot be read.
    pub async fn basis(&self, as_of: Option<Date>) -> Result<Basis, AppError> {
        let holds = self.store.holds(false).await?.into_iter().map(|row| row.hold).collect();
        Ok(Basis { versions: self.policy_versions().await?, holds, today: self.today(as_of) })
    }

    /// Plans what may be done with one record.
    ///
    /// # Errors
    /// The database failed.
    pub async fn plan_of(&self, record: RecordId, basis: &Basis) -> Result<Plan, AppError> {
        let facts = self.record_facts(record).await?;
        let versions = self.store.record_versions(record).await?;
        // As the store was last seen, or as it was told at the deposit.
        let seen = self.store.locked_until(record).await?;
        let locked_until = versions.iter().filter_map(|version| version.locked_until).chain(seen).max();
        Ok(plan(&facts, &basis.versions, &basis.holds, locked_until, &basis.today))
    }

    /// Plans what may be done with each archived record and hands each plan to `each`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn plan_each(&self, basis: &Basis, mut each: impl FnMut(Plan)) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let rows = self.store.archive_records(after, ROWS).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            for row in rows.iter().filter(|row| is_kept(row)) {
                each(self.plan_of(row.id, basis).await?);
            }
        }
    }

    /// Explains the date of a record, and keeps the computation unless the day is rehearsed.
    ///
    /// # Errors
    /// The person may not, or the database failed.
    pub async fn explain(&self, record: RecordId, as_of: Option<Date>) -> Result<Plan, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        let plan = self.plan_of(record, &self.basis(as_of).await?).await?;
        if as_of.is_none() {
            self.keep(std::slice::from_ref(&plan.computation)).await?;
        }
        Ok(plan)
    }

    /// Counts in which year how many records become eligible.
    ///
    /// # Errors
    /// The person may not, or the database failed.
    pub async fn forecast(&self, until: i16, as_of: Option<Date>) -> Result<Forecast, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        let basis = self.basis(as_of).await?;
        let mut plans = Vec::new();
        self.plan_each(&basis, |plan| plans.push(plan)).await?;
        Ok(forecast(&plans, basis.today.date.year(), until))
    }

    /// Keeps computations as they are today; what was kept before and says the same is not repeated.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep(&self, computations: &[Computation]) -> Result<u64, AppError> {
        let now = self.clock.now();
        let row = |computation: &Computation| ComputationRow {
            record: computation.record,
            computed_at: now,
            for_day: computation.on,
            last_day: computation.last_day,
            inputs_digest: computation.inputs_digest,
            body: serde_json::to_string(computation).unwrap_or_default(),
        };
        let rows: Vec<ComputationRow> = computations.iter().map(row).collect();
        Ok(self.store.keep_computations(&rows).await?)
    }

    /// Records an event that a period runs from, and returns its id.
    ///
    /// # Errors
    /// The person may not; there is no such record or event.
    pub async fn record_event(&self, said: EventSaid) -> Result<EventId, AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        let event = EventId::from_uuid(new_id());
        let zone = self.today(None).zone_name().to_owned();
        let EventSaid { subject, kind, date, source, corrects: supersedes } = said;
        let fact = RetentionFact::EventRecorded { event, subject, kind, date, zone, source, supersedes };
        self.tell(person, fact).await?;
        Ok(event)
    }

    /// Confirms what somebody else recorded or withdrew, whichever is open.
    ///
    /// # Errors
    /// The person may not, or did it themselves; nothing is open.
    pub async fn confirm_event(&self, event: EventId) -> Result<(), AppError> {
        let row = self.event_row(event).await?;
        let is_withdrawn = row.withdrawn_by.is_some();
        let first = if is_withdrawn { row.withdrawn_by } else { row.recorder };
        let first: Vec<_> = first.into_iter().collect();
        let person = self.actor(Permission::ApprovePolicy, &first).await?.person;
        let fact = if is_withdrawn {
            RetentionFact::WithdrawalConfirmed { event }
        } else {
            RetentionFact::EventConfirmed { event }
        };
        self.tell(person, fact).await
    }

    /// Says that an event did not happen; it counts until a second person confirms that.
    ///
    /// # Errors
    /// The person may not; there is no such event.
    pub async fn withdraw_event(&self, event: EventId, reason: &str) -> Result<(), AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        self.tell(person, RetentionFact::EventWithdrawn { event, reason: reason.to_owned() }).await
    }

    /// Returns the recorded events about a record and its patients.
    ///
    /// # Errors
    /// The person may not, or the database failed.
    pub async fn events_of(&self, record: RecordId) -> Result<Vec<EventRow>, AppError> {
        self.actor(Permission::ViewRetention, &[]).await?;
        let patients = self.record_facts(record).await?.patients;
        Ok(self.store.events_about(record, &patients).await?)
    }

    /// Confirms a further version of a record that somebody else accepted: what it corrects no longer counts.
    ///
    /// # Errors
    /// The person may not, or accepted it themselves.
    pub async fn confirm_correction(&self, record: RecordId, version: u32) -> Result<(), AppError> {
        let person = self.actor(Permission::ApprovePolicy, &[]).await?.person;
        self.tell(person, RetentionFact::CorrectionConfirmed { record, version }).await
    }

    /// Records that two patients are one.
    ///
    /// # Errors
    /// The person may not; the one is merged already.
    pub async fn merge_patients(&self, from: PatientId, into: PatientId, source: &str) -> Result<(), AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        self.tell(person, RetentionFact::PatientsMerged { from, into, source: source.to_owned() }).await?;
        // Holds on the one cover the other from now on, and what they found stays held if the merge is taken back.
        self.match_known_holds().await?;
        Ok(())
    }

    /// Proposes to take a merge back, or without a reason confirms what somebody else proposed.
    ///
    /// # Errors
    /// The person may not, or proposed it themselves; the two are not merged.
    pub async fn unmerge_patients(
        &self,
        from: PatientId,
        into: PatientId,
        reason: Option<&str>,
    ) -> Result<(), AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        let fact = match reason {
            Some(reason) => RetentionFact::UnmergeProposed { from, into, reason: reason.to_owned() },
            None => RetentionFact::UnmergeConfirmed { from, into },
        };
        self.tell(person, fact).await
    }

    /// Keeps a record longer than the rules ask.
    ///
    /// # Errors
    /// The person may not.
    pub async fn grant_exception(&self, record: RecordId, until: LastDay, reason: &str) -> Result<(), AppError> {
        let person = self.actor(Permission::SetPolicy, &[]).await?.person;
        self.tell(person, RetentionFact::ExceptionGranted { record, until, reason: reason.to_owned() }).await
    }

    /// Gathers what retention has to know of a record, for those who compare it with a hold.
    pub(super) async fn each_record_facts(&self, mut each: impl FnMut(&RecordFacts)) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let rows = self.store.archive_records(after, ROWS).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            for row in rows.iter().filter(|row| row.state != RecordState::Destroyed) {
                each(&self.record_facts(row.id).await?);
            }
        }
    }

    /// Returns the patient with this id, or with this record number (`AUTHORITY:NUMBER` where another facility gave it).
    ///
    /// # Errors
    /// There is none.
    pub async fn patient_named(&self, name: &str) -> Result<PatientId, AppError> {
        if let Ok(id) = name.parse()
            && self.store.patient(id).await?.is_some()
        {
            return Ok(id);
        }
        let (authority, number) = name.rsplit_once(':').unwrap_or(("", name));
        let found = self.store.patient_by_number(authority, number).await?;
        // What was asked for is patient data: the message does not repeat it.
        found.map(|patient| patient.id).ok_or_else(|| {
            AppError::NotFound(
                "there is no patient with this id or record number; write AUTHORITY:NUMBER for others' numbers".into(),
            )
        })
    }

    async fn event_row(&self, event: EventId) -> Result<EventRow, AppError> {
        let row = self.store.event(event).await?;
        row.ok_or_else(|| {
            AppError::NotFound(format!("there is no event {event}. `muniment retention event list RECORD` names them"))
        })
    }
}

/// Says whether a record is in the archive's care.
fn is_kept(row: &RecordRow) -> bool {
    matches!(row.state, RecordState::Waiting | RecordState::Archived)
}
