//! `GET /api/v1/lots/{id}` and `POST /api/v1/lots/{id}/check`: the sample of a lot, and what was found in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LotView, shown};
use crate::chart::{Defect, DocumentId, LotId};
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};
use crate::store::LotDocument;

/// A lot with its documents.
#[derive(Serialize, ToSchema)]
pub struct LotWithDocuments {
    /// The lot.
    lot: LotView,
    /// Its documents.
    documents: Vec<LotDocumentView>,
}

/// A document of a lot.
#[derive(Serialize, ToSchema)]
pub struct LotDocumentView {
    /// The document.
    document: String,
    /// The record that it is to become.
    record: String,
    /// Who accepted it, by id; none where a rule did.
    accepted_by: Option<String>,
    /// How it came to be checked: `drawn`, `added` or `no`.
    sampled: String,
    /// Who checked it, by id.
    checked_by: Option<String>,
    /// What was found.
    defects: Vec<String>,
}

/// What somebody found when they compared a document with its image.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The document.
    document: String,
    /// What is wrong, such as `wrong-patient` or `skew`; empty: it is right.
    defects: Vec<String>,
    /// What is wrong, for whoever accepted it.
    note: Option<String>,
}

/// What is left to check.
#[derive(Serialize, ToSchema)]
pub struct CheckedView {
    /// The lot.
    lot: String,
    /// The document.
    document: String,
    /// Documents of the sample that nobody has checked.
    unchecked: u32,
}

/// Shows a lot with its documents.
#[utoipa::path(get, path = "/api/v1/lots/{id}", tag = "lots", params(("id" = String, Path)),
    responses((status = 200, body = LotWithDocuments)))]
pub async fn show(signed_in: SignedIn, Path(id): Path<LotId>) -> Result<Json<LotWithDocuments>, Problem> {
    let app = &signed_in.app;
    let row = app.lot(&id.to_string()).await?;
    let documents = app.lot_documents(id).await?.into_iter().map(LotDocumentView::of).collect();
    Ok(Json(LotWithDocuments { lot: shown(app, row).await?, documents }))
}

/// Takes what somebody found in a document of an open lot. A critical or major defect returns it to whoever accepted it.
#[utoipa::path(post, path = "/api/v1/lots/{id}/check", tag = "lots", params(("id" = String, Path)), request_body = Found,
    responses((status = 200, body = CheckedView)))]
pub async fn check(
    signed_in: SignedIn,
    Path(id): Path<LotId>,
    Json(found): Json<Found>,
) -> Result<Json<CheckedView>, Problem> {
    let app = &signed_in.app;
    app.lot(&id.to_string()).await?;
    let document: DocumentId = found.document.parse().map_err(|_| Problem::not_found("document"))?;
    // Of documents elsewhere nothing is said, not even where they stand.
    if !app.lot_documents(id).await?.iter().any(|row| row.document == document) {
        return Err(Problem::not_found("document in this lot"));
    }
    let document = app.store.document(document).await?.ok_or_else(|| Problem::not_found("document"))?;
    let defects: Result<Vec<Defect>, _> = found.defects.iter().map(|name| name.parse::<Defect>()).collect();
    let defects = defects.map_err(|cause| Problem::unfit(cause.to_string()))?;
    let checked = app.check_in_lot(&document, Some(id), &defects, found.note.as_deref()).await?;
    Ok(Json(CheckedView {
        lot: checked.lot.to_string(),
        document: checked.document.to_string(),
        unchecked: checked.unchecked,
    }))
}

impl LotDocumentView {
    fn of(row: LotDocument) -> Self {
        Self {
            document: row.document.to_string(),
            record: row.record.to_string(),
            accepted_by: row.accepted_by.map(|person| person.to_string()),
            sampled: row.sampled.name().to_owned(),
            checked_by: row.checked_by.map(|person| person.to_string()),
            defects: row.defects.iter().map(|defect| defect.name().to_owned()).collect(),
        }
    }
}
