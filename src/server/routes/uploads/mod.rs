//! Uploads after the tus protocol 1.0: begun with a length, sent in parts, gone on with after a cut, each part with a
//! checksum where the sender gives one. <https://tus.io/protocols/resumable-upload>

mod protocol;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa_axum::routes;
use uuid::Uuid;

use self::protocol::{EXPIRES, LENGTH, METADATA, OFFSET, RESUMABLE, VERSION, checksum, fits_version, metadata, number};
use crate::access::Permission;
use crate::app::uploads::UploadError;
use crate::chart::BatchId;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Path, SignedIn};

/// Kind of the body of a part.
const PART: &str = "application/offset+octet-stream";
/// Status of a part whose checksum does not fit, as the protocol has it.
const CHECKSUM_MISMATCH: u16 = 460;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::Label);
    vec![Route::new(may, routes!(abilities, begin)), Route::new(may, routes!(state, proceed, end)).long()]
}

/// Says what of the protocol is spoken.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads", responses((status = 204)))]
async fn abilities(signed_in: SignedIn) -> impl IntoResponse {
    let most = HeaderValue::from(signed_in.app.longest_upload());
    let mut headers = resumable();
    headers.insert(HeaderName::from_static("tus-version"), HeaderValue::from_static(VERSION));
    let extensions = HeaderValue::from_static("creation,checksum,termination,expiration");
    headers.insert(HeaderName::from_static("tus-extension"), extensions);
    headers.insert(HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static("sha1,sha256"));
    headers.insert(HeaderName::from_static("tus-max-size"), most);
    (StatusCode::NO_CONTENT, headers)
}

/// Begins an upload: its length in Upload-Length, `filename` and `batch` (an id) in Upload-Metadata.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "Bytes of the file"),
        ("Upload-Metadata" = String, Header, description = "filename and batch, each in Base64"),
    ),
    responses((status = 201)))]
async fn begin(signed_in: SignedIn, headers: HeaderMap) -> Result<Response, Problem> {
    fits_version(&headers)?;
    let length = number(&headers, LENGTH)?;
    if length > signed_in.app.longest_upload() {
        let detail = format!("a file has at most {} bytes", signed_in.app.longest_upload());
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail));
    }
    let (mut name, mut batch) = (None, None);
    for (key, value) in metadata(&headers)? {
        match key.as_str() {
            "filename" | "name" => name = Some(value),
            "batch" => batch = Some(value),
            _ => {}
        }
    }
    let (Some(name), Some(batch)) = (name, batch) else {
        return Err(Problem::unfit(format!("{METADATA} has to hold filename and batch")));
    };
    let batch: BatchId = batch.parse().map_err(|_| Problem::not_found("batch"))?;
    let upload = signed_in.app.begin_upload(batch, &name, length).await?;
    let mut answer = with_expiry(&signed_in, resumable());
    let place = HeaderValue::from_str(&format!("/api/v1/uploads/{}", upload.id)).map_err(|_| Problem::internal())?;
    answer.insert(LOCATION, place);
    Ok((StatusCode::CREATED, answer).into_response())
}

/// Says how much of an upload has come.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    responses((status = 200)))]
async fn state(signed_in: SignedIn, Path(id): Path<Uuid>, headers: HeaderMap) -> Result<Response, Problem> {
    fits_version(&headers)?;
    let (upload, offset) = signed_in.app.upload(id).await?;
    let mut answer = with_expiry(&signed_in, resumable());
    answer.insert(HeaderName::from_static(OFFSET), HeaderValue::from(offset));
    answer.insert(HeaderName::from_static(LENGTH), HeaderValue::from(upload.length));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok((StatusCode::OK, answer).into_response())
}

/// Sends a part of an upload, which begins at Upload-Offset. After the last one the file is taken in.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(
        ("id" = String, Path),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "Where the part begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "sha1 or sha256, a space, the digest in Base64"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204)))]
async fn proceed(signed_in: SignedIn, Path(id): Path<Uuid>, request: Request) -> Result<Response, Problem> {
    let headers = request.headers();
    fits_version(headers)?;
    if headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) != Some(PART.as_bytes()) {
        let detail = format!("a part comes as {PART}");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail));
    }
    let offset = number(headers, OFFSET)?;
    let checksum = checksum(headers)?;
    let body: Body = request.into_body();
    let app = signed_in.app.clone();
    // A task of its own: what has come is kept in order although the connection is cut.
    let taking = tokio::spawn(async move { app.continue_upload(id, offset, checksum, body.into_data_stream()).await });
    let next = taking.await.map_err(|_| Problem::internal())?.map_err(|cause| told(cause, id))?;
    let mut answer = with_expiry(&signed_in, resumable());
    answer.insert(HeaderName::from_static(OFFSET), HeaderValue::from(next));
    Ok((StatusCode::NO_CONTENT, answer).into_response())
}

/// Ends an upload and deletes what came of it.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    responses((status = 204)))]
async fn end(signed_in: SignedIn, Path(id): Path<Uuid>, headers: HeaderMap) -> Result<Response, Problem> {
    fits_version(&headers)?;
    signed_in.app.end_upload(id).await.map_err(|cause| told(cause, id))?;
    Ok((StatusCode::NO_CONTENT, resumable()).into_response())
}

fn told(cause: UploadError, id: Uuid) -> Problem {
    let said = cause.to_string();
    match cause {
        UploadError::App(cause) => cause.into(),
        UploadError::Offset(offset) => Problem::conflict(said).with("offset", offset),
        UploadError::Busy => Problem::new(StatusCode::LOCKED, "busy", said),
        UploadError::Checksum => {
            let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
            Problem::new(status, "checksum", said)
        }
        UploadError::TooLong => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", said),
        UploadError::Expired => Problem::new(StatusCode::GONE, "expired", said),
        UploadError::Cut => {
            tracing::info!(upload = %id, "an upload was cut off");
            Problem::new(StatusCode::BAD_REQUEST, "cut", said)
        }
    }
}

fn resumable() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static(RESUMABLE), HeaderValue::from_static(VERSION));
    headers
}

fn with_expiry(signed_in: &SignedIn, mut headers: HeaderMap) -> HeaderMap {
    let at = signed_in.app.upload_expires().to_zoned(jiff::tz::TimeZone::UTC);
    let at = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(at) = HeaderValue::from_str(&at) {
        headers.insert(HeaderName::from_static(EXPIRES), at);
    }
    headers
}
