//! Corrections: a further version of a record in the archive, with its reason. The originals of the version before stay.

use std::collections::BTreeSet;

use super::review::{Accepted, PatientSaid, accepted, check_encounters, check_note, sorted};
use super::{App, AppError};
use crate::access::{Extent, Permission};
use crate::chart::{
    Actor, Correction, CorrectionReason, DocumentType, Encounter, Label, PatientRef, PersonId, QuarterTurns,
    RecordClass, RecordDraft,
};
use crate::store::{AcceptanceTerms, RecordRow, RecordState};

/// What is to become different. What is `None` stays.
#[derive(Clone, Default)]
pub struct Changes {
    /// The type.
    pub kind: Option<DocumentType>,
    /// The class.
    pub class: Option<RecordClass>,
    /// All labels.
    pub labels: Option<Vec<Label>>,
    /// All encounters.
    pub encounters: Option<Vec<Encounter>>,
    /// The patient: another one, or the same with other particulars.
    pub patient: Option<PatientSaid>,
    /// Pages to hide, by their places from 1.
    pub hide: Vec<u32>,
    /// Pages to show again.
    pub show: Vec<u32>,
    /// Pages to turn, with the turn that they have then.
    pub turn: Vec<(u32, QuarterTurns)>,
}

impl App {
    /// Accepts a further version of a record.
    ///
    /// # Errors
    /// The person may not, nothing would change, the reason does not fit the changes, or another version waits.
    pub async fn correct(
        &self,
        record: &RecordRow,
        reason: CorrectionReason,
        note: Option<&str>,
        changes: &Changes,
    ) -> Result<Accepted, AppError> {
        let acting = self.actor(Permission::CorrectRecord, &[]).await?;
        let before = self.current(record).await?;
        let mut draft = next(&before, reason, note)?;
        if let Some(kind) = &changes.kind {
            draft.kind = self.document_kind(kind).await?.name.clone();
        }
        if let Some(class) = &changes.class {
            draft.class = class.clone();
        }
        if let Some(labels) = &changes.labels {
            draft.labels = sorted(labels);
        }
        if let Some(encounters) = &changes.encounters {
            check_encounters(encounters)?;
            draft.encounters.clone_from(encounters);
            draft.encounters.sort_unstable();
            draft.encounters.dedup();
        }
        if let Some(said) = &changes.patient {
            draft.patient = self.corrected_patient(&before.patient, said).await?;
        }
        change_view(&mut draft, changes)?;
        check_reason(reason, &before, &draft)?;
        let terms = self.correction_terms(acting.extent);
        self.store.accept_correction(Actor::Person(acting.person), self.clock.now(), &draft, &terms).await?;
        Ok(accepted(&draft, &terms))
    }

    /// Moves pages that were misfiled into the record that they belong to: it gets a version with them, and the wrong one
    /// a version without them, deposited after it. Returns both, the right one first.
    ///
    /// # Errors
    /// The person may not, the pages are not there or are all that there is, or another version of either waits.
    pub async fn move_pages(
        &self,
        wrong: &RecordRow,
        positions: &[u32],
        right: &RecordRow,
        note: Option<&str>,
    ) -> Result<[Accepted; 2], AppError> {
        let acting = self.actor(Permission::CorrectRecord, &[]).await?;
        if wrong.id == right.id {
            return Err(AppError::Unfit("pages are moved into another record".into()));
        }
        let (from, to) = (self.current(wrong).await?, self.current(right).await?);
        let chosen = places(positions, from.pages.len())?;
        if chosen.len() == from.pages.len() {
            return Err(AppError::Unfit(
                "all pages of the record are in the wrong place: correct its patient with --reason wrong-patient"
                    .into(),
            ));
        }
        let mut emptier = next(&from, CorrectionReason::MisfiledPages, note)?;
        let mut fuller = next(&to, CorrectionReason::LatePages, note)?;
        let (moved, kept): (Vec<_>, Vec<_>) =
            (1_u32..).zip(from.pages.iter().cloned()).partition(|(place, _)| chosen.contains(place));
        emptier.pages = kept.into_iter().map(|(_, page)| page).collect();
        fuller.pages.extend(moved.into_iter().map(|(_, page)| page));
        let terms = self.correction_terms(acting.extent);
        let actor = Actor::Person(acting.person);
        self.store.accept_move(actor, self.clock.now(), &fuller, &emptier, &terms).await?;
        Ok([accepted(&fuller, &terms), accepted(&emptier, &terms)])
    }

    /// Takes back the correction of a record within its undo window.
    ///
    /// # Errors
    /// The person may not, nothing waits, or the time is over.
    pub async fn undo_correction(&self, record: &RecordRow) -> Result<(), AppError> {
        let person: PersonId = self.actor(Permission::CorrectRecord, &[]).await?.person;
        Ok(self.store.undo_correction(person, self.clock.now(), record.id).await?)
    }

    /// Returns what the newest version in the archive says.
    async fn current(&self, record: &RecordRow) -> Result<RecordDraft, AppError> {
        if record.state != RecordState::Archived {
            return Err(AppError::Unfit(format!(
                "the record is {}: only a record in the archive is corrected. Before that, take the acceptance back \
                 with `muniment undo`",
                record.state.name()
            )));
        }
        let draft = self.store.description(record.id, record.version).await?;
        draft.ok_or_else(|| AppError::NotFound("what the record says is missing in the database".into()))
    }

    /// Returns the patient as corrected: another number is another patient, the same one has other particulars.
    async fn corrected_patient(&self, before: &PatientRef, said: &PatientSaid) -> Result<PatientRef, AppError> {
        let same = said.number.trim() == before.number && said.authority.trim() == before.authority;
        if !same {
            return self.patient(said).await;
        }
        let mut patient = before.clone();
        if let Some(name) = &said.name {
            name.trim().clone_into(&mut patient.name);
        }
        if let Some(born) = said.born {
            patient.born = born;
        }
        patient.check().map_err(|cause| AppError::Unfit(cause.to_string()))?;
        Ok(patient)
    }

    /// Corrections of those who may only propose them wait for a reviewer. They are in no lot.
    fn correction_terms(&self, extent: Extent) -> AcceptanceTerms {
        let terms = self.terms(self.clock.now());
        AcceptanceTerms { second_review: terms.second_review || extent != Extent::All, released: true, ..terms }
    }
}

/// Begins the version after `before`.
fn next(before: &RecordDraft, reason: CorrectionReason, note: Option<&str>) -> Result<RecordDraft, AppError> {
    check_note(note)?;
    let version = before.version.checked_add(1);
    let version = version.ok_or_else(|| AppError::Unfit("the record has too many versions".into()))?;
    let correction = Some(Correction { reason, note: note.map(str::to_owned) });
    Ok(RecordDraft { version, correction, ..before.clone() })
}

fn change_view(draft: &mut RecordDraft, changes: &Changes) -> Result<(), AppError> {
    let pages = draft.pages.len();
    let (hide, show) = (places(&changes.hide, pages)?, places(&changes.show, pages)?);
    let turned: Vec<u32> = changes.turn.iter().map(|(place, _)| *place).collect();
    places(&turned, pages)?;
    for (place, page) in (1_u32..).zip(&mut draft.pages) {
        if hide.contains(&place) {
            page.hidden = true;
        }
        if show.contains(&place) {
            page.hidden = false;
        }
        if let Some((_, turn)) = changes.turn.iter().find(|(turned, _)| *turned == place) {
            page.turn = *turn;
        }
    }
    Ok(())
}

/// Refuses a reason that does not tell what changes: a wrong patient marks the version before as entered in error.
fn check_reason(reason: CorrectionReason, before: &RecordDraft, draft: &RecordDraft) -> Result<(), AppError> {
    let other_patient = draft.patient.id != before.patient.id;
    let other_particulars = !other_patient && draft.patient != before.patient;
    let other_view = draft.pages != before.pages;
    let other_labels = (&draft.kind, &draft.class, &draft.labels, &draft.encounters)
        != (&before.kind, &before.class, &before.labels, &before.encounters);
    let fits = match reason {
        CorrectionReason::WrongPatient => other_patient,
        CorrectionReason::PatientParticulars => other_particulars && !other_patient,
        CorrectionReason::View => other_view && !other_patient && !other_particulars,
        CorrectionReason::Labels => other_labels && !other_patient && !other_particulars,
        CorrectionReason::MisfiledPages | CorrectionReason::LatePages => false,
    };
    if fits {
        return Ok(());
    }
    Err(AppError::Unfit(format!(
        "the reason {} does not fit what would change: another patient is wrong-patient, the same one's name or birth \
         date patient-particulars, pages shown otherwise view, anything else labels; pages go elsewhere with \
         --move-pages and --to",
        reason.name()
    )))
}

/// Checks places of pages; returns each once.
fn places(positions: &[u32], pages: usize) -> Result<BTreeSet<u32>, AppError> {
    let last = u32::try_from(pages).unwrap_or(u32::MAX);
    if let Some(wrong) = positions.iter().find(|place| **place == 0 || **place > last) {
        return Err(AppError::Unfit(format!("the record has no page {wrong}; its pages are 1 to {last}")));
    }
    Ok(positions.iter().copied().collect())
}
