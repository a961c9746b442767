//! Documents and patients as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::viewing::DocumentSeen;
use crate::chart::{Encounter, Finding, PatientRef};
use crate::store::DocumentPage;

/// A patient.
#[derive(Serialize, ToSchema)]
pub struct PatientView {
    /// Id.
    pub id: String,
    /// Record number.
    pub number: String,
    /// Who gave the number out; empty for this facility.
    pub authority: String,
    /// Name.
    pub name: String,
    /// Birth date, as far as it is known.
    pub born: String,
}

/// Something that was noticed on a page.
#[derive(Serialize, ToSchema)]
pub struct FindingView {
    /// What kind of thing.
    pub kind: String,
    /// How grave.
    pub severity: String,
    /// In words.
    pub message: String,
}

/// Days in care.
#[derive(Serialize, ToSchema)]
pub struct EncounterView {
    /// First day.
    pub from: String,
    /// Last day, once known.
    pub until: Option<String>,
}

/// A page of a document.
#[derive(Serialize, ToSchema)]
pub struct PageView {
    /// Its place, from 1.
    pub position: u32,
    /// The page.
    pub page: String,
    /// Width of its image before the turn, in pixels.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Pixels per inch, where the file tells.
    pub dpi: Option<f32>,
    /// Clockwise quarter turns with which it is shown.
    pub turn: u16,
    /// Whether it is left out of view and export.
    pub hidden: bool,
    /// Whether it is blank.
    pub blank: bool,
    /// Whether its text can be relied on.
    pub reliable: bool,
    /// What was noticed on it.
    pub findings: Vec<FindingView>,
    /// Address of its image service, without the turn.
    pub image: String,
}

/// A batch by id and name.
#[derive(Serialize, ToSchema)]
pub struct BatchName {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
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

impl PatientView {
    /// Shows a patient.
    pub fn of(patient: &PatientRef) -> Self {
        Self {
            id: patient.id.to_string(),
            number: patient.number.clone(),
            authority: patient.authority.clone(),
            name: patient.name.clone(),
            born: patient.born.text(),
        }
    }
}

impl EncounterView {
    /// Shows an encounter.
    pub fn of(encounter: &Encounter) -> Self {
        Self { from: encounter.from.to_string(), until: encounter.to.map(|day| day.to_string()) }
    }
}

impl FindingView {
    /// Shows a finding.
    pub fn of(finding: &Finding) -> Self {
        let name = |value: Result<serde_json::Value, _>| match value {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        };
        Self {
            kind: name(serde_json::to_value(finding.kind)),
            severity: name(serde_json::to_value(finding.severity)),
            message: finding.message.clone(),
        }
    }
}

impl PageView {
    /// Shows a page.
    pub fn of(app: &App, page: &DocumentPage) -> Self {
        let size = app.shown_size(page.record.size);
        Self {
            position: page.position,
            page: page.view.page.to_string(),
            width: size.width,
            height: size.height,
            dpi: page.record.dpi.map(|(across, _)| across),
            turn: page.view.turn.degrees() / 90,
            hidden: page.view.hidden,
            blank: page.record.blank,
            reliable: page.record.reliable,
            findings: page.record.findings.iter().map(FindingView::of).collect(),
            image: format!("/api/v1/iiif/3/{}", page.view.page),
        }
    }
}

impl DocumentView {
    /// Shows a document.
    pub fn of(app: &App, seen: &DocumentSeen) -> Self {
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
            pages: seen.pages.iter().map(|page| PageView::of(app, page)).collect(),
            manifest: format!("/api/v1/iiif/presentation/{}/manifest", seen.document.id),
        }
    }
}
