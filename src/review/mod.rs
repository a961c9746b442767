//! From a decision to a record: which files a version of a record is made of; and what a rule may decide in a person's place.

mod acceptance_rule;
mod doubt;
mod file_name;
mod originals;

pub use acceptance_rule::{AcceptanceRule, AcceptanceRuleError};
pub use doubt::{Doubt, SeenPage, doubts};
pub use file_name::{FileNamePattern, PatternError, Told};
pub use originals::{NotHeld, Planned, plan};
