//! `GET /api/v1/people`: everybody and their roles.

use serde::Serialize;
use utoipa::ToSchema;

use crate::server::problem::Problem;
use crate::server::routes::session::view::PersonView;
use crate::server::{Json, SignedIn};

/// Everybody.
#[derive(Serialize, ToSchema)]
pub struct People {
    /// In the order of their names.
    items: Vec<PersonView>,
}

/// Lists everybody with their roles; those who were disabled, too.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", responses((status = 200, body = People)))]
pub async fn list_people(signed_in: SignedIn) -> Result<Json<People>, Problem> {
    Ok(Json(People { items: signed_in.app.staff().await?.iter().map(PersonView::of).collect() }))
}
