//! `GET /api/v1/kinds` and `/api/v1/labels`: types of documents and labels, while somebody types.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Query, SignedIn};

/// Types that are shown.
const MOST: usize = 60;

/// What was typed.
#[derive(Deserialize, IntoParams)]
pub struct Typed {
    /// The beginning of a name, a word of it, or a code.
    #[serde(default)]
    q: String,
}

/// Types.
#[derive(Serialize, ToSchema)]
pub struct KindsView {
    /// The likeliest first.
    items: Vec<KindView>,
    /// Always null: all that fit.
    next: Option<String>,
}

/// A type of document.
#[derive(Serialize, ToSchema)]
pub struct KindView {
    /// Its name in the archive.
    name: String,
    /// What people call it.
    title: String,
    /// Its LOINC code.
    code: Option<String>,
    /// The class that retention goes by.
    record_class: String,
}

/// Labels.
#[derive(Serialize, ToSchema)]
pub struct LabelsView {
    /// The most usual first.
    items: Vec<LabelView>,
    /// Always null: type more.
    next: Option<String>,
}

/// A label.
#[derive(Serialize, ToSchema)]
pub struct LabelView {
    /// Its name.
    name: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::SignedIn, routes!(kinds)), Route::new(Access::SignedIn, routes!(labels))]
}

/// Finds types of documents.
#[utoipa::path(get, path = "/api/v1/kinds", tag = "station", params(Typed), responses((status = 200, body = KindsView)))]
async fn kinds(signed_in: SignedIn, Query(typed): Query<Typed>) -> Result<Json<KindsView>, Problem> {
    let kinds = signed_in.app.document_kinds().await?;
    let items = kinds.find(&typed.q, MOST).into_iter().map(|kind| KindView {
        name: kind.name.to_string(),
        title: kind.title.clone(),
        code: kind.loinc.clone(),
        record_class: kind.class.to_string(),
    });
    Ok(Json(KindsView { items: items.collect(), next: None }))
}

/// Finds labels that were used before.
#[utoipa::path(get, path = "/api/v1/labels", tag = "station", params(Typed),
    responses((status = 200, body = LabelsView)))]
async fn labels(signed_in: SignedIn, Query(typed): Query<Typed>) -> Result<Json<LabelsView>, Problem> {
    let found = signed_in.app.find_labels(&typed.q).await?;
    Ok(Json(LabelsView { items: found.into_iter().map(|name| LabelView { name }).collect(), next: None }))
}
