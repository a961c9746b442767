//! What several nouns answer with: patients, batches, pages, places on them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::chart::{Finding, PatientRef, Rect};
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

/// A batch by id and name.
#[derive(Serialize, ToSchema)]
pub struct BatchName {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct PersonName {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A page of a document.
#[derive(Serialize, ToSchema)]
pub struct PageView {
    /// Its place, from 1.
    pub position: u32,
    /// The page.
    pub page: String,
    /// Columns of its image before the turn, as it is shown: places on the page are pixels of it.
    pub width: u32,
    /// Rows.
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

/// A rectangle in pixels of a page image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RectView {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
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

impl PageView {
    /// Shows a page, whose size is that at which it is shown ([`App::shown_pages`](crate::app::App::shown_pages)).
    pub fn of(page: &DocumentPage) -> Self {
        let record = &page.record;
        Self {
            position: page.position,
            page: page.view.page.to_string(),
            width: record.size.width,
            height: record.size.height,
            dpi: record.dpi.map(|(across, _)| across),
            turn: page.view.turn.degrees() / 90,
            hidden: page.view.hidden,
            blank: record.blank,
            reliable: record.reliable,
            findings: record.findings.iter().map(FindingView::of).collect(),
            image: format!("/api/v1/iiif/3/{}", page.view.page),
        }
    }
}

impl FindingView {
    fn of(finding: &Finding) -> Self {
        Self { kind: named(&finding.kind), severity: named(&finding.severity), message: finding.message.clone() }
    }
}

impl From<Rect> for RectView {
    fn from(rect: Rect) -> Self {
        Self { left: rect.left, top: rect.top, width: rect.width, height: rect.height }
    }
}

/// Returns the name under which a value is written.
pub(super) fn named(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
