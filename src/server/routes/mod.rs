//! The table of routes: one folder for each noun, one file for each verb.

mod audit;
mod batches;
mod boxes;
mod cover_sheets;
mod dashboard;
mod desk;
mod disposals;
mod emergencies;
mod events;
mod exports;
mod grants;
mod health;
mod holds;
mod iiif;
mod kinds;
mod lots;
mod me;
mod oidc;
mod patients;
mod people;
mod policies;
mod queue;
mod records;
mod reviews;
mod search;
pub mod session;
mod tickets;
mod uploads;

use super::route::Route;

/// Every route of the server. What is not here does not exist.
pub fn table() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(health::routes());
    table.extend(session::routes());
    table.extend(audit::routes());
    table.extend(batches::routes());
    table.extend(boxes::routes());
    table.extend(cover_sheets::routes());
    table.extend(dashboard::routes());
    table.extend(disposals::routes());
    table.extend(events::routes());
    table.extend(exports::routes());
    table.extend(grants::routes());
    table.extend(holds::routes());
    table.extend(iiif::routes());
    table.extend(lots::routes());
    table.extend(policies::routes());
    table.extend(records::routes());
    table.extend(search::routes());
    table.extend(tickets::routes());
    table.extend(uploads::routes());
    table.extend(me::routes());
    table.extend(people::routes());
    table.extend(emergencies::routes());
    table.extend(oidc::routes());
    table.extend(queue::routes());
    table.extend(desk::routes());
    table.extend(reviews::routes());
    table.extend(patients::routes());
    table.extend(kinds::routes());
    table
}
