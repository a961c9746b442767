//! Plain text: lines as they stand on the page, pages parted by form feeds.

use std::io::{self, Write};

use crate::chart::PageText;

/// Writes the pages of a document as UTF-8 text.
pub struct Writer<W> {
    out: W,
    pages: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a document.
    pub const fn new(out: W) -> Self {
        Self { out, pages: 0 }
    }

    /// Writes the next page, after a form feed unless it is the first. A page without text is an empty one, so that the
    /// count of form feeds tells the page.
    ///
    /// # Errors
    /// The output fails.
    pub fn add_page(&mut self, page: &PageText) -> io::Result<()> {
        if self.pages > 0 {
            self.out.write_all(b"\x0C")?;
        }
        self.pages += 1;
        for (index, block) in page.blocks.iter().enumerate() {
            if index > 0 {
                self.out.write_all(b"\n")?;
            }
            for line in &block.lines {
                for (index, word) in line.words.iter().enumerate() {
                    if index > 0 {
                        self.out.write_all(b" ")?;
                    }
                    // A control character in a word would be taken for the end of a line or a page.
                    for part in word.text.split(|c: char| c.is_control()) {
                        self.out.write_all(part.as_bytes())?;
                    }
                }
                self.out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Flushes the output and gives it back.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
