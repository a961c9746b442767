//! Cutting and scaling of lines.

#[path = "../../src/imaging/line_scale.rs"]
pub mod line_scale;
#[path = "../../src/imaging/line_strip.rs"]
pub mod line_strip;
#[path = "../../src/imaging/placement.rs"]
mod placement;
#[path = "../../src/imaging/resample.rs"]
mod resample;
