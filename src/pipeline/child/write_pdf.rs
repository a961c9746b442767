//! Writes a searchable PDF/A page by page, around the original image streams.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::message::Drawing;
use super::source::Source;
use crate::chart::{PageNumber, PageText, QuarterTurns, Reject, Size};
use crate::pdf::write::{Metadata, OutputPage, Writer};

/// Pixels per inch of a page whose file does not tell and that nobody has read.
const UNKNOWN_DPI: f32 = 200.0;
/// How far the proportions of two images of the same page may differ; sides are whole pixels.
const SAME_PROPORTIONS: f32 = 0.01;

/// What became of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was added.
    Whole,
    /// It was added without its text, which was read from an image of other proportions.
    WithoutText,
    /// Nothing was added: another renderer should draw it first.
    DrawElsewhere,
}

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

    /// Adds a page; with [`Drawing::AsIs`] also where its drawing lacks something.
    ///
    /// # Errors
    /// The file cannot be written; or the page cannot be read, and nothing was added.
    pub fn add(
        &mut self,
        source: &Source,
        number: PageNumber,
        turn: QuarterTurns,
        text: Option<&PageText>,
        drawing: Drawing,
    ) -> Result<Result<Added, Reject>, String> {
        let page = match source.output_page(number) {
            Ok(page) if page.lack.wants_another(drawing) => return Ok(Ok(Added::DrawElsewhere)),
            Ok(page) => page,
            Err(reject) => return Ok(Err(reject)),
        };
        // The text is laid over the page by its share of it, so the image may have been finer or coarser than this one;
        // rectangles that refer to another part of the page would lie wrong.
        let fits = |text: &&PageText| same_proportions((text.image.width, text.image.height), page.size);
        let added = match text {
            Some(text) if text.words().next().is_some() && !fits(&text) => Added::WithoutText,
            _ => Added::Whole,
        };
        let text = text.filter(fits);
        let points = |pixels: u32, dpi: f32| pixels as f32 * 72.0 / dpi.max(1.0);
        let size_points = page.points.unwrap_or_else(|| match text {
            Some(PageText { image, .. }) => (points(image.width, image.dpi.0), points(image.height, image.dpi.1)),
            None => {
                let dpi = page.dpi.unwrap_or((UNKNOWN_DPI, UNKNOWN_DPI));
                (points(page.size.width, dpi.0), points(page.size.height, dpi.1))
            }
        });
        let page = OutputPage { image: page.image, size_points, turn, text };
        self.writer.add_page(&page).map(|()| Ok(added)).map_err(|cause| cause.to_string())
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

fn same_proportions((width, height): (u32, u32), size: Size) -> bool {
    let proportions = |width: u32, height: u32| width.max(1) as f32 / height.max(1) as f32;
    (proportions(width, height) / proportions(size.width, size.height) - 1.0).abs() <= SAME_PROPORTIONS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_at_another_resolution_is_the_same_page_and_another_cut_is_not() {
        let size = Size { width: 1275, height: 1650 };
        assert!(same_proportions((2550, 3301), size));
        assert!(same_proportions((1700, 2200), size));
        assert!(!same_proportions((2550, 3200), size));
        assert!(!same_proportions((1650, 1275), size));
    }
}
