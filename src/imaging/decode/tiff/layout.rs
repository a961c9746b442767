//! What a TIFF directory says about its picture: size, samples, and where the strips or tiles are.

use image::metadata::Orientation;

use super::super::{damaged, density, unsupported};
use super::directory::{Directory, File};
use crate::chart::{Reject, Size};
use crate::imaging::decode::Format;

/// How the samples of a picture are stored.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Size as stored, before the orientation is applied.
    pub(super) size: Size,
    pub(super) compression: u16,
    pub(super) photometric: Photometric,
    /// Bits of each sample: 1 to 32.
    pub(super) bits: u8,
    /// Samples of each pixel, extra samples included: 1 to 16.
    pub(super) samples: usize,
    /// What the first extra sample is.
    pub(super) alpha: Alpha,
    /// Whether each sample has strips or tiles of its own.
    pub(super) planar: bool,
    /// Whether neighbouring samples are stored as differences.
    pub(super) differences: bool,
    /// Whether the first pixel of a byte is in its lowest bit.
    pub(super) lowest_bit_first: bool,
    pub(super) t4_options: u32,
    /// Pixels across and down that share one pair of chrominance samples (only outside of JPEG).
    pub(super) sub_sampling: (usize, usize),
    /// Size of a strip or tile.
    pub(super) chunk: Size,
    /// Strips or tiles across.
    pub(super) across: usize,
    /// Strips or tiles down.
    pub(super) down: usize,
}

/// What the samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Photometric {
    MinIsWhite,
    MinIsBlack,
    Rgb,
    Palette,
    Separated,
    YCbCr,
}

/// What the sample after the colours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    /// There is none, or it is not opacity.
    None,
    /// Colours are multiplied with it already.
    Associated,
    Unassociated,
}

/// CCITT run lengths without end-of-line codes.
pub(super) const CCITT_RLE: u16 = 2;
/// CCITT Group 3.
pub(super) const CCITT_G3: u16 = 3;
/// CCITT Group 4.
pub(super) const CCITT_G4: u16 = 4;
/// JPEG after Technical Note 2.
pub(super) const JPEG: u16 = 7;
/// WebP, as map makers' programs write it.
pub(super) const WEBP: u16 = 50001;

impl Photometric {
    /// Samples that carry colour.
    pub(super) fn colors(self) -> usize {
        match self {
            Self::MinIsWhite | Self::MinIsBlack | Self::Palette => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Separated => 4,
        }
    }
}

/// Returns the size as stored; 0 x 0 when it is not stated.
pub(super) fn stored_size(directory: &Directory<'_>) -> Size {
    let side = |tag| directory.number(tag).and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
    Size { width: side(256), height: side(257) }
}

/// Returns how the stored picture is turned to be shown.
pub(super) fn orientation(directory: &Directory<'_>) -> Orientation {
    directory
        .number(274)
        .and_then(|value| u8::try_from(value).ok())
        .and_then(Orientation::from_exif)
        .unwrap_or(Orientation::NoTransforms)
}

/// Returns the resolution as stored, in dots per inch.
pub(super) fn dpi(directory: &Directory<'_>) -> Option<(f32, f32)> {
    let across = directory.fraction(282).or_else(|| directory.fraction(283))?;
    let down = directory.fraction(283).unwrap_or(across);
    match directory.number(296) {
        Some(3) => density::per_centimetre(across, down),
        Some(1) => None,
        _ => density::believable(across, down),
    }
}

impl Layout {
    /// Reads the layout of a picture whose size was checked. Errors: a kind that is not decoded here, or
    /// contradictions.
    pub(super) fn read(directory: &Directory<'_>) -> Result<Self, Reject> {
        let size = stored_size(directory);
        let compression = directory.short(259).unwrap_or(1);
        let samples = usize::from(directory.short(277).unwrap_or(1));
        if !(1..=16).contains(&samples) {
            return Err(unsupported(Format::Tiff, format_args!("{samples} samples per pixel")));
        }
        let photometric = photometric(directory.short(262), compression, samples)?;
        if samples < photometric.colors() {
            return Err(damaged(
                Format::Tiff,
                format_args!("{samples} sample(s) per pixel are too few for its colours"),
            ));
        }
        let bits = bits(directory, compression)?;
        let format = directory.short(339).unwrap_or(1);
        if !matches!(format, 1 | 4) {
            return Err(unsupported(Format::Tiff, "signed or floating-point samples"));
        }
        let predictor = directory.short(317).unwrap_or(1);
        if predictor > 2 || (predictor == 2 && !matches!(bits, 8 | 16 | 32)) {
            return Err(unsupported(Format::Tiff, format_args!("predictor {predictor} for {bits}-bit samples")));
        }
        let alpha = match directory.number(338) {
            _ if samples == photometric.colors() => Alpha::None,
            Some(1) => Alpha::Associated,
            Some(2) => Alpha::Unassociated,
            _ => Alpha::None,
        };
        let chunk = chunk_size(directory, size)?;
        Ok(Self {
            size,
            compression,
            photometric,
            bits,
            samples,
            alpha,
            planar: directory.short(284) == Some(2) && samples > 1,
            differences: predictor == 2,
            lowest_bit_first: directory.short(266) == Some(2),
            t4_options: directory.number(292).and_then(|value| value.try_into().ok()).unwrap_or(0),
            sub_sampling: sub_sampling(directory)?,
            chunk,
            across: size.width.div_ceil(chunk.width) as usize,
            down: size.height.div_ceil(chunk.height) as usize,
        })
    }

    /// Samples of each pixel within one strip or tile.
    pub(super) fn chunk_samples(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Bytes of one row of a strip or tile once decompressed.
    pub(super) fn row_bytes(&self) -> usize {
        (self.chunk.width as usize * self.chunk_samples() * usize::from(self.bits)).div_ceil(8)
    }

    /// Rows that the strips or tiles in row `down` have: the last strips may be shorter, tiles never are.
    pub(super) fn rows_of(&self, down: usize, tiled: bool) -> usize {
        let first = down * self.chunk.height as usize;
        let left = (self.size.height as usize).saturating_sub(first);
        if tiled { self.chunk.height as usize } else { left.min(self.chunk.height as usize) }
    }
}

/// Says whether the picture is stored in tiles.
pub(super) fn is_tiled(directory: &Directory<'_>) -> bool {
    directory.number(322).is_some() && directory.number(324).is_some()
}

/// Returns the place and length of each strip or tile, at most `count` of them.
pub(super) fn chunks(directory: &Directory<'_>, file: &File<'_>, count: usize) -> Vec<(u64, u64)> {
    let (offset_tag, length_tag) = if is_tiled(directory) { (324, 325) } else { (273, 279) };
    let offsets = directory.numbers(offset_tag, count as u64);
    let lengths = directory.numbers(length_tag, count as u64);
    let mut places = Vec::with_capacity(offsets.len());
    for (index, &offset) in offsets.iter().enumerate() {
        let to_end = file.len().saturating_sub(offset);
        // Writers that gave up leave 0, or no lengths at all: such a strip reaches to the next one.
        let length = lengths.get(index).copied().filter(|length| *length > 0).unwrap_or_else(|| {
            offsets.get(index + 1).and_then(|next| next.checked_sub(offset)).filter(|gap| *gap > 0).unwrap_or(to_end)
        });
        places.push((offset, length.min(to_end)));
    }
    places
}

fn photometric(stated: Option<u16>, compression: u16, samples: usize) -> Result<Photometric, Reject> {
    Ok(match stated {
        Some(0) => Photometric::MinIsWhite,
        Some(1) => Photometric::MinIsBlack,
        Some(2) => Photometric::Rgb,
        Some(3) => Photometric::Palette,
        Some(5) => Photometric::Separated,
        // Old JPEG is left to libtiff.
        Some(6) if compression != 6 => Photometric::YCbCr,
        None if matches!(compression, CCITT_RLE | CCITT_G3 | CCITT_G4) => Photometric::MinIsWhite,
        None if samples >= 3 => Photometric::Rgb,
        None => Photometric::MinIsBlack,
        Some(other) => return Err(unsupported(Format::Tiff, format_args!("colour interpretation {other}"))),
    })
}

fn sub_sampling(directory: &Directory<'_>) -> Result<(usize, usize), Reject> {
    let stated = directory.numbers(530, 2);
    let side = |index: usize| match stated.get(index) {
        None => Ok(2),
        Some(&step @ (1 | 2 | 4)) => Ok(step as usize),
        Some(other) => Err(damaged(Format::Tiff, format_args!("chrominance for every {other} pixels"))),
    };
    Ok((side(0)?, side(1)?))
}

fn bits(directory: &Directory<'_>, compression: u16) -> Result<u8, Reject> {
    let stated = directory.numbers(258, 16);
    let bits = match stated.first() {
        // Some fax software writes 0 or nothing for what can only be 1.
        None | Some(0) => 1,
        _ if matches!(compression, CCITT_RLE | CCITT_G3 | CCITT_G4) => 1,
        Some(&bits) if (1..=32).contains(&bits) && stated.iter().all(|other| *other == bits) => bits as u8,
        Some(_) => return Err(unsupported(Format::Tiff, format_args!("samples of {stated:?} bits"))),
    };
    Ok(bits)
}

fn chunk_size(directory: &Directory<'_>, size: Size) -> Result<Size, Reject> {
    if is_tiled(directory) {
        let side = |tag| directory.number(tag).and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
        let tile = Size { width: side(322), height: side(323) };
        // A tile is hardly larger than its picture; a huge one would only waste memory.
        let most = |side: u32| side.saturating_mul(2).max(4096);
        if tile.width == 0 || tile.height == 0 || tile.width > most(size.width) || tile.height > most(size.height) {
            return Err(damaged(Format::Tiff, format_args!("tiles of {} x {} pixels", tile.width, tile.height)));
        }
        return Ok(tile);
    }
    let rows = directory.number(278).unwrap_or(u64::MAX);
    if rows == 0 {
        return Err(damaged(Format::Tiff, "strips of 0 rows"));
    }
    Ok(Size { width: size.width, height: rows.min(u64::from(size.height)) as u32 })
}
