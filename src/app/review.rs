//! What people decide about documents: accept, reject, undo, second review; and the waiting room.

use jiff::{SignedDuration, Timestamp};

use super::config::SecondReview;
use super::{App, AppError, new_document, new_id};
use crate::access::Permission;
use crate::chart::{
    Actor, BirthDate, DocumentId, DocumentState, DocumentType, Encounter, Label, PatientId, PatientRef, PersonId,
    RecordClass, RecordDraft, RecordId, RecordPage, RejectionReason,
};
use crate::quality::Plan;
use crate::store::{AcceptanceTerms, DocumentPage, DocumentRecord, RecordRow, WaitingRow};

/// Longest remark, in characters.
const LONGEST_NOTE: usize = 2_000;
/// Most labels, and most encounters, of a record.
const MOST: usize = 100;
/// Rows that are read from the database at a time.
const ROWS: u32 = 200;

/// Whom a document is about, as a person says it. `Debug` is left out: it is patient data.
#[derive(Clone, Default)]
pub struct PatientSaid {
    /// Record number.
    pub number: String,
    /// Who gave it out; empty for this facility.
    pub authority: String,
    /// Name.
    pub name: Option<String>,
    /// Birth date.
    pub born: Option<BirthDate>,
}

/// What a person says about a document. `Debug` is left out: it holds patient data.
#[derive(Clone)]
pub struct Labels {
    /// Whom it is about.
    pub patient: PatientSaid,
    /// Its type.
    pub kind: DocumentType,
    /// The class that retention goes by; that of its type when `None`.
    pub class: Option<RecordClass>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Its encounters.
    pub encounters: Vec<Encounter>,
    /// A remark for other staff.
    pub note: Option<String>,
}

/// What became of an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: u32,
    /// End of the undo window.
    pub final_at: Timestamp,
    /// Whether a second person has to approve it.
    pub second_review: bool,
    /// Whether the patient's birth date is not known to the day.
    pub birth_date_in_part: bool,
}

impl App {
    /// Accepts a document as a record and queues its deposit.
    ///
    /// # Errors
    /// The person may not, the document is not ready, the patient's particulars contradict what is known.
    pub async fn accept(&self, document: &DocumentRecord, labels: &Labels) -> Result<Accepted, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let now = self.clock.now();
        let patient = self.patient(&labels.patient).await?;
        let draft = self.first_draft(document, labels, patient).await?;
        let terms = self.terms(now);
        self.store.accept(Actor::Person(person), now, &draft, &terms).await?;
        Ok(accepted(&draft, &terms))
    }

    /// Writes down what is said about a document, for the first version of its record.
    pub(super) async fn first_draft(
        &self,
        document: &DocumentRecord,
        labels: &Labels,
        patient: PatientRef,
    ) -> Result<RecordDraft, AppError> {
        check(labels)?;
        let kind = self.document_kind(&labels.kind).await?;
        let mut encounters = labels.encounters.clone();
        encounters.sort_unstable();
        encounters.dedup();
        Ok(RecordDraft {
            record: RecordId::from_uuid(new_id()),
            version: 1,
            document: document.id,
            batch: document.batch,
            batch_name: self.store.batch(document.batch).await?.map(|batch| batch.name).unwrap_or_default(),
            source_name: self.own_source_name(document).await?,
            patient,
            kind: labels.kind.clone(),
            class: labels.class.clone().unwrap_or_else(|| kind.class.clone()),
            labels: sorted(&labels.labels),
            encounters,
            note: labels.note.clone(),
            pages: self.pages(document.id).await?.iter().map(record_page).collect(),
            correction: None,
        })
    }

    /// Returns the name of the file that the document came in; nothing if other documents came in it too: it may name
    /// their patient.
    async fn own_source_name(&self, document: &DocumentRecord) -> Result<String, AppError> {
        let whole = self.is_whole_file(document).await?;
        Ok(if whole { document.source_name.clone() } else { String::new() })
    }

    /// Says whether a document is all of the file that it came in, and nothing else.
    pub(super) async fn is_whole_file(&self, document: &DocumentRecord) -> Result<bool, AppError> {
        let scan = self.store.scan(document.scan).await?;
        let as_many = scan.and_then(|scan| scan.page_count) == Some(document.pages);
        Ok(as_many && self.pages(document.id).await?.iter().all(|page| page.view.page.scan == document.scan))
    }

    /// Rejects a document.
    ///
    /// # Errors
    /// The person may not, or the document is not ready.
    pub async fn reject(
        &self,
        document: &DocumentRecord,
        reason: RejectionReason,
        note: Option<&str>,
    ) -> Result<(), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        check_note(note)?;
        Ok(self.store.reject_document(person, self.clock.now(), document.id, reason, note, None).await?)
    }

    /// Takes back what was decided about a document within the undo window: an acceptance, a rejection, a correction.
    ///
    /// # Errors
    /// The person may not, the time is over, or there is nothing to undo.
    pub async fn undo(&self, document: &DocumentRecord) -> Result<(), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let now = self.clock.now();
        if let DocumentState::Archived { record, .. } = document.state {
            return Ok(self.store.undo_correction(person, now, record).await?);
        }
        let since = now.saturating_sub(self.undo_window()).unwrap_or(Timestamp::MIN);
        self.store.undo_decision(person, now, document.id, since).await?;
        Ok(())
    }

    /// Approves what somebody else accepted, or returns it to them with a reason.
    ///
    /// # Errors
    /// The person may not, it is their own work, or nothing of the document waits.
    pub async fn second_review(&self, document: &DocumentRecord, returned: Option<&str>) -> Result<(), AppError> {
        check_note(returned)?;
        let record = match document.state {
            DocumentState::Verified { record, .. } | DocumentState::Archived { record, .. } => record,
            _ => return Err(AppError::Unfit("this document was not accepted: there is nothing to review".into())),
        };
        let versions = self.store.record_versions(record).await?;
        let done_by: Vec<PersonId> = versions.last().and_then(|version| version.accepted_by).into_iter().collect();
        let person = self.actor(Permission::ReviewOthers, &done_by).await?.person;
        Ok(self.store.review(person, self.clock.now(), record, returned).await?)
    }

    /// Splits a document into parts by the places of its pages; returns the new documents in the order of the parts.
    ///
    /// # Errors
    /// The person may not, somebody has decided about the document, or a page would be in no part or in two.
    pub async fn split(&self, document: &DocumentRecord, parts: &[Vec<u32>]) -> Result<Vec<DocumentId>, AppError> {
        self.actor(Permission::Label, &[]).await?;
        let parts: Vec<(DocumentId, Vec<u32>)> =
            parts.iter().map(|positions| (new_document(), positions.clone())).collect();
        self.store.split_document(document.id, &parts, self.clock.now()).await?;
        Ok(parts.into_iter().map(|(id, _)| id).collect())
    }

    /// Returns everything that waits for its deposit.
    ///
    /// # Errors
    /// The database failed.
    pub async fn waiting_room(&self) -> Result<Vec<WaitingRow>, AppError> {
        let mut waiting: Vec<WaitingRow> = Vec::new();
        loop {
            let mut rows = self.store.waiting_room(waiting.last().map(|row| row.record), ROWS).await?;
            if rows.is_empty() {
                return Ok(waiting);
            }
            waiting.append(&mut rows);
        }
    }

    /// Returns the record whose id begins with `prefix`.
    ///
    /// # Errors
    /// There is none, or more than one, or the database failed.
    pub async fn record(&self, prefix: &str) -> Result<RecordRow, AppError> {
        let mut found = self.store.records_by_prefix(prefix, 2).await?;
        match (found.pop(), found.is_empty()) {
            (Some(record), true) => Ok(record),
            (Some(_), false) => {
                Err(AppError::NotFound(format!("more than one record id begins with {prefix:?}; give more of it")))
            }
            (None, _) => Err(AppError::NotFound(self.no_record(prefix).await?)),
        }
    }

    /// Says why there is no record of that id: it may be a document's.
    async fn no_record(&self, prefix: &str) -> Result<String, AppError> {
        let document = self.store.documents_by_prefix(prefix, 1).await?.pop();
        Ok(match document.map(|document| document.state) {
            None => format!("there is no record {prefix:?}. `muniment show DOCUMENT` names a document's record"),
            Some(DocumentState::Verified { record, .. } | DocumentState::Archived { record, .. }) => {
                format!("{prefix:?} is a document; its record is {record}")
            }
            Some(state) => format!(
                "{prefix:?} is a document that is {}: it becomes a record when somebody accepts it",
                state.name()
            ),
        })
    }

    /// Returns under which terms something is accepted now.
    pub(super) fn terms(&self, now: Timestamp) -> AcceptanceTerms {
        AcceptanceTerms {
            final_at: now.saturating_add(self.undo_window()).unwrap_or(Timestamp::MAX),
            second_review: match self.config.review.second_review {
                SecondReview::Never => false,
                SecondReview::Always => true,
                SecondReview::Percentage(percentage) => drawn(percentage),
            },
            released: self.config.quality.lots == Plan::Off,
            rule: None,
        }
    }

    /// Finds the patient, or makes a new one. What is given must not contradict what is known.
    pub(super) async fn patient(&self, said: &PatientSaid) -> Result<PatientRef, AppError> {
        let (number, authority) = (said.number.trim(), said.authority.trim());
        let name = said.name.as_deref().unwrap_or_default().trim();
        let born = said.born.unwrap_or_default();
        let known = self.store.patient_by_number(authority, number).await?;
        let patient = match known {
            Some(known) => {
                let contradicts = |what: &str| {
                    AppError::Unfit(format!(
                        "the {what} given differs from what is known of the patient with this record number. \
                         Check the number; nothing was accepted"
                    ))
                };
                if !name.is_empty() && !known.name.is_empty() && name != known.name {
                    return Err(contradicts("name"));
                }
                if born != BirthDate::Unknown && known.born != BirthDate::Unknown && born != known.born {
                    return Err(contradicts("birth date"));
                }
                PatientRef {
                    name: if known.name.is_empty() { name.to_owned() } else { known.name },
                    born: if known.born == BirthDate::Unknown { born } else { known.born },
                    ..known
                }
            }
            None => PatientRef {
                id: PatientId::from_uuid(new_id()),
                number: number.to_owned(),
                authority: authority.to_owned(),
                name: name.to_owned(),
                born,
            },
        };
        patient.check().map_err(|cause| AppError::Unfit(cause.to_string()))?;
        Ok(patient)
    }

    pub(super) fn undo_window(&self) -> SignedDuration {
        SignedDuration::from_mins(self.config.review.undo_minutes.into())
    }
}

/// Says what became of an acceptance.
pub(super) fn accepted(draft: &RecordDraft, terms: &AcceptanceTerms) -> Accepted {
    Accepted {
        record: draft.record,
        version: draft.version,
        final_at: terms.final_at,
        second_review: terms.second_review,
        birth_date_in_part: !matches!(draft.patient.born, BirthDate::Day(_)),
    }
}

/// Takes over a page of a document.
pub(super) fn record_page(page: &DocumentPage) -> RecordPage {
    RecordPage {
        page: page.view.page,
        hidden: page.view.hidden,
        turn: page.view.turn,
        pipeline: page.current.as_ref().map(|result| result.pipeline.clone()),
        engine: page.current.as_ref().map(|result| result.engine.clone()),
    }
}

/// Returns labels in order, each once.
pub(super) fn sorted(labels: &[Label]) -> Vec<Label> {
    let mut labels = labels.to_vec();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// Refuses a remark that is too long or cannot be printed.
pub(super) fn check_note(note: Option<&str>) -> Result<(), AppError> {
    let unfit = |note: &str| {
        note.chars().count() > LONGEST_NOTE || note.chars().any(|letter| letter.is_control() && letter != '\n')
    };
    if note.is_some_and(unfit) {
        return Err(AppError::Unfit(format!("a remark has at most {LONGEST_NOTE} printable characters")));
    }
    Ok(())
}

/// Refuses encounters that end before they begin.
pub(super) fn check_encounters(encounters: &[Encounter]) -> Result<(), AppError> {
    if encounters.iter().any(|encounter| encounter.to.is_some_and(|to| to < encounter.from)) {
        return Err(AppError::Unfit("an encounter ends before it begins; it is written FROM..TO".into()));
    }
    if encounters.len() > MOST {
        return Err(AppError::Unfit(format!("a record belongs to at most {MOST} encounters")));
    }
    Ok(())
}

fn check(labels: &Labels) -> Result<(), AppError> {
    check_note(labels.note.as_deref())?;
    check_encounters(&labels.encounters)?;
    if labels.labels.len() > MOST {
        return Err(AppError::Unfit(format!("a record has at most {MOST} labels")));
    }
    Ok(())
}

/// Draws whether this one is among the `percentage` that are looked at twice.
#[expect(clippy::disallowed_methods, reason = "the application is the source of randomness")]
fn drawn(percentage: u8) -> bool {
    u32::from(rand::random::<u16>()) * 100 < u32::from(percentage) * 65_536
}
