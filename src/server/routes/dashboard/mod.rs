//! What whoever steers the work looks at: figures, failures with another try, fixity, the health of the whole.

use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::dashboard::Dashboard;
use crate::chart::PageId;
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};
use crate::store::FailedPage;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::Operate);
    vec![
        Route::new(may, routes!(dashboard)),
        Route::new(may, routes!(failures)),
        Route::new(may, routes!(retry)),
        Route::new(may, routes!(fixity)),
        Route::new(may, routes!(health)),
    ]
}

/// Gives the figures of this moment: what waits and since when, how fast it goes, what failed, fixity.
#[utoipa::path(get, path = "/api/v1/dashboard", tag = "administration", responses((status = 200, body = Value)))]
async fn dashboard(signed_in: SignedIn) -> Result<Json<Value>, Problem> {
    let seen = signed_in.app.dashboard().await?;
    Ok(Json(figures(&seen, signed_in.app.clock.now())))
}

/// Lists the pages on which every attempt failed, or that cannot be read.
#[utoipa::path(get, path = "/api/v1/failures", tag = "administration", params(Paging),
    responses((status = 200, body = Part<Value>)))]
async fn failures(signed_in: SignedIn, Query(paging): Query<Paging>) -> Result<Json<Part<Value>>, Problem> {
    let (limit, after) = (paging.limit(), paging.after::<PageId>()?);
    let pages = signed_in.app.failures(after, limit).await?;
    let items = pages.iter().map(failed).collect();
    Ok(Json(Part::of(items, limit, |item: &Value| item["page"].as_str().unwrap_or_default().to_owned())))
}

/// Puts a page back in the queue.
#[utoipa::path(post, path = "/api/v1/failures/{page}/retry", tag = "administration", params(("page" = String, Path)),
    responses((status = 204)))]
async fn retry(signed_in: SignedIn, Path(page): Path<String>) -> Result<StatusCode, Problem> {
    let page: PageId = page.parse().map_err(|_| Problem::not_found("failed page"))?;
    signed_in.app.retry_page(page).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says where the custody of the archive stands: fixity, copies, locks, alerts.
#[utoipa::path(get, path = "/api/v1/fixity", tag = "administration", responses((status = 200, body = Value)))]
async fn fixity(signed_in: SignedIn) -> Result<Json<Value>, Problem> {
    serde_json::to_value(signed_in.app.fixity_status().await?).map(Json).map_err(|_| Problem::internal())
}

/// Says how the parts of the program are, and which workers were heard of.
#[utoipa::path(get, path = "/api/v1/health/system", tag = "administration", responses((status = 200, body = Value)))]
async fn health(signed_in: SignedIn) -> Result<Json<Value>, Problem> {
    let health = signed_in.app.health().await?;
    let workers: Vec<Value> = health
        .workers
        .iter()
        .map(|worker| {
            json!({
                "id": worker.id.to_string(),
                "name": worker.name,
                "started_at": worker.started_at.to_string(),
                "seen_at": worker.seen_at.to_string(),
                "stopped_at": worker.stopped_at.map(|at| at.to_string()),
            })
        })
        .collect();
    let good = health.checks.iter().all(|check| check.good);
    Ok(Json(json!({ "good": good, "checks": health.checks, "workers": workers, "version": env!("CARGO_PKG_VERSION") })))
}

/// Puts the figures into an answer.
pub fn figures(seen: &Dashboard, now: jiff::Timestamp) -> Value {
    let figures = &seen.figures;
    let last_hour = now.saturating_sub(jiff::SignedDuration::from_hours(1)).unwrap_or(jiff::Timestamp::MIN);
    let recent = figures.pages_by_hour.iter().filter(|(hour, _)| *hour >= last_hour);
    let hours: Vec<Value> =
        figures.pages_by_hour.iter().map(|(hour, pages)| json!({ "hour": hour.to_string(), "pages": pages })).collect();
    let deposits: Vec<Value> = seen
        .failed_deposits
        .iter()
        .map(|failed| {
            json!({
                "record": failed.record.to_string(),
                "version": failed.version,
                "attempts": failed.attempts,
                "failure": failed.failure,
            })
        })
        .collect();
    json!({
        "at": now.to_string(),
        "backlog": {
            "documents_to_verify": figures.documents_to_verify,
            "documents_reading": figures.documents_reading,
            "files_waiting": figures.files_waiting,
            "pages_waiting": figures.pages_waiting,
            "deposits_waiting": figures.deposits_waiting,
            "oldest_to_verify": figures.oldest_to_verify.map(|at| at.to_string()),
            "oldest_age_seconds": figures.oldest_to_verify.map(|at| now.duration_since(at).as_secs().max(0)),
        },
        "throughput": {
            "pages_last_hours": recent.map(|(_, pages)| pages).sum::<u64>(),
            "pages_by_hour": hours,
            "accepted_last_hour": figures.accepted_last_hour,
            "accepted_last_day": figures.accepted_last_day,
        },
        "findings": {
            "pages": seen.reliability.pages,
            "pages_without_reliable_text": seen.reliability.unreliable,
            "pages_waiting": seen.reliability.waiting,
        },
        "failures": {
            "pages_failed": figures.pages_failed,
            "pages_rejected": figures.pages_rejected,
            "files_rejected": figures.files_rejected,
            "deposits_failed": figures.deposits_failed,
            "deposits": deposits,
        },
        "fixity": seen.fixity,
    })
}

fn failed(page: &FailedPage) -> Value {
    let (document, batch) = page.document.unzip();
    let findings: Vec<&str> = page.findings.iter().map(|finding| finding.message.as_str()).collect();
    json!({
        "page": page.page.to_string(),
        "state": page.work.name(),
        "attempts": page.attempts,
        "findings": findings,
        "document": document.map(|id| id.to_string()),
        "batch": batch.map(|id| id.to_string()),
    })
}
