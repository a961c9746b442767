//! Sampling of lots: how many documents of a lot are checked, which ones, and how many defects are too many. Pure.
//!
//! The plans are those of ISO 2859-1 and ANSI/ASQ Z1.4, general inspection level II, single sampling.

mod draw;
mod plan;
mod switching;

pub use draw::draw;
pub use plan::{Limit, Plan, PlanError, Sample};
pub use switching::stringency;
