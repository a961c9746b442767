//! `GET /api/v1/my/work`: what a person did today, and what of it can be taken back.

use serde::Serialize;
use utoipa::ToSchema;

use crate::server::problem::Problem;
use crate::server::{Json, SignedIn};

/// What a person did.
#[derive(Serialize, ToSchema)]
pub struct WorkView {
    /// Today, at the facility.
    today: TodayView,
    /// The last decisions, the newest first.
    last: Vec<DecisionView>,
}

/// What a person did today.
#[derive(Serialize, ToSchema)]
pub struct TodayView {
    /// Documents accepted.
    accepted: u64,
    /// Documents rejected.
    rejected: u64,
    /// Their pages.
    pages: u64,
    /// Mean seconds from claim to decision.
    seconds_per_document: Option<f64>,
}

/// A decision.
#[derive(Serialize, ToSchema)]
pub struct DecisionView {
    /// The document.
    document: String,
    /// `accepted`, `rejected`, or `undone`.
    decision: String,
    /// Its pages.
    pages: u32,
    /// When.
    at: String,
    /// Until when it can be taken back.
    undo_until: Option<String>,
}

/// Shows what the person did.
#[utoipa::path(get, path = "/api/v1/my/work", tag = "station", responses((status = 200, body = WorkView)))]
pub async fn my_work(signed_in: SignedIn) -> Result<Json<WorkView>, Problem> {
    let (today, last) = signed_in.app.my_work().await?;
    let now = signed_in.app.clock.now();
    let last = last.iter().map(|(row, until)| DecisionView {
        document: row.document.to_string(),
        decision: if row.undone { "undone" } else { row.decision.name() }.to_owned(),
        pages: row.pages,
        at: row.decided_at.to_string(),
        undo_until: (!row.undone && *until > now).then(|| until.to_string()),
    });
    Ok(Json(WorkView {
        today: TodayView {
            accepted: today.accepted,
            rejected: today.rejected,
            pages: today.pages,
            seconds_per_document: today.seconds_per_document,
        },
        last: last.collect(),
    }))
}
