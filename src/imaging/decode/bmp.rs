//! Windows bitmaps of every header version and depth. A file that ends early gives the rows that it has.

use std::io::Cursor;

use image::DynamicImage;
use image::codecs::bmp::BmpDecoder;

use super::{FilePage, Format, check_size, color, damaged, density};
use crate::chart::{Reject, Size};
use crate::imaging::{Limits, Raster};

/// The fields of the two headers that matter here.
#[derive(Debug, Clone, Copy)]
struct Header {
    size: Size,
    dpi: Option<(f32, f32)>,
    bits: u16,
    /// Whether rows are stored as they are, each of the same length.
    plain: bool,
    pixels_at: u64,
}

/// Reads size and resolution.
pub(super) fn inspect(data: &[u8]) -> Result<FilePage, Reject> {
    let header = Header::read(data).ok_or_else(too_short)?;
    Ok(FilePage { size: header.size, dpi: header.dpi })
}

/// Decodes the picture.
pub(super) fn page(data: &[u8], limits: &Limits) -> Result<Raster, Reject> {
    let header = Header::read(data).ok_or_else(too_short)?;
    check_size(Format::Bmp, header.size, limits)?;
    let (image, damaged) = match decode(data) {
        Ok(image) => (image, false),
        Err(reject) => (decode(&header.completed(data).ok_or(reject)?)?, true),
    };
    let mut image = color::flatten(image);
    if header.bits <= 8 {
        image = color::grey_if_colourless(image);
    }
    let bilevel = header.bits == 1 && color::is_black_and_white(&image);
    Ok(Raster { image, dpi: header.dpi, bilevel, damaged })
}

fn decode(data: &[u8]) -> Result<DynamicImage, Reject> {
    BmpDecoder::new(Cursor::new(data)).and_then(DynamicImage::from_decoder).map_err(|error| damaged(Format::Bmp, error))
}

fn too_short() -> Reject {
    damaged(Format::Bmp, "it ends within its header")
}

impl Header {
    fn read(data: &[u8]) -> Option<Self> {
        let u16 = |at: usize| data.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
        let u32 = |at: usize| data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let pixels_at = u64::from(u32(10)?);
        if u32(14)? == 12 {
            let size = Size { width: u16(18)?.into(), height: u16(20)?.into() };
            return Some(Self { size, dpi: None, bits: u16(24)?, plain: true, pixels_at });
        }
        // A negative height means that the first row is at the top.
        let size = Size { width: u32(18)?, height: u32(22)?.cast_signed().unsigned_abs() };
        let dpi = match (u32(38), u32(42)) {
            (Some(across), Some(down)) => density::per_metre(across.into(), down.into()),
            _ => None,
        };
        let plain = matches!(u32(30), None | Some(0 | 3 | 6));
        Some(Self { size, dpi, bits: u16(28)?, plain, pixels_at })
    }

    /// Fills a file that ends early with white rows; `None` when it has no row at all or cannot be filled.
    fn completed(&self, data: &[u8]) -> Option<Vec<u8>> {
        let row_bytes = (u64::from(self.size.width) * u64::from(self.bits)).div_ceil(32) * 4;
        let end = self.pixels_at.checked_add(row_bytes.checked_mul(u64::from(self.size.height))?)?;
        let missing = usize::try_from(end.checked_sub(data.len() as u64)?).ok()?;
        if !self.plain || self.bits > 32 || self.pixels_at.checked_add(row_bytes)? > data.len() as u64 {
            return None;
        }
        let mut whole = Vec::with_capacity(data.len() + missing);
        whole.extend_from_slice(data);
        whole.resize(data.len() + missing, 0xFF);
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bitmap of 9 x 2 pixels with 1 bit each, its first row at the bottom, 300 dpi.
    fn bilevel() -> Vec<u8> {
        let mut data = b"BM".to_vec();
        data.extend([70u32, 0, 62, 40, 9, 2].iter().flat_map(|value| value.to_le_bytes()));
        data.extend([1, 0, 1, 0]);
        data.extend([0u32, 8, 11_811, 11_811, 2, 2].iter().flat_map(|value| value.to_le_bytes()));
        data.extend([0, 0, 0, 0, 255, 255, 255, 0]);
        data.extend([0b1111_1111, 0, 0, 0, 0b0000_0000, 0x80, 0, 0]);
        data
    }

    #[test]
    fn one_bit_is_black_and_white() {
        let raster = page(&bilevel(), &Limits::default()).unwrap();
        assert!(raster.bilevel && !raster.damaged);
        assert_eq!(raster.dpi, Some((300.0, 300.0)));
        let [top, bottom] = [[0, 0, 0, 0, 0, 0, 0, 0, 255], [255, 255, 255, 255, 255, 255, 255, 255, 0]];
        assert_eq!(raster.image.as_bytes(), [top, bottom].concat());
    }

    #[test]
    fn missing_rows_are_white_and_a_file_without_rows_is_refused() {
        let data = bilevel();
        let raster = page(&data[..66], &Limits::default()).unwrap();
        assert!(raster.damaged);
        assert_eq!(raster.image.as_bytes()[..9], [255; 9]);
        assert!(page(&data[..62], &Limits::default()).is_err());
        assert!(page(&data[..30], &Limits::default()).is_err());
    }
}
