//! Cuts pages out of raster files: the strips of a TIFF as they are, or the pixels of any page as PNG.

mod png;
mod tiff;

pub use png::png;
pub use tiff::tiff;
