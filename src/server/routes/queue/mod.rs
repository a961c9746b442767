//! The queue at the station, the next document, and what a person did today.

mod next;
mod show;
mod work;

use utoipa_axum::routes;

use crate::access::Permission;
use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let label = Access::May(Permission::Label);
    vec![
        Route::new(label, routes!(show::queue)),
        Route::new(label, routes!(next::next_document)),
        Route::new(label, routes!(work::my_work)),
    ]
}
