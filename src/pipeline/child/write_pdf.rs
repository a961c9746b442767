//! Writes a searchable PDF/A page by page, around the original image streams.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::source::Source;
use crate::chart::{PageNumber, PageText, QuarterTurns, Reject};
use crate::pdf::write::{Metadata, OutputPage, Writer};

/// Pixels per inch of a page whose file does not tell and that nobody has read.
const UNKNOWN_DPI: f32 = 200.0;

/// A searchable PDF that is being written.
pub struct PdfInProgress {
    writer: Writer<BufWriter<File>>,
}

impl PdfInProgress {
    /// Begins the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin(file: File, title: &str, made_at: jiff::Timestamp) -> Result<Self, String> {
        let metadata = Metadata {
            title: title.to_owned(),
            producer: concat!("Muniment ", env!("CARGO_PKG_VERSION")).to_owned(),
            created: made_at,
        };
        let writer = Writer::new(BufWriter::new(file), metadata).map_err(|cause| cause.to_string())?;
        Ok(Self { writer })
    }

    /// Adds a page; says `false`, and adds nothing, when another renderer should draw it first.
    ///
    /// # Errors
    /// The file cannot be written; or the page cannot be read, and nothing was added.
    pub fn add(
        &mut self,
        source: &Source,
        number: PageNumber,
        turn: QuarterTurns,
        text: Option<&PageText>,
    ) -> Result<Result<bool, Reject>, String> {
        let page = match source.output_page(number) {
            Ok(page) if page.draw_elsewhere => return Ok(Ok(false)),
            Ok(page) => page,
            Err(reject) => return Ok(Err(reject)),
        };
        // Text whose rectangles refer to another image (one that was drawn by another program) would lie wrong.
        let text = text.filter(|text| (text.image.width, text.image.height) == (page.size.width, page.size.height));
        let dpi = text.map(|text| text.image.dpi).or(page.dpi).unwrap_or((UNKNOWN_DPI, UNKNOWN_DPI));
        let points = |pixels: u32, dpi: f32| pixels as f32 * 72.0 / dpi.max(1.0);
        let size_points =
            page.points.unwrap_or_else(|| (points(page.size.width, dpi.0), points(page.size.height, dpi.1)));
        let page = OutputPage { image: page.image, size_points, turn, text };
        self.writer.add_page(&page).map(|()| Ok(true)).map_err(|cause| cause.to_string())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// The file cannot be written, or has no pages.
    pub fn end(self) -> Result<(), String> {
        let mut out = self.writer.finish().map_err(|cause| cause.to_string())?;
        out.flush().map_err(|cause| format!("the PDF cannot be written: {cause}"))
    }
}
