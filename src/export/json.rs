//! JSON: a document with its [`PageText`] pages, as `docs/text-json.md` and `docs/text.schema.json` describe it.

use std::io::{self, Write};

use crate::chart::{DocumentId, PAGE_TEXT_SCHEMA, PageText};

/// Writes the pages of a document as one JSON object, a page to a line.
pub struct Writer<W> {
    out: W,
    pages: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a document.
    ///
    /// # Errors
    /// The output fails.
    pub fn new(mut out: W, document: DocumentId) -> io::Result<Self> {
        write!(out, "{{\"schema\":{PAGE_TEXT_SCHEMA},\"document\":\"{document}\",\"pages\":[")?;
        Ok(Self { out, pages: 0 })
    }

    /// Writes the next page.
    ///
    /// # Errors
    /// The output fails.
    pub fn add_page(&mut self, page: &PageText) -> io::Result<()> {
        self.out.write_all(if self.pages == 0 { b"\n" } else { b",\n" })?;
        self.pages += 1;
        serde_json::to_writer(&mut self.out, page).map_err(io::Error::from)
    }

    /// Writes the end of the file, flushes the output and gives it back.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}
