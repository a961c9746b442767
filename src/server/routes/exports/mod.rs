//! Taking documents out of the archive: as files, and on paper. Always with a reason, and noted before the first byte.

use std::fs::File;
use std::io::Seek as _;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::give_back::{TextFormat, original_ending};
use crate::app::rights::Reader;
use crate::app::{App, AppError};
use crate::chart::facts::AccessFact;
use crate::chart::{DocumentId, RecordId};
use crate::server::SignedIn;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::store::DocumentRecord;

/// Largest request, in bytes.
const LARGEST: usize = 64 << 10;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// Bytes that are read from a file at a time.
const AT_ONCE: usize = 64 << 10;

/// What is to be taken out, how and why.
#[derive(Deserialize, ToSchema)]
pub struct NewExport {
    /// The document; or else the record.
    #[serde(default)]
    documents: Vec<String>,
    /// The record.
    #[serde(default)]
    records: Vec<String>,
    /// `pdf`, `txt`, `hocr`, `alto`, `json` or `original`.
    format: String,
    /// Why, without naming the patient.
    reason: String,
    /// What for, such as `treatment`.
    #[serde(default)]
    purpose: String,
    /// Whether hidden pages come too.
    #[serde(default)]
    hidden: bool,
}

/// What is to be printed, and why.
#[derive(Deserialize, ToSchema)]
pub struct NewPrint {
    /// The document.
    document: String,
    /// Why, without naming the patient.
    reason: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::ReadChart);
    // A long document takes its time.
    vec![Route::new(may, routes!(export)).long(), Route::new(may, routes!(print)).long()]
}

/// Gives a document out as a file.
#[utoipa::path(post, path = "/api/v1/exports", tag = "exports", request_body = NewExport,
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
async fn export(signed_in: SignedIn, request: Request) -> Result<Response, Problem> {
    let asked: NewExport = body(request).await?;
    let reason = reason(&asked.reason, &asked.purpose)?;
    let format = Format::named(&asked.format)?;
    let reader = signed_in.app.taker().await?;
    let document = one_document(&signed_in.app, &reader, &asked).await?;
    let file = made(&signed_in.app, &document, format, asked.hidden).await?;
    let fact = AccessFact::Exported { documents: vec![document.id], format: asked.format, reason };
    signed_in.noted(fact).await?;
    let ending = match format {
        Format::Pdf => "pdf",
        Format::Text(TextFormat::Plain) => "txt",
        Format::Text(TextFormat::Hocr) => "html",
        Format::Text(TextFormat::Alto) => "xml",
        Format::Text(TextFormat::Json) => "json",
        Format::Original => original_ending(&document.format),
    };
    stream(file, format.media_type(), &format!("attachment; filename=\"{}.{ending}\"", document.id))
}

/// Gives a document out for the printer, as PDF.
#[utoipa::path(post, path = "/api/v1/prints", tag = "exports", request_body = NewPrint,
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
async fn print(signed_in: SignedIn, request: Request) -> Result<Response, Problem> {
    let asked: NewPrint = body(request).await?;
    let reason = reason(&asked.reason, "")?;
    let id: DocumentId = asked.document.parse().map_err(|_| Problem::not_found("document"))?;
    let reader = signed_in.app.taker().await?;
    let document = signed_in.app.see_document(&reader, id).await?.document;
    let file = made(&signed_in.app, &document, Format::Pdf, false).await?;
    signed_in.noted(AccessFact::Printed { document: id, reason }).await?;
    stream(file, "application/pdf", &format!("inline; filename=\"{id}.pdf\""))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Pdf,
    Text(TextFormat),
    Original,
}

impl Format {
    fn named(name: &str) -> Result<Self, Problem> {
        Ok(match name {
            "pdf" => Self::Pdf,
            "txt" => Self::Text(TextFormat::Plain),
            "hocr" => Self::Text(TextFormat::Hocr),
            "alto" => Self::Text(TextFormat::Alto),
            "json" => Self::Text(TextFormat::Json),
            "original" => Self::Original,
            _ => return Err(Problem::unfit("format is pdf, txt, hocr, alto, json or original")),
        })
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Text(TextFormat::Plain) => "text/plain; charset=utf-8",
            // Never as a page that a browser would run.
            Self::Text(TextFormat::Hocr) | Self::Original => "application/octet-stream",
            Self::Text(TextFormat::Alto) => "application/xml",
            Self::Text(TextFormat::Json) => "application/json",
        }
    }
}

async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let status = axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "media-type", "the body must be application/json"));
    }
    let bytes = to_bytes(request.into_body(), LARGEST).await;
    let bytes = bytes.map_err(|_| Problem::unfit("the request is larger than this address takes"))?;
    serde_json::from_slice(&bytes).map_err(|cause| Problem::unfit(cause.to_string()))
}

fn reason(reason: &str, purpose: &str) -> Result<String, Problem> {
    let whole = match (purpose.trim(), reason.trim()) {
        ("", reason) => reason.to_owned(),
        (purpose, reason) => format!("{purpose}: {reason}"),
    };
    if reason.trim().is_empty() || whole.chars().count() > LONGEST_REASON || whole.chars().any(char::is_control) {
        let detail = format!("say why, in at most {LONGEST_REASON} characters and without naming the patient");
        return Err(Problem::unfit(detail).with("fields", vec!["reason"]));
    }
    Ok(whole)
}

async fn one_document(app: &App, reader: &Reader, asked: &NewExport) -> Result<DocumentRecord, Problem> {
    match (asked.documents.as_slice(), asked.records.as_slice()) {
        ([document], []) => {
            let id: DocumentId = document.parse().map_err(|_| Problem::not_found("document"))?;
            Ok(app.see_document(reader, id).await?.document)
        }
        ([], [record]) => {
            let id: RecordId = record.parse().map_err(|_| Problem::not_found("record"))?;
            Ok(app.see_record(reader, id).await?.seen.document)
        }
        _ => Err(Problem::unfit("name one document, or one record; several are exported one after the other")),
    }
}

/// Makes the file, in a nameless temporary one: a failure is told before anything is sent.
async fn made(app: &App, document: &DocumentRecord, format: Format, hidden: bool) -> Result<File, Problem> {
    let failed = |cause| Problem::from(AppError::Write { what: "the export".into(), cause });
    // Beside the data: what is exported is a patient's, and the system's temporary folder is everybody's.
    let mut file = tempfile::tempfile_in(&app.config.data.folder).map_err(failed)?;
    match format {
        Format::Pdf => drop(app.write_pdf(document, hidden, &mut file).await?),
        Format::Text(format) => drop(app.write_text(document, format, hidden, &mut file).await?),
        Format::Original => drop(app.write_original(document, &mut file).await?),
    }
    file.rewind().map_err(failed)?;
    Ok(file)
}

/// Answers with a file that was made for it.
pub(super) fn stream(file: File, kind: &'static str, disposition: &str) -> Result<Response, Problem> {
    let failed = |cause| Problem::from(AppError::Write { what: "the export".into(), cause });
    let length = file.metadata().map_err(failed)?.len();
    let disposition = HeaderValue::from_str(disposition).map_err(|_| Problem::internal())?;
    let bytes = ReaderStream::with_capacity(tokio::fs::File::from_std(file), AT_ONCE);
    let mut response = Body::from_stream(bytes).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}
