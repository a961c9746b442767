//! One decoded page image with what its file says about it.

use image::DynamicImage;

/// A page image as a viewer shows it, at its own resolution.
#[derive(Debug, Clone)]
pub struct Raster {
    /// The pixels: only `ImageLuma8` or `ImageRgb8`.
    pub image: DynamicImage,
    /// Pixels per inch, horizontally and vertically, where the file says so.
    pub dpi: Option<(f32, f32)>,
    /// Whether the file holds black and white only.
    pub bilevel: bool,
    /// Whether the file is damaged, so that part of the page may be missing.
    pub damaged: bool,
}
