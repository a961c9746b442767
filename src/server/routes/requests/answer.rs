//! Answering a request for records: who does, later, not at all, or with records.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::RequestedView;
use crate::app::requests::ReleaseFormat;
use crate::chart::{RecordId, RequestId};
use crate::server::paging::Part;
use crate::server::problem::Problem;
use crate::server::routes::exports::stream;
use crate::server::{Json, Path, SignedIn};

/// Who is to answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssignment {
    /// Id of the person.
    person: String,
}

/// Why it takes longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExtension {
    /// Why, without naming the patient: what whoever asked was told in writing.
    reason: String,
}

/// Why not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefusal {
    /// `not-authorised`, `not-identified`, `no-records`, `excepted` or `endangers`.
    reason: String,
    /// The same in words, without naming the patient.
    note: String,
}

/// What is to be given out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelease {
    /// Ids of the records; none: those that are plainly asked for.
    #[serde(default)]
    records: Vec<String>,
    /// `pdf` or `original`.
    format: String,
}

/// Lists the patient's records in the archive, each with whether the request asks for it.
#[utoipa::path(get, path = "/api/v1/requests/{id}/records", tag = "requests", params(("id" = String, Path)),
    responses((status = 200, body = Part<RequestedView>)))]
pub async fn records(signed_in: SignedIn, Path(id): Path<RequestId>) -> Result<Json<Part<RequestedView>>, Problem> {
    let records = signed_in.app.requested_records(id).await?;
    Ok(Json(Part::whole(records.iter().map(RequestedView::of).collect())))
}

/// Gives a request to somebody to answer.
#[utoipa::path(put, path = "/api/v1/requests/{id}/assignment", tag = "requests", params(("id" = String, Path)),
    request_body = NewAssignment, responses((status = 204)))]
pub async fn assign(
    signed_in: SignedIn,
    Path(id): Path<RequestId>,
    Json(new): Json<NewAssignment>,
) -> Result<StatusCode, Problem> {
    let person = new.person.parse().map_err(|_| Problem::not_found("person"))?;
    signed_in.app.assign_request(id, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the answer off by thirty days, once.
#[utoipa::path(post, path = "/api/v1/requests/{id}/extend", tag = "requests", params(("id" = String, Path)),
    request_body = NewExtension, responses((status = 204)))]
pub async fn extend(
    signed_in: SignedIn,
    Path(id): Path<RequestId>,
    Json(new): Json<NewExtension>,
) -> Result<StatusCode, Problem> {
    signed_in.app.extend_request(id, &new.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a request.
#[utoipa::path(post, path = "/api/v1/requests/{id}/refuse", tag = "requests", params(("id" = String, Path)),
    request_body = NewRefusal, responses((status = 204)))]
pub async fn refuse(
    signed_in: SignedIn,
    Path(id): Path<RequestId>,
    Json(new): Json<NewRefusal>,
) -> Result<StatusCode, Problem> {
    let reason = new.reason.parse().map_err(|cause| unfit(&cause, "reason"))?;
    signed_in.app.refuse_request(id, reason, &new.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives out records: a ZIP archive with a file for each and a manifest, recorded before the first byte is sent. A request
/// may be answered in parts.
#[utoipa::path(post, path = "/api/v1/requests/{id}/release", tag = "requests", params(("id" = String, Path)),
    request_body = NewRelease, responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
pub async fn release(
    signed_in: SignedIn,
    Path(id): Path<RequestId>,
    Json(new): Json<NewRelease>,
) -> Result<Response, Problem> {
    let format = match new.format.as_str() {
        "pdf" => ReleaseFormat::Pdf,
        "original" => ReleaseFormat::Original,
        _ => return Err(unfit(&"format is pdf or original", "format")),
    };
    let chosen = new.records.iter().map(|id| id.parse()).collect::<Result<Vec<RecordId>, _>>();
    let chosen = chosen.map_err(|_| Problem::not_found("record"))?;
    let released = signed_in.app.release(id, &chosen, format).await?;
    stream(released.file, "application/zip", &format!("attachment; filename=\"{id}.zip\""))
}

/// Says which field cannot be used, and why.
pub(super) fn unfit(cause: &dyn std::fmt::Display, field: &str) -> Problem {
    Problem::unfit(cause.to_string()).with("fields", vec![field])
}
