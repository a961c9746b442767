//! Requests for records: somebody asks, somebody else answers within thirty days, and what was given out is accounted for.

mod accounting;
mod recipient;
mod release;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use accounting::{Accounting, Disclosure};
pub use recipient::{Known, Recipient};
pub use release::{ReleaseFormat, Released, RequestedRecord};

use super::rights::no_such;
use super::{App, AppError, new_id};
use crate::access::{Extent, Permission};
use crate::chart::facts::{AccessFact, RequestFact};
use crate::chart::{
    Actor, BirthDate, Digest, Fact, PatientId, PatientRef, PersonId, RecordId, RefusalReason, RequestAuthority,
    RequestId, RequestPurpose, RequestScope, answer_due,
};
use crate::store::{RecordRow, RecordState, ReleaseRow, RequestFilter, RequestRow};

/// Whose records somebody asks for. `Debug` is left out: it holds patient data.
pub enum PatientSaid {
    /// Chosen among those that the person may know of.
    Id(PatientId),
    /// As two identifiers say: whoever may not see a patient has to know both.
    Identifiers {
        /// Record number; of another authority, AUTHORITY:NUMBER.
        number: String,
        /// Birth date.
        born: BirthDate,
    },
}

/// A request as somebody makes it. `Debug` is left out: it holds patient data.
pub struct RequestSaid {
    /// Whose records.
    pub patient: PatientSaid,
    /// Which.
    pub scope: RequestScope,
    /// What for.
    pub purpose: RequestPurpose,
    /// What it rests on.
    pub authority: RequestAuthority,
    /// The day on which it came, where that was not today.
    pub received: Option<Date>,
    /// Who receives them.
    pub recipient: Recipient,
}

/// A request with everything about it. `Debug` is left out: it holds patient data.
pub struct RequestSeen {
    /// The request.
    pub row: RequestRow,
    /// Whether its answer is late.
    pub overdue: bool,
    /// Who receives the records.
    pub recipient: Known,
    /// Whom it is about; none for those who look at requests and not at charts.
    pub patient: Option<PatientRef>,
    /// Whether the person who asks may answer it.
    pub may_answer: bool,
    /// Whether they may withdraw it.
    pub may_withdraw: bool,
    /// What was given out.
    pub releases: Vec<ReleaseRow>,
    /// Names of the people who have to do with it.
    pub names: BTreeMap<PersonId, String>,
}

/// Makes a scope of what somebody said of it: nothing is everything.
///
/// # Errors
/// Only one of encounter, days and records can be said, and days have a first and a last.
pub fn scope_said(
    encounter: Option<Date>,
    days: (Option<Date>, Option<Date>),
    records: BTreeSet<RecordId>,
) -> Result<RequestScope, AppError> {
    let no_records = records.is_empty();
    Ok(match (encounter, days) {
        (None, (None, None)) if no_records => RequestScope::Everything,
        (None, (None, None)) => RequestScope::Records(records),
        (Some(from), (None, None)) if no_records => RequestScope::Encounter { from },
        (None, (Some(from), Some(to))) if no_records => RequestScope::Dates { from, to },
        _ => {
            let why = "say an encounter by its first day, or the days from and to, or records; nothing for everything";
            return Err(AppError::Unfit(why.into()));
        }
    })
}

impl App {
    /// Makes a request.
    ///
    /// # Errors
    /// The person may not; there is no such patient or record for them; something that was said cannot be used.
    pub async fn request_records(&self, said: RequestSaid) -> Result<RequestId, AppError> {
        let acting = self.actor(Permission::RequestRecords, &[]).await?;
        let recipient = said.recipient.checked()?;
        said.scope.check().map_err(AppError::Unfit)?;
        let patient = self.patient_said(&said.patient, acting.extent).await?;
        if let RequestScope::Records(records) = &said.scope {
            let theirs: Vec<RecordId> = self.records_about(patient).await?.into_iter().map(|row| row.id).collect();
            if records.iter().any(|record| !theirs.contains(record)) {
                return Err(no_such("record of this patient"));
            }
        }
        let today = self.today(None).date;
        let received = said.received.unwrap_or(today);
        if received > today {
            return Err(AppError::Unfit("a request cannot have come on a day that lies ahead".into()));
        }
        let (request, kept) = (RequestId::from_uuid(new_id()), recipient.kept()?);
        let fact = RequestFact::Opened {
            request,
            patient,
            scope: said.scope,
            purpose: said.purpose,
            authority: said.authority,
            received,
            due: answer_due(received, false),
            recipient: Digest::of(kept.as_bytes()),
        };
        // Before the fact: what the ledger tells of must not depend on the database alone.
        self.archive_recipient(request, &kept).await?;
        let actor = Actor::Person(acting.person);
        self.store.open_request(actor, self.clock.now(), Fact::Request(fact), request, &kept).await?;
        Ok(request)
    }

    /// Returns up to `limit` requests that the person who asks may see: those that wait, the most urgent first; or with
    /// `closed` the others, the latest first.
    ///
    /// # Errors
    /// They may see none; the database failed.
    pub async fn requests(
        &self,
        closed: bool,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<RequestSeen>, AppError> {
        let acting = self.actor(Permission::SeeRequests, &[]).await?;
        let mine = (acting.extent != Extent::All).then_some(acting.person);
        let filter = RequestFilter { opened_by: mine, assigned_to: mine, closed };
        let mut seen = Vec::new();
        for row in self.store.requests(filter, after, limit).await? {
            seen.push(self.request_seen(row).await?);
        }
        Ok(seen)
    }

    /// Returns a request with everything about it, and notes who saw it.
    ///
    /// # Errors
    /// There is none for the person who asks; the database failed.
    pub async fn see_request(&self, id: RequestId) -> Result<RequestSeen, AppError> {
        let (row, person) = self.visible(id).await?;
        self.note(person, AccessFact::RequestViewed { request: id }).await?;
        self.request_seen(row).await
    }

    /// Returns the request whose id begins with `prefix`.
    ///
    /// # Errors
    /// There is none, or more than one; the database failed.
    pub async fn request_named(&self, prefix: &str) -> Result<RequestId, AppError> {
        let mut found = self.store.requests_by_prefix(prefix, 2).await?;
        match (found.pop(), found.is_empty()) {
            (Some(row), true) => Ok(self.visible(row.id).await?.0.id),
            (Some(_), false) => {
                Err(AppError::NotFound(format!("more than one request id begins with {prefix:?}; give more of it")))
            }
            (None, _) => Err(AppError::NotFound(format!(
                "there is no request {prefix:?}. `muniment request list` names them, `--closed` those that were answered"
            ))),
        }
    }

    /// Gives a request to somebody to answer.
    ///
    /// # Errors
    /// The person who asks may not, or the other one may not answer it; it was answered.
    pub async fn assign_request(&self, id: RequestId, person: PersonId) -> Result<(), AppError> {
        self.answer(id, |request| RequestFact::Assigned { request, person }).await
    }

    /// Puts the answer off, once, because whoever asked was told so in writing today.
    ///
    /// # Errors
    /// The person who asks may not answer it; its time is over, or was put off already; the reason is empty.
    pub async fn extend_request(&self, id: RequestId, reason: &str) -> Result<(), AppError> {
        let on = self.today(None).date;
        let received = self.visible(id).await?.0.received;
        let (due, reason) = (answer_due(received, true), reason.trim().to_owned());
        self.answer(id, |request| RequestFact::Extended { request, on, due, reason }).await
    }

    /// Refuses a request.
    ///
    /// # Errors
    /// The person who asks may not answer it; it was answered; the note is empty.
    pub async fn refuse_request(&self, id: RequestId, reason: RefusalReason, note: &str) -> Result<(), AppError> {
        let note = note.trim().to_owned();
        self.answer(id, |request| RequestFact::Refused { request, reason, note }).await
    }

    /// Withdraws a request.
    ///
    /// # Errors
    /// The person who asks did not make it and is no administrator; it was answered.
    pub async fn withdraw_request(&self, id: RequestId) -> Result<(), AppError> {
        let person = self.actor(Permission::RequestRecords, &[]).await?.person;
        self.visible(id).await?;
        self.tell_of_request(person, RequestFact::Withdrawn { request: id }).await
    }

    /// Returns every archived record of a patient, and of those who were found to be the same.
    async fn records_about(&self, patient: PatientId) -> Result<Vec<RecordRow>, AppError> {
        let mut records = Vec::new();
        for merged in self.store.merged_patients(patient).await? {
            records.append(&mut self.store.records_of_patient(merged).await?);
        }
        records.retain(|record| record.state == RecordState::Archived);
        Ok(records)
    }

    /// Returns a request that the person who asks may see, and who that is.
    async fn visible(&self, id: RequestId) -> Result<(RequestRow, PersonId), AppError> {
        let acting = self.actor(Permission::SeeRequests, &[]).await?;
        let row = self.store.request(id).await?.ok_or_else(|| no_such("request"))?;
        let is_theirs = row.opened_by == acting.person || row.assigned_to == Some(acting.person);
        if acting.extent != Extent::All && !is_theirs {
            return Err(no_such("request"));
        }
        Ok((row, acting.person))
    }

    /// Returns a request that the person who asks may answer, and who that is.
    async fn answerable(&self, id: RequestId) -> Result<(RequestRow, PersonId), AppError> {
        let (row, _) = self.visible(id).await?;
        let acting = self.actor(Permission::ReleaseRecords, &[row.opened_by]).await?;
        if acting.extent != Extent::All && row.assigned_to != Some(acting.person) {
            return Err(no_such("request"));
        }
        Ok((row, acting.person))
    }

    async fn answer(&self, id: RequestId, fact: impl FnOnce(RequestId) -> RequestFact) -> Result<(), AppError> {
        let (_, person) = self.answerable(id).await?;
        self.tell_of_request(person, fact(id)).await
    }

    async fn tell_of_request(&self, person: PersonId, fact: RequestFact) -> Result<(), AppError> {
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Request(fact)]).await?;
        Ok(())
    }

    /// Notes what a person is about to see.
    pub(super) async fn note(&self, person: PersonId, fact: AccessFact) -> Result<(), AppError> {
        self.store.record(Actor::Person(person), self.clock.now(), &[Fact::Access(fact)]).await?;
        Ok(())
    }

    async fn request_seen(&self, row: RequestRow) -> Result<RequestSeen, AppError> {
        let may_answer = self.answerable(row.id).await.is_ok();
        let own = self.whoever().await?.id == row.opened_by;
        let may_withdraw = row.is_waiting() && own;
        // Whoever audits what was given out need not learn the names of patients.
        let patient = if may_answer || own { self.store.patient(row.patient).await? } else { None };
        let releases = self.store.releases(row.id).await?;
        let closer = row.closed.map(|(person, _)| person);
        let extender = row.extended.as_ref().map(|(_, person, _)| *person);
        let mut names = BTreeMap::new();
        for person in [Some(row.opened_by), row.assigned_to, closer, extender].into_iter().flatten() {
            if let Some(person) = self.store.person(person).await? {
                names.insert(person.id, person.name);
            }
        }
        Ok(RequestSeen {
            overdue: row.is_overdue(self.today(None).date),
            recipient: self.recipient(&row).await?,
            releases,
            names,
            patient,
            may_answer,
            may_withdraw,
            row,
        })
    }

    /// Returns the patient whom somebody means, when they may.
    async fn patient_said(&self, said: &PatientSaid, extent: Extent) -> Result<PatientId, AppError> {
        match said {
            PatientSaid::Id(id) if extent == Extent::All => {
                self.store.patient(*id).await?.map(|patient| patient.id).ok_or_else(|| no_such("patient"))
            }
            PatientSaid::Id(id) => {
                let reader = self.reader().await?;
                self.see_chart(&reader, *id).await.map(|_| *id)
            }
            PatientSaid::Identifiers { number, born } => {
                let unknown = || {
                    let why = "no patient here has both this record number and this birth date; write AUTHORITY:NUMBER for \
                               the numbers of others";
                    AppError::NotFound(why.into())
                };
                let id = self.patient_named(number).await.map_err(|_| unknown())?;
                let patient = self.store.patient(id).await?.filter(|patient| patient.born == *born);
                // An unknown birth date proves nothing.
                let known = patient.filter(|patient| matches!(patient.born, BirthDate::Day(_)));
                known.map(|patient| patient.id).ok_or_else(unknown)
            }
        }
    }
}
