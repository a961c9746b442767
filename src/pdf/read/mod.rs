//! Reads PDF files: from bytes to page images, the text that the file itself holds, and the image streams of scanned pages.
//!
//! [`Document::open`] reads the structure. [`Document::page`] surveys what a page paints, then takes one of three ways:
//! a scan that one raster covers is decoded at its own resolution and its encoded stream is returned beside it; several
//! rasters (strips, or a scan with a margin) are put together pixel by pixel; everything else is rendered.
//!
//! Panics of the decoders become rejects. Hangs and exhausted memory are not caught here: whoever reads foreign files does
//! it in a child process with limits.

mod bombs;
mod canvas;
mod color_space;
mod document;
mod fields;
mod glyphs;
mod layout;
mod page;
mod raster;
mod render;
mod repair;
mod stream;
mod survey;
mod unwinding;
mod words;

pub use document::Document;
pub use page::{PdfPage, TextOrigin};
pub use repair::CopyError;
