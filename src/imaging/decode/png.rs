//! PNG of every depth and interlacing; of an animation the default image. A damaged file gives the rows before the
//! damage.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{BitDepth, ColorType, Decoder, DecodingError, InterlaceInfo, Reader, Transformations, Unit};

use super::{FilePage, Format, check_size, color, damaged, density, exif_data, oriented_dpi, oriented_size};
use crate::chart::{Reject, Size};
use crate::imaging::{Limits, Raster};

/// Bytes that chunks other than the picture may take: profiles and EXIF data are smaller.
const METADATA_BYTES: usize = 64 << 20;

/// Reads size, resolution and orientation.
pub(super) fn inspect(data: &[u8]) -> Result<FilePage, Reject> {
    match open(data, false) {
        Ok(reader) => {
            let orientation = orientation(&reader);
            let size = Size { width: reader.info().width, height: reader.info().height };
            Ok(FilePage { size: oriented_size(size, orientation), dpi: oriented_dpi(dpi(&reader), orientation) })
        }
        Err(error) => Err(explain(&error)),
    }
}

/// Decodes the picture.
pub(super) fn page(data: &[u8], limits: &Limits) -> Result<Raster, Reject> {
    let size = header_size(data).ok_or_else(|| damaged(Format::Png, "it ends within its header"))?;
    check_size(Format::Png, size, limits)?;
    // What precedes the picture must be sound: a header whose check sum is wrong may state any size or depth.
    open(data, false).map_err(|error| explain(&error))?;
    match decode(data, size, false) {
        Ok(raster) if !raster.damaged => Ok(raster),
        // Wrong check sums may hide sound rows after the first wrong one.
        _ => decode(data, size, true).map(|raster| Raster { damaged: true, ..raster }),
    }
}

fn decode(data: &[u8], size: Size, ignore_checksums: bool) -> Result<Raster, Reject> {
    let mut reader = open(data, ignore_checksums).map_err(|error| explain(&error))?;
    let contradiction = || damaged(Format::Png, "its header contradicts itself");
    if (reader.info().width, reader.info().height) != (size.width, size.height) {
        return Err(contradiction());
    }
    let (color_type, depth) = reader.output_color_type();
    let (stored, channels) = match color_type {
        ColorType::Grayscale => (1, 1),
        ColorType::GrayscaleAlpha => (2, 1),
        ColorType::Rgb => (3, 3),
        ColorType::Rgba => (4, 3),
        ColorType::Indexed => return Err(contradiction()),
    };
    if depth != BitDepth::Eight {
        return Err(contradiction());
    }
    let stride = size.width as usize * channels;
    let mut pixels = vec![255; stride * size.height as usize];
    let mut flat = Vec::with_capacity(stride);
    let (mut complete, mut rows) = (false, 0);
    loop {
        let row = match reader.next_interlaced_row() {
            Ok(Some(row)) => row,
            Ok(None) => {
                complete = true;
                break;
            }
            Err(error) if rows == 0 => return Err(explain(&error)),
            Err(_) => break,
        };
        flatten(row.data(), stored, &mut flat);
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                if let Some(target) = pixels.get_mut(rows * stride..(rows + 1) * stride)
                    && flat.len() == stride
                {
                    target.copy_from_slice(&flat);
                }
            }
            // An unfinished picture is coarse, not dotted.
            InterlaceInfo::Adam7(place) => {
                png::splat_interlaced_row(&mut pixels, stride, &flat, place, 8 * channels as u8);
            }
        }
        rows += 1;
    }
    let source_depth = reader.info().bit_depth;
    let orientation = orientation(&reader);
    let image = color::image(size, channels, pixels).ok_or_else(contradiction)?;
    let mut image = color::grey_if_colourless(image);
    let bilevel = source_depth == BitDepth::One && color::is_black_and_white(&image);
    image.apply_orientation(orientation);
    Ok(Raster { image, dpi: oriented_dpi(dpi(&reader), orientation), bilevel, damaged: !complete })
}

fn open(data: &[u8], ignore_checksums: bool) -> Result<Reader<Cursor<&[u8]>>, DecodingError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(data), png::Limits { bytes: METADATA_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.ignore_checksums(ignore_checksums);
    decoder.read_info()
}

/// The size that the header chunk states, which is the first chunk.
fn header_size(data: &[u8]) -> Option<Size> {
    let side = |at: usize| data.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some(Size { width: side(16)?, height: side(20)? })
}

fn orientation(reader: &Reader<Cursor<&[u8]>>) -> Orientation {
    reader.info().exif_metadata.as_deref().map_or(Orientation::NoTransforms, exif_data::orientation)
}

fn dpi(reader: &Reader<Cursor<&[u8]>>) -> Option<(f32, f32)> {
    let density = reader.info().pixel_dims.filter(|density| density.unit == Unit::Meter)?;
    density::per_metre(f64::from(density.xppu), f64::from(density.yppu))
}

/// Lays the alpha of a row over white.
fn flatten(row: &[u8], stored: usize, flat: &mut Vec<u8>) {
    flat.clear();
    match stored {
        2 => flat.extend(row.chunks_exact(2).map(|pixel| color::over_white(pixel[0], pixel[1]))),
        4 => flat.extend(
            row.chunks_exact(4).flat_map(|pixel| [0, 1, 2].map(|index| color::over_white(pixel[index], pixel[3]))),
        ),
        _ => flat.extend_from_slice(row),
    }
}

fn explain(error: &DecodingError) -> Reject {
    match error {
        DecodingError::LimitsExceeded => {
            damaged(Format::Png, format_args!("what precedes its picture takes more than {METADATA_BYTES} bytes"))
        }
        DecodingError::IoError(_) => damaged(Format::Png, "it ends before its picture"),
        other => damaged(Format::Png, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(color: ColorType, depth: BitDepth, width: u32, height: u32, samples: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == ColorType::Indexed {
            encoder.set_palette(vec![255, 255, 255, 0, 0, 0]);
        }
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 11811, yppu: 7874, unit: Unit::Meter }));
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(samples).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn sixteen_bits_are_scaled_and_alpha_shows_white_paper() {
        let samples = [0x80, 0x00, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00];
        let data = written(ColorType::GrayscaleAlpha, BitDepth::Sixteen, 2, 1, &samples);
        let raster = page(&data, &Limits::default()).unwrap();
        assert_eq!(raster.image.as_luma8().unwrap().as_raw(), &[0x80, 255]);
        assert_eq!(raster.dpi, Some((300.0, 200.0)));
        assert!(!raster.bilevel && !raster.damaged);
        assert_eq!(inspect(&data).unwrap().size, Size { width: 2, height: 1 });
    }

    #[test]
    fn one_bit_is_black_and_white_also_with_a_palette() {
        for (color, expected) in [(ColorType::Grayscale, [255, 0]), (ColorType::Indexed, [0, 255])] {
            let raster = page(&written(color, BitDepth::One, 2, 1, &[0b1000_0000]), &Limits::default()).unwrap();
            assert!(raster.bilevel);
            assert_eq!(raster.image.as_luma8().unwrap().as_raw(), &expected);
        }
    }

    #[test]
    fn a_file_cut_in_its_picture_gives_the_rows_before_the_cut() {
        let samples: Vec<u8> = (0..200_000u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let data = written(ColorType::Grayscale, BitDepth::Eight, 200, 1000, &samples);
        let raster = page(&data[..data.len() / 2], &Limits::default()).unwrap();
        assert!(raster.damaged);
        let pixels = raster.image.as_luma8().unwrap().as_raw();
        assert_eq!(pixels[..40_000], samples[..40_000]);
        assert!(pixels[190_000..].iter().all(|pixel| *pixel == 255));
    }

    #[test]
    fn the_pixel_limit_is_checked_first() {
        let mut data = written(ColorType::Grayscale, BitDepth::Eight, 2, 1, &[1, 2]);
        data[16..24].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
        let reject = page(&data, &Limits::default()).unwrap_err();
        assert_eq!(reject.reason, crate::chart::RejectReason::TooManyPixels);
    }
}
