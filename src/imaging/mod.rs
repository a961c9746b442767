//! Pixels: decoding raster files and pure functions on images. No I/O.

pub mod annotate;
