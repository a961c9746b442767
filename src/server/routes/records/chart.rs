//! `GET /api/v1/patients/{id}/chart`: a patient's records in the order of their dates.

use serde::Serialize;
use utoipa::ToSchema;

use crate::chart::PatientId;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::view::PatientView;
use crate::server::{Json, Path, SignedIn};

/// A chart: the records of a patient that the person may see.
#[derive(Serialize, ToSchema)]
pub struct ChartView {
    /// The patient.
    pub patient: Option<PatientView>,
    /// The records, the oldest first.
    pub items: Vec<ChartLineView>,
    /// Always none: a chart is given whole.
    pub next: Option<String>,
}

/// One record of a chart.
#[derive(Serialize, ToSchema)]
pub struct ChartLineView {
    /// The record.
    pub record: String,
    /// Its document.
    pub document: String,
    /// Its date.
    pub date: String,
    /// Its type.
    pub kind: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Pages, hidden ones included.
    pub pages: u32,
    /// Where it stands.
    pub state: String,
    /// Its newest version.
    pub version: u32,
}

/// Shows a patient's chart.
#[utoipa::path(get, path = "/api/v1/patients/{id}/chart", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = ChartView)))]
pub async fn chart(signed_in: SignedIn, Path(id): Path<PatientId>) -> Result<Json<ChartView>, Problem> {
    let reader = signed_in.app.reader().await?;
    let lines = signed_in.app.see_chart(&reader, id).await?;
    signed_in.noted(AccessFact::ChartViewed { patient: id }).await?;
    let patient = signed_in.app.patient_shown(id).await?;
    let items = lines.iter().map(|line| ChartLineView {
        record: line.record.id.to_string(),
        document: line.document.id.to_string(),
        date: line.dated.to_string(),
        kind: line.record.kind.as_str().to_owned(),
        labels: line.description.iter().flat_map(|said| &said.labels).map(ToString::to_string).collect(),
        pages: line.document.pages,
        state: line.record.state.name().to_owned(),
        version: line.record.version,
    });
    Ok(Json(ChartView { patient: patient.as_ref().map(PatientView::of), items: items.collect(), next: None }))
}
