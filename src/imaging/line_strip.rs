//! Cutting the strip of a line out of a page.

use image::GrayImage;

use super::resample::turned;
use crate::chart::{QuarterTurns, Rect, Size};

/// Pixels added on every side.
const PADDING: i64 = 4;

/// Words in a row and what their line looks like, in pixels of the page as it stands upright for this line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strip {
    /// Covers the words.
    pub rect: Rect,
    /// Row of the baseline.
    pub baseline: f32,
    /// Height of letters without ascenders, above the baseline.
    pub x_height: f32,
    /// How far letters reach above the x-height.
    pub ascender: f32,
    /// How far letters reach below the baseline, a negative number.
    pub descender: f32,
}

impl Strip {
    /// Returns what a recogniser should see of a page of `size`: the words from the top of ascenders to the bottom of
    /// descenders, whether these words have any or not, and a margin. Recognisers are trained on lines cut like that.
    pub fn reach(&self, size: Size) -> Rect {
        let (rect, height) = (self.rect, f32_of(size.height));
        // Rounded in coordinates that grow upward, as Tesseract does.
        let above_bottom = height - self.baseline;
        let up = |place: f32| i64::from(size.height) - (place.clamp(-1e6, 1e6) as i64);
        let (mut top, mut bottom) = (i64::from(rect.top), i64::from(rect.bottom()));
        let (lowest, highest) = (above_bottom + self.descender, above_bottom + self.x_height + self.ascender);
        if lowest.is_finite() && highest.is_finite() {
            bottom = bottom.max(up(lowest));
            top = top.min(up(highest));
        }
        let clipped = |place: i64, most: u32| place.clamp(0, i64::from(most)) as u32;
        let (left, right) = (i64::from(rect.left) - PADDING, i64::from(rect.right()) + PADDING);
        let (left, right) = (clipped(left, size.width), clipped(right, size.width));
        let (top, bottom) = (clipped(top - PADDING, size.height), clipped(bottom + PADDING, size.height));
        Rect::new(left, top, right - left, bottom - top)
    }
}

fn f32_of(pixels: u32) -> f32 {
    pixels as f32
}

/// Returns `rect`, given on the page turned by `upright`, cut out of the page that is not turned yet.
pub fn cut(page: &GrayImage, upright: QuarterTurns, rect: Rect) -> GrayImage {
    let size = Size { width: page.width(), height: page.height() };
    let on_page = upright.inverse().turned_rect(rect, upright.turned_size(size));
    let (stride, left, width) = (page.width() as usize, on_page.left as usize, on_page.width as usize);
    let rows = page.as_raw().chunks_exact(stride.max(1)).skip(on_page.top as usize).take(on_page.height as usize);
    let mut part = Vec::with_capacity(width * on_page.height as usize);
    rows.for_each(|row| part.extend_from_slice(&row[left..left + width]));
    turned(GrayImage::from_raw(on_page.width, on_page.height, part).unwrap_or_default(), upright)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    const PAGE: Size = Size { width: 300, height: 200 };

    #[test]
    fn a_strip_reaches_from_ascenders_to_descenders_with_a_margin_inside_of_the_page() {
        let strip =
            Strip { rect: Rect::new(50, 90, 100, 20), baseline: 110.0, x_height: 20.0, ascender: 8.0, descender: -7.0 };
        assert_eq!(strip.reach(PAGE), Rect::new(46, 78, 108, 43));
        let tall = Strip { rect: Rect::new(0, 60, 300, 80), ..strip };
        assert_eq!(tall.reach(PAGE), Rect::new(0, 56, 300, 88));
        let lost = Strip { x_height: f32::NAN, baseline: 1e30, ..strip };
        assert_eq!(lost.reach(PAGE), Rect::new(46, 86, 108, 28));
    }

    #[test]
    fn a_strip_of_a_turned_line_is_cut_upright() {
        let mut page = GrayImage::from_pixel(300, 200, Luma([255]));
        page.put_pixel(20, 150, Luma([0]));
        for turn in [QuarterTurns::None, QuarterTurns::One, QuarterTurns::Two, QuarterTurns::Three] {
            let rect = turn.turned_rect(Rect::new(20, 150, 40, 10), PAGE);
            let strip = cut(&page, turn, rect);
            assert_eq!(strip.dimensions(), (rect.width, rect.height));
            assert_eq!(strip.iter().filter(|gray| **gray == 0).count(), 1);
        }
    }
}
