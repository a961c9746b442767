//! The pages of the web application, as they were when the program was built; a page that says how to build them otherwise.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;
use crate::chart::Digest;

/// What `make` builds out of `web/`; nothing where only the program was built. Cargo sees files that change, but not a folder
/// that appears: `make` touches this file after the first build of the pages.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

const PAGE: &str = "index.html";
/// Folder of files whose names change with their content.
const HASHED: &str = "assets/";
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Muniment</title></head><body>\n\
    <h1>Muniment is running</h1>\n\
    <p>This program was built without its web interface. Run <code>make</code> in its folder (Node.js is needed for that), and start it again.</p>\n\
    <p>The HTTP interface is here: <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p>\n</body></html>\n";

/// Answers what no route does: a file of the web application, or its page for the addresses that it draws itself.
pub async fn asset(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Problem::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response();
    }
    if let Some(file) = Files::get(path) {
        return answer(&file, path, &headers);
    }
    // An address with a dot asks for a file; one without is a page that the application draws.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) || path.starts_with(HASHED) {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    }
    match Files::get(PAGE) {
        Some(file) => answer(&file, PAGE, &headers),
        None => page(NOT_BUILT),
    }
}

fn page(text: &'static str) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-cache")], text).into_response()
}

fn answer(file: &EmbeddedFile, path: &str, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", Digest::from_bytes(file.metadata.sha256_hash()).short());
    let known = headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let mut response = if known == Some(tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data.clone().into_owned()).into_response()
    };
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let own = response.headers_mut();
    own.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    own.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(ETAG, tag);
    }
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
