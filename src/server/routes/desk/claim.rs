//! `/api/v1/documents/{id}/claim`: taking a document, keeping it, putting it back; and looking at it without taking it.

use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{ClaimView, StationView};
use super::{document_id, lease};
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// The new end of a lease.
#[derive(Serialize, ToSchema)]
pub struct RenewedView {
    /// When it ends.
    expires_at: String,
}

/// Takes a document.
#[utoipa::path(post, path = "/api/v1/documents/{id}/claim", tag = "station", params(("id" = String, Path)),
    responses((status = 200, body = ClaimView)))]
pub async fn claim_document(signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<ClaimView>, Problem> {
    let document = document_id(&id)?;
    let claimed = signed_in.app.claim_document(document).await?;
    signed_in.noted(AccessFact::Viewed { document, page: None }).await?;
    Ok(Json(ClaimView::of(&claimed)))
}

/// Keeps a document for longer.
#[utoipa::path(put, path = "/api/v1/documents/{id}/claim", tag = "station", params(("id" = String, Path)),
    responses((status = 200, body = RenewedView)))]
pub async fn renew_claim(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<RenewedView>, Problem> {
    let token = lease(None, &headers)?;
    let expires_at = signed_in.app.renew_claim(document_id(&id)?, &token).await?;
    Ok(Json(RenewedView { expires_at: expires_at.to_string() }))
}

/// Puts a document back.
#[utoipa::path(delete, path = "/api/v1/documents/{id}/claim", tag = "station", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn release_claim(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let token = lease(None, &headers)?;
    signed_in.app.release_claim(document_id(&id)?, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a document as the station does, without taking it.
#[utoipa::path(get, path = "/api/v1/documents/{id}/station", tag = "station", params(("id" = String, Path)),
    responses((status = 200, body = StationView)))]
pub async fn station(signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<StationView>, Problem> {
    let document = document_id(&id)?;
    let station = signed_in.app.station(document).await?;
    signed_in.noted(AccessFact::Viewed { document, page: None }).await?;
    Ok(Json(StationView::of(&station)))
}
