//! `GET /api/v1/queue`: what waits for a person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::server::problem::Problem;
use crate::server::view::{BatchName, PersonName};
use crate::server::{Json, Query, SignedIn};
use crate::store::{QueueCounts, QueueRow};

/// Documents that one answer has at most, and where nobody says.
const MOST: u32 = 200;
const USUAL: u32 = 50;

/// Which part of the queue.
#[derive(Deserialize, IntoParams)]
pub struct Part {
    /// Of this batch only.
    batch: Option<String>,
    /// After this document.
    after: Option<String>,
    /// At most so many.
    limit: Option<u32>,
}

/// The queue.
#[derive(Serialize, ToSchema)]
pub struct QueueView {
    /// Documents in the order in which they are given out.
    items: Vec<QueueItem>,
    /// After which the next part begins.
    next: Option<String>,
    /// How much waits.
    counts: CountsView,
}

/// A document that waits.
#[derive(Serialize, ToSchema)]
pub struct QueueItem {
    /// Its id.
    document: String,
    /// Its batch.
    batch: BatchName,
    /// Its pages.
    pages: u32,
    /// When it came.
    received_at: String,
    /// How long ago, in seconds.
    age_seconds: i64,
    /// More important documents come first.
    priority: i64,
    /// Pages that somebody has to look at.
    doubts: u32,
    /// Whether all of its text can be trusted.
    reliable: bool,
    /// `ready`, `claimed` or `postponed`.
    state: String,
    /// Who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_by: Option<PersonName>,
    /// Until when it is put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    postponed_until: Option<String>,
}

/// How much waits.
#[derive(Serialize, ToSchema)]
pub struct CountsView {
    /// Documents that anybody can take.
    ready: u64,
    /// Documents that the person has.
    mine: u64,
    /// Documents that are put aside.
    postponed: u64,
    /// Documents that the person may type again.
    second_review: u64,
    /// Documents whose sheets have to be scanned again.
    rescan: u64,
}

/// Shows the queue.
#[utoipa::path(get, path = "/api/v1/queue", tag = "station", params(Part), responses((status = 200, body = QueueView)))]
pub async fn queue(signed_in: SignedIn, Query(part): Query<Part>) -> Result<Json<QueueView>, Problem> {
    let limit = part.limit.unwrap_or(USUAL).clamp(1, MOST);
    let unknown = |_| Problem::new(axum::http::StatusCode::BAD_REQUEST, "query-wrong", "batch and after are ids");
    let batch = part.batch.as_deref().map(str::parse).transpose().map_err(unknown)?;
    let after = part.after.as_deref().map(str::parse).transpose().map_err(unknown)?;
    let (rows, counts) = signed_in.app.queue(batch, after, limit).await?;
    let now = signed_in.app.clock.now();
    let whole = rows.len() == limit as usize;
    Ok(Json(QueueView {
        next: rows.last().filter(|_| whole).map(|row| row.document.to_string()),
        items: rows.iter().map(|row| QueueItem::of(row, now)).collect(),
        counts: CountsView::of(counts),
    }))
}

impl QueueItem {
    fn of(row: &QueueRow, now: Timestamp) -> Self {
        let state = match (&row.held_by, row.postponed_until) {
            (Some(_), _) => "claimed",
            (None, Some(_)) => "postponed",
            (None, None) => "ready",
        };
        Self {
            document: row.document.to_string(),
            batch: BatchName { id: row.batch.to_string(), name: row.batch_name.clone() },
            pages: row.pages,
            received_at: row.received_at.to_string(),
            age_seconds: now.duration_since(row.received_at).as_secs().max(0),
            priority: row.priority,
            doubts: row.doubts,
            reliable: row.doubts == 0,
            state: state.to_owned(),
            claimed_by: row.held_by.as_ref().map(|(id, name)| PersonName { id: id.to_string(), name: name.clone() }),
            postponed_until: row.postponed_until.map(|until| until.to_string()),
        }
    }
}

impl CountsView {
    const fn of(counts: QueueCounts) -> Self {
        let QueueCounts { ready, mine, postponed, second_review, rescan } = counts;
        Self { ready, mine, postponed, second_review, rescan }
    }
}
