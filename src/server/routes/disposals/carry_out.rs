//! `POST /api/v1/disposals/{id}/carry-out`: destroys what was approved, once the period of grace is over.

use serde::Serialize;
use utoipa::ToSchema;

use super::named;
use crate::chart::DisposalId;
use crate::disposal::{Outcome, Ready};
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct CarriedOutView {
    /// Records that are gone.
    destroyed: usize,
    /// Records that are no longer part of the proposal.
    stopped: usize,
    /// Records that the archive still locks; carry it out again when the locks have ended.
    locked: usize,
    /// SHA-256 of the certificate; none while records are left.
    certificate: Option<String>,
    /// The records.
    records: Vec<RecordOutcome>,
}

/// What became of one record.
#[derive(Serialize, ToSchema)]
pub struct RecordOutcome {
    /// The record.
    record: String,
    /// `destroyed`, `stopped` or `locked`.
    outcome: String,
    /// Why it was stopped.
    why: Option<String>,
    /// Until when the archive locks it, where that has an end.
    until: Option<String>,
}

/// Carries out an approved proposal as far as it goes, and issues its certificate once nothing is left. It goes on although
/// nobody waits for the answer; one that was cut short is gone on with.
#[utoipa::path(post, path = "/api/v1/disposals/{id}/carry-out", tag = "disposals", params(("id" = String, Path)),
    responses((status = 200, body = CarriedOutView)))]
pub async fn carry_out(signed_in: SignedIn, Path(id): Path<DisposalId>) -> Result<Json<CarriedOutView>, Problem> {
    let app = &signed_in.app;
    let done = app.carry_out_apart(named(app, id).await?).await?;
    let count = |state: fn(&Outcome) -> bool| done.records.iter().filter(|ready| state(&ready.outcome)).count();
    Ok(Json(CarriedOutView {
        destroyed: count(|outcome| matches!(outcome, Outcome::Destroyed)),
        stopped: count(|outcome| matches!(outcome, Outcome::Stopped(_))),
        locked: count(|outcome| matches!(outcome, Outcome::Locked { .. })),
        certificate: done.issued.as_ref().map(|issued| issued.digest.to_string()),
        records: done.records.iter().map(RecordOutcome::of).collect(),
    }))
}

impl RecordOutcome {
    fn of(ready: &Ready) -> Self {
        let (outcome, why, until) = match &ready.outcome {
            Outcome::Destroyed => ("destroyed", None, None),
            Outcome::Stopped(why) => ("stopped", Some(why.clone()), None),
            Outcome::Locked { until } => ("locked", None, until.map(|until| until.to_string())),
        };
        Self { record: ready.record.to_string(), outcome: outcome.to_owned(), why, until }
    }
}
