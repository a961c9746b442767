//! PDF: pages in, searchable PDF/A out.

mod image_stream;
mod limits;
pub mod read;

pub use image_stream::{ColorSpace, ImageStream, StreamFilter};
pub use limits::Limits;
