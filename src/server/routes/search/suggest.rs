//! `GET /api/v1/search/suggest`: words that begin as somebody types.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::server::problem::Problem;
use crate::server::{Json, Query, SignedIn};

/// Words that are suggested at a time.
const MOST: usize = 10;

/// What was typed so far.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Typed {
    /// The beginning of a word.
    #[serde(default)]
    q: String,
}

/// Words that begin so.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestions {
    /// The words, those on most pages first.
    items: Vec<Suggestion>,
}

/// A word.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestion {
    /// The word.
    value: String,
    /// Pages that it stands on, among those that the person may know of.
    count: u64,
}

/// Suggests words out of the pages that the person may know of.
#[utoipa::path(get, path = "/api/v1/search/suggest", tag = "search", params(Typed),
    responses((status = 200, body = Suggestions)))]
pub async fn suggest(signed_in: SignedIn, Query(typed): Query<Typed>) -> Result<Json<Suggestions>, Problem> {
    let reader = signed_in.app.reader().await?;
    let found = signed_in.app.suggest(&reader, &typed.q, MOST).await?;
    let items = found.into_iter().map(|found| Suggestion { value: found.value, count: found.count }).collect();
    Ok(Json(Suggestions { items }))
}
