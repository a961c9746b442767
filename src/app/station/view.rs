//! A document as the station shows it: pages, suggestions, whom it may be about, what was typed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{App, AppError};
use super::identifiers;
use crate::chart::{DocumentId, DocumentState, Label, PatientRef, PersonId, RecordId};
use crate::labels::{
    Disagreement, DocumentKinds, Field, FieldName, PatientCandidate, ReadPage, Suggestions, disagreements, rank,
    suggest,
};
use crate::store::{DeskPlace, DocumentPage, DocumentRecord};

/// Patients that are shown at first.
const MOST_CANDIDATES: usize = 8;

/// A document at the station. `Debug` is left out: it is patient data.
pub struct Station {
    /// The document.
    pub document: DocumentRecord,
    /// Name of its batch.
    pub batch_name: String,
    /// Its pages, each with the size at which it is shown.
    pub pages: Vec<DocumentPage>,
    /// Where it lies.
    pub place: DeskPlace,
    /// What is suggested.
    pub suggestions: Suggestions,
    /// Whom it may be about, the likeliest first.
    pub candidates: Vec<PatientCandidate>,
    /// Identifiers on single pages that are not those of the suggested patient.
    pub extra: Vec<ExtraField>,
    /// What the person typed before.
    pub draft: Option<(Draft, Timestamp)>,
    /// The record that it became, and until when that can be taken back.
    pub undo: Option<(RecordId, Timestamp)>,
}

/// An identifier on one page that a person has to type again.
#[derive(Clone, PartialEq)]
pub struct ExtraField {
    /// Its name: that of the field, `@` and the page.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What was read.
    pub field: Field,
}

/// What a person typed. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Values by the names of their fields.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Fields that they confirmed.
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// The patient whom they chose.
    #[serde(default)]
    pub patient: Option<String>,
    /// Labels.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
}

impl App {
    /// Returns a document as the station shows it to `person`.
    ///
    /// # Errors
    /// There is no such document; a result cannot be read; the database failed.
    pub(super) async fn station_of(&self, id: DocumentId, person: PersonId) -> Result<Station, AppError> {
        let now = self.clock.now();
        let missing = || AppError::NotFound("there is no such document".into());
        let document = self.store.document(id).await?.ok_or_else(missing)?;
        let place = self.store.desk_place(id, now).await?.ok_or_else(missing)?;
        let batch_name = self.store.batch(document.batch).await?.map(|batch| batch.name).unwrap_or_default();
        let pages = self.shown_pages(id).await?;
        let (suggestions, candidates) = self.suggested(&document, &pages).await?;
        let extra = extra_fields(&suggestions, &candidates);
        let draft = self.store.draft(id, person).await?;
        let draft = draft.and_then(|row| Some((serde_json::from_str(&row.body).ok()?, row.saved_at)));
        let undo = match document.state {
            DocumentState::Verified { record, .. } => {
                let versions = self.store.record_versions(record).await?;
                versions.last().map(|version| (record, version.final_at)).filter(|(_, until)| *until > now)
            }
            _ => None,
        };
        Ok(Station { document, batch_name, pages, place, suggestions, candidates, extra, draft, undo })
    }

    /// Suggests fields and patients for a document.
    pub(super) async fn suggested(
        &self,
        document: &DocumentRecord,
        pages: &[DocumentPage],
    ) -> Result<(Suggestions, Vec<PatientCandidate>), AppError> {
        let mut suggestions = self.read_off(document, pages, self.document_kinds().await?).await?;
        let numbers = suggestions.values(FieldName::PatientNumber);
        let names = suggestions.values(FieldName::PatientName);
        let alike = self.store.patients_alike(&numbers, &suggestions.birth_dates(), &names).await?;
        let mut candidates = rank(alike, &suggestions.seen);
        suggestions.settle(&candidates);
        candidates.truncate(MOST_CANDIDATES);
        Ok((suggestions, candidates))
    }

    /// Suggests what the words of the pages tell by themselves, whoever is known.
    pub(in crate::app) async fn read_off(
        &self,
        document: &DocumentRecord,
        pages: &[DocumentPage],
        kinds: &DocumentKinds,
    ) -> Result<Suggestions, AppError> {
        let mut read = Vec::with_capacity(pages.len());
        for page in pages {
            if let Some(text) = self.shown_text(page).await? {
                read.push((page.position, text));
            }
        }
        let kinds = kinds.clone();
        let received = document.opened_at.to_zoned(self.zone()).date();
        let working = tokio::task::spawn_blocking(move || {
            let pages: Vec<ReadPage> = read.iter().map(|(position, text)| ReadPage::of(*position, text)).collect();
            suggest(&pages, &kinds, None, received)
        });
        working.await.map_err(|cause| AppError::Child(cause.to_string()))
    }
}

/// Returns the identifiers on pages that are not those of whoever is suggested, each as a field of its own.
fn extra_fields(suggestions: &Suggestions, candidates: &[PatientCandidate]) -> Vec<ExtraField> {
    let Some(reference) = identifiers::suggested_patient(suggestions, candidates) else { return Vec::new() };
    let mut extra: Vec<ExtraField> = Vec::new();
    for against in disagreements(&suggestions.seen, &reference) {
        let own = suggestions.field(against.name).and_then(|field| field.place);
        let one = extra_field(&against);
        if own != Some(against.place) && !extra.iter().any(|other| other.name == one.name) {
            extra.push(one);
        }
    }
    extra
}

fn extra_field(against: &Disagreement) -> ExtraField {
    let page = against.place.page;
    ExtraField {
        name: identifiers::name_on_page(against),
        label: format!("{} on page {page}", against.name.label()),
        field: Field {
            name: against.name,
            value: against.value.clone(),
            confidence: against.confidence,
            level: crate::labels::Level::Verify,
            place: Some(against.place),
            because: Some(
                "it is not that of the suggested patient: type what the page says, or take the page out".into(),
            ),
            candidates: Vec::new(),
        },
    }
}

impl Station {
    /// Returns the patient who is suggested first.
    pub fn first_candidate(&self) -> Option<&PatientRef> {
        self.candidates.first().map(|candidate| &candidate.patient)
    }
}
