//! Holds: what must not be destroyed, until two people say so.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::holds::{HoldSaid, ScopeSaid};
use crate::chart::{HoldId, HoldScope};
use crate::server::paging::Part;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};
use crate::store::HoldRow;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    use Permission::{PlaceHold, ReleaseHold, ViewRetention};
    vec![
        Route::new(Access::May(ViewRetention), routes!(list)),
        Route::new(Access::May(PlaceHold), routes!(place)),
        Route::new(Access::May(ReleaseHold), routes!(release)),
    ]
}

/// A hold.
#[derive(Serialize, ToSchema)]
pub struct HoldView {
    /// Id.
    id: String,
    /// The case.
    matter: String,
    /// Why.
    reason: String,
    /// Who answers for it.
    custodian: String,
    /// What it covers; of a query, its digest.
    scope: Value,
    /// Records that it covers so far.
    members: u64,
    /// Who placed it.
    placed_by: String,
    /// When.
    placed_at: String,
    /// Who proposed its release.
    release_proposed_by: Option<String>,
    /// Why.
    release_reason: Option<String>,
    /// Who confirmed its release.
    released_by: Option<String>,
    /// When.
    released_at: Option<String>,
}

/// A hold to be placed.
#[derive(Deserialize, ToSchema)]
pub struct NewHold {
    /// The case, by its number.
    matter: String,
    /// Why, without a word on a patient.
    reason: String,
    /// Who answers for it.
    custodian: String,
    /// Every record of this patient.
    patient: Option<String>,
    /// These records.
    #[serde(default)]
    records: Vec<String>,
    /// Every record that this query finds.
    query: Option<String>,
    /// Every record with an event from this day on.
    from: Option<String>,
    /// Last day of that range.
    to: Option<String>,
}

/// What is to become of a release.
#[derive(Deserialize, ToSchema)]
pub struct Release {
    /// Proposes it, with this reason.
    reason: Option<String>,
    /// Confirms (true) or declines (false) what somebody else proposed.
    confirm: Option<bool>,
}

/// Which holds are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Also those that were released.
    #[serde(default)]
    released: bool,
}

/// Lists holds.
#[utoipa::path(get, path = "/api/v1/holds", tag = "holds", params(Which), responses((status = 200, body = Part<HoldView>)))]
async fn list(signed_in: SignedIn, Query(which): Query<Which>) -> Result<Json<Part<HoldView>>, Problem> {
    let rows = signed_in.app.store.holds(which.released).await?;
    Ok(Json(Part::whole(rows.iter().map(HoldView::of).collect())))
}

/// Places a hold.
#[utoipa::path(post, path = "/api/v1/holds", tag = "holds", request_body = NewHold,
    responses((status = 201, body = Value)))]
async fn place(signed_in: SignedIn, Json(new): Json<NewHold>) -> Result<(StatusCode, Json<Value>), Problem> {
    let day = |text: &str| text.parse().map_err(|_| Problem::unfit("from and to are days such as 2024-03-15"));
    let scope = match (&new.patient, new.records.as_slice(), new.query, &new.from, &new.to) {
        (Some(patient), [], None, None, None) => {
            ScopeSaid::Plain(HoldScope::Patient(signed_in.app.patient_named(patient).await?))
        }
        (None, records @ [_, ..], None, None, None) => {
            let ids: Result<_, _> = records.iter().map(|id| id.parse()).collect();
            ScopeSaid::Plain(HoldScope::Records(ids.map_err(|_| Problem::not_found("record"))?))
        }
        (None, [], Some(query), None, None) => ScopeSaid::Query(query),
        (None, [], None, Some(from), Some(to)) => ScopeSaid::Plain(HoldScope::Dates { from: day(from)?, to: day(to)? }),
        _ => return Err(Problem::unfit("a hold covers a patient, records, a query, or the days from .. to: name one")),
    };
    let said = HoldSaid { matter: new.matter, reason: new.reason, custodian: new.custodian };
    let (hold, matches) = signed_in.app.place_hold(said, scope).await?;
    let gone = signed_in.app.gone_before_hold(&matches.records).await?;
    let gone: Vec<Value> =
        gone.iter().map(|(record, objects)| json!({ "record": record.to_string(), "objects": objects })).collect();
    let answer = json!({
        "id": hold.to_string(),
        "records": matches.records.len(),
        "unreadable_pages": matches.unreadable_pages,
        "gone_before": gone,
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Proposes the release of a hold, or confirms or declines what somebody else proposed.
#[utoipa::path(post, path = "/api/v1/holds/{id}/release", tag = "holds", params(("id" = String, Path)),
    request_body = Release, responses((status = 200, body = HoldView)))]
async fn release(
    signed_in: SignedIn,
    Path(id): Path<HoldId>,
    Json(said): Json<Release>,
) -> Result<Json<HoldView>, Problem> {
    let app = &signed_in.app;
    let row = app.hold_named(&id.to_string()).await?;
    match (said.reason, said.confirm) {
        (Some(reason), None) => app.propose_release(id, &reason).await?,
        (None, Some(confirm)) => app.decide_release(&row, confirm).await?,
        _ => return Err(Problem::unfit("give a reason to propose the release, or confirm: true or false")),
    }
    Ok(Json(HoldView::of(&app.hold_named(&id.to_string()).await?)))
}

impl HoldView {
    fn of(row: &HoldRow) -> Self {
        let (proposer, why) = row.release_proposed.clone().unzip();
        let (releaser, at) = row.released.unzip();
        Self {
            id: row.hold.id.to_string(),
            matter: row.hold.matter.clone(),
            reason: row.reason.clone(),
            custodian: row.custodian.clone(),
            scope: serde_json::to_value(&row.hold.scope).unwrap_or(Value::Null),
            members: row.hold.members.len() as u64,
            placed_by: row.placed_by.to_string(),
            placed_at: row.placed_at.to_string(),
            release_proposed_by: proposer.map(|person| person.to_string()),
            release_reason: why,
            released_by: releaser.map(|person| person.to_string()),
            released_at: at.map(|at| at.to_string()),
        }
    }
}
