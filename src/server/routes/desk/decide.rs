//! Other decisions about a document: reject, put aside, hand on, leave to a second person.

use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{document_id, lease};
use crate::chart::RejectionReason;
use crate::chart::facts::TicketCategory;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// Why a document is rejected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
    /// `duplicate`, `not-a-record`, `unreadable`, `other-facility` or `scanned-by-mistake`.
    reason: String,
    /// A remark for other staff.
    note: Option<String>,
    /// Whether its sheets have to be scanned again.
    #[serde(default)]
    rescan: bool,
}

/// Why a document is put aside.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostponeBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
    /// Until when; left out: for an hour.
    until: Option<String>,
    /// Why.
    reason: String,
}

/// What is wrong with the machines. It goes to people who may not see charts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalateBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
    /// `image`, `recognition`, `missing`, `program` or `other`.
    category: String,
    /// In words, without names, numbers and dates.
    #[serde(default)]
    note: String,
}

/// Only the lease.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct LeaseBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
}

/// Until when a document is put aside.
#[derive(Serialize, ToSchema)]
pub struct PostponedView {
    /// Until when.
    until: String,
}

/// A ticket.
#[derive(Serialize, ToSchema)]
pub struct TicketView {
    /// Its id.
    ticket: String,
}

/// Rejects a document: it will not be archived.
#[utoipa::path(post, path = "/api/v1/documents/{id}/reject", tag = "station", params(("id" = String, Path)),
    request_body = RejectBody, responses((status = 204)))]
pub async fn reject(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<RejectBody>,
) -> Result<StatusCode, Problem> {
    let reason: RejectionReason = body.reason.parse().map_err(|()| {
        let known: Vec<&str> = RejectionReason::ALL.iter().map(|reason| reason.name()).collect();
        Problem::unfit(format!("the reason is one of {}", known.join(", ")))
    })?;
    let note = body.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let token = lease(body.lease.as_deref(), &headers)?;
    signed_in.app.reject_at_station((document_id(&id)?, &token), reason, note, body.rescan).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a document aside.
#[utoipa::path(post, path = "/api/v1/documents/{id}/postpone", tag = "station", params(("id" = String, Path)),
    request_body = PostponeBody, responses((status = 200, body = PostponedView)))]
pub async fn postpone(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<PostponeBody>,
) -> Result<Json<PostponedView>, Problem> {
    let until = body.until.as_deref().map(str::parse).transpose();
    let until = until.map_err(|_| Problem::unfit("a time is written 2024-03-15T08:00:00Z"))?;
    let token = lease(body.lease.as_deref(), &headers)?;
    let until = signed_in.app.postpone_at_station((document_id(&id)?, &token), until, &body.reason).await?;
    Ok(Json(PostponedView { until: until.to_string() }))
}

/// Hands a document on to the people who run the machines, with a ticket that says nothing of the patient.
#[utoipa::path(post, path = "/api/v1/documents/{id}/escalate", tag = "station", params(("id" = String, Path)),
    request_body = EscalateBody, responses((status = 200, body = TicketView)))]
pub async fn escalate(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<EscalateBody>,
) -> Result<Json<TicketView>, Problem> {
    let category: TicketCategory = body.category.parse().map_err(|()| {
        let known: Vec<&str> = TicketCategory::ALL.iter().map(|category| category.name()).collect();
        Problem::unfit(format!("the category is one of {}", known.join(", ")))
    })?;
    let token = lease(body.lease.as_deref(), &headers)?;
    let ticket = signed_in.app.escalate((document_id(&id)?, &token), category, &body.note).await?;
    Ok(Json(TicketView { ticket: ticket.to_string() }))
}

/// Leaves a document to somebody else; whoever accepts it, another person types its identifiers again.
#[utoipa::path(post, path = "/api/v1/documents/{id}/second-review", tag = "station", params(("id" = String, Path)),
    request_body = LeaseBody, responses((status = 204)))]
pub async fn ask_for_second_review(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<LeaseBody>,
) -> Result<StatusCode, Problem> {
    let token = lease(body.lease.as_deref(), &headers)?;
    signed_in.app.ask_for_second(document_id(&id)?, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
