//! PDF: pages in, searchable PDF/A out.

pub mod cut;
mod group4;
pub mod image_stream;
mod limits;
pub mod read;
pub mod stream_of_file;
pub mod write;

pub use image_stream::{ColorSpace, ImageStream, PlacedImage, StreamFilter};
pub use limits::Limits;
