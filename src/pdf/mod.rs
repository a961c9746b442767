//! PDF: pages in, searchable PDF/A out.

mod group4;
pub mod image_stream;
pub mod stream_of_file;
pub mod write;

pub use image_stream::{ColorSpace, ImageStream, PlacedImage, StreamFilter};
