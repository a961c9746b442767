//! The paper of a batch: what was counted before scanning, what was found, and the closing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BatchView, shown, theirs};
use crate::app::App;
use crate::chart::{BatchId, BoxLabel, PersonId, Preparation, Reconciliation, Sides};
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};
use crate::store::{BatchPaper, Closing, Prepared};

/// What was counted, and how it is scanned.
#[derive(Deserialize, ToSchema)]
pub struct NewPreparation {
    /// Sheets of charts, separator sheets left out.
    sheets: u32,
    /// `simplex` or `duplex`.
    sides: String,
    /// Label of the box that the paper is from.
    #[serde(rename = "box")]
    label: Option<String>,
    /// Charts.
    charts: Option<u32>,
}

/// Why a batch is closed.
#[derive(Deserialize, ToSchema)]
pub struct CloseBatch {
    /// Why, where the counts differ; without a word on a patient.
    reason: Option<String>,
}

/// How a batch was prepared.
#[derive(Serialize, ToSchema)]
pub struct PreparationView {
    /// Label of the box that the paper is from.
    #[serde(rename = "box")]
    label: Option<String>,
    /// Sheets of charts.
    sheets: u32,
    /// `simplex` or `duplex`.
    sides: &'static str,
    /// Charts.
    charts: Option<u32>,
    /// Who counted.
    by: String,
    /// When.
    at: String,
}

/// Sheets that were prepared against the sides that were found.
#[derive(Serialize, ToSchema)]
pub struct ReconciliationView {
    /// Sheets of charts that were counted before scanning.
    sheets_prepared: Option<u32>,
    /// Whole sheets of charts that were found; none where nobody said which sides are scanned.
    sheets_found: Option<u64>,
    /// Sides found, blank ones and separator sheets included.
    sides_found: u64,
    /// Blank sides, hidden.
    blank: u64,
    /// Sides that are separator sheets, hidden.
    separators: u64,
    /// Sides that could not be read.
    unreadable: u64,
    /// Files that could not be opened.
    files_rejected: u64,
    /// All of it in a sentence, such as `212 sheets prepared, 211 found: 1 missing`.
    sentence: String,
}

/// The closing of a batch.
#[derive(Serialize, ToSchema)]
pub struct ClosingView {
    /// `waits` for a second person, or `closed`.
    state: &'static str,
    /// Why the counts differ.
    reason: Option<String>,
    /// The counts with which it is closed, in a sentence.
    difference: String,
    /// Who closed it, or gave the reason.
    by: String,
    /// When.
    at: String,
    /// Who confirmed the difference.
    confirmed_by: Option<String>,
    /// When it was closed.
    closed_at: Option<String>,
}

/// The paper of a batch.
#[derive(Serialize, ToSchema)]
pub struct PaperView {
    /// How it was prepared.
    prepared: Option<PreparationView>,
    /// What was found.
    found: ReconciliationView,
    /// Its closing.
    closing: Option<ClosingView>,
}

/// Says how a batch is prepared, before any file of it comes.
#[utoipa::path(put, path = "/api/v1/batches/{id}/preparation", tag = "batches", params(("id" = String, Path)),
    request_body = NewPreparation, responses((status = 200, body = BatchView)))]
pub async fn prepare(
    signed_in: SignedIn,
    Path(id): Path<BatchId>,
    Json(new): Json<NewPreparation>,
) -> Result<Json<BatchView>, Problem> {
    theirs(&signed_in, id).await?;
    let sides = new.sides.parse::<Sides>().map_err(|cause| Problem::unfit(format!("sides: {cause}")))?;
    let label = new.label.filter(|label| !label.is_empty()).map(|label| label.parse::<BoxLabel>()).transpose();
    let paper_box = label.map_err(|cause| Problem::unfit(cause.to_string()))?;
    let preparation = Preparation { paper_box, sheets: new.sheets, sides, charts: new.charts };
    signed_in.app.prepare_batch(id, preparation).await?;
    again(&signed_in, id).await
}

/// Closes a batch: it takes in no more files. Where the counts differ, the reason waits for a second person.
#[utoipa::path(post, path = "/api/v1/batches/{id}/close", tag = "batches", params(("id" = String, Path)),
    request_body = CloseBatch, responses((status = 200, body = BatchView)))]
pub async fn close(
    signed_in: SignedIn,
    Path(id): Path<BatchId>,
    Json(said): Json<CloseBatch>,
) -> Result<Json<BatchView>, Problem> {
    theirs(&signed_in, id).await?;
    signed_in.app.close_batch(id, said.reason.as_deref()).await?;
    again(&signed_in, id).await
}

/// Confirms the difference for which somebody else gave a reason, which closes the batch.
#[utoipa::path(post, path = "/api/v1/batches/{id}/close/confirm", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = BatchView)))]
pub async fn confirm(signed_in: SignedIn, Path(id): Path<BatchId>) -> Result<Json<BatchView>, Problem> {
    theirs(&signed_in, id).await?;
    signed_in.app.confirm_batch(id).await?;
    again(&signed_in, id).await
}

async fn again(signed_in: &SignedIn, id: BatchId) -> Result<Json<BatchView>, Problem> {
    let batch = theirs(signed_in, id).await?;
    Ok(Json(shown(signed_in, batch, false).await?))
}

async fn name(app: &App, person: PersonId) -> Result<String, Problem> {
    Ok(app.store.person(person).await?.map(|person| person.name).unwrap_or_default())
}

impl PaperView {
    /// Shows the paper of a batch with what was found of it.
    pub async fn of(app: &App, paper: BatchPaper, found: &Reconciliation) -> Result<Self, Problem> {
        let prepared = match paper.prepared {
            Some(prepared) => {
                let by = name(app, prepared.by).await?;
                Some(PreparationView::of(prepared, by))
            }
            None => None,
        };
        let closing = match paper.closing {
            Some(closing) => Some(ClosingView::of(app, closing).await?),
            None => None,
        };
        Ok(Self { prepared, found: ReconciliationView::of(found), closing })
    }
}

impl PreparationView {
    fn of(prepared: Prepared, by: String) -> Self {
        let Prepared { preparation: Preparation { paper_box, sheets, sides, charts }, at, .. } = prepared;
        Self {
            label: paper_box.map(|label| label.to_string()),
            sheets,
            sides: sides.name(),
            charts,
            by,
            at: at.to_string(),
        }
    }
}

impl ReconciliationView {
    fn of(found: &Reconciliation) -> Self {
        Self {
            sheets_prepared: found.sheets_prepared,
            sheets_found: found.sheets_found().map(|(sheets, _)| sheets),
            sides_found: found.sides_found,
            blank: found.blank,
            separators: found.separators,
            unreadable: found.unreadable,
            files_rejected: found.files_rejected,
            sentence: found.to_string(),
        }
    }
}

impl ClosingView {
    async fn of(app: &App, closing: Closing) -> Result<Self, Problem> {
        let confirmed_by = match closing.confirmed_by {
            Some(person) => Some(name(app, person).await?),
            None => None,
        };
        Ok(Self {
            state: if closing.closed_at.is_some() { "closed" } else { "waits" },
            reason: closing.reason,
            difference: closing.account.to_string(),
            by: name(app, closing.by).await?,
            at: closing.at.to_string(),
            confirmed_by,
            closed_at: closing.closed_at.map(|at| at.to_string()),
        })
    }
}
