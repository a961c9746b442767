//! Who read what.

use std::io::Seek as _;

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::access_report::AccessAsked;
use crate::app::{App, AppError};
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::routes::exports::stream;
use crate::server::{Json, Query, SignedIn};
use crate::store::{AccessPlace, AccessRow};

/// What is asked about; every condition counts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// The chart of this patient, by id or record number.
    patient: Option<String>,
    /// This record.
    record: Option<String>,
    /// This document.
    document: Option<String>,
    /// What this person read.
    person: Option<String>,
    /// From this day on.
    from: Option<String>,
    /// To the end of this day.
    to: Option<String>,
}

/// One access.
#[derive(Serialize, ToSchema)]
pub struct AccessView {
    /// Its place: the number of the entry in the audit log, and the place in that.
    id: String,
    /// Number of the entry in the audit log.
    entry: u64,
    /// When.
    at: String,
    /// Id of the person.
    person: String,
    /// Their name.
    name: String,
    /// `viewed`, `record-viewed`, `chart-viewed`, `searched`, `exported`, `printed`, `released`, `disclosures-viewed` or
    /// `emergency-opened`.
    action: String,
    /// Id of the patient.
    patient: Option<String>,
    /// Id of the record.
    record: Option<String>,
    /// Id of the document.
    document: Option<String>,
    /// The page of it; none: the document as a whole.
    page: Option<u32>,
}

/// Lists who read what, the newest first. That somebody asked is in the audit log, too.
#[utoipa::path(get, path = "/api/v1/audit/access", tag = "audit", params(Paging, About),
    responses((status = 200, body = Part<AccessView>)))]
pub async fn report(
    signed_in: SignedIn,
    Query(paging): Query<Paging>,
    Query(about): Query<About>,
) -> Result<Json<Part<AccessView>>, Problem> {
    let (limit, after) = (paging.limit(), paging.after::<AccessPlace>()?);
    let rows = signed_in.app.access_report(&about.asked(&signed_in.app).await?, after, limit).await?;
    Ok(Json(Part::of(rows.iter().map(AccessView::of).collect(), limit, |access| access.id.clone())))
}

/// Gives the same as a file (CSV), whole.
#[utoipa::path(get, path = "/api/v1/audit/access.csv", tag = "audit", params(About),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub async fn report_file(signed_in: SignedIn, Query(about): Query<About>) -> Result<Response, Problem> {
    let app = &signed_in.app;
    let failed = |cause| Problem::from(AppError::Write { what: "the access report".into(), cause });
    let file = tempfile::tempfile_in(&app.config.data.folder).map_err(failed)?;
    let mut out = std::io::BufWriter::new(file);
    app.write_access_report(&about.asked(app).await?, &mut out).await?;
    let mut file = out.into_inner().map_err(|cause| failed(cause.into_error()))?;
    file.rewind().map_err(failed)?;
    stream(file, "text/csv; charset=utf-8", "attachment; filename=\"access-report.csv\"")
}

impl About {
    async fn asked(&self, app: &App) -> Result<AccessAsked, Problem> {
        let patient = match self.patient.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(named) => Some(app.patient_named(named).await?),
            None => None,
        };
        Ok(AccessAsked {
            patient,
            record: read(self.record.as_deref(), "record is the id of a record")?,
            document: read(self.document.as_deref(), "document is the id of a document")?,
            person: read(self.person.as_deref(), "person is the id of a person")?,
            from: read(self.from.as_deref(), "from is a day such as 2026-03-15")?,
            to: read(self.to.as_deref(), "to is a day such as 2026-03-15")?,
        })
    }
}

/// Reads a condition; an empty one is none.
fn read<T: std::str::FromStr>(text: Option<&str>, what: &str) -> Result<Option<T>, Problem> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|_| Problem::unfit(what))).transpose()
}

impl AccessView {
    fn of(row: &AccessRow) -> Self {
        Self {
            id: row.place.to_string(),
            entry: row.place.sequence,
            at: row.at.to_string(),
            person: row.person.to_string(),
            name: row.name.clone(),
            action: row.action.clone(),
            patient: row.patient.map(|id| id.to_string()),
            record: row.record.map(|id| id.to_string()),
            document: row.document.map(|id| id.to_string()),
            page: row.page,
        }
    }
}
