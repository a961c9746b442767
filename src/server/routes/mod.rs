//! The table of routes: one folder for each noun, one file for each verb.

mod exports;
mod grants;
mod health;
mod iiif;
mod records;
mod search;
mod session;

use super::route::Route;

/// Every route of the server. What is not here does not exist.
pub fn table() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(health::routes());
    table.extend(session::routes());
    table.extend(exports::routes());
    table.extend(grants::routes());
    table.extend(iiif::routes());
    table.extend(records::routes());
    table.extend(search::routes());
    table
}
