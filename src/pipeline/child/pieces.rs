//! Pieces of a page for a viewer: the page made smaller by whole numbers, cut into tiles, as JPEG.
//!
//! A page made smaller by n has a pixel for each square of n by n, their mean: strokes of bilevel pages become smooth grey,
//! and a rectangle of the page lies on the smaller one exactly where its numbers divided by n say.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, GrayImage, RgbImage, imageops};

use super::message::Level;
use crate::chart::{QuarterTurns, Size};
use crate::imaging::Raster;

/// Quality of the pieces: above it, files grow faster than anybody sees.
const QUALITY: u8 = 82;
/// Most pieces that one answer holds.
const MOST_PIECES: usize = 4_096;

/// Makes the pieces of `levels`, one after the other: of each level the whole where it is asked for, then its tiles row by
/// row. `size` is that of the page image before the turn; a page drawn at another resolution is stretched to it. Returns
/// the bytes of each piece's JPEG, and all of them in a row.
///
/// # Errors
/// There would be too many, or one cannot be encoded.
pub fn pieces(raster: Raster, size: Size, turn: QuarterTurns, levels: &[Level]) -> Result<(Vec<u32>, Vec<u8>), String> {
    let page = upright(raster, size, turn);
    let (mut lengths, mut bytes) = (Vec::new(), Vec::new());
    for level in levels {
        let smaller = reduced(&page, level.reduction);
        let here = Size { width: smaller.width(), height: smaller.height() };
        let mut put = |image: &DynamicImage| {
            let before = bytes.len();
            encode(image, &mut bytes)?;
            lengths.push(u32::try_from(bytes.len() - before).map_err(|_| "a piece is too large".to_owned())?);
            if lengths.len() > MOST_PIECES { Err("the page has too many pieces".to_owned()) } else { Ok(()) }
        };
        if level.whole {
            put(&smaller)?;
        }
        let Some(side) = level.tile.filter(|side| *side > 0) else { continue };
        for row in 0..here.height.div_ceil(side) {
            for column in 0..here.width.div_ceil(side) {
                let (left, top) = (column * side, row * side);
                put(&smaller.crop_imm(left, top, side.min(here.width - left), side.min(here.height - top)))?;
            }
        }
    }
    Ok((lengths, bytes))
}

/// Returns the page at `size`, then turned.
fn upright(raster: Raster, size: Size, turn: QuarterTurns) -> DynamicImage {
    let image = if raster.size() == size {
        raster.image
    } else {
        raster.image.resize_exact(size.width.max(1), size.height.max(1), imageops::FilterType::Triangle)
    };
    match turn {
        QuarterTurns::None => image,
        QuarterTurns::One => image.rotate90(),
        QuarterTurns::Two => image.rotate180(),
        QuarterTurns::Three => image.rotate270(),
    }
}

/// Returns the page made smaller by `reduction`, a pixel for each square; squares at the right and lower edge may lack some.
fn reduced(page: &DynamicImage, reduction: u32) -> DynamicImage {
    if reduction <= 1 {
        return page.clone();
    }
    match page {
        DynamicImage::ImageLuma8(gray) => {
            let (width, height, samples) = means::<1>(gray.as_raw(), gray.width(), gray.height(), reduction);
            GrayImage::from_raw(width, height, samples).map_or_else(|| page.clone(), DynamicImage::ImageLuma8)
        }
        other => {
            let rgb = other.to_rgb8();
            let (width, height, samples) = means::<3>(rgb.as_raw(), rgb.width(), rgb.height(), reduction);
            RgbImage::from_raw(width, height, samples).map_or_else(|| page.clone(), DynamicImage::ImageRgb8)
        }
    }
}

/// Returns the mean of each square of `by` pixels, of `CHANNELS` samples a pixel, with the size in squares.
fn means<const CHANNELS: usize>(samples: &[u8], width: u32, height: u32, by: u32) -> (u32, u32, Vec<u8>) {
    let (across, down) = (width.div_ceil(by), height.div_ceil(by));
    let (columns, step) = (width as usize, by as usize);
    let mut out = Vec::with_capacity(across as usize * down as usize * CHANNELS);
    let mut sums = vec![0_u32; across as usize * CHANNELS];
    for rows in samples.chunks(columns * CHANNELS * step) {
        sums.fill(0);
        let lines = rows.len() / (columns * CHANNELS).max(1);
        for line in rows.chunks_exact(columns * CHANNELS) {
            for (sums, pixels) in sums.chunks_exact_mut(CHANNELS).zip(line.chunks(step * CHANNELS)) {
                for pixel in pixels.chunks_exact(CHANNELS) {
                    sums.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += u32::from(*sample));
                }
            }
        }
        for (square, sums) in sums.chunks_exact(CHANNELS).enumerate() {
            let count = (lines * step.min(columns - square * step)).max(1) as u32;
            out.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
        }
    }
    (across, down, out)
}

fn encode(image: &DynamicImage, out: &mut Vec<u8>) -> Result<(), String> {
    let mut encoder = JpegEncoder::new_with_quality(out, QUALITY);
    let encoded = match image {
        DynamicImage::ImageLuma8(gray) => {
            encoder.encode(gray.as_raw(), gray.width(), gray.height(), ExtendedColorType::L8)
        }
        other => {
            let rgb = other.to_rgb8();
            encoder.encode(rgb.as_raw(), rgb.width(), rgb.height(), ExtendedColorType::Rgb8)
        }
    };
    encoded.map_err(|cause| format!("a piece cannot be encoded: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(image: DynamicImage) -> Raster {
        Raster { image, dpi: None, bilevel: false, damaged: false }
    }

    #[test]
    fn means_are_those_of_whole_and_of_cut_squares() {
        let gray = GrayImage::from_raw(3, 3, vec![0, 100, 10, 200, 100, 30, 50, 70, 90]).unwrap();
        let smaller = reduced(&DynamicImage::ImageLuma8(gray), 2).to_luma8();
        assert_eq!((smaller.dimensions(), smaller.into_raw()), ((2, 2), vec![100, 20, 60, 90]));
    }

    #[test]
    fn tiles_show_the_page_where_their_numbers_say() {
        let mut gray = GrayImage::from_pixel(1100, 700, image::Luma([255]));
        for (x, y) in (900..1000).flat_map(|x| (600..650).map(move |y| (x, y))) {
            gray.put_pixel(x, y, image::Luma([0]));
        }
        let level = |reduction| Level { reduction, whole: reduction > 1, tile: Some(512) };
        let size = Size { width: 1100, height: 700 };
        let page = raster(DynamicImage::ImageLuma8(gray));
        let (lengths, bytes) = pieces(page, size, QuarterTurns::None, &[level(1), level(2)]).unwrap();
        assert_eq!(lengths.len(), 3 * 2 + 1 + 2);
        let mut at = 0;
        let decoded: Vec<GrayImage> = lengths
            .iter()
            .map(|length| {
                let piece = &bytes[at..at + *length as usize];
                at += *length as usize;
                image::load_from_memory(piece).unwrap().to_luma8()
            })
            .collect();
        assert_eq!(at, bytes.len());
        // Column 1, row 1 of the full page; the black square begins at 900, 600.
        let tile = &decoded[3 + 1];
        assert_eq!(tile.dimensions(), (512, 188));
        assert!(tile.get_pixel(900 - 512 + 4, 600 - 512 + 4).0[0] < 20);
        assert!(tile.get_pixel(900 - 512 - 9, 600 - 512 + 4).0[0] > 235);
        let whole = &decoded[6];
        assert_eq!(whole.dimensions(), (550, 350));
        assert!(whole.get_pixel(455, 305).0[0] < 20 && whole.get_pixel(440, 305).0[0] > 235);
    }

    #[test]
    fn pages_are_stretched_and_turned() {
        let mut rgb = RgbImage::from_pixel(100, 50, image::Rgb([255, 255, 255]));
        for (x, y) in (80..100).flat_map(|x| (0..20).map(move |y| (x, y))) {
            rgb.put_pixel(x, y, image::Rgb([250, 0, 0]));
        }
        let size = Size { width: 200, height: 100 };
        let level = Level { reduction: 1, whole: true, tile: None };
        let page = raster(DynamicImage::ImageRgb8(rgb));
        let (_, bytes) = pieces(page, size, QuarterTurns::One, &[level]).unwrap();
        let whole = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(whole.dimensions(), (100, 200));
        // The upper right corner comes to the lower right.
        assert!(whole.get_pixel(90, 190).0[1] < 60 && whole.get_pixel(10, 10).0[1] > 200);
    }
}
