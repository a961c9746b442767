//! `DELETE /api/v1/session`: signs out.

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;

use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Credential, SignedIn, origin};

/// Ends the session, and has the browser forget everything that it keeps of this server.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub async fn end_session(signed_in: SignedIn) -> Result<impl IntoResponse, Problem> {
    let Credential::Session(session) = &signed_in.credential else {
        return Err(Problem::unfit("a token has no session; it is revoked with DELETE /api/v1/me/tokens/{id}"));
    };
    signed_in.app.store.end_session(session.digest).await?;
    signed_in.noted(AccessFact::SignedOut).await?;
    let secure = signed_in.server.is_secure();
    let mut headers = HeaderMap::new();
    let forgotten = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    headers.insert(HeaderName::from_static("clear-site-data"), forgotten);
    if let Some(line) = origin::set_cookie(origin::cookie_name(secure), "", secure, true, Some(0)) {
        headers.insert(SET_COOKIE, line);
    }
    Ok((StatusCode::NO_CONTENT, headers))
}
