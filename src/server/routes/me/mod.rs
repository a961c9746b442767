//! What is one's own: password, second factor, tokens.

mod factor;
mod password;
mod tokens;

use utoipa_axum::routes;

use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::Own, routes!(password::set_password)),
        Route::new(Access::Own, routes!(factor::begin_factor)),
        Route::new(Access::Own, routes!(factor::confirm_factor)),
        Route::new(Access::Own, routes!(factor::remove_factor)),
        Route::new(Access::SignedIn, routes!(tokens::list_tokens)),
        Route::new(Access::SignedIn, routes!(tokens::make_token)),
        Route::new(Access::SignedIn, routes!(tokens::revoke_token)),
    ]
}
