//! `/api/v1/me/tokens`: tokens for one's programs.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::chart::Digest;
use crate::server::problem::Problem;
use crate::server::{Credential, Json, Path, SignedIn};

/// How long a token is good for when nothing is said, in days.
const DAYS: u32 = 90;

/// A token that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenWish {
    /// What it is called.
    name: String,
    /// Names of permissions, and `own` for what takes none; nothing: everything that the person may do.
    scopes: Option<Vec<String>>,
    /// Days that it is good for, 366 at most [default: 90].
    days: Option<u32>,
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    /// Id: the digest of the token.
    id: String,
    /// What it is called.
    name: Option<String>,
    /// What it is good for; nothing: everything that the person may do.
    scopes: Option<Vec<String>>,
    /// When it was made.
    issued_at: String,
    /// When it ends.
    expires_at: String,
}

/// One's tokens.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// The tokens, the oldest first.
    items: Vec<TokenView>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    /// Id.
    id: String,
    /// The token: it is shown this once.
    token: String,
    /// When it ends.
    expires_at: String,
}

/// Lists the tokens that are still worth something.
#[utoipa::path(get, path = "/api/v1/me/tokens", tag = "me", responses((status = 200, body = Tokens)))]
pub async fn list_tokens(signed_in: SignedIn) -> Result<Json<Tokens>, Problem> {
    let rows = signed_in.app.own_tokens().await?;
    let view = |row: crate::store::TokenRow| TokenView {
        id: row.digest.to_string(),
        name: row.name,
        scopes: row.scopes,
        issued_at: row.issued_at.to_string(),
        expires_at: row.expires_at.to_string(),
    };
    Ok(Json(Tokens { items: rows.into_iter().map(view).collect() }))
}

/// Makes a token. A program cannot make itself another one.
#[utoipa::path(post, path = "/api/v1/me/tokens", tag = "me", request_body = TokenWish,
    responses((status = 201, body = MadeToken)))]
pub async fn make_token(
    signed_in: SignedIn,
    Json(wish): Json<TokenWish>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    if matches!(signed_in.credential, Credential::Token { .. }) {
        return Err(Problem::unfit("a token is made by its person, in a browser"));
    }
    let made = signed_in.app.make_program_token(&wish.name, wish.scopes, wish.days.unwrap_or(DAYS)).await?;
    let view = MadeToken {
        id: made.digest.to_string(),
        token: made.token.reveal().to_owned(),
        expires_at: made.expires_at.to_string(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Makes a token worthless.
#[utoipa::path(delete, path = "/api/v1/me/tokens/{id}", tag = "me",
    params(("id" = String, Path, description = "Id of the token")), responses((status = 204)))]
pub async fn revoke_token(signed_in: SignedIn, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let digest: Digest = id.parse().map_err(|_| Problem::not_found("token"))?;
    signed_in.app.revoke_own_token(digest).await?;
    Ok(StatusCode::NO_CONTENT)
}
