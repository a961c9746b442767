//! Deciding at the station: accept, reject, put aside, hand on, take back.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::review::{Accepted, Labels, PatientSaid, accepted, check_note};
use super::super::{App, AppError, new_id};
use super::identifiers::{born_of, is_of, standing_against};
use super::{ClaimedStation, Draft, LEASE, NextDocument, Station};
use crate::access::Permission;
use crate::chart::facts::TicketCategory;
use crate::chart::{
    Actor, DocumentId, DocumentState, DocumentType, Encounter, Label, PatientId, PatientRef, RecordDraft,
    RejectionReason, TicketId, folded_words,
};
use crate::labels::{FieldName, Level, same_name};
use crate::store::{AcceptanceTerms, DeskClaim};

/// How long a document is put aside where nobody says.
const ASIDE: SignedDuration = SignedDuration::from_hours(1);
/// How long a document with a ticket is put aside.
const ASIDE_WITH_TICKET: SignedDuration = SignedDuration::from_hours(24);
/// Longest time that a document is put aside.
const LONGEST_ASIDE: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Longest reason or note, in characters.
const LONGEST_NOTE: usize = 500;
/// Digits in a row that may be a record number.
const NUMBER_DIGITS: usize = 5;

/// Whom a person chose.
#[derive(Clone)]
pub enum ChosenPatient {
    /// Somebody who is known.
    Known(PatientId),
    /// Somebody new.
    New(PatientSaid),
}

/// What a person says when they accept. `Debug` is left out: it is patient data.
#[derive(Clone)]
pub struct StationAcceptance {
    /// Token of the lease.
    pub lease: String,
    /// The revision of the document that they looked at.
    pub revision: u32,
    /// Values by the names of their fields.
    pub fields: BTreeMap<String, String>,
    /// Fields that they confirmed.
    pub confirmed: Vec<String>,
    /// The patient.
    pub patient: ChosenPatient,
    /// The type.
    pub kind: DocumentType,
    /// The labels.
    pub labels: Vec<Label>,
    /// The encounters.
    pub encounters: Vec<Encounter>,
    /// A remark.
    pub note: Option<String>,
}

/// What became of an acceptance, and the next document.
pub struct StationAccepted {
    /// The record.
    pub accepted: Accepted,
    /// The next document of the person, if there is one.
    pub next: Option<ClaimedStation>,
}

impl App {
    /// Accepts a document that the person has, and gives them the next.
    ///
    /// # Errors
    /// Something has to be confirmed first, or an identifier on a page is another patient's ([`AppError::Unconfirmed`]); the
    /// claim is lost; the document was changed meanwhile.
    pub async fn accept_at_station(
        &self,
        document: DocumentId,
        said: &StationAcceptance,
    ) -> Result<StationAccepted, AppError> {
        let claim = self.shown(document, &said.lease, Some(said.revision)).await?;
        let station = self.station_of(document, claim.person).await?;
        // Whose lease is gone is told that first, before anything about the fields.
        self.store.renew_claim(&DeskClaim { revision: None, ..claim.clone() }, self.clock.now(), LEASE).await?;
        let patient = self.chosen(&said.patient).await?;
        check_confirmed(&station, said, &patient)?;
        let labels = Labels {
            patient: PatientSaid::default(),
            kind: said.kind.clone(),
            class: None,
            labels: said.labels.clone(),
            encounters: said.encounters.clone(),
            note: said.note.clone().filter(|note| !note.trim().is_empty()),
        };
        let draft = self.first_draft(&station.document, &labels, patient).await?;
        let now = self.clock.now();
        let terms = self.terms(now);
        let terms = AcceptanceTerms { second_review: terms.second_review || station.place.second.is_some(), ..terms };
        self.store.accept_claimed(Actor::Person(claim.person), now, &draft, &terms, Some(&claim)).await?;
        let next = NextDocument { after: Some(document), ..NextDocument::default() };
        // The document is accepted whatever becomes of the next one.
        let next = match self.next_document(next).await {
            Ok(next) => next,
            Err(cause) => {
                tracing::warn!(%cause, "the next document could not be given out");
                None
            }
        };
        Ok(StationAccepted { accepted: accepted(&draft, &terms), next })
    }

    /// Rejects a document that the person has; `rescan` asks for its sheets to be scanned again.
    ///
    /// # Errors
    /// The claim is lost, or the note is too long.
    pub async fn reject_at_station(
        &self,
        (document, lease): (DocumentId, &str),
        reason: RejectionReason,
        note: Option<&str>,
        rescan: bool,
    ) -> Result<(), AppError> {
        check_note(note)?;
        let claim = self.shown(document, lease, None).await?;
        let desk = Some((&claim, rescan));
        let now = self.clock.now();
        Ok(self.store.reject_document(claim.person, now, document, reason, note, desk).await?)
    }

    /// Puts a document aside until `until`, or for an hour.
    ///
    /// # Errors
    /// The claim is lost; the time is past or too far away; there is no reason.
    pub async fn postpone_at_station(
        &self,
        (document, lease): (DocumentId, &str),
        until: Option<Timestamp>,
        reason: &str,
    ) -> Result<Timestamp, AppError> {
        let claim = self.shown(document, lease, None).await?;
        check_reason(reason)?;
        let now = self.clock.now();
        let until = until.unwrap_or_else(|| now.saturating_add(ASIDE).unwrap_or(Timestamp::MAX));
        if until <= now || until.duration_since(now) > LONGEST_ASIDE {
            return Err(AppError::Unfit("a document is put aside for at most 90 days from now".into()));
        }
        self.store.postpone(&claim, now, until, reason).await?;
        Ok(until)
    }

    /// Hands a document on to the people who run the machines. What is said must not tell who the patient is.
    ///
    /// # Errors
    /// The claim is lost; the note names the patient, or holds a number that may be one's.
    pub async fn escalate(
        &self,
        (document, lease): (DocumentId, &str),
        category: TicketCategory,
        note: &str,
    ) -> Result<TicketId, AppError> {
        let claim = self.shown(document, lease, None).await?;
        if note.chars().count() > LONGEST_NOTE || note.chars().any(|sign| sign.is_control() && sign != '\n') {
            return Err(AppError::Unfit(format!("a ticket has at most {LONGEST_NOTE} printable characters")));
        }
        let station = self.station_of(document, claim.person).await?;
        if names_patient(note, &station) {
            return Err(AppError::Unfit(
                "the ticket would tell who the patient is: leave out names, numbers and dates. The document is named in it \
                 by its own id"
                    .into(),
            ));
        }
        let now = self.clock.now();
        let ticket = TicketId::from_uuid(new_id());
        let until = now.saturating_add(ASIDE_WITH_TICKET).unwrap_or(Timestamp::MAX);
        self.store.escalate(&claim, (ticket, category, note.trim()), now, until).await?;
        Ok(ticket)
    }

    /// Leaves a document to somebody else; whoever accepts it, another person looks at it again.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn ask_for_second(&self, document: DocumentId, lease: &str) -> Result<(), AppError> {
        let claim = self.shown(document, lease, None).await?;
        Ok(self.store.ask_for_second(&claim, self.clock.now()).await?)
    }

    /// Takes the person's last decision back and gives them its document, with what they had typed.
    ///
    /// # Errors
    /// There is none within the undo window.
    pub async fn undo_last(&self) -> Result<DocumentId, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let since = self.clock.now().saturating_sub(self.undo_window()).unwrap_or(Timestamp::MIN);
        let last = self.store.last_decision(person, since).await?;
        let document = last.ok_or_else(|| {
            AppError::NotFound(
                "there is no decision of yours that could be taken back: the time is over, or there was none".into(),
            )
        })?;
        self.undo_at_station(document).await?;
        Ok(document)
    }

    /// Takes the decision about a document back and gives it to the person, with what was typed.
    ///
    /// # Errors
    /// The time is over, or nothing was decided.
    pub async fn undo_at_station(&self, document: DocumentId) -> Result<ClaimedStation, AppError> {
        let claim = self.shown(document, &new_id().to_string(), None).await?;
        let missing = || AppError::NotFound("there is no such document".into());
        let row = self.store.document(document).await?.ok_or_else(missing)?;
        let typed = match row.state {
            DocumentState::Verified { record, .. } => self.store.description(record, 1).await?,
            DocumentState::Rejected { .. } => None,
            _ => {
                return Err(AppError::Unfit(
                    "nothing was decided about this document that could be taken back here".into(),
                ));
            }
        };
        self.undo(&row).await?;
        let typed = typed.and_then(|said| serde_json::to_string(&typed_of(&said)).ok());
        let lease = self.store.give_back(&claim, typed.as_deref(), self.clock.now(), LEASE).await?;
        self.claimed(lease, claim.person).await
    }

    /// Finds whom the person chose, or makes a new patient. A name that is written otherwise contradicts nothing.
    async fn chosen(&self, chosen: &ChosenPatient) -> Result<PatientRef, AppError> {
        let said = match chosen {
            ChosenPatient::Known(id) => {
                let known = self.store.patient(*id).await?;
                return known.ok_or_else(|| AppError::Unfit("this patient is not known any more; choose again".into()));
            }
            ChosenPatient::New(said) => said,
        };
        let mut said = said.clone();
        let known = self.store.patient_by_number(said.authority.trim(), said.number.trim()).await?;
        if known.is_some_and(|known| said.name.as_deref().is_some_and(|name| same_name(name, &known.name))) {
            said.name = None;
        }
        self.patient(&said).await
    }
}

/// Refuses while something has to be looked at.
fn check_confirmed(station: &Station, said: &StationAcceptance, patient: &PatientRef) -> Result<(), AppError> {
    let confirmed = |name: &str| said.confirmed.iter().any(|one| one == name);
    let mut open = Vec::new();
    for field in &station.suggestions.fields {
        let name = field.name.name();
        // Another type than the suggested one was chosen by a person.
        let chosen = field.name == FieldName::Kind && field.value != said.kind.as_str();
        if field.level == Level::Verify && !confirmed(name) && !chosen {
            open.push(name.to_owned());
        }
    }
    if matches!(said.patient, ChosenPatient::New(_)) && !confirmed("patient") {
        open.push("patient".to_owned());
    }
    if !open.is_empty() {
        return Err(AppError::Unconfirmed { why: "confirm these first".into(), fields: open });
    }
    // What was typed has to be the patient's, whatever the pages say.
    let typed = [FieldName::PatientNumber, FieldName::BirthDate];
    let mut against: Vec<String> = typed
        .iter()
        .filter(|name| {
            let value = said.fields.get(name.name()).map(|value| value.trim()).unwrap_or_default();
            let unknown = **name == FieldName::BirthDate && patient.born.text().is_empty();
            !value.is_empty() && !unknown && !is_of(**name, value, patient)
        })
        .map(|name| name.name().to_owned())
        .collect();
    for name in standing_against(&station.suggestions, patient, &said.fields, &said.confirmed) {
        if !against.contains(&name) {
            against.push(name);
        }
    }
    if against.is_empty() {
        return Ok(());
    }
    Err(AppError::Unconfirmed {
        why: "these are not the chosen patient's: type what the page says and confirm it, choose the right patient, or take \
              the page out of the document"
            .into(),
        fields: against,
    })
}

/// Says whether a text tells who a document is about: by a name, a number or a date of its pages, or by any long number.
fn names_patient(text: &str, station: &Station) -> bool {
    let words = folded_words(text);
    let digits = text.split(|sign: char| !(sign.is_ascii_digit() || sign == '-' || sign == '/'));
    let long = digits.into_iter().any(|run| run.chars().filter(char::is_ascii_digit).count() >= NUMBER_DIGITS);
    let values = [FieldName::PatientName, FieldName::PatientNumber].map(|name| station.suggestions.values(name));
    let known = station.candidates.iter().flat_map(|candidate| [&candidate.patient.name, &candidate.patient.number]);
    let mut identifying = values.iter().flatten().chain(known).flat_map(|value| folded_words(value));
    long || born_of(text).is_some_and(|born| !born.text().is_empty())
        || identifying.any(|secret| secret.chars().count() > 2 && words.contains(&secret))
}

/// Writes what was accepted as it was typed.
fn typed_of(said: &RecordDraft) -> Draft {
    let mut draft = Draft::default();
    for (name, value) in [
        (FieldName::PatientNumber, said.patient.number.clone()),
        (FieldName::PatientName, said.patient.name.clone()),
        (FieldName::BirthDate, said.patient.born.text()),
        (FieldName::Kind, said.kind.to_string()),
    ] {
        draft.fields.insert(name.name().to_owned(), value);
    }
    draft.patient = Some(said.patient.id.to_string());
    draft.labels.clone_from(&said.labels);
    draft.note.clone_from(&said.note);
    draft
}

fn check_reason(reason: &str) -> Result<(), AppError> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_NOTE || reason.chars().any(char::is_control) {
        return Err(AppError::Unfit(format!("say why, in 1 to {LONGEST_NOTE} printable characters")));
    }
    Ok(())
}
