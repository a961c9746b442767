//! A document at the station as it is sent.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::station::{ClaimedStation, Draft, LEASE, Station};
use crate::chart::PatientRef;
use crate::labels::{Field, FieldName, PatientCandidate};
use crate::server::view::{BatchName, PageView, PatientView, RectView};
use crate::store::HeldClaim;

/// The right to decide about a document.
#[derive(Serialize, ToSchema)]
pub struct ClaimView {
    /// The document.
    pub document: StationView,
    /// The lease.
    pub lease: LeaseView,
}

/// A lease: it ends by itself unless it is renewed.
#[derive(Serialize, ToSchema)]
pub struct LeaseView {
    /// Token, to be shown with every decision.
    pub token: String,
    /// When it ends.
    pub expires_at: String,
    /// How long it lasts, in seconds.
    pub seconds: u64,
}

/// A document at the station.
#[derive(Serialize, ToSchema)]
pub struct StationView {
    /// Its id.
    pub id: String,
    /// Its batch.
    pub batch: BatchName,
    /// Name of the file that it came in.
    pub source: String,
    /// Where it stands.
    pub state: String,
    /// Its pages.
    pub pages: Vec<PageView>,
    /// What is suggested, but for the type.
    pub fields: Vec<FieldView>,
    /// Whom it may be about.
    pub patient: PossiblePatients,
    /// Its type.
    pub kind: FieldView,
    /// Labels that are suggested.
    pub labels: Vec<String>,
    /// What was said when it was returned.
    pub note: Option<String>,
    /// What the person typed before.
    pub draft: Option<DraftView>,
    /// Pages after which another document seems to begin.
    pub splits_suggested: Vec<u32>,
    /// What can be taken back.
    pub undo: Option<UndoView>,
    /// Counts what people change: sent back with a decision.
    pub version: u32,
}

/// A suggested value.
#[derive(Serialize, ToSchema)]
pub struct FieldView {
    /// Its name; of an identifier on one page with `@` and the page.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The value; empty where there is none, or more than one.
    pub value: String,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
    /// `confident`, `check` or `verify`; the last has to be confirmed.
    pub level: String,
    /// Position of the page where it was read.
    pub page: Option<u32>,
    /// Where on that page.
    pub rect: Option<RectView>,
    /// Why it needs attention.
    pub because: Option<String>,
    /// What else it may be.
    pub candidates: Vec<ValueView>,
}

/// Another value.
#[derive(Serialize, ToSchema)]
pub struct ValueView {
    /// The value.
    pub value: String,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
}

/// Whom a document may be about.
#[derive(Serialize, ToSchema)]
pub struct PossiblePatients {
    /// The likeliest first.
    pub candidates: Vec<CandidateView>,
}

/// A patient whom a document may be about.
#[derive(Serialize, ToSchema)]
pub struct CandidateView {
    /// The patient.
    #[serde(flatten)]
    pub patient: PatientView,
    /// How likely, from 0 to 1; none where somebody typed for it.
    pub score: Option<f32>,
    /// Which fields of the pages are theirs.
    pub matched: Vec<String>,
}

/// What a person typed.
#[derive(Serialize, ToSchema)]
pub struct DraftView {
    /// Values by the names of their fields.
    pub fields: BTreeMap<String, String>,
    /// Fields that they confirmed.
    pub confirmed: Vec<String>,
    /// The patient whom they chose.
    pub patient: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// A remark.
    pub note: Option<String>,
    /// When it was saved.
    pub saved_at: String,
}

/// A decision that can be taken back.
#[derive(Serialize, ToSchema)]
pub struct UndoView {
    /// The record.
    pub record: String,
    /// Until when.
    pub until: String,
}

impl ClaimView {
    /// Describes a claim.
    pub fn of(claimed: &ClaimedStation) -> Self {
        Self { document: StationView::of(&claimed.station), lease: LeaseView::of(&claimed.lease) }
    }
}

impl LeaseView {
    /// Describes a lease.
    pub fn of(claim: &HeldClaim) -> Self {
        Self { token: claim.token.clone(), expires_at: claim.expires_at.to_string(), seconds: LEASE.as_secs() }
    }
}

impl StationView {
    /// Describes a document.
    pub fn of(station: &Station) -> Self {
        let document = &station.document;
        let suggested = station.suggestions.fields.iter();
        let mut fields: Vec<FieldView> =
            suggested.filter(|field| field.name != FieldName::Kind).map(FieldView::of).collect();
        fields.extend(station.extra.iter().map(|extra| FieldView {
            name: extra.name.clone(),
            label: extra.label.clone(),
            ..FieldView::of(&extra.field)
        }));
        let kind = station.suggestions.field(FieldName::Kind).map(FieldView::of);
        Self {
            id: document.id.to_string(),
            batch: BatchName { id: document.batch.to_string(), name: station.batch_name.clone() },
            source: document.source_name.clone(),
            state: document.state.name().to_owned(),
            pages: station.pages.iter().map(PageView::of).collect(),
            fields,
            patient: PossiblePatients { candidates: station.candidates.iter().map(CandidateView::of).collect() },
            kind: kind.unwrap_or_else(FieldView::no_kind),
            labels: Vec::new(),
            note: station.place.note.clone().or_else(|| station.place.reason.clone()),
            draft: station.draft.as_ref().map(|(draft, saved_at)| DraftView::of(draft, saved_at.to_string())),
            splits_suggested: station.suggestions.splits.clone(),
            undo: station.undo.map(|(record, until)| UndoView { record: record.to_string(), until: until.to_string() }),
            version: station.place.revision,
        }
    }

    /// The same without what a second person is to type without seeing it.
    pub fn blinded(station: &Station) -> Self {
        let mut view = Self::of(station);
        let hidden = [FieldName::PatientNumber.name(), FieldName::BirthDate.name()];
        view.fields.retain(|field| {
            !hidden.iter().any(|name| field.name == *name || field.name.starts_with(&format!("{name}@")))
        });
        view.patient.candidates.clear();
        view.draft = None;
        view.note = None;
        // The name of a file may be a record number.
        view.source = String::new();
        view.undo = None;
        view
    }
}

impl FieldView {
    fn of(field: &Field) -> Self {
        Self {
            name: field.name.name().to_owned(),
            label: field.name.label().to_owned(),
            value: field.value.clone(),
            confidence: field.confidence,
            level: field.level.name().to_owned(),
            page: field.place.map(|place| place.page),
            rect: field.place.map(|place| place.rect.into()),
            because: field.because.clone(),
            candidates: field
                .candidates
                .iter()
                .map(|other| ValueView { value: other.value.clone(), confidence: other.confidence })
                .collect(),
        }
    }

    fn no_kind() -> Self {
        Self {
            name: FieldName::Kind.name().to_owned(),
            label: FieldName::Kind.label().to_owned(),
            value: String::new(),
            confidence: 0.0,
            level: "verify".to_owned(),
            page: None,
            rect: None,
            because: None,
            candidates: Vec::new(),
        }
    }
}

impl CandidateView {
    fn of(candidate: &PatientCandidate) -> Self {
        let matched = candidate.matched.iter().map(|name| name.name().to_owned()).collect();
        Self { score: Some(candidate.score), matched, ..Self::known(&candidate.patient) }
    }

    /// Describes a patient whom somebody typed for.
    pub fn known(patient: &PatientRef) -> Self {
        Self { patient: PatientView::of(patient), score: None, matched: Vec::new() }
    }
}

impl DraftView {
    fn of(draft: &Draft, saved_at: String) -> Self {
        Self {
            fields: draft.fields.clone(),
            confirmed: draft.confirmed.clone(),
            patient: draft.patient.clone(),
            labels: draft.labels.iter().map(ToString::to_string).collect(),
            note: draft.note.clone(),
            saved_at,
        }
    }
}
