//! Who may do what: permissions as data, and the one place where it is decided. And how people prove who they are: passwords
//! and second factors.
//!
//! [`decide`] denies by default. What a role may do stands in one table (`permissions.rs`); what a person may not do whatever
//! their roles (review their own work, approve their own proposal, change their own roles) is decided per person here,
//! and once more by the database when the fact is recorded.

mod decision;
mod password;
mod permissions;
mod person;
mod second_factor;

pub use decision::{Denied, decide};
pub use password::{UnfitPassword, check_password, digest_password, password_fits};
pub use permissions::{Extent, Permission, extent};
pub use person::Person;
pub use second_factor::{RECOVERY_CODES, SecondFactor, recovery_code, recovery_digest};
