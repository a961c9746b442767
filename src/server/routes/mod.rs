//! The table of routes: one folder for each noun, one file for each verb.

mod health;
mod session;

use super::route::Route;

/// Every route of the server. What is not here does not exist.
pub fn table() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(health::routes());
    table.extend(session::routes());
    table
}
