//! `/api/v1/me/totp`: one's second factor.

use axum::extract::State;
use axum::http::StatusCode;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::server::problem::Problem;
use crate::server::routes::session::begin::refuse;
use crate::server::{Credential, Json, Server, SignedIn};

/// A second factor that is being set up.
#[derive(Serialize, ToSchema)]
pub struct FactorView {
    /// The secret, for people who type it.
    secret: String,
    /// The address that an authenticator reads.
    uri: String,
    /// The same as a picture, SVG.
    svg: String,
}

/// A code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorCode {
    /// Six digits.
    code: String,
}

/// Codes that work once each, when the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes: they are shown this once.
    recovery_codes: Vec<String>,
}

/// The password once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordAgain {
    /// The password.
    password: String,
}

/// Begins to set up a second factor. It counts once a code was confirmed.
#[utoipa::path(post, path = "/api/v1/me/totp", tag = "me", responses((status = 200, body = FactorView)))]
pub async fn begin_factor(signed_in: SignedIn) -> Result<Json<FactorView>, Problem> {
    browser_only(&signed_in)?;
    let factor = signed_in.app.begin_factor().await?;
    let code = QrCode::new(factor.uri.reveal()).map_err(|_| Problem::internal())?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    Ok(Json(FactorView { secret: factor.secret.reveal().to_owned(), uri: factor.uri.reveal().to_owned(), svg }))
}

/// Confirms the second factor with a code; it is asked for from then on. Returns the recovery codes.
#[utoipa::path(put, path = "/api/v1/me/totp", tag = "me", request_body = FactorCode,
    responses((status = 200, body = RecoveryCodes)))]
pub async fn confirm_factor(
    signed_in: SignedIn,
    Json(given): Json<FactorCode>,
) -> Result<Json<RecoveryCodes>, Problem> {
    browser_only(&signed_in)?;
    let codes = signed_in.app.confirm_factor(&given.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes: codes.iter().map(|code| code.reveal().to_owned()).collect() }))
}

/// Takes the second factor away.
#[utoipa::path(delete, path = "/api/v1/me/totp", tag = "me", request_body = PasswordAgain, responses((status = 204)))]
pub async fn remove_factor(
    State(server): State<Server>,
    signed_in: SignedIn,
    Json(given): Json<PasswordAgain>,
) -> Result<StatusCode, Problem> {
    browser_only(&signed_in)?;
    match signed_in.app.remove_own_factor(&given.password).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(cause) => Err(refuse(&server, &signed_in.client, cause).await),
    }
}

/// A program that has a token does not change how its person signs in.
fn browser_only(signed_in: &SignedIn) -> Result<(), Problem> {
    match signed_in.credential {
        Credential::Session(_) => Ok(()),
        Credential::Token { .. } => Err(Problem::unfit("a program cannot change how you sign in: use a browser")),
    }
}
