//! Draws the matches of a search on a page image: a translucent fill and a frame, one look for each way of matching.

use image::{Rgb, RgbImage};

use crate::chart::{Rect, Size};

/// How the words in a box matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoxKind {
    /// As asked for, or beginning so: yellow, a plain frame.
    Exact,
    /// The same meaning: green, a double frame.
    Synonym,
    /// A likely misreading: orange, a dashed frame.
    OcrTolerant,
}

/// A box to be drawn, in pixels of the page image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnnotatedBox {
    /// Covers the words.
    pub rect: Rect,
    /// How they matched.
    pub kind: BoxKind,
}

/// The height in pixels of a letter page at 300 dpi, at which a frame is 3 pixels wide.
const REFERENCE_HEIGHT: f32 = 3300.0;
/// Parts of 256 that the fill has; the rest is the page.
const FILL: u16 = 96;

struct Look {
    fill: Rgb<u8>,
    frame: Rgb<u8>,
}

impl BoxKind {
    const fn look(self) -> Look {
        match self {
            Self::Exact => Look { fill: Rgb([255, 221, 0]), frame: Rgb([196, 138, 0]) },
            Self::Synonym => Look { fill: Rgb([92, 214, 110]), frame: Rgb([13, 122, 49]) },
            Self::OcrTolerant => Look { fill: Rgb([255, 150, 80]), frame: Rgb([200, 62, 0]) },
        }
    }
}

/// Draws `boxes` on `image`. Boxes are widened a little so that frames do not touch the letters; what lies outside of the
/// image is left out. Writing under a box stays readable: the fill only darkens white.
pub fn annotate(image: &mut RgbImage, boxes: &[AnnotatedBox]) {
    let size = Size { width: image.width(), height: image.height() };
    let scale = size.width.max(size.height) as f32 / REFERENCE_HEIGHT;
    let stroke = ((3.0 * scale).round() as u32).clamp(1, 64);
    let outer: Vec<(Rect, BoxKind)> = boxes
        .iter()
        .map(|found| (widened(found.rect, 2 * stroke).clipped(size), found.kind))
        .filter(|(rect, _)| !rect.is_empty())
        .collect();
    // All fills first, so that no fill lies on a frame.
    for (rect, kind) in &outer {
        fill(image, *rect, kind.look().fill);
    }
    for (rect, kind) in &outer {
        let colour = kind.look().frame;
        match kind {
            BoxKind::Exact => frame(image, *rect, stroke, None, colour),
            BoxKind::Synonym => {
                let thin = stroke.div_ceil(2);
                frame(image, *rect, thin, None, colour);
                frame(image, widened(*rect, 2 * stroke).clipped(size), thin, None, colour);
            }
            BoxKind::OcrTolerant => frame(image, *rect, stroke, Some(stroke * 4), colour),
        }
    }
}

fn widened(rect: Rect, by: u32) -> Rect {
    let (left, top) = (rect.left.saturating_sub(by), rect.top.saturating_sub(by));
    let width = rect.right().saturating_add(by) - left;
    let height = rect.bottom().saturating_add(by) - top;
    Rect::new(left, top, width, height)
}

fn fill(image: &mut RgbImage, rect: Rect, colour: Rgb<u8>) {
    for row in rect.top..rect.bottom() {
        for column in rect.left..rect.right() {
            let pixel = image.get_pixel_mut(column, row);
            for (channel, tint) in pixel.0.iter_mut().zip(colour.0) {
                // Multiplied like a marker pen: black stays black.
                let marked = u16::from(*channel) * u16::from(tint) / 255;
                *channel = ((u16::from(*channel) * (256 - FILL) + marked * FILL) / 256) as u8;
            }
        }
    }
}

/// Draws the inner edge of `rect`, `stroke` pixels wide, in dashes of `dash` pixels if given.
fn frame(image: &mut RgbImage, rect: Rect, stroke: u32, dash: Option<u32>, colour: Rgb<u8>) {
    let drawn = |along: u32| dash.is_none_or(|dash| (along / dash.max(1)).is_multiple_of(2));
    let deep = stroke.min(rect.width).min(rect.height);
    for depth in 0..deep {
        for column in rect.left..rect.right() {
            if drawn(column - rect.left) {
                image.put_pixel(column, rect.top + depth, colour);
                image.put_pixel(column, rect.bottom() - 1 - depth, colour);
            }
        }
        for row in rect.top..rect.bottom() {
            if drawn(row - rect.top) {
                image.put_pixel(rect.left + depth, row, colour);
                image.put_pixel(rect.right() - 1 - depth, row, colour);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

    fn drawn(size: (u32, u32), boxes: &[(Rect, BoxKind)]) -> RgbImage {
        let mut image = RgbImage::from_pixel(size.0, size.1, WHITE);
        let boxes: Vec<AnnotatedBox> =
            boxes.iter().map(|(rect, kind)| AnnotatedBox { rect: *rect, kind: *kind }).collect();
        annotate(&mut image, &boxes);
        image
    }

    #[test]
    fn frames_are_three_pixels_wide_at_300_dpi_and_fills_leave_black_black() {
        let mut image = RgbImage::from_pixel(2550, 3300, WHITE);
        image.put_pixel(150, 120, Rgb([0, 0, 0]));
        annotate(&mut image, &[AnnotatedBox { rect: Rect::new(100, 100, 200, 50), kind: BoxKind::Exact }]);
        let frame = BoxKind::Exact.look().frame;
        // The box is widened by 6 pixels.
        for column in 94..97 {
            assert_eq!(*image.get_pixel(column, 120), frame);
        }
        assert_eq!(*image.get_pixel(93, 120), WHITE);
        assert_ne!(*image.get_pixel(97, 120), frame);
        assert_ne!(*image.get_pixel(200, 120), WHITE, "filled");
        assert_eq!(*image.get_pixel(150, 120), Rgb([0, 0, 0]));
    }

    #[test]
    fn the_three_kinds_look_different_without_colour_too() {
        let rect = Rect::new(300, 300, 400, 100);
        let edge = |kind: BoxKind| {
            let image = drawn((2550, 3300), &[(rect, kind)]);
            let colour = kind.look().frame;
            let top: Vec<bool> = (294..706).map(|column| *image.get_pixel(column, 294) == colour).collect();
            let outer = *image.get_pixel(500, 288) == colour;
            (top.iter().all(|on| *on), outer)
        };
        assert_eq!(edge(BoxKind::Exact), (true, false));
        assert_eq!(edge(BoxKind::Synonym), (true, true));
        assert_eq!(edge(BoxKind::OcrTolerant), (false, false));
    }

    #[test]
    fn boxes_outside_or_at_the_edge_do_no_harm() {
        let kinds = [BoxKind::Exact, BoxKind::Synonym, BoxKind::OcrTolerant];
        let rects = [
            Rect::new(0, 0, 0, 0),
            Rect::new(9, 9, 1, 1),
            Rect::new(500, 500, 10, 10),
            Rect::new(u32::MAX, u32::MAX, u32::MAX, u32::MAX),
            Rect::new(0, 0, u32::MAX, u32::MAX),
        ];
        for kind in kinds {
            for rect in rects {
                drawn((10, 10), &[(rect, kind)]);
                drawn((1, 1), &[(rect, kind)]);
            }
        }
        drawn((0, 0), &[(rects[4], BoxKind::Exact)]);
    }
}
