//! `POST /api/v1/reviews/next`: the next document to type again.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::chart::facts::AccessFact;
use crate::labels::FieldName;
use crate::server::problem::Problem;
use crate::server::routes::desk::view::{ClaimView, LeaseView, StationView};
use crate::server::{Json, SignedIn};

/// A document to type again.
#[derive(Serialize, ToSchema)]
pub struct ReviewView {
    /// The document, without what is to be typed.
    claim: ClaimView,
    /// The fields that are to be typed.
    rekey: Vec<String>,
}

/// Gives the person the next document to type again; 204 when there is none.
#[utoipa::path(post, path = "/api/v1/reviews/next", tag = "station",
    responses((status = 200, body = ReviewView), (status = 204, description = "Nothing waits")))]
pub async fn next_review(signed_in: SignedIn) -> Result<Response, Problem> {
    let Some(claimed) = signed_in.app.next_review().await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    signed_in.noted(AccessFact::Viewed { document: claimed.lease.document, page: None }).await?;
    let claim = ClaimView { document: StationView::blinded(&claimed.station), lease: LeaseView::of(&claimed.lease) };
    let rekey = [FieldName::PatientNumber, FieldName::BirthDate].map(|name| name.name().to_owned()).to_vec();
    Ok(Json(ReviewView { claim, rekey }).into_response())
}
