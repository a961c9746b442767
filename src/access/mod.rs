//! Who may do what: permissions as data, and the one place where it is decided.
//!
//! [`decide`] denies by default. What a role may do stands in one table (`permissions.rs`); what a person may not do whatever
//! their roles (review their own work, approve their own proposal, change their own roles) is decided per person here,
//! and once more by the database when the fact is recorded.

mod decision;
mod permissions;
mod person;

pub use decision::{Denied, decide};
pub use permissions::{Extent, Permission, extent};
pub use person::Person;
