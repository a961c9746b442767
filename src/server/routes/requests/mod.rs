//! Requests for records: made, listed, answered.

mod answer;
pub mod view;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use self::answer::unfit;
use self::view::{RecipientGiven, RequestView};
use crate::access::Permission::{ReleaseRecords, RequestRecords, SeeRequests};
use crate::app::requests::{PatientSaid, Recipient, RequestSaid, scope_said};
use crate::chart::{RecordId, RequestId};
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::May(SeeRequests), routes!(list)),
        Route::new(Access::May(RequestRecords), routes!(open)),
        Route::new(Access::May(SeeRequests), routes!(show)),
        Route::new(Access::May(RequestRecords), routes!(withdraw)),
        Route::new(Access::May(ReleaseRecords), routes!(answer::records)),
        Route::new(Access::May(ReleaseRecords), routes!(answer::assign)),
        Route::new(Access::May(ReleaseRecords), routes!(answer::extend)),
        Route::new(Access::May(ReleaseRecords), routes!(answer::refuse)),
        // Long documents take their time.
        Route::new(Access::May(ReleaseRecords), routes!(answer::release)).long(),
    ]
}

/// Which requests are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those that were answered or withdrawn, and not those that wait.
    #[serde(default)]
    closed: bool,
}

/// A request to be made. Of encounter, days and records at most one; nothing is everything.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// Id of the patient; or else number and born.
    patient: Option<String>,
    /// Record number of the patient; of another authority, `AUTHORITY:NUMBER`.
    number: Option<String>,
    /// Birth date of the patient.
    born: Option<String>,
    /// First day of the encounter whose records are asked for.
    encounter: Option<String>,
    /// First of the days whose encounters are asked for.
    from: Option<String>,
    /// Last of those days.
    to: Option<String>,
    /// Ids of the records that are asked for.
    #[serde(default)]
    records: Vec<String>,
    /// What for: `treatment`, `payment`, `operations`, `personal`, `public-health`, `oversight`, `judicial`,
    /// `law-enforcement`, `research`, `workers-compensation`, `coroner` or `other`.
    purpose: String,
    /// What it rests on: `patient`, `authorization`, `care`, `court-order`, `subpoena`, `law` or `waiver`.
    authority: String,
    /// The day on which it came; today where none is said.
    received: Option<String>,
    /// Who receives them.
    recipient: RecipientGiven,
}

/// A request that was made.
#[derive(Serialize, ToSchema)]
pub struct OpenedRequest {
    /// Id.
    id: String,
    /// The last day on which it is answered in time.
    due: String,
}

/// Lists requests that the person may see: those that wait, the most urgent first; or those that were answered.
#[utoipa::path(get, path = "/api/v1/requests", tag = "requests", params(Paging, Which),
    responses((status = 200, body = Part<RequestView>)))]
async fn list(
    signed_in: SignedIn,
    Query(paging): Query<Paging>,
    Query(which): Query<Which>,
) -> Result<Json<Part<RequestView>>, Problem> {
    let (limit, after) = (paging.limit(), paging.after::<RequestId>()?);
    let seen = signed_in.app.requests(which.closed, after, limit).await?;
    Ok(Json(Part::of(seen.iter().map(RequestView::of).collect(), limit, |request| request.id.clone())))
}

/// Asks for records of a patient.
#[utoipa::path(post, path = "/api/v1/requests", tag = "requests", request_body = NewRequest,
    responses((status = 201, body = OpenedRequest)))]
async fn open(signed_in: SignedIn, Json(new): Json<NewRequest>) -> Result<(StatusCode, Json<OpenedRequest>), Problem> {
    let day = |text: &Option<String>| {
        let days = || Problem::unfit("days are written like 2024-03-15");
        text.as_deref().map(|text| text.parse().map_err(|_| days())).transpose()
    };
    let patient = match (&new.patient, &new.number, &new.born) {
        (Some(id), None, None) => PatientSaid::Id(id.parse().map_err(|_| Problem::not_found("patient"))?),
        (None, Some(number), Some(born)) => PatientSaid::Identifiers {
            number: number.clone(),
            born: born.parse().map_err(|cause| unfit(&cause, "born"))?,
        },
        _ => return Err(Problem::unfit("say the patient's id, or both record number and birth date")),
    };
    let records = new.records.iter().map(|id| id.parse::<RecordId>()).collect::<Result<_, _>>();
    let records = records.map_err(|_| Problem::not_found("record"))?;
    let RecipientGiven { name, address, reference } = new.recipient;
    let said = RequestSaid {
        patient,
        scope: scope_said(day(&new.encounter)?, (day(&new.from)?, day(&new.to)?), records)?,
        purpose: new.purpose.parse().map_err(|cause| unfit(&cause, "purpose"))?,
        authority: new.authority.parse().map_err(|cause| unfit(&cause, "authority"))?,
        received: day(&new.received)?,
        recipient: Recipient { name, address, reference },
    };
    let id = signed_in.app.request_records(said).await?;
    let row = signed_in.app.store.request(id).await?.ok_or_else(Problem::internal)?;
    Ok((StatusCode::CREATED, Json(OpenedRequest { id: id.to_string(), due: row.due.to_string() })))
}

/// Shows a request with everything about it.
#[utoipa::path(get, path = "/api/v1/requests/{id}", tag = "requests", params(("id" = String, Path)),
    responses((status = 200, body = RequestView)))]
async fn show(signed_in: SignedIn, Path(id): Path<RequestId>) -> Result<Json<RequestView>, Problem> {
    Ok(Json(RequestView::of(&signed_in.app.see_request(id).await?)))
}

/// Withdraws a request: whoever made it, or an administrator.
#[utoipa::path(post, path = "/api/v1/requests/{id}/withdraw", tag = "requests", params(("id" = String, Path)),
    responses((status = 204)))]
async fn withdraw(signed_in: SignedIn, Path(id): Path<RequestId>) -> Result<StatusCode, Problem> {
    signed_in.app.withdraw_request(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
