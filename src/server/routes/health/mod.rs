//! Whether the server lives, whether it can work, and its figures.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route, openapi};
use crate::server::{Json, Server, metrics};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::Public, routes!(alive)),
        Route::new(Access::Public, routes!(ready)),
        Route::new(Access::Local(Permission::Operate), routes!(figures)),
        Route::new(Access::Public, routes!(document)),
    ]
}

/// Says that the process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String, content_type = "text/plain")))]
async fn alive() -> &'static str {
    "alive\n"
}

/// Says whether requests can be answered: the database answers, and the server is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "health", responses((status = 200, body = String, content_type = "text/plain")))]
async fn ready(State(server): State<Server>) -> Result<&'static str, Problem> {
    if server.stop.is_raised() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the server is stopping"));
    }
    server.app.store.ledger_size().await.map_err(|cause| {
        tracing::warn!(%cause, "the database does not answer");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the database does not answer")
    })?;
    Ok("ready\n")
}

/// Gives the figures in the form that Prometheus reads. From this machine, or with a token of somebody who runs the machines.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String, content_type = "text/plain")))]
async fn figures(State(server): State<Server>) -> Result<impl IntoResponse, Problem> {
    let text = metrics::render(&server.app, &server.metrics).await?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

/// Describes this interface.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health", responses((status = 200, body = serde_json::Value)))]
async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi())
}
