//! One page as pixels, the form in which every decoder hands it on.

use image::DynamicImage;

use crate::chart::Size;

/// The pixels of one page as a viewer shows it (turns that the file asks for are applied).
#[derive(Debug, Clone)]
pub struct Raster {
    /// `ImageLuma8` or `ImageRgb8`, nothing else. 0 is black.
    pub image: DynamicImage,
    /// Dots per inch across and down, where the file states something believable.
    pub dpi: Option<(f32, f32)>,
    /// Whether the source has 1 bit per pixel, black and white: the image is then `ImageLuma8` with 0 and 255 only.
    pub bilevel: bool,
    /// Whether a part could not be decoded. That part is white, grey or wrong.
    pub damaged: bool,
}

impl Raster {
    /// Returns the size of the image.
    pub fn size(&self) -> Size {
        Size { width: self.image.width(), height: self.image.height() }
    }
}
