//! Pixels: decoding raster files and pure functions on images. No I/O.

pub mod blankness;
pub mod dark_edge;
pub mod gray;
pub mod letters;
pub mod mask;
pub mod orientation;
pub mod placement;
pub mod quality;
pub mod raster;
pub mod resample;
pub mod resolution;
pub mod skew;
pub mod working_copy;

pub use raster::Raster;
