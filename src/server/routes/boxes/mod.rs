//! Boxes of paper: where they are, and who moved them.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::chart::{BoxLabel, CustodyStep};
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::view::BatchName;
use crate::server::{Json, Path, Query, SignedIn};
use crate::store::{BoxMove, BoxRow};

use super::batches::not_theirs;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::May(Permission::SeeWork), routes!(list)),
        Route::new(Access::May(Permission::Label), routes!(add)),
        Route::new(Access::May(Permission::SeeWork), routes!(show)),
        Route::new(Access::May(Permission::Label), routes!(move_on)),
    ]
}

/// A box of paper where it is now.
#[derive(Serialize, ToSchema)]
pub struct PaperBoxView {
    /// Its label.
    #[serde(rename = "box")]
    label: String,
    /// The last step.
    last: BoxMoveView,
    /// Batches that were made of it.
    batches: u64,
    /// Of these, the closed ones.
    batches_closed: u64,
}

/// A step of a box.
#[derive(Serialize, ToSchema)]
pub struct BoxMoveView {
    /// `received`, `to-preparation`, `to-scanning`, `to-shelf` or `returned`.
    step: &'static str,
    /// Where it is then.
    place: String,
    /// Who moved it.
    by: String,
    /// When.
    at: String,
}

/// A box with its history.
#[derive(Serialize, ToSchema)]
pub struct BoxHistoryView {
    /// The box.
    #[serde(flatten)]
    row: PaperBoxView,
    /// Every step, the first one first.
    moves: Vec<BoxMoveView>,
    /// The batches that were made of it, as far as they are for the person to see.
    made_of_it: Vec<BatchName>,
}

/// A box that came in.
#[derive(Deserialize, ToSchema)]
pub struct NewBox {
    /// What stands on it, such as `BX-0004`; never a patient's name.
    #[serde(rename = "box")]
    label: String,
    /// Where it is; not a word on a patient.
    place: String,
}

/// Where a box was taken.
#[derive(Deserialize, ToSchema)]
pub struct NewBoxMove {
    /// `received`, `to-preparation`, `to-scanning`, `to-shelf` or `returned`.
    step: String,
    /// Where it is now; not a word on a patient.
    place: String,
}

/// Lists boxes in the order of their labels.
#[utoipa::path(get, path = "/api/v1/boxes", tag = "boxes", params(Paging),
    responses((status = 200, body = Part<PaperBoxView>)))]
async fn list(signed_in: SignedIn, Query(paging): Query<Paging>) -> Result<Json<Part<PaperBoxView>>, Problem> {
    let rows = signed_in.app.store.boxes(paging.after()?.as_ref(), paging.limit()).await?;
    let items = rows.into_iter().map(PaperBoxView::of).collect();
    Ok(Json(Part::of(items, paging.limit(), |line: &PaperBoxView| line.label.clone())))
}

/// Makes a box known that came in.
#[utoipa::path(post, path = "/api/v1/boxes", tag = "boxes", request_body = NewBox,
    responses((status = 201, body = BoxHistoryView)))]
async fn add(signed_in: SignedIn, Json(new): Json<NewBox>) -> Result<(StatusCode, Json<BoxHistoryView>), Problem> {
    let label = new.label.parse::<BoxLabel>().map_err(|cause| Problem::unfit(cause.to_string()))?;
    signed_in.app.add_box(label.clone(), &new.place).await?;
    Ok((StatusCode::CREATED, Json(history(&signed_in, &label).await?)))
}

/// Shows a box with its history.
#[utoipa::path(get, path = "/api/v1/boxes/{label}", tag = "boxes", params(("label" = String, Path)),
    responses((status = 200, body = BoxHistoryView)))]
async fn show(signed_in: SignedIn, Path(label): Path<BoxLabel>) -> Result<Json<BoxHistoryView>, Problem> {
    Ok(Json(history(&signed_in, &label).await?))
}

/// Records that a box was taken elsewhere.
#[utoipa::path(post, path = "/api/v1/boxes/{label}/moves", tag = "boxes", params(("label" = String, Path)),
    request_body = NewBoxMove, responses((status = 200, body = BoxHistoryView)))]
async fn move_on(
    signed_in: SignedIn,
    Path(label): Path<BoxLabel>,
    Json(new): Json<NewBoxMove>,
) -> Result<Json<BoxHistoryView>, Problem> {
    let step = new.step.parse::<CustodyStep>().map_err(|cause| Problem::unfit(format!("step: {cause}")))?;
    signed_in.app.move_box(label.clone(), step, &new.place).await?;
    Ok(Json(history(&signed_in, &label).await?))
}

async fn history(signed_in: &SignedIn, label: &BoxLabel) -> Result<BoxHistoryView, Problem> {
    let found = signed_in.app.box_history(label).await?;
    let hidden = not_theirs(signed_in).await?;
    let batches = found.batches.into_iter().filter(|batch| !hidden.contains(&batch.id));
    Ok(BoxHistoryView {
        row: PaperBoxView::of(found.row),
        moves: found.moves.into_iter().map(BoxMoveView::of).collect(),
        made_of_it: batches.map(|batch| BatchName { id: batch.id.to_string(), name: batch.name }).collect(),
    })
}

impl PaperBoxView {
    fn of(row: BoxRow) -> Self {
        let BoxRow { label, last, batches, batches_closed } = row;
        Self { label: label.to_string(), last: BoxMoveView::of(last), batches, batches_closed }
    }
}

impl BoxMoveView {
    fn of(step: BoxMove) -> Self {
        Self { step: step.step.name(), place: step.place, by: step.by.1, at: step.at.to_string() }
    }
}
