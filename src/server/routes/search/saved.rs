//! `/api/v1/searches`: the searches that somebody keeps for themselves.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::new_id;
use crate::server::paging::Part;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};
use crate::store::SavedSearch;

/// Longest name of a search, in characters.
const LONGEST_NAME: usize = 100;
/// Longest query string, in bytes.
const LONGEST_QUERY: usize = 4_000;

/// A search that somebody keeps.
#[derive(Serialize, ToSchema)]
pub struct SavedView {
    /// Id.
    id: String,
    /// What its owner calls it.
    name: String,
    /// The query string of the search.
    query: String,
    /// When it was kept.
    saved_at: String,
}

/// A search to be kept.
#[derive(Deserialize, ToSchema)]
pub struct NewSaved {
    /// What to call it.
    name: String,
    /// The query string of the search.
    query: String,
}

/// Lists the searches that the person keeps.
#[utoipa::path(get, path = "/api/v1/searches", tag = "search", responses((status = 200, body = Part<SavedView>)))]
pub async fn list(signed_in: SignedIn) -> Result<Json<Part<SavedView>>, Problem> {
    let saved = signed_in.app.store.saved_searches(signed_in.person.id).await?;
    Ok(Json(Part::whole(saved.into_iter().map(SavedView::of).collect())))
}

/// Keeps a search.
#[utoipa::path(post, path = "/api/v1/searches", tag = "search", request_body = NewSaved,
    responses((status = 201, body = SavedView)))]
pub async fn save(signed_in: SignedIn, Json(new): Json<NewSaved>) -> Result<(StatusCode, Json<SavedView>), Problem> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Problem::unfit(format!("a search has a name of 1 to {LONGEST_NAME} characters")));
    }
    if new.query.len() > LONGEST_QUERY || new.query.chars().any(char::is_control) {
        return Err(Problem::unfit(format!("a search has at most {LONGEST_QUERY} bytes, all of them printable")));
    }
    let saved = SavedSearch { id: new_id(), name, query: new.query, saved_at: signed_in.app.clock.now() };
    signed_in.app.store.save_search(signed_in.person.id, &saved).await?;
    Ok((StatusCode::CREATED, Json(SavedView::of(saved))))
}

/// Deletes a search that the person keeps.
#[utoipa::path(delete, path = "/api/v1/searches/{id}", tag = "search", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn forget(signed_in: SignedIn, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    match signed_in.app.store.forget_search(signed_in.person.id, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("search")),
    }
}

impl SavedView {
    fn of(saved: SavedSearch) -> Self {
        Self { id: saved.id.to_string(), name: saved.name, query: saved.query, saved_at: saved.saved_at.to_string() }
    }
}
