//! WebP, lossy and lossless; of an animation the first frame.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};

use super::{FilePage, Format, check_size, color, damaged, exif_data, oriented_dpi, oriented_size};
use crate::chart::{Reject, Size};
use crate::imaging::{Limits, Raster};

/// Reads size, resolution and orientation.
pub(super) fn inspect(data: &[u8]) -> Result<FilePage, Reject> {
    let mut decoder = open(data)?;
    let (size, orientation, dpi) = describe(&mut decoder);
    Ok(FilePage { size: oriented_size(size, orientation), dpi })
}

/// Decodes the picture.
pub(super) fn page(data: &[u8], limits: &Limits) -> Result<Raster, Reject> {
    let mut decoder = open(data)?;
    let (size, orientation, dpi) = describe(&mut decoder);
    check_size(Format::WebP, size, limits)?;
    let image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(Format::WebP, error))?;
    let mut image = color::flatten(image);
    image.apply_orientation(orientation);
    Ok(Raster { image, dpi, bilevel: false, damaged: false })
}

/// Returns the size of a picture inside of another format.
pub(super) fn size(data: &[u8]) -> Option<Size> {
    let (width, height) = open(data).ok()?.dimensions();
    Some(Size { width, height })
}

/// Decodes a picture inside of another format to 3 (RGB) or 4 (RGB, alpha) samples per pixel.
pub(super) fn samples(data: &[u8], channels: usize) -> Option<(Size, Vec<u8>)> {
    let image = DynamicImage::from_decoder(open(data).ok()?).ok()?;
    let size = Size { width: image.width(), height: image.height() };
    match channels {
        3 => Some((size, image.into_rgb8().into_raw())),
        4 => Some((size, image.into_rgba8().into_raw())),
        _ => None,
    }
}

fn open(data: &[u8]) -> Result<WebPDecoder<Cursor<&[u8]>>, Reject> {
    WebPDecoder::new(Cursor::new(data)).map_err(|error| damaged(Format::WebP, error))
}

fn describe(decoder: &mut WebPDecoder<Cursor<&[u8]>>) -> (Size, Orientation, Option<(f32, f32)>) {
    let (width, height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    let orientation = exif_data::orientation(&exif);
    let dpi = oriented_dpi(exif_data::dpi(&exif), orientation);
    (Size { width, height }, orientation, dpi)
}
