//! A page as PNG, without loss: black and white take one bit, everything else stays as it is.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use png::{BitDepth, ColorType, Encoder, PixelDimensions, Unit};

use crate::imaging::Raster;

/// Inches in a metre.
const INCHES: f32 = 39.370_08;

/// Encodes a page image; `None` when it cannot be encoded.
pub fn png(raster: &Raster) -> Option<Vec<u8>> {
    if let DynamicImage::ImageLuma8(gray) = &raster.image
        && gray.as_raw().iter().all(|&value| value == 0 || value == 255)
    {
        return bilevel(gray, raster.dpi);
    }
    let mut out = Cursor::new(Vec::new());
    raster.image.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}

fn bilevel(gray: &image::GrayImage, dpi: Option<(f32, f32)>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, gray.width(), gray.height());
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    if let Some((across, down)) = dpi {
        let per_metre = |dpi: f32| (dpi * INCHES).round().clamp(1.0, 1e7) as u32;
        encoder.set_pixel_dims(Some(PixelDimensions {
            xppu: per_metre(across),
            yppu: per_metre(down),
            unit: Unit::Meter,
        }));
    }
    let mut writer = encoder.write_header().ok()?;
    let packed: Vec<u8> = gray
        .as_raw()
        .chunks_exact(gray.width() as usize)
        .flat_map(|row| {
            row.chunks(8).map(|eight| {
                let bits = eight.iter().fold(0_u8, |bits, &value| (bits << 1) | u8::from(value != 0));
                bits << (8 - eight.len())
            })
        })
        .collect();
    writer.write_image_data(&packed).ok()?;
    writer.finish().ok()?;
    Some(out)
}
