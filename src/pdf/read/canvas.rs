//! Puts the images of one scan together at their own resolution: strips, tiles, a scan with a margin or cut by the page.

use hayro_interpret::kurbo::Rect;
use hayro_syntax::page::Page;
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

use super::raster::{decode, orientation, oriented, oriented_size};
use super::survey::{ImageInk, PaintedImage, intersection};

/// How much the resolutions of the parts may differ.
const SAME_RESOLUTION: f64 = 0.01;
/// The largest side that an image may have.
const MAX_SIDE: f64 = 65_535.0;

/// Where the parts go on the common canvas.
pub(super) struct Canvas {
    page: Rect,
    scale: (f64, f64),
    size: (u32, u32),
}

impl Canvas {
    /// Plans a canvas at the resolution of the largest part; `None` when the parts differ in resolution or the canvas
    /// would have more than `max_pixels`.
    pub(super) fn new(parts: &[&PaintedImage], page: Rect, max_pixels: u64) -> Option<Self> {
        let largest = parts.iter().max_by(|a, b| a.visible(page).area().total_cmp(&b.visible(page).area()))?;
        let scale = resolution(largest)?;
        let same = |one: f64, other: f64| (one - other).abs() <= other * SAME_RESOLUTION;
        if !parts.iter().all(|part| resolution(part).is_some_and(|(x, y)| same(x, scale.0) && same(y, scale.1))) {
            return None;
        }
        let (width, height) = ((page.width() * scale.0).round(), (page.height() * scale.1).round());
        if !(1.0..=MAX_SIDE).contains(&width) || !(1.0..=MAX_SIDE).contains(&height) {
            return None;
        }
        let size = (width as u32, height as u32);
        (u64::from(size.0) * u64::from(size.1) <= max_pixels).then_some(Self { page, scale, size })
    }

    /// Decodes the parts onto a white canvas; `None` when one of them cannot be decoded. Says whether one is damaged.
    pub(super) fn paint(&self, page: &Page<'_>, parts: &[&PaintedImage]) -> Option<(DynamicImage, bool)> {
        let mut canvas = Pixels::Gray(GrayImage::from_pixel(self.size.0, self.size.1, Luma([u8::MAX])));
        let (mut painted, mut damaged) = (0, false);
        decode(page, parts, &mut |place, decoded| {
            let (Some(decoded), Some(part)) = (decoded, parts.get(place)) else { return };
            let Some(orientation) = orientation(part) else { return };
            damaged |= decoded.damaged;
            painted += 1;
            self.place(&mut canvas, oriented(decoded.pixels, orientation), part);
        });
        (painted == parts.len()).then_some((canvas.into_image(), damaged))
    }

    fn place(&self, canvas: &mut Pixels, image: DynamicImage, part: &PaintedImage) {
        let rect = part.rect();
        let left = ((rect.x0 - self.page.x0) * self.scale.0).round() as i64;
        let top = ((rect.y0 - self.page.y0) * self.scale.1).round() as i64;
        let seen = intersection(part.clip, self.page);
        let bounds = [
            ((seen.x0 - self.page.x0) * self.scale.0).round() as i64,
            ((seen.y0 - self.page.y0) * self.scale.1).round() as i64,
            ((seen.x1 - self.page.x0) * self.scale.0).round() as i64,
            ((seen.y1 - self.page.y0) * self.scale.1).round() as i64,
        ];
        let stencil = part.ink == ImageInk::BlackStencil;
        if matches!(image, DynamicImage::ImageRgb8(_)) {
            canvas.make_color();
        }
        let from = |start: i64, offset: i64| u32::try_from((start - offset).max(0)).unwrap_or(0);
        let (x_end, y_end) = (bounds[2].min(i64::from(self.size.0)), bounds[3].min(i64::from(self.size.1)));
        for y in from(bounds[1].max(0), top)..image.height() {
            let row = top + i64::from(y);
            if row >= y_end {
                break;
            }
            for x in from(bounds[0].max(0), left)..image.width() {
                let column = left + i64::from(x);
                if column >= x_end {
                    break;
                }
                canvas.put(column as u32, row as u32, &image, (x, y), stencil);
            }
        }
    }
}

/// Returns pixels per point across and down, as the viewer shows the image.
fn resolution(part: &PaintedImage) -> Option<(f64, f64)> {
    let (columns, rows) = oriented_size(part.size, orientation(part)?);
    let rect = part.rect();
    let scale = (f64::from(columns) / rect.width(), f64::from(rows) / rect.height());
    (scale.0.is_finite() && scale.1.is_finite()).then_some(scale)
}

enum Pixels {
    Gray(GrayImage),
    Color(RgbImage),
}

impl Pixels {
    fn make_color(&mut self) {
        if let Self::Gray(gray) = self {
            let gray = std::mem::take(gray);
            *self = Self::Color(DynamicImage::ImageLuma8(gray).into_rgb8());
        }
    }

    fn put(&mut self, x: u32, y: u32, image: &DynamicImage, at: (u32, u32), stencil: bool) {
        match (self, image) {
            (Self::Gray(canvas), DynamicImage::ImageLuma8(image)) => {
                let value = image.get_pixel(at.0, at.1).0[0];
                if !(stencil && value == u8::MAX) {
                    canvas.put_pixel(x, y, Luma([value]));
                }
            }
            (Self::Color(canvas), DynamicImage::ImageLuma8(image)) => {
                let value = image.get_pixel(at.0, at.1).0[0];
                if !(stencil && value == u8::MAX) {
                    canvas.put_pixel(x, y, Rgb([value; 3]));
                }
            }
            (Self::Color(canvas), DynamicImage::ImageRgb8(image)) => {
                canvas.put_pixel(x, y, *image.get_pixel(at.0, at.1));
            }
            _ => {}
        }
    }

    fn into_image(self) -> DynamicImage {
        match self {
            Self::Gray(gray) => DynamicImage::ImageLuma8(gray),
            Self::Color(color) => DynamicImage::ImageRgb8(color),
        }
    }
}
