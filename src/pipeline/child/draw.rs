//! Draws a page for people: made smaller, turned, with boxes where words were found.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, imageops::FilterType};

use super::message::{Mark, MarkKind};
use crate::chart::{QuarterTurns, Rect, Size};
use crate::imaging::Raster;
use crate::imaging::annotate::{AnnotatedBox, BoxKind, annotate};

/// Draws the page as PNG, at most `longest_side` pixels long, turned clockwise, with `marks` on it: in pixels of a page
/// image of the size `marked`, or of this one.
///
/// # Errors
/// The PNG cannot be encoded.
pub fn png(
    raster: &Raster,
    longest_side: u32,
    turn: QuarterTurns,
    marks: &[Mark],
    marked: Option<Size>,
) -> Result<(Size, Vec<u8>), String> {
    let page = raster.size();
    let marked = marked.unwrap_or(page);
    let to_page = (
        f64::from(page.width) / f64::from(marked.width.max(1)),
        f64::from(page.height) / f64::from(marked.height.max(1)),
    );
    let longest = page.width.max(page.height).max(1);
    let scale = f64::from(longest_side.max(1)) / f64::from(longest);
    let (image, scale) = if scale < 1.0 {
        let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).max(1);
        (raster.image.resize_exact(side(page.width), side(page.height), FilterType::Triangle), scale)
    } else {
        (raster.image.clone(), 1.0)
    };
    let image = match turn {
        QuarterTurns::None => image,
        QuarterTurns::One => image.rotate90(),
        QuarterTurns::Two => image.rotate180(),
        QuarterTurns::Three => image.rotate270(),
    };
    let boxes: Vec<AnnotatedBox> = marks
        .iter()
        .map(|mark| {
            let rect = turn.turned_rect(scaled(mark.rect, to_page), page);
            AnnotatedBox { rect: scaled(rect, (scale, scale)), kind: kind(mark.how) }
        })
        .collect();
    let image = if boxes.is_empty() {
        image
    } else {
        let mut image = image.to_rgb8();
        annotate(&mut image, &boxes);
        DynamicImage::ImageRgb8(image)
    };
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).map_err(|cause| format!("the drawing cannot be encoded: {cause}"))?;
    Ok((Size { width: image.width(), height: image.height() }, png.into_inner()))
}

fn scaled(rect: Rect, (across, down): (f64, f64)) -> Rect {
    let at = |pixels: u32, scale: f64| (f64::from(pixels) * scale).floor() as u32;
    let end = |pixels: u32, scale: f64| (f64::from(pixels) * scale).ceil() as u32;
    let (left, top) = (at(rect.left, across), at(rect.top, down));
    let (right, bottom) = (end(rect.right(), across), end(rect.bottom(), down));
    Rect::new(left, top, right.saturating_sub(left), bottom.saturating_sub(top))
}

const fn kind(how: MarkKind) -> BoxKind {
    match how {
        MarkKind::Exact => BoxKind::Exact,
        MarkKind::Synonym => BoxKind::Synonym,
        MarkKind::Tolerant => BoxKind::OcrTolerant,
    }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;

    use super::*;

    #[test]
    fn a_drawing_is_made_smaller_and_turned_with_its_marks() {
        let image = DynamicImage::ImageLuma8(GrayImage::from_pixel(400, 200, image::Luma([255])));
        let raster = Raster { image, dpi: None, bilevel: false, damaged: false };
        let marks = [Mark { rect: Rect::new(300, 20, 80, 20), how: MarkKind::Exact }];
        // The same place, marked on an image of three times the size.
        let finer = [Mark { rect: Rect::new(900, 60, 240, 60), how: MarkKind::Exact }];
        for (marks, marked) in [(&marks, None), (&finer, Some(Size { width: 1200, height: 600 }))] {
            let (size, png) = png(&raster, 200, QuarterTurns::One, marks, marked).unwrap();
            assert_eq!(size, Size { width: 100, height: 200 });
            let drawn = image::load_from_memory(&png).unwrap().to_rgb8();
            // The mark lies at the lower right after a clockwise turn; its fill is not white.
            assert_ne!(drawn.get_pixel(85, 170).0, [255; 3]);
            assert_eq!(drawn.get_pixel(20, 30).0, [255; 3]);
        }
    }
}
