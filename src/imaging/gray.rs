//! Gray copies of page images.

use std::borrow::Cow;

use image::{DynamicImage, GrayImage};

/// Returns the page in gray, borrowed where it is gray already.
///
/// Colour is weighted 0.3, 0.5 and 0.2: the weights that the recogniser's own image library uses, with more blue than in
/// television's luminance, so that blue ink keeps its contrast.
pub fn to_gray(image: &DynamicImage) -> Cow<'_, GrayImage> {
    match image {
        DynamicImage::ImageLuma8(gray) => Cow::Borrowed(gray),
        DynamicImage::ImageRgb8(rgb) => {
            let mut gray = GrayImage::new(rgb.width(), rgb.height());
            for (to, from) in gray.iter_mut().zip(rgb.as_raw().chunks_exact(3)) {
                let sum = u32::from(from[0]) * 77 + u32::from(from[1]) * 128 + u32::from(from[2]) * 51;
                *to = (sum >> 8) as u8;
            }
            Cow::Owned(gray)
        }
        other => Cow::Owned(other.to_luma8()),
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn white_stays_white_and_blue_ink_stays_dark() {
        let mut page = RgbImage::from_pixel(4, 4, Rgb([255, 255, 255]));
        page.put_pixel(1, 1, Rgb([20, 30, 160]));
        let page = DynamicImage::ImageRgb8(page);
        let gray = to_gray(&page);
        assert_eq!(gray.get_pixel(0, 0).0, [255]);
        assert!(gray.get_pixel(1, 1).0[0] < 60);
    }

    #[test]
    fn gray_is_borrowed() {
        let page = DynamicImage::ImageLuma8(GrayImage::new(3, 3));
        assert!(matches!(to_gray(&page), Cow::Borrowed(_)));
    }
}
