//! `PATCH /api/v1/people/{id}`: another name or login, or the end of somebody's access.

use serde::Deserialize;
use utoipa::ToSchema;

use super::person_id;
use crate::server::problem::Problem;
use crate::server::routes::session::view::PersonView;
use crate::server::{Json, Path, SignedIn};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Name.
    name: Option<String>,
    /// Name for signing in.
    login: Option<String>,
    /// true: they may do nothing any more, for good.
    disabled: Option<bool>,
}

/// Changes a person. Who was disabled stays so: what they did stays theirs.
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", request_body = PersonChange,
    params(("id" = String, Path, description = "Id of the person")), responses((status = 200, body = PersonView)))]
pub async fn change_person(
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(change): Json<PersonChange>,
) -> Result<Json<PersonView>, Problem> {
    let person = person_id(&id)?;
    let known = signed_in.app.staff_member(person).await?;
    if change.disabled == Some(false) && known.disabled_at.is_some() {
        return Err(Problem::conflict("who was disabled stays so: add them anew under another login"));
    }
    if change.name.is_some() || change.login.is_some() {
        signed_in.app.rename_person(person, change.name.as_deref(), change.login.as_deref()).await?;
    }
    if change.disabled == Some(true) && known.disabled_at.is_none() {
        signed_in.app.dismiss(person).await?;
    }
    Ok(Json(PersonView::of(&signed_in.app.staff_member(person).await?)))
}
