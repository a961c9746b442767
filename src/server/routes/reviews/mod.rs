//! Second reviews: another person types record number and birth date again; a third settles differences.

mod differences;
mod next;
mod rekey;

use utoipa_axum::routes;

use crate::access::Permission;
use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let review = Access::May(Permission::ReviewOthers);
    vec![
        Route::new(review, routes!(next::next_review)),
        Route::new(review, routes!(differences::differences)),
        Route::new(review, routes!(differences::settle)),
        Route::new(review, routes!(rekey::rekey)),
    ]
}
