//! Lots: samples of accepted documents, and whether they go on to the archive.

mod check;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::App;
use crate::chart::LotId;
use crate::server::paging::Part;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, SignedIn};
use crate::store::LotRow;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let decides = Access::May(Permission::DecideLots);
    vec![
        Route::new(decides, routes!(list)),
        Route::new(decides, routes!(check::show)),
        Route::new(decides, routes!(check::check)),
        Route::new(decides, routes!(release)),
        Route::new(decides, routes!(hold_back)),
    ]
}

/// A lot.
#[derive(Serialize, ToSchema)]
pub struct LotView {
    /// Id.
    id: String,
    /// Its batch.
    batch: String,
    /// Name of the batch.
    batch_name: String,
    /// `open`, `released` or `held-back`.
    state: String,
    /// The plan: `off`, `all`, or the acceptance quality limit.
    plan: String,
    /// Documents.
    documents: u32,
    /// Documents to check.
    sampled: u32,
    /// Of these, the ones that nobody has checked.
    unchecked: u32,
    /// Documents of the sample that may have a major defect.
    accepts: u32,
    /// When it was drawn.
    drawn_at: String,
    /// The seed of the draw.
    seed: String,
    /// When it was decided.
    decided_at: Option<String>,
    /// Who decided.
    decided_by: Option<String>,
    /// Why it is held back.
    reason: Option<String>,
}

/// Why a lot is held back.
#[derive(Deserialize, ToSchema)]
pub struct HeldBack {
    /// Why.
    reason: String,
}

/// Lists lots.
#[utoipa::path(get, path = "/api/v1/lots", tag = "lots", responses((status = 200, body = Part<LotView>)))]
async fn list(signed_in: SignedIn) -> Result<Json<Part<LotView>>, Problem> {
    let mut items = Vec::new();
    for row in signed_in.app.lots().await? {
        items.push(shown(&signed_in.app, row).await?);
    }
    items.reverse();
    Ok(Json(Part::whole(items)))
}

/// Releases a lot: its documents go on to the archive.
#[utoipa::path(post, path = "/api/v1/lots/{id}/release", tag = "lots", params(("id" = String, Path)),
    responses((status = 204)))]
async fn release(signed_in: SignedIn, Path(id): Path<LotId>) -> Result<StatusCode, Problem> {
    signed_in.app.lot(&id.to_string()).await?;
    signed_in.app.release_lot(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Holds a lot back; its documents are drawn again and checked as a whole.
#[utoipa::path(post, path = "/api/v1/lots/{id}/hold", tag = "lots", params(("id" = String, Path)),
    request_body = HeldBack, responses((status = 204)))]
async fn hold_back(
    signed_in: SignedIn,
    Path(id): Path<LotId>,
    Json(said): Json<HeldBack>,
) -> Result<StatusCode, Problem> {
    signed_in.app.lot(&id.to_string()).await?;
    signed_in.app.hold_back_lot(id, &said.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(app: &App, row: LotRow) -> Result<LotView, Problem> {
    let (decided_at, decided_by) = row.decided.unzip();
    Ok(LotView {
        id: row.id.to_string(),
        batch: row.batch.to_string(),
        batch_name: app.store.batch(row.batch).await?.map(|batch| batch.name).unwrap_or_default(),
        state: row.state.name().to_owned(),
        plan: row.plan,
        documents: row.documents,
        sampled: row.sampled,
        unchecked: row.unchecked,
        accepts: row.accepts,
        drawn_at: row.drawn_at.to_string(),
        seed: row.seed.to_string(),
        decided_at: decided_at.map(|at| at.to_string()),
        decided_by: decided_by.map(|person| person.to_string()),
        reason: row.reason,
    })
}
