//! From a source file to a recorded delivery: nothing is touched before the copy is safe.
//!
//! [`walk()`] lists the files that a person named; [`Watch`] finds those that come into a folder; [`wait_until_stable`]
//! waits until one is whole; [`Intake::take`] hashes it, writes it create-only and flushed to the intake area, reads it
//! back, records the delivery and only then moves the source, if that was asked for. Every step can be stopped at any
//! moment and done again: nothing is lost, nothing is kept twice, and the same file of the same batch is the same
//! delivery.
//!
//! The names of source files may name a patient. Errors of this module carry none; whoever prints one to the person who
//! gave the path may add it.

mod error;
mod moving;
mod source;
mod stable;
mod take;
mod walk;
mod watch;

pub use error::IntakeError;
pub use source::Fingerprint;
pub use stable::{Settling, wait_until_stable};
pub use take::{Intake, SourceFate, SourceRule, Taken};
pub use walk::{SkipReason, Skipped, Walk, WalkLimits, walk};
pub use watch::Watch;
