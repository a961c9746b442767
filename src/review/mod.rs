//! From a decision to a record: which files a version of a record is made of; what a rule may decide in a person's place;
//! and how the pages of documents are arranged.

mod acceptance_rule;
mod arrange;
mod doubt;
mod file_name;
mod originals;

pub use acceptance_rule::{AcceptanceRule, AcceptanceRuleError};
pub use arrange::{PageAction, arranged};
pub use doubt::{Doubt, SeenPage, doubts};
pub use file_name::{FileNamePattern, PatternError, Told};
pub use originals::{NotHeld, Planned, plan};
