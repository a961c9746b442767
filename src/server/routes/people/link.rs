//! `POST /api/v1/people/{id}/link` and `DELETE /api/v1/people/{id}/totp`: how somebody comes in who cannot.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::person_id;
use crate::chart::PersonId;
use crate::server::problem::Problem;
use crate::server::{Json, Path, Server, SignedIn};

/// A link that signs a person in once.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    /// The link. It is shown this once.
    url: String,
    /// What stands in the link.
    token: String,
    /// When it is worth nothing any more.
    expires_at: String,
    /// Whether it is the second of two.
    is_second: bool,
    /// Whether another administrator has to make a second one; the person gives both.
    needs_second: bool,
}

/// Makes a link for somebody else. Where there is another administrator, they have to make a second one: nobody can act as
/// somebody else alone.
#[utoipa::path(post, path = "/api/v1/people/{id}/link", tag = "people",
    params(("id" = String, Path, description = "Id of the person")), responses((status = 201, body = LinkView)))]
pub async fn make_link(
    State(server): State<Server>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<LinkView>), Problem> {
    let person = person_id(&id)?;
    signed_in.app.staff_member(person).await?;
    Ok((StatusCode::CREATED, Json(link_for(&server, &signed_in, person).await?)))
}

/// Takes away the second factor of somebody who lost it. They sign in with their password, or with a link.
#[utoipa::path(delete, path = "/api/v1/people/{id}/totp", tag = "people",
    params(("id" = String, Path, description = "Id of the person")), responses((status = 204)))]
pub async fn remove_factor(signed_in: SignedIn, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    signed_in.app.remove_factor_of(person_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link for a person.
pub async fn link_for(server: &Server, signed_in: &SignedIn, person: PersonId) -> Result<LinkView, Problem> {
    let offered = signed_in.app.offer_enrolment(person).await?;
    Ok(LinkView {
        url: format!("{}/link#{}", server.public_url(), offered.code),
        token: offered.code,
        expires_at: offered.expires_at.to_string(),
        is_second: offered.is_second,
        needs_second: offered.needs_second,
    })
}
