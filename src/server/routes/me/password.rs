//! `PUT /api/v1/me/password`: sets one's password.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::server::problem::Problem;
use crate::server::routes::session::begin::{open, refuse};
use crate::server::routes::session::view::SessionView;
use crate::server::{Credential, Json, Server, SignedIn};

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The one before, where there is one and no link was just used.
    old: Option<String>,
    /// The new one, 12 characters at least.
    new: String,
}

/// Sets the password. Every session of the person ends; the answer brings a new one.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "me", request_body = NewPassword,
    responses((status = 200, body = SessionView)))]
pub async fn set_password(
    State(server): State<Server>,
    signed_in: SignedIn,
    headers: HeaderMap,
    Json(given): Json<NewPassword>,
) -> Result<Response, Problem> {
    let Credential::Session(session) = &signed_in.credential else {
        return Err(Problem::unfit("a program cannot set a password: sign in with a browser"));
    };
    match signed_in.app.set_password(session, given.old.as_deref(), &given.new).await {
        Ok(person) => open(&server, &signed_in.client, &headers, person, session.method).await,
        Err(cause) => Err(refuse(&server, &signed_in.client, cause).await),
    }
}
