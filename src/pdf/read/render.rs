//! Renders a page to pixels on white paper.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render as paint};
use hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro_syntax::page::Page;
use image::{DynamicImage, RgbImage};

use super::raster::gray_if_colorless;

/// The largest side that the renderer can make.
const MAX_SIDE: f64 = 65_535.0;
/// More pixels than a page of A2 at 300 dpi; beyond, the resolution is lowered so that memory stays bounded.
const MAX_RENDERED: u64 = 36_000_000;
/// Values from here on are paper.
const PAPER: u8 = 250;

/// A rendered page.
pub(super) struct Rendered {
    /// The pixels.
    pub(super) image: DynamicImage,
    /// Whether all of it is paper.
    pub(super) blank: bool,
    /// Whether an image on the page could not be decoded.
    pub(super) image_failed: bool,
}

/// Renders a page of `size` points at about `dpi`, lower where the result would pass `max_pixels`.
pub(super) fn render<'a>(page: &'a Page<'a>, size: (f32, f32), dpi: f64, max_pixels: u64) -> Option<Rendered> {
    let (columns, rows) = pixel_size(size, dpi, max_pixels);
    let (width, height) = page.render_dimensions();
    let failed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&failed);
    let interpreter = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                seen.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    };
    // The renderer truncates to whole pixels; a hundredth more keeps the size that was asked for.
    let pixmap = PixmapSettings {
        x_scale: (columns as f32 + 0.01) / width,
        y_scale: (rows as f32 + 0.01) / height,
        bg_color: WHITE,
    };
    let pixmap = paint(page, &RenderCache::new(), &interpreter, &RenderSettings::default(), &pixmap);
    let (columns, rows) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let mut data = Vec::with_capacity(columns as usize * rows as usize * 3);
    let mut blank = true;
    // The background is opaque, so that the premultiplied components are the plain ones.
    for pixel in pixmap.data() {
        blank &= pixel.r >= PAPER && pixel.g >= PAPER && pixel.b >= PAPER;
        data.extend_from_slice(&[pixel.r, pixel.g, pixel.b]);
    }
    drop(pixmap);
    let image = gray_if_colorless(RgbImage::from_raw(columns, rows, data)?);
    Some(Rendered { image, blank, image_failed: failed.load(Ordering::Relaxed) })
}

/// Returns columns and rows for a page of `size` points, within the limits.
fn pixel_size(size: (f32, f32), dpi: f64, max_pixels: u64) -> (u32, u32) {
    let (width, height) = (f64::from(size.0) / 72.0, f64::from(size.1) / 72.0);
    let most = max_pixels.min(MAX_RENDERED) as f64;
    let by_area = (most / (width * height)).sqrt();
    let by_side = MAX_SIDE / width.max(height);
    let dpi = dpi.min(by_area).min(by_side);
    let side = |inches: f64| (inches * dpi).floor().clamp(1.0, MAX_SIDE) as u32;
    let round = |inches: f64| (inches * dpi).round().clamp(1.0, MAX_SIDE) as u32;
    let (columns, rows) = (round(width), round(height));
    if f64::from(columns) * f64::from(rows) <= most { (columns, rows) } else { (side(width), side(height)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_within_pixels_and_sides() {
        assert_eq!(pixel_size((595.0, 842.0), 300.0, 100_000_000), (2479, 3508));
        let (columns, rows) = pixel_size((14_400.0, 14_400.0), 300.0, 100_000_000);
        assert!(u64::from(columns) * u64::from(rows) <= MAX_RENDERED && columns > 5000, "{columns} x {rows}");
        let (columns, rows) = pixel_size((14_400.0, 0.5), 300.0, 100_000_000);
        assert!(columns == 60_000 && rows == 2, "{columns} x {rows}");
        let (columns, rows) = pixel_size((1_000_000.0, 1.0), 300.0, 100_000_000);
        assert!(columns <= 65_535 && rows == 1, "{columns} x {rows}");
    }
}
