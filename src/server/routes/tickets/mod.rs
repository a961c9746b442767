//! Tickets: what technicians handed on to the people who run the machines.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::chart::TicketId;
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::view::BatchName;
use crate::server::{Json, Path, Query, SignedIn};
use crate::store::TicketRow;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::Operate);
    vec![Route::new(may, routes!(list)), Route::new(may, routes!(close))]
}

/// A ticket that was raised.
#[derive(Serialize, ToSchema)]
pub struct RaisedTicket {
    /// Its id.
    id: String,
    /// The document that it is about.
    document: String,
    /// The document's batch.
    batch: BatchName,
    /// `image`, `recognition`, `missing`, `program` or `other`.
    category: String,
    /// What is wrong, without a word on a patient.
    note: String,
    /// Who raised it.
    raised_by: String,
    /// When.
    raised_at: String,
    /// When it was closed.
    closed_at: Option<String>,
}

/// Which tickets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Closed ones, too.
    #[serde(default)]
    closed: bool,
}

/// Lists tickets that nobody has closed, the oldest first.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", params(Paging, Which),
    responses((status = 200, body = Part<RaisedTicket>)))]
async fn list(
    signed_in: SignedIn,
    Query(paging): Query<Paging>,
    Query(which): Query<Which>,
) -> Result<Json<Part<RaisedTicket>>, Problem> {
    let rows = signed_in.app.tickets(paging.after()?, which.closed, paging.limit()).await?;
    let items = rows.into_iter().map(RaisedTicket::of).collect();
    Ok(Json(Part::of(items, paging.limit(), |ticket: &RaisedTicket| ticket.id.clone())))
}

/// Closes a ticket: its document comes back into the queue.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/close", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204)))]
async fn close(signed_in: SignedIn, Path(id): Path<TicketId>) -> Result<StatusCode, Problem> {
    signed_in.app.close_ticket(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl RaisedTicket {
    fn of(row: TicketRow) -> Self {
        let (batch, name) = row.batch;
        Self {
            id: row.id.to_string(),
            document: row.document.to_string(),
            batch: BatchName { id: batch.to_string(), name },
            category: row.category.name().to_owned(),
            note: row.note,
            raised_by: row.raised_by.1,
            raised_at: row.raised_at.to_string(),
            closed_at: row.closed_at.map(|at| at.to_string()),
        }
    }
}
