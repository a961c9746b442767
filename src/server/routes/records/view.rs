//! Documents as they are shown to those who read.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::viewing::DocumentSeen;
use crate::chart::Encounter;
use crate::server::view::{BatchName, PageView, PatientView};

/// Days in care.
#[derive(Serialize, ToSchema)]
pub struct EncounterView {
    /// First day.
    pub from: String,
    /// Last day, once known.
    pub until: Option<String>,
}

/// A document.
#[derive(Serialize, ToSchema)]
pub struct DocumentView {
    /// Id.
    pub id: String,
    /// Its batch.
    pub batch: BatchName,
    /// Name of the file that it came in.
    pub source: Option<String>,
    /// Where it stands.
    pub state: String,
    /// When its file was opened.
    pub opened_at: String,
    /// The record that it became.
    pub record: Option<String>,
    /// Whom it is about, once somebody has said so.
    pub patient: Option<PatientView>,
    /// Its type.
    pub kind: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// The encounters that it belongs to.
    pub encounters: Vec<EncounterView>,
    /// A remark of staff.
    pub note: Option<String>,
    /// Its pages.
    pub pages: Vec<PageView>,
    /// Address of its manifest for image viewers.
    pub manifest: String,
}

impl EncounterView {
    /// Shows an encounter.
    pub fn of(encounter: &Encounter) -> Self {
        Self { from: encounter.from.to_string(), until: encounter.to.map(|day| day.to_string()) }
    }
}

impl DocumentView {
    /// Shows a document.
    pub fn of(seen: &DocumentSeen) -> Self {
        let said = seen.description.as_ref();
        // Of a record, the name of a file that others came in too was left out: it may name their patient.
        let source = said.map_or_else(|| seen.document.source_name.clone(), |said| said.source_name.clone());
        Self {
            id: seen.document.id.to_string(),
            batch: BatchName { id: seen.batch.id.to_string(), name: seen.batch.name.clone() },
            source: Some(source).filter(|source| !source.is_empty()),
            state: seen.document.state.name().to_owned(),
            opened_at: seen.document.opened_at.to_string(),
            record: seen.record.as_ref().map(|record| record.id.to_string()),
            patient: said.map(|said| PatientView::of(&said.patient)),
            kind: said.map(|said| said.kind.as_str().to_owned()),
            labels: said.iter().flat_map(|said| &said.labels).map(ToString::to_string).collect(),
            encounters: said.iter().flat_map(|said| &said.encounters).map(EncounterView::of).collect(),
            note: said.and_then(|said| said.note.clone()),
            pages: seen.pages.iter().map(PageView::of).collect(),
            manifest: format!("/api/v1/iiif/presentation/{}/manifest", seen.document.id),
        }
    }
}
