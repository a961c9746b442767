//! Sample arithmetic that several formats need: alpha over white, ink to light, packed bits, and the finished image.

use image::{DynamicImage, GrayImage, RgbImage};

use crate::chart::Size;

/// Lays an unassociated sample over white paper.
pub(super) fn over_white(sample: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(sample) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Converts ink coverage (255 = full ink) to light by the plain formula, without a colour profile.
pub(super) fn ink_to_rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = |ink: u8| ((u32::from(255 - ink) * u32::from(255 - black) + 127) / 255) as u8;
    [light(cyan), light(magenta), light(yellow)]
}

/// Converts luminance and chrominance (full range, ITU-R BT.601) to RGB.
pub(super) fn ycc_to_rgb(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let (luma, blue, red) = (f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0);
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
        .map(|light| light.round().clamp(0.0, 255.0) as u8)
}

/// Writes the first `row.len()` bits, most significant first, as `zero` and `one`.
pub(super) fn expand_bits(bits: &[u8], zero: u8, one: u8, row: &mut [u8]) {
    for (pixels, byte) in row.chunks_mut(8).zip(bits) {
        for (place, pixel) in pixels.iter_mut().enumerate() {
            *pixel = if byte & (0x80 >> place) == 0 { zero } else { one };
        }
    }
}

/// Makes the image of a page from grey samples (1 channel) or RGB samples (3 channels); `None` when the count is wrong.
pub(super) fn image(size: Size, channels: usize, samples: Vec<u8>) -> Option<DynamicImage> {
    match channels {
        1 => GrayImage::from_raw(size.width, size.height, samples).map(DynamicImage::ImageLuma8),
        3 => RgbImage::from_raw(size.width, size.height, samples).map(DynamicImage::ImageRgb8),
        _ => None,
    }
}

/// Reduces any image to 8-bit grey or RGB with its alpha laid over white.
pub(super) fn flatten(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => image,
        DynamicImage::ImageLumaA8(image) => {
            let size = Size { width: image.width(), height: image.height() };
            let samples = image.pixels().map(|pixel| over_white(pixel.0[0], pixel.0[1])).collect();
            self::image(size, 1, samples).unwrap_or_default()
        }
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(image.into_luma8()),
        DynamicImage::ImageLumaA16(_) => flatten(DynamicImage::ImageLumaA8(image.into_luma_alpha8())),
        DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgb32F(_) => DynamicImage::ImageRgb8(image.into_rgb8()),
        other => {
            let image = other.into_rgba8();
            let size = Size { width: image.width(), height: image.height() };
            let samples = image
                .pixels()
                .flat_map(|pixel| [0, 1, 2].map(|channel| over_white(pixel.0[channel], pixel.0[3])))
                .collect();
            self::image(size, 3, samples).unwrap_or_default()
        }
    }
}

/// Makes an RGB image whose pixels are all grey a grey one: palettes of greys are common in scans.
pub(super) fn grey_if_colourless(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageRgb8(rgb)
            if rgb.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]) =>
        {
            let size = Size { width: rgb.width(), height: rgb.height() };
            self::image(size, 1, rgb.pixels().map(|pixel| pixel.0[0]).collect()).unwrap_or_default()
        }
        other => other,
    }
}

/// Says whether a grey image has no other values than 0 and 255.
pub(super) fn is_black_and_white(image: &DynamicImage) -> bool {
    image.as_luma8().is_some_and(|image| image.iter().all(|sample| matches!(sample, 0 | 255)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ink_is_white_and_full_black_is_black() {
        assert_eq!(ink_to_rgb([0, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(ink_to_rgb([0, 0, 0, 255]), [0, 0, 0]);
        assert_eq!(ink_to_rgb([255, 0, 0, 0]), [0, 255, 255]);
    }

    #[test]
    fn transparency_shows_white_paper() {
        assert_eq!(over_white(0, 0), 255);
        assert_eq!(over_white(17, 255), 17);
        assert_eq!(over_white(0, 128), 127);
    }

    #[test]
    fn grey_has_no_colour() {
        assert_eq!(ycc_to_rgb(77, 128, 128), [77, 77, 77]);
        assert_eq!(ycc_to_rgb(76, 85, 255), [254, 0, 0]);
    }

    #[test]
    fn bits_become_pixels_from_the_left() {
        let mut row = [9; 10];
        expand_bits(&[0b1010_0000, 0b0100_0000], 255, 0, &mut row);
        assert_eq!(row, [0, 255, 0, 255, 255, 255, 255, 255, 255, 0]);
    }
}
