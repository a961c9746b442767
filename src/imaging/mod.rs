//! Pixels: decoding raster files and pure functions on images. No I/O.

pub mod annotate;
pub mod decode;
mod limits;
mod raster;

pub use limits::Limits;
pub use raster::Raster;
