//! Documents at the verification station: claims, drafts, decisions, pages.

mod accept;
mod claim;
mod decide;
mod draft;
mod pages;
mod undo;
pub mod view;
mod words;

use axum::http::HeaderMap;
use utoipa_axum::routes;

use crate::access::Permission;
use crate::chart::DocumentId;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};

/// Header with the token of a lease, for requests whose body has none.
const LEASE: &str = "x-muniment-lease";

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let label = Access::May(Permission::Label);
    vec![
        Route::new(label, routes!(claim::claim_document)),
        Route::new(label, routes!(claim::renew_claim)),
        Route::new(label, routes!(claim::release_claim)),
        Route::new(label, routes!(claim::station)),
        Route::new(label, routes!(draft::save_draft)),
        Route::new(label, routes!(accept::accept)),
        Route::new(label, routes!(decide::reject)),
        Route::new(label, routes!(decide::postpone)),
        Route::new(label, routes!(decide::escalate)),
        Route::new(label, routes!(decide::ask_for_second_review)),
        Route::new(label, routes!(undo::undo_last)),
        Route::new(label, routes!(undo::undo_document)),
        Route::new(label, routes!(pages::arrange_pages)),
        Route::new(label, routes!(pages::undo_pages)),
        Route::new(label, routes!(words::page_words)),
    ]
}

/// Reads the id of a document; what is none names nothing.
pub(super) fn document_id(text: &str) -> Result<DocumentId, Problem> {
    text.parse().map_err(|_| Problem::not_found("document"))
}

/// Returns the token of the lease that a request shows, in its body or in its header.
pub(super) fn lease(body: Option<&str>, headers: &HeaderMap) -> Result<String, Problem> {
    let header = headers.get(LEASE).and_then(|value| value.to_str().ok());
    let token = body.or(header).map(str::trim).filter(|token| !token.is_empty() && token.len() <= 100);
    token
        .map(str::to_owned)
        .ok_or_else(|| Problem::unfit("the token of the document's lease is missing: claim it first"))
}
