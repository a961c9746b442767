//! Figures for Prometheus: requests here, work and the archive when they are asked for.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::app::{App, AppError};

/// Upper ends of the classes that times of answers are counted in, in seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const TIMES: &str = "muniment_http_seconds";

/// Begins to count. There is one set of figures for each process.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder = builder
                .set_buckets_for_metric(Matcher::Full(TIMES.to_owned()), SECONDS)
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another part of the program counts already; figures stay empty");
            }
            handle
        })
        .clone()
}

/// Counts a request.
pub fn request(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let labels = [("method", method_name(method)), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
    counter!("muniment_http_requests_total", &labels).increment(1);
    histogram!(TIMES, "route" => route.to_owned()).record(took.as_secs_f64());
}

/// Returns every figure in Prometheus' text form.
///
/// # Errors
/// The database failed.
pub async fn render(app: &App, handle: &PrometheusHandle) -> Result<String, AppError> {
    gauge!("muniment_index_outbox").set(app.store.outbox_length().await? as f64);
    gauge!("muniment_ledger_entries").set(app.store.ledger_size().await? as f64);
    gauge!("muniment_alerts").set(app.alerts().await?.len() as f64);
    handle.run_upkeep();
    Ok(handle.render())
}

/// Methods that nobody knows are one: figures do not grow by what is sent.
fn method_name(method: &Method) -> String {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    if known.contains(method) { method.to_string() } else { "other".to_owned() }
}
