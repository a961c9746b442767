//! Pixels: decoding raster files and pure functions on images. No I/O.

pub mod annotate;
pub mod blankness;
pub mod cut;
pub mod dark_edge;
pub mod decode;
pub mod gray;
pub mod letters;
mod limits;
pub mod line_scale;
pub mod line_strip;
pub mod mask;
pub mod orientation;
pub mod placement;
pub mod quality;
mod raster;
pub mod resample;
pub mod resolution;
pub mod skew;
pub mod working_copy;

pub use limits::Limits;
pub use raster::Raster;
