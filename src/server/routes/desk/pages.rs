//! `POST /api/v1/documents/{id}/pages`: turns, hides, orders, splits, merges and moves pages; every step can be undone.

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{LeaseView, StationView};
use super::{document_id, lease};
use crate::app::station::ArrangedStations;
use crate::review::PageAction;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// Most turns of one step.
const MOST_TURNS: i32 = 3;

/// Steps with the pages of a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PagesBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
    /// The document's version that was looked at.
    version: u32,
    /// One after the other.
    actions: Vec<ActionBody>,
}

/// A step. Places count from 1.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ActionBody {
    /// Turns a page further, clockwise.
    Turn {
        /// The page.
        position: u32,
        /// Quarter turns, -3 to 3.
        turns: i32,
    },
    /// Hides a page, or shows it again.
    Hide {
        /// The page.
        position: u32,
        /// Whether it is hidden.
        hidden: bool,
    },
    /// The present places in their new order.
    Order(Vec<u32>),
    /// The parts: the first one stays, the others become documents.
    Split(Vec<Vec<u32>>),
    /// Takes over the pages of another document of the batch.
    Merge {
        /// The other document.
        with: String,
    },
    /// Moves pages into another document of the batch.
    Move {
        /// The pages.
        positions: Vec<u32>,
        /// The other document.
        to: String,
        /// Before which of its places.
        at: u32,
    },
}

/// The documents after it, all of them the person's.
#[derive(Serialize, ToSchema)]
pub struct ArrangedView {
    /// The documents, the one that was asked about first.
    items: Vec<StationView>,
    /// The leases, in the same order.
    leases: Vec<LeaseView>,
}

/// Arranges pages. The scans stay as they are.
#[utoipa::path(post, path = "/api/v1/documents/{id}/pages", tag = "station", params(("id" = String, Path)),
    request_body = PagesBody, responses((status = 200, body = ArrangedView)))]
pub async fn arrange_pages(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<PagesBody>,
) -> Result<Json<ArrangedView>, Problem> {
    let token = lease(body.lease.as_deref(), &headers)?;
    let actions = body.actions.into_iter().map(action).collect::<Result<Vec<_>, _>>()?;
    let made = signed_in.app.arrange_pages((document_id(&id)?, &token, body.version), &actions).await?;
    Ok(Json(ArrangedView::of(&made)))
}

/// Undoes the last step with the pages of a document.
#[utoipa::path(post, path = "/api/v1/documents/{id}/pages/undo", tag = "station", params(("id" = String, Path)),
    responses((status = 200, body = ArrangedView)))]
pub async fn undo_pages(signed_in: SignedIn, Path(id): Path<String>) -> Result<Json<ArrangedView>, Problem> {
    let made = signed_in.app.undo_pages(document_id(&id)?).await?;
    Ok(Json(ArrangedView::of(&made)))
}

impl ArrangedView {
    fn of(made: &ArrangedStations) -> Self {
        Self {
            items: made.stations.iter().map(StationView::of).collect(),
            leases: made.claims.iter().map(LeaseView::of).collect(),
        }
    }
}

fn action(body: ActionBody) -> Result<PageAction, Problem> {
    Ok(match body {
        ActionBody::Turn { turns, .. } if !(-MOST_TURNS..=MOST_TURNS).contains(&turns) => {
            return Err(Problem::unfit("a page is turned by -3 to 3 quarter turns"));
        }
        ActionBody::Turn { position, turns } => PageAction::Turn { position, turns },
        ActionBody::Hide { position, hidden } => PageAction::Hide { position, hidden },
        ActionBody::Order(order) => PageAction::Order(order),
        ActionBody::Split(parts) => PageAction::Split(parts),
        ActionBody::Merge { with } => PageAction::Merge(document_id(&with)?),
        ActionBody::Move { positions, to, at } => PageAction::Move { positions, to: document_id(&to)?, at },
    })
}
