//! Destruction: proposals, their review and approvals, certificates.

mod carry_out;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::App;
use crate::chart::facts::KeptBack;
use crate::chart::{DisposalId, PersonId, RecordId};
use crate::disposal::{json_key, pdf_key};
use crate::server::paging::Part;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, SignedIn};
use crate::store::DisposalRow;

/// Longest certificate, in bytes.
const LONGEST: u64 = 64 << 20;
/// Records of one proposal, at most.
const MOST: usize = 10_000;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    use Permission::{ApproveDestruction, ProposeDestruction, ReviewDestruction, ViewRetention};
    vec![
        Route::new(Access::May(ViewRetention), routes!(list)),
        Route::new(Access::May(ProposeDestruction), routes!(propose)),
        Route::new(Access::May(ProposeDestruction), routes!(eligible)),
        Route::new(Access::May(ReviewDestruction), routes!(review)),
        Route::new(Access::May(ApproveDestruction), routes!(approve)),
        Route::new(Access::May(ReviewDestruction), routes!(cancel)),
        Route::new(Access::May(ProposeDestruction), routes!(carry_out::carry_out)).long(),
        Route::new(Access::May(ViewRetention), routes!(certificate)),
        Route::new(Access::May(ViewRetention), routes!(certificate_pdf)),
    ]
}

/// A proposal to destroy records.
#[derive(Serialize, ToSchema)]
pub struct DisposalView {
    /// Id.
    id: String,
    /// `proposed`, `reviewed`, `approved`, `cancelled` or `certified`.
    state: String,
    /// Why.
    reason: String,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    proposed_at: String,
    /// Who reviewed it.
    reviewed_by: Option<String>,
    /// Who approved it.
    approved_by: Vec<String>,
    /// Days between the second approval and destruction.
    grace_days: u32,
    /// From when on it may be carried out.
    destroy_from: Option<String>,
    /// When it was cancelled or certified.
    ended_at: Option<String>,
    /// Why it was cancelled.
    ended_why: Option<String>,
    /// SHA-256 of its certificate.
    certificate: Option<String>,
    /// Its records.
    records: Vec<DisposalRecordView>,
}

/// A record of a proposal.
#[derive(Serialize, ToSchema)]
pub struct DisposalRecordView {
    /// The record.
    record: String,
    /// Where it stands.
    state: String,
    /// Its last day.
    last_day: String,
    /// The policy and rule that decided.
    policy: String,
    /// Why it was kept or stopped.
    why: Option<String>,
}

/// Proposals, and whether there are enough people for one.
#[derive(Serialize, ToSchema)]
pub struct Disposals {
    /// The proposals.
    items: Vec<DisposalView>,
    /// Always none: they are given whole.
    next: Option<String>,
    /// People who may take part.
    people: u64,
    /// People that it takes.
    people_needed: u64,
}

/// A proposal to be made.
#[derive(Deserialize, ToSchema)]
pub struct NewDisposal {
    /// Why.
    reason: String,
    /// Which records; all that are eligible when empty.
    #[serde(default)]
    records: Vec<String>,
}

/// The review of a proposal.
#[derive(Deserialize, ToSchema)]
pub struct Review {
    /// Records that are kept back, each with why.
    #[serde(default)]
    kept: Vec<Kept>,
}

/// A record that is kept back.
#[derive(Deserialize, ToSchema)]
pub struct Kept {
    /// The record.
    record: String,
    /// Why.
    why: String,
}

/// Why a proposal is cancelled.
#[derive(Deserialize, ToSchema)]
pub struct Cancel {
    /// Why.
    reason: String,
}

/// Lists proposals.
#[utoipa::path(get, path = "/api/v1/disposals", tag = "disposals", responses((status = 200, body = Disposals)))]
async fn list(signed_in: SignedIn) -> Result<Json<Disposals>, Problem> {
    let app = &signed_in.app;
    let mut items = Vec::new();
    for row in app.list_disposals().await? {
        items.push(shown(app, row).await?);
    }
    let readiness = app.disposal_readiness().await?;
    Ok(Json(Disposals { items, next: None, people: readiness.people, people_needed: readiness.needed }))
}

/// Lists the records that may be proposed.
#[utoipa::path(get, path = "/api/v1/disposals/eligible", tag = "disposals",
    responses((status = 200, body = Part<String>)))]
async fn eligible(signed_in: SignedIn) -> Result<Json<Part<String>>, Problem> {
    let records = signed_in.app.eligible_records(MOST).await?;
    Ok(Json(Part::whole(records.iter().map(ToString::to_string).collect())))
}

/// Proposes to destroy records.
#[utoipa::path(post, path = "/api/v1/disposals", tag = "disposals", request_body = NewDisposal,
    responses((status = 201, body = DisposalView)))]
async fn propose(
    signed_in: SignedIn,
    Json(new): Json<NewDisposal>,
) -> Result<(StatusCode, Json<DisposalView>), Problem> {
    let app = &signed_in.app;
    let records: Vec<RecordId> = match new.records.as_slice() {
        [] => app.eligible_records(MOST).await?,
        named => {
            let ids: Result<_, _> = named.iter().map(|id| id.parse()).collect();
            ids.map_err(|_| Problem::not_found("record"))?
        }
    };
    if records.is_empty() {
        return Err(Problem::unfit("no record is eligible: nothing was proposed"));
    }
    if records.len() > MOST {
        return Err(Problem::unfit(format!("a proposal has at most {MOST} records")));
    }
    let id = app.propose_disposal(&new.reason, &records).await?;
    Ok((StatusCode::CREATED, Json(shown(app, named(app, id).await?).await?)))
}

/// Reviews a proposal of somebody else.
#[utoipa::path(post, path = "/api/v1/disposals/{id}/review", tag = "disposals", params(("id" = String, Path)),
    request_body = Review, responses((status = 200, body = DisposalView)))]
async fn review(
    signed_in: SignedIn,
    Path(id): Path<DisposalId>,
    Json(said): Json<Review>,
) -> Result<Json<DisposalView>, Problem> {
    let app = &signed_in.app;
    let row = named(app, id).await?;
    let kept: Result<Vec<KeptBack>, Problem> = said
        .kept
        .into_iter()
        .map(|kept| {
            let record = kept.record.parse().map_err(|_| Problem::not_found("record"))?;
            Ok(KeptBack { record, reason: kept.why })
        })
        .collect();
    app.review_disposal(&row, kept?).await?;
    Ok(Json(shown(app, named(app, id).await?).await?))
}

/// Approves a proposal of somebody else.
#[utoipa::path(post, path = "/api/v1/disposals/{id}/approve", tag = "disposals", params(("id" = String, Path)),
    responses((status = 200, body = DisposalView)))]
async fn approve(signed_in: SignedIn, Path(id): Path<DisposalId>) -> Result<Json<DisposalView>, Problem> {
    let app = &signed_in.app;
    app.approve_disposal(&named(app, id).await?).await?;
    Ok(Json(shown(app, named(app, id).await?).await?))
}

/// Cancels a proposal.
#[utoipa::path(post, path = "/api/v1/disposals/{id}/cancel", tag = "disposals", params(("id" = String, Path)),
    request_body = Cancel, responses((status = 200, body = DisposalView)))]
async fn cancel(
    signed_in: SignedIn,
    Path(id): Path<DisposalId>,
    Json(said): Json<Cancel>,
) -> Result<Json<DisposalView>, Problem> {
    let app = &signed_in.app;
    app.cancel_disposal(&named(app, id).await?, &said.reason).await?;
    Ok(Json(shown(app, named(app, id).await?).await?))
}

/// Gives the certificate of a destruction, signed, for programs.
#[utoipa::path(get, path = "/api/v1/disposals/{id}/certificate", tag = "disposals", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/json")))]
async fn certificate(signed_in: SignedIn, Path(id): Path<DisposalId>) -> Result<Response, Problem> {
    fetched(&signed_in, id, json_key(id), "application/json", "json").await
}

/// Gives the certificate of a destruction, signed, for people.
#[utoipa::path(get, path = "/api/v1/disposals/{id}/certificate.pdf", tag = "disposals", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
async fn certificate_pdf(signed_in: SignedIn, Path(id): Path<DisposalId>) -> Result<Response, Problem> {
    fetched(&signed_in, id, pdf_key(id), "application/pdf", "pdf").await
}

async fn fetched(
    signed_in: &SignedIn,
    id: DisposalId,
    key: String,
    kind: &'static str,
    ending: &str,
) -> Result<Response, Problem> {
    if named(&signed_in.app, id).await?.certificate.is_none() {
        return Err(Problem::not_found("certificate: it is issued when the proposal was carried out"));
    }
    let bytes = signed_in.app.vault.read(&key, LONGEST).await.map_err(crate::app::AppError::from)?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"certificate-{id}.{ending}\""));
    let name = name.map_err(|_| Problem::internal())?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(kind)), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

async fn named(app: &App, id: DisposalId) -> Result<DisposalRow, Problem> {
    app.store.disposal(id).await?.ok_or_else(|| Problem::not_found("proposal"))
}

async fn shown(app: &App, row: DisposalRow) -> Result<DisposalView, Problem> {
    let name = async |person: PersonId| {
        let known = app.store.person(person).await?;
        Ok::<_, Problem>(known.map_or_else(|| person.to_string(), |person| person.name))
    };
    let mut approved_by = Vec::new();
    for (person, _) in &row.approvals {
        approved_by.push(name(*person).await?);
    }
    let reviewed_by = match row.reviewed {
        Some((person, _)) => Some(name(person).await?),
        None => None,
    };
    let records = app.store.disposal_records(row.id).await?.into_iter().map(|record| DisposalRecordView {
        record: record.record.to_string(),
        state: record.state.name().to_owned(),
        last_day: record.last_day.to_string(),
        policy: record.policy,
        why: record.why,
    });
    Ok(DisposalView {
        id: row.id.to_string(),
        state: row.state.name().to_owned(),
        reason: row.reason,
        proposed_by: name(row.proposed.0).await?,
        proposed_at: row.proposed.1.to_string(),
        reviewed_by,
        approved_by,
        grace_days: row.grace_days,
        destroy_from: row.destroy_from.map(|at| at.to_string()),
        ended_at: row.ended_at.map(|at| at.to_string()),
        ended_why: row.ended_why,
        certificate: row.certificate.map(|digest| digest.to_string()),
        records: records.collect(),
    })
}
