//! The formats of text that a document is given back in, behind one writer.

use std::io::Write;

use crate::chart::{DocumentId, PageText};
use crate::export::{alto, hocr, json, text};

/// The program and its version, as exports state it.
const SYSTEM: &str = concat!("Muniment ", env!("CARGO_PKG_VERSION"));

/// A format of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// Words and line ends.
    Plain,
    /// hOCR.
    Hocr,
    /// ALTO 4.
    Alto,
    /// This program's own JSON.
    Json,
}

/// A writer of one of the formats.
pub(super) enum TextWriter<'a, W: Write> {
    Plain(text::Writer<W>),
    Hocr(hocr::Writer<W>),
    Alto(alto::Writer<'a, W>),
    Json(json::Writer<W>),
}

impl<'a, W: Write> TextWriter<'a, W> {
    /// Begins the export of a document.
    pub(super) fn begin(
        format: TextFormat,
        out: W,
        document: DocumentId,
        title: &str,
        processing: &'a [alto::Processing],
    ) -> std::io::Result<Self> {
        Ok(match format {
            TextFormat::Plain => Self::Plain(text::Writer::new(out)),
            TextFormat::Hocr => Self::Hocr(hocr::Writer::new(out, title, SYSTEM)?),
            TextFormat::Alto => Self::Alto(alto::Writer::new(out, SYSTEM, processing)?),
            TextFormat::Json => Self::Json(json::Writer::new(out, document)?),
        })
    }

    /// Writes the next page.
    pub(super) fn add(&mut self, page: &PageText) -> std::io::Result<()> {
        match self {
            Self::Plain(writer) => writer.add_page(page),
            Self::Hocr(writer) => writer.add_page(page),
            Self::Alto(writer) => writer.add_page(page),
            Self::Json(writer) => writer.add_page(page),
        }
    }

    /// Writes the end and flushes the output.
    pub(super) fn end(self) -> std::io::Result<()> {
        let mut out = match self {
            Self::Plain(writer) => writer.finish()?,
            Self::Hocr(writer) => writer.finish()?,
            Self::Alto(writer) => writer.finish()?,
            Self::Json(writer) => writer.finish()?,
        };
        out.flush()
    }
}
