//! `POST /api/v1/undo` and `/api/v1/documents/{id}/undo`: takes a decision back.

use serde::Serialize;
use utoipa::ToSchema;

use super::document_id;
use super::view::ClaimView;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// The document whose decision was taken back.
#[derive(Serialize, ToSchema)]
pub struct UndoneView {
    /// The document.
    document: String,
}

/// Takes the last decision of the person back, within its undo window; its document is theirs again.
#[utoipa::path(post, path = "/api/v1/undo", tag = "station", responses((status = 200, body = UndoneView)))]
pub async fn undo_last(signed_in: SignedIn) -> Result<Json<UndoneView>, Problem> {
    let document = signed_in.app.undo_last().await?;
    Ok(Json(UndoneView { document: document.to_string() }))
}

/// Takes the decision about a document back, within its undo window; it is the person's again.
#[utoipa::path(post, path = "/api/v1/documents/{id}/undo", tag = "station", params(("id" = String, Path)),
    responses((status = 200, body = ClaimView)))]
pub async fn undo_document(signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<ClaimView>, Problem> {
    let document = document_id(&id)?;
    let claimed = signed_in.app.undo_at_station(document).await?;
    signed_in.noted(AccessFact::Viewed { document, page: None }).await?;
    Ok(Json(ClaimView::of(&claimed)))
}
