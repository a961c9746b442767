//! `POST /api/v1/queue/next`: the next document.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::station::NextDocument;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::routes::desk::view::ClaimView;
use crate::server::{Json, SignedIn};

/// Which document comes next.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextBody {
    /// Of this batch only.
    batch: Option<String>,
    /// The one that the person had last; with `prefetch`, the last of those that they have.
    after: Option<String>,
    /// One more, beside those that the person has.
    #[serde(default)]
    prefetch: bool,
}

/// Gives the person the next document; 204 when nothing waits.
#[utoipa::path(post, path = "/api/v1/queue/next", tag = "station", request_body = NextBody,
    responses((status = 200, body = ClaimView), (status = 204, description = "Nothing waits")))]
pub async fn next_document(signed_in: SignedIn, Json(body): Json<NextBody>) -> Result<Response, Problem> {
    let unknown = |_| Problem::unfit("batch and after are ids");
    let wanted = NextDocument {
        batch: body.batch.as_deref().map(str::parse).transpose().map_err(unknown)?,
        after: body.after.as_deref().map(str::parse).transpose().map_err(unknown)?,
        prefetch: body.prefetch,
    };
    let Some(claimed) = signed_in.app.next_document(wanted).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    signed_in.noted(AccessFact::Viewed { document: claimed.lease.document, page: None }).await?;
    Ok(Json(ClaimView::of(&claimed)).into_response())
}
