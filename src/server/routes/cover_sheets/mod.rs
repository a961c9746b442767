//! `POST /api/v1/cover-sheets`: separator and cover sheets to print.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::cover_sheets::{CoverSheetError, cover_sheets};
use crate::barcode::print::{MOST_SHEETS, Paper};
use crate::chart::SheetKind;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, SignedIn};

/// Sheets that somebody wants to print.
#[derive(Deserialize, ToSchema)]
pub struct NewCoverSheets {
    /// What they announce: `batch`, `chart`, `type` or `end`.
    #[schema(value_type = String)]
    kind: SheetKind,
    /// Names of batches, record numbers of patients, or names of document types: a sheet for each. All types where none is
    /// named; nothing for end sheets.
    #[serde(default)]
    values: Vec<String>,
    /// Copies of each, 1 to 500.
    #[serde(default = "one")]
    copies: u16,
    /// `a4` or `letter`.
    #[serde(default)]
    #[schema(value_type = String)]
    paper: Paper,
}

const fn one() -> u16 {
    1
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::May(Permission::Label), routes!(print))]
}

/// Makes sheets to print, as PDF.
#[utoipa::path(post, path = "/api/v1/cover-sheets", tag = "batches", request_body = NewCoverSheets,
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
async fn print(signed_in: SignedIn, Json(asked): Json<NewCoverSheets>) -> Result<Response, Problem> {
    if !(1..=500).contains(&asked.copies) || asked.values.len() > MOST_SHEETS {
        return Err(Problem::unfit(format!("1 to 500 copies of each sheet, at most {MOST_SHEETS} sheets in all")));
    }
    let kinds = signed_in.app.document_kinds().await?;
    let made = cover_sheets(asked.kind, &asked.values, asked.copies.into(), asked.paper, kinds);
    let (bytes, _) = made.map_err(|cause| match cause {
        CoverSheetError::Print(_) => Problem::internal(),
        _ => Problem::unfit(cause.to_string()),
    })?;
    let kind = asked.kind.name();
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{kind}-sheets.pdf\"")),
    ];
    Ok((headers, bytes).into_response())
}
