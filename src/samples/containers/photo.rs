//! Grey and coloured pages: JPEG and PNG.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::ExtendedColorType;
use image::codecs::jpeg::{JpegEncoder, PixelDensity};

use crate::samples::options::SampleError;
use crate::samples::sheet::Sheet;

/// JPEG quality that office scanners use.
const QUALITY: u8 = 75;

/// Puts the planes side by side: grey bytes, or red, green, blue of each pixel.
pub(super) fn interleaved(sheet: &Sheet) -> Vec<u8> {
    match &sheet.planes[..] {
        [red, green, blue] => {
            let pixels = red.as_raw().iter().zip(green.as_raw()).zip(blue.as_raw());
            pixels.flat_map(|((&red, &green), &blue)| [red, green, blue]).collect()
        }
        planes => planes[0].as_raw().clone(),
    }
}

/// Encodes a page as a JPEG file.
pub(super) fn jpeg(sheet: &Sheet) -> Result<Vec<u8>, SampleError> {
    let size = sheet.size();
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    encoder.set_pixel_density(PixelDensity::dpi(sheet.dpi.min(u32::from(u16::MAX)) as u16));
    let color = if sheet.planes.len() == 3 { ExtendedColorType::Rgb8 } else { ExtendedColorType::L8 };
    encoder
        .encode(&interleaved(sheet), size.width, size.height, color)
        .map_err(|error| SampleError::encode("JPEG")(error.to_string()))?;
    Ok(bytes)
}

/// Encodes a page as a PNG file with its resolution, which the `image` crate does not write.
pub(super) fn png(sheet: &Sheet) -> Result<Vec<u8>, SampleError> {
    let size = sheet.size();
    let samples = sheet.planes.len();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [size.width.to_be_bytes(), size.height.to_be_bytes()].concat();
    header.extend([8, if samples == 3 { 2 } else { 0 }, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &header);
    // Pixels per metre.
    let density = (sheet.dpi * 10_000 + 127) / 254;
    chunk(&mut bytes, b"pHYs", &[&density.to_be_bytes()[..], &density.to_be_bytes()[..], &[1]].concat());
    let failed = |error: std::io::Error| SampleError::encode("PNG")(error.to_string());
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(4));
    let stride = size.width as usize * samples;
    let (mut above, mut line) = (vec![0; stride], vec![0; stride + 1]);
    for row in interleaved(sheet).chunks_exact(stride) {
        // Filter 2: the difference to the row above.
        line[0] = 2;
        for (out, (pixel, above)) in line[1..].iter_mut().zip(row.iter().zip(&above)) {
            *out = pixel.wrapping_sub(*above);
        }
        encoder.write_all(&line).map_err(failed)?;
        above.copy_from_slice(row);
    }
    chunk(&mut bytes, b"IDAT", &encoder.finish().map_err(failed)?);
    chunk(&mut bytes, b"IEND", &[]);
    Ok(bytes)
}

fn chunk(bytes: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(kind);
    sum.update(data);
    bytes.extend((data.len() as u32).to_be_bytes());
    bytes.extend(kind);
    bytes.extend(data);
    bytes.extend(sum.sum().to_be_bytes());
}
