//! `PUT /api/v1/documents/{id}/draft`: keeps what somebody typed.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{document_id, lease};
use crate::app::station::Draft;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// What was typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedDraft {
    /// Values by the names of their fields.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Fields that were confirmed.
    #[serde(default)]
    confirmed: Vec<String>,
    /// The patient who was chosen.
    patient: Option<String>,
    /// Labels.
    #[serde(default)]
    labels: Vec<String>,
    /// A remark.
    note: Option<String>,
    /// Ignored: the server's time counts.
    #[expect(dead_code, reason = "clients send back what they were given")]
    saved_at: Option<String>,
}

/// That it is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = DraftKept)]
pub struct SavedView {
    /// When.
    saved_at: String,
    /// The document's version.
    version: u32,
}

/// Keeps what somebody typed, even when their lease is lost: then it answers 409 with the code `claim-lost`.
#[utoipa::path(put, path = "/api/v1/documents/{id}/draft", tag = "station", params(("id" = String, Path)),
    request_body = TypedDraft, responses((status = 200, body = SavedView)))]
pub async fn save_draft(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(typed): Json<TypedDraft>,
) -> Result<Json<SavedView>, Problem> {
    let token = lease(None, &headers)?;
    let draft = Draft {
        fields: typed.fields,
        confirmed: typed.confirmed,
        patient: typed.patient,
        labels: super::accept::labels(&typed.labels)?,
        note: typed.note,
    };
    let (saved_at, version) = signed_in.app.save_draft(document_id(&id)?, &token, &draft).await?;
    Ok(Json(SavedView { saved_at: saved_at.to_string(), version }))
}
