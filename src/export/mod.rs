//! A document's text in formats of others: plain text, hOCR, ALTO, JSON; and packages of files.
//!
//! Each format has a writer that takes one page after the other and holds none of them.

pub mod alto;
pub mod hocr;
pub mod json;
pub mod package;
pub mod seekable;
pub mod text;
mod xml;
