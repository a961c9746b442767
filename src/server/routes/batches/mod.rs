//! Batches: what was brought in together, where it stands, and whose work it is.

mod paper;
mod view;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use self::paper::PaperView;
use self::view::BatchView;
use crate::access::Permission;
use crate::chart::{Batch, BatchId, PersonId, Role};
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};

/// Longest name of a batch, in characters.
const LONGEST_NAME: usize = 200;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::May(Permission::SeeWork), routes!(list)),
        Route::new(Access::May(Permission::Label), routes!(create)),
        Route::new(Access::May(Permission::SeeWork), routes!(show)),
        Route::new(Access::May(Permission::SeeWork), routes!(retry)),
        Route::new(Access::May(Permission::Label), routes!(paper::prepare)),
        Route::new(Access::May(Permission::Label), routes!(paper::close)),
        Route::new(Access::May(Permission::ReviewOthers), routes!(paper::confirm)),
        Route::new(Access::May(Permission::ManagePeople), routes!(assign, unassign)),
    ]
}

/// A batch to be opened.
#[derive(Deserialize, ToSchema)]
pub struct NewBatch {
    /// Name; a batch of this name that is there already is gone on with.
    name: String,
    /// Sheets that were counted before scanning.
    expected_sheets: Option<u32>,
    /// Pipeline; the configured one when left out.
    pipeline: Option<String>,
}

/// Lists batches, the oldest first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "batches", params(Paging),
    responses((status = 200, body = Part<BatchView>)))]
async fn list(signed_in: SignedIn, Query(paging): Query<Paging>) -> Result<Json<Part<BatchView>>, Problem> {
    let (limit, after) = (paging.limit(), paging.after::<BatchId>()?);
    let hidden = not_theirs(&signed_in).await?;
    let batches = signed_in.app.store.batches(after, limit).await?;
    let next = (batches.len() >= limit as usize).then(|| batches.last().map(|batch| batch.id.to_string())).flatten();
    let mut items = Vec::with_capacity(batches.len());
    for batch in batches.into_iter().filter(|batch| !hidden.contains(&batch.id)) {
        items.push(shown(&signed_in, batch, false).await?);
    }
    Ok(Json(Part { items, next }))
}

/// Shows a batch with the files that need a person.
#[utoipa::path(get, path = "/api/v1/batches/{id}", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = BatchView)))]
async fn show(signed_in: SignedIn, Path(id): Path<BatchId>) -> Result<Json<BatchView>, Problem> {
    let batch = theirs(&signed_in, id).await?;
    Ok(Json(shown(&signed_in, batch, true).await?))
}

/// Opens a batch.
#[utoipa::path(post, path = "/api/v1/batches", tag = "batches", request_body = NewBatch,
    responses((status = 201, body = BatchView), (status = 200, body = BatchView)))]
async fn create(signed_in: SignedIn, Json(new): Json<NewBatch>) -> Result<(StatusCode, Json<BatchView>), Problem> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Problem::unfit(format!("a batch has a name of 1 to {LONGEST_NAME} characters")));
    }
    if let Some(known) = signed_in.app.store.batch_by_name(name).await? {
        theirs(&signed_in, known.id).await?;
    }
    let opened = signed_in.app.open_batch(name, new.pipeline.as_deref(), new.expected_sheets).await;
    let opened = opened.map_err(|cause| match cause {
        crate::app::AppError::Definition(cause) => Problem::unfit(cause.to_string()),
        cause => cause.into(),
    })?;
    let status = if opened.resumed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(shown(&signed_in, opened.batch, false).await?)))
}

/// Puts the failed and rejected pages and files of a batch back in the queue.
#[utoipa::path(post, path = "/api/v1/batches/{id}/retry", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = Value)))]
async fn retry(signed_in: SignedIn, Path(id): Path<BatchId>) -> Result<Json<Value>, Problem> {
    let batch = theirs(&signed_in, id).await?;
    let count = signed_in.app.retry_batch(batch.id).await?;
    Ok(Json(serde_json::json!({ "queued": count })))
}

/// Makes a batch the work of a person, besides others who are assigned.
#[utoipa::path(put, path = "/api/v1/batches/{id}/staff/{person}", tag = "batches",
    params(("id" = String, Path), ("person" = String, Path)), responses((status = 204)))]
async fn assign(signed_in: SignedIn, Path((id, person)): Path<(BatchId, PersonId)>) -> Result<StatusCode, Problem> {
    signed_in.app.assign_batch(id, person, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a batch from a person. Once nobody is left, it is the work of all.
#[utoipa::path(delete, path = "/api/v1/batches/{id}/staff/{person}", tag = "batches",
    params(("id" = String, Path), ("person" = String, Path)), responses((status = 204)))]
async fn unassign(signed_in: SignedIn, Path((id, person)): Path<(BatchId, PersonId)>) -> Result<StatusCode, Problem> {
    signed_in.app.assign_batch(id, person, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the batches that the person may not know of. Batches are the business of staff and of those who run things.
pub(super) async fn not_theirs(signed_in: &SignedIn) -> Result<Vec<BatchId>, Problem> {
    let roles = &signed_in.person.roles;
    if roles.iter().any(|role| matches!(role, Role::Administrator | Role::ItSupport)) {
        return Ok(Vec::new());
    }
    Ok(signed_in.app.store.batches_of_others(signed_in.person.id).await?)
}

async fn theirs(signed_in: &SignedIn, id: BatchId) -> Result<Batch, Problem> {
    let hidden = not_theirs(signed_in).await?;
    let batch = signed_in.app.store.batch(id).await?.filter(|batch| !hidden.contains(&batch.id));
    batch.ok_or_else(|| Problem::not_found("batch"))
}

async fn shown(signed_in: &SignedIn, batch: Batch, files: bool) -> Result<BatchView, Problem> {
    let app = &signed_in.app;
    let staff = app.store.batch_staff(batch.id).await?;
    let files = match files {
        true => {
            let mut reports = app.files_to_check(batch.id).await?;
            // The name of a file may name a patient: it is for those whose work the batch is.
            if app.actor(Permission::Label, &[]).await.is_err() {
                reports.iter_mut().for_each(|report| report.source = String::new());
            }
            Some(reports)
        }
        false => None,
    };
    let report = app.batch_report(batch).await?;
    let paper = PaperView::of(app, report.paper.clone(), &report.reconciliation).await?;
    Ok(BatchView::of(report, paper, &staff, files))
}
