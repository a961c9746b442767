//! Pixels to an image stream without loss: Group 4 for black and white, otherwise Flate with PNG row filters.

use image::{DynamicImage, GrayImage, RgbImage};

use crate::chart::Size;
use crate::pdf::group4::Group4Encoder;
use crate::pdf::image_stream::{ColorSpace, ImageStream, StreamFilter};

/// Packs an image of 8 bits per component. Gray stored as colour becomes gray; black and white become one bit.
///
/// Samples of 16 bits are rounded to 8 and an alpha channel is dropped: page images have neither.
pub fn pack(image: &DynamicImage) -> ImageStream {
    match image {
        DynamicImage::ImageLuma8(gray) => pack_gray(gray),
        DynamicImage::ImageRgb8(rgb) => pack_rgb(rgb),
        DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            pack_gray(&image.to_luma8())
        }
        _ => pack_rgb(&image.to_rgb8()),
    }
}

fn pack_gray(image: &GrayImage) -> ImageStream {
    bilevel(image).unwrap_or_else(|| flate(image.as_raw(), size(image.dimensions()), ColorSpace::Gray))
}

fn pack_rgb(image: &RgbImage) -> ImageStream {
    let colourless = image.as_raw().chunks_exact(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    if colourless {
        let (width, height) = image.dimensions();
        let gray: Vec<u8> = image.as_raw().chunks_exact(3).map(|pixel| pixel[0]).collect();
        if let Some(gray) = GrayImage::from_raw(width, height, gray) {
            return pack_gray(&gray);
        }
    }
    flate(image.as_raw(), size(image.dimensions()), ColorSpace::Rgb)
}

/// Packs an image that has only full black and full white; `None` for others.
fn bilevel(image: &GrayImage) -> Option<ImageStream> {
    if !image.as_raw().iter().all(|&value| value == 0 || value == 255) {
        return None;
    }
    let width = image.width() as usize;
    let mut encoder = Group4Encoder::new(image.width())?;
    let mut changes = Vec::new();
    for row in image.as_raw().chunks_exact(width) {
        changes.clear();
        let mut before = 255;
        for (column, &value) in row.iter().enumerate() {
            if value != before {
                changes.push(column as u32);
                before = value;
            }
        }
        encoder.push(&changes);
    }
    encoder.finish().filter(|stream| stream.size.height == image.height())
}

fn flate(samples: &[u8], size: Size, color: ColorSpace) -> ImageStream {
    let step = usize::from(color.components());
    let length = size.width as usize * step;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(7));
    let mut before = vec![0; length];
    let mut best = Vec::with_capacity(length + 1);
    let mut trial = Vec::with_capacity(length + 1);
    for row in samples.chunks_exact(length.max(1)) {
        let mut least = u64::MAX;
        for filter in 0..5 {
            filter_row(filter, row, &before, step, &mut trial);
            // The rule of thumb of the PNG specification: the smallest sum of absolute differences.
            let sum = trial[1..].iter().map(|&value| u64::from((value as i8).unsigned_abs())).sum();
            if sum < least {
                least = sum;
                std::mem::swap(&mut best, &mut trial);
            }
        }
        // Writing into a Vec cannot fail.
        let _ = std::io::Write::write_all(&mut encoder, &best);
        before.copy_from_slice(row);
    }
    let data = encoder.finish().unwrap_or_default();
    ImageStream { filter: StreamFilter::FlatePng, size, bits_per_component: 8, color, data, decode_inverted: false }
}

/// Applies a filter of the PNG specification (section 9) to one row.
fn filter_row(filter: u8, row: &[u8], before: &[u8], step: usize, out: &mut Vec<u8>) {
    out.clear();
    out.push(filter);
    let left = |index: usize| if index >= step { row[index - step] } else { 0 };
    let corner = |index: usize| if index >= step { before[index - step] } else { 0 };
    match filter {
        0 => out.extend_from_slice(row),
        1 => out.extend(row.iter().enumerate().map(|(index, &value)| value.wrapping_sub(left(index)))),
        2 => out.extend(row.iter().zip(before).map(|(&value, &above)| value.wrapping_sub(above))),
        3 => out.extend(row.iter().enumerate().map(|(index, &value)| {
            let mean = (u16::from(left(index)) + u16::from(before[index])) / 2;
            value.wrapping_sub(mean as u8)
        })),
        _ => out.extend(
            row.iter()
                .enumerate()
                .map(|(index, &value)| value.wrapping_sub(nearest(left(index), before[index], corner(index)))),
        ),
    }
}

/// The Paeth predictor.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let sum = a + b - c;
    let (to_left, to_above, to_corner) = ((sum - a).abs(), (sum - b).abs(), (sum - c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

fn size((width, height): (u32, u32)) -> Size {
    Size { width, height }
}
