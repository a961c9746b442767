//! `POST /api/v1/people`: adds a person.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::link::{LinkView, link_for};
use super::parse_roles;
use crate::server::problem::Problem;
use crate::server::routes::session::view::PersonView;
use crate::server::{Json, Server, SignedIn};

/// A person who is to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Name.
    name: String,
    /// Name for signing in.
    login: String,
    /// Roles: technician, reviewer, administrator, requester, auditor, it-support.
    #[serde(default)]
    roles: Vec<String>,
}

/// A person who was added, with the link by which they come in.
#[derive(Serialize, ToSchema)]
pub struct AddedPerson {
    /// The person.
    person: PersonView,
    /// The link, to be given to this person alone.
    link: LinkView,
}

/// Adds a person with roles, and makes the link by which they come in for the first time.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = AddedPerson)))]
pub async fn add_person(
    State(server): State<Server>,
    signed_in: SignedIn,
    Json(given): Json<NewPerson>,
) -> Result<(StatusCode, Json<AddedPerson>), Problem> {
    let roles = parse_roles(&given.roles)?;
    let person = signed_in.app.add_staff(&given.name, &given.login, &roles).await?;
    let link = link_for(&server, &signed_in, person.id).await?;
    Ok((StatusCode::CREATED, Json(AddedPerson { person: PersonView::of(&person), link })))
}
