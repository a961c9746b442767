//! What every request and answer goes through: an id, security headers, problems as JSON, figures, one line in the log.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::metrics;
use super::problem::Problem;
use super::state::{Client, Server};
use crate::app::new_id;

/// Only what this server itself sends is run or shown; nothing may frame it; no script or style stands in a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
     connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     object-src 'none'";
const PERMISSIONS: &str =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Carries a request through.
pub async fn frame(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let client = client(&server, &request);
    let id = client.request_id.clone();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let is_api = request.uri().path().starts_with("/api/");
    request.extensions_mut().insert(client);
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        response = with_problem(response, &id, is_api || route.is_some());
    }
    add_headers(response.headers_mut(), &id, server.is_secure());
    let (took, status) = (begun.elapsed(), response.status());
    // The route, not the address: an address may hold what was searched for.
    let route = route.as_deref().unwrap_or("other");
    metrics::request(&method, route, status, took);
    tracing::info!(request = id, %method, route, status = status.as_u16(), ms = took.as_millis() as u64, "answered");
    response
}

/// Answers for a handler that panicked.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    // The panic itself was written to standard error where it happened.
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

fn client(server: &Server, request: &Request) -> Client {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0])).to_canonical();
    let behind_proxy = server.listening.behind_proxy;
    let address = if behind_proxy { forwarded_for(request.headers()).unwrap_or(peer) } else { peer };
    Client { address, local: peer.is_loopback() && !behind_proxy, request_id: new_id().to_string() }
}

/// The last address was added by our own proxy; those before it are what the browser claims.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").into_iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Gives an answer that failed its body.
fn with_problem(mut response: Response, id: &str, wanted: bool) -> Response {
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if wanted => Problem::of_status(response.status()),
        None => return response,
    };
    let text = problem.document(id).to_string();
    let mut answer = (response.status(), text).into_response();
    // What a handler set beside its problem stays, such as a cookie that is taken away.
    answer.headers_mut().extend(
        response
            .headers()
            .iter()
            .filter(|(name, _)| !is_about_body(name))
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    let seconds = problem.more.get("retry_after").and_then(serde_json::Value::as_u64);
    if let Some(seconds) = seconds {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn is_about_body(name: &HeaderName) -> bool {
    matches!(name.as_str(), "content-type" | "content-length" | "content-encoding" | "transfer-encoding")
}

fn add_headers(headers: &mut HeaderMap, id: &str, secure: bool) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    headers.append(VARY, HeaderValue::from_static("Cookie, Authorization"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_proxys_own_word_about_the_address_counts() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6"));
        headers.append("x-forwarded-for", HeaderValue::from_static("7.7.7.7, 10.0.0.9"));
        assert_eq!(forwarded_for(&headers), Some(IpAddr::from([10, 0, 0, 9])));
        headers.append("x-forwarded-for", HeaderValue::from_static("nonsense"));
        assert_eq!(forwarded_for(&headers), None);
    }
}
