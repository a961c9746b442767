//! Pages as they are shown: the size of their images, and places on them in pixels of that size.

use super::super::{App, AppError};
use super::{ImageId, Shape};
use crate::chart::{DocumentId, PageText, QuarterTurns, Rect, Size};
use crate::store::DocumentPage;

impl App {
    /// Returns the size at which a page is shown: its own, or less where that is more than anybody can look at.
    pub fn shown_size(&self, size: Size) -> Size {
        let most = (self.config.recognition.max_megapixels * 1_000_000).max(1);
        let scale = (most as f64 / size.pixels().max(1) as f64).sqrt().min(1.0);
        let side = |pixels: u32| ((f64::from(pixels) * scale).floor() as u32).max(1);
        Size { width: side(size.width), height: side(size.height) }
    }

    /// Returns all pages of a document in its order, each with the size at which it is shown, before its turn.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shown_pages(&self, document: DocumentId) -> Result<Vec<DocumentPage>, AppError> {
        let mut pages = self.pages(document).await?;
        for page in &mut pages {
            page.record.size = self.shown_size(page.record.size);
        }
        Ok(pages)
    }

    /// Returns what was read on a page, its places carried to the size at which it is shown; `None` while nothing is read.
    ///
    /// # Errors
    /// The result cannot be read.
    pub async fn shown_text(&self, page: &DocumentPage) -> Result<Option<PageText>, AppError> {
        let Some(mut text) = self.page_text(page).await? else { return Ok(None) };
        let read = Size { width: text.image.width, height: text.image.height };
        let shown = self.shown_size(page.record.size);
        if read == shown {
            return Ok(Some(text));
        }
        (text.image.width, text.image.height) = (shown.width, shown.height);
        let codes = text.codes.iter_mut().map(|code| &mut code.corners);
        for corner in codes.chain(text.separators.iter_mut().map(|separator| &mut separator.corners)).flatten() {
            *corner = [along(corner[0], read.width, shown.width), along(corner[1], read.height, shown.height)];
        }
        for block in &mut text.blocks {
            block.rect = carried(block.rect, read, shown);
            for line in &mut block.lines {
                line.rect = carried(line.rect, read, shown);
                for word in &mut line.words {
                    word.rect = carried(word.rect, read, shown);
                }
            }
        }
        Ok(Some(text))
    }

    /// Returns the image of a page as its document shows it, with its size.
    pub fn shown_image(&self, page: &DocumentPage) -> (ImageId, Shape) {
        let turn = page.view.turn;
        (ImageId { page: page.view.page, turn }, Shape(turn.turned_size(self.shown_size(page.record.size))))
    }

    /// Carries a rectangle from the image that was read, of the size `read`, to the image as the document shows it.
    pub(in crate::app) fn shown_rect(&self, page: &DocumentPage, read: Option<Size>, rect: Rect) -> Rect {
        let size = self.shown_size(page.record.size);
        let rect = carried(rect, read.unwrap_or(size), size);
        match page.view.turn {
            QuarterTurns::None => rect.clipped(size),
            turn => turn.turned_rect(rect, size),
        }
    }
}

/// Carries a rectangle from an image of one size to the same image at another; it covers at least one pixel.
fn carried(rect: Rect, from: Size, to: Size) -> Rect {
    let (left, top) = (along(rect.left, from.width, to.width), along(rect.top, from.height, to.height));
    let (right, bottom) = (along(rect.right(), from.width, to.width), along(rect.bottom(), from.height, to.height));
    Rect::new(left, top, right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1))
}

/// Carries a place along one side of an image to the same image at another length.
fn along(at: u32, from: u32, to: u32) -> u32 {
    (u64::from(at) * u64::from(to) / u64::from(from.max(1))) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_stays_where_it_is_when_the_image_gets_smaller() {
        let (from, to) = (Size { width: 1000, height: 2000 }, Size { width: 500, height: 1000 });
        assert_eq!(carried(Rect::new(100, 200, 300, 400), from, to), Rect::new(50, 100, 150, 200));
        assert_eq!(carried(Rect::new(999, 1999, 1, 1), from, to), Rect::new(499, 999, 1, 1));
        assert_eq!(carried(Rect::new(7, 8, 9, 10), from, from), Rect::new(7, 8, 9, 10));
    }
}
