//! From a decision to a record: which files a version of a record is made of.

mod originals;

pub use originals::{NotHeld, Planned, plan};
