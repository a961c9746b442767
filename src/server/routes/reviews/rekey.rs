//! `POST /api/v1/reviews/{document}`: what a second person typed.

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::station::Rekeyed;
use crate::server::problem::Problem;
use crate::server::routes::desk::{document_id, lease};
use crate::server::{Json, Path, SignedIn};

/// What was typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RekeyBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
    /// The values.
    values: RekeyedValues,
}

/// Values that are typed again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RekeyedValues {
    /// The record number.
    pub patient_number: String,
    /// The birth date; empty where the page shows none.
    #[serde(default)]
    pub birth_date: String,
}

/// What it came to.
#[derive(Serialize, ToSchema)]
pub struct OutcomeView {
    /// `agreed`, `differs` or `settled`.
    pub outcome: String,
}

/// Takes what a second person typed: it is compared, and shown to neither.
#[utoipa::path(post, path = "/api/v1/reviews/{document}", tag = "station", params(("document" = String, Path)),
    request_body = RekeyBody, responses((status = 200, body = OutcomeView)))]
pub async fn rekey(
    signed_in: SignedIn,
    Path(document): Path<String>,
    headers: HeaderMap,
    Json(body): Json<RekeyBody>,
) -> Result<Json<OutcomeView>, Problem> {
    let token = lease(body.lease.as_deref(), &headers)?;
    let typed = (body.values.patient_number.as_str(), body.values.birth_date.as_str());
    let outcome = match signed_in.app.rekey(document_id(&document)?, &token, typed).await? {
        Rekeyed::Agreed => "agreed",
        Rekeyed::Differs => "differs",
    };
    Ok(Json(OutcomeView { outcome: outcome.to_owned() }))
}
