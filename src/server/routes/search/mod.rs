//! Searching, suggestions, and the searches that people keep.

mod answer;
mod find;
mod saved;
mod suggest;

use utoipa_axum::routes;

use crate::access::Permission;
use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::ReadChart);
    vec![
        Route::new(may, routes!(find::search)),
        Route::new(may, routes!(suggest::suggest)),
        Route::new(may, routes!(saved::list, saved::save)),
        Route::new(may, routes!(saved::forget)),
    ]
}
