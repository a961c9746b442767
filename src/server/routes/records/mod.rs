//! Documents, records and charts for those who read.

mod chart;
mod document;
mod record;
mod view;

use utoipa_axum::routes;

use crate::access::Permission;
use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::ReadChart);
    vec![
        Route::new(may, routes!(document::document)),
        Route::new(may, routes!(record::record)),
        Route::new(may, routes!(chart::chart)),
    ]
}
