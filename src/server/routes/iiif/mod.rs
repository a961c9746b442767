//! Page images, documents and searches in the forms that image viewers know (IIIF).

mod address;
mod image;
mod manifest;
mod search;

use utoipa_axum::routes;

use crate::access::Permission;
use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let may = Access::May(Permission::ReadChart);
    vec![
        Route::new(may, routes!(image::base)),
        Route::new(may, routes!(image::info)),
        Route::new(may, routes!(image::piece)),
        Route::new(may, routes!(manifest::manifest)),
        Route::new(may, routes!(search::version_2)),
        Route::new(may, routes!(search::version_1)),
    ]
}
