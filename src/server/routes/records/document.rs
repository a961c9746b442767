//! `GET /api/v1/documents/{id}`: a document with its pages.

use super::view::DocumentView;
use crate::chart::DocumentId;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// Shows a document.
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = DocumentView)))]
pub async fn document(signed_in: SignedIn, Path(id): Path<DocumentId>) -> Result<Json<DocumentView>, Problem> {
    let reader = signed_in.app.reader().await?;
    let seen = signed_in.app.see_document(&reader, id).await?;
    signed_in.noted(AccessFact::Viewed { document: id, page: None }).await?;
    Ok(Json(DocumentView::of(&seen)))
}
