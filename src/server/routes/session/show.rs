//! `GET /api/v1/session`: who is signed in.

use axum::http::HeaderMap;

use super::view::SessionView;
use crate::server::problem::Problem;
use crate::server::{Json, SignedIn};

/// Says who is signed in, what they may do, and what they still have to set up.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = SessionView)))]
pub async fn session(signed_in: SignedIn, headers: HeaderMap) -> Result<Json<SessionView>, Problem> {
    Ok(Json(SessionView::of(&signed_in, &headers).await?))
}
