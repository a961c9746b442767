//! `PUT /api/v1/people/{id}/roles`: what somebody may do.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{parse_roles, person_id};
use crate::server::problem::Problem;
use crate::server::routes::session::view::PersonView;
use crate::server::{Json, Path, SignedIn};

/// Roles of a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// technician, reviewer, administrator, requester, auditor, it-support.
    roles: Vec<String>,
}

/// Gives a person exactly these roles. Nobody changes their own.
#[utoipa::path(put, path = "/api/v1/people/{id}/roles", tag = "people", request_body = Roles,
    params(("id" = String, Path, description = "Id of the person")), responses((status = 200, body = PersonView)))]
pub async fn set_roles(
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(given): Json<Roles>,
) -> Result<Json<PersonView>, Problem> {
    let roles = parse_roles(&given.roles)?;
    let person = signed_in.app.set_roles(person_id(&id)?, &roles).await?;
    Ok(Json(PersonView::of(&person)))
}
