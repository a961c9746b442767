//! The words of the domain that the fuzzed parts use.

#[path = "../../src/chart/geometry.rs"]
mod geometry;
pub use geometry::{QuarterTurns, Rect, Size};
