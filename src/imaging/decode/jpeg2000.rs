//! JPEG 2000, as JP2 file or bare codestream. OpenJPEG is no second chance here: it ends the process on some damaged
//! files.

use std::ops::RangeInclusive;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::{FilePage, Format, check_size, color, damaged, density, unsupported};
use crate::chart::{Reject, RejectReason, Size};
use crate::imaging::{Limits, Raster};

/// Start of a codestream and of its size segment.
const CODESTREAM: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];

/// Marker at the end of a codestream.
const END: [u8; 2] = [0xFF, 0xD9];

/// Marker at the start of the first tile-part, behind the main header.
const TILE_PART: u16 = 0xFF90;

/// Markers of segments that a main header may have (ISO/IEC 15444-1, table A.2), and of those that have no content.
const MAIN_HEADER: [RangeInclusive<u16>; 7] = [
    0xFF30..=0xFF3F,
    0xFF50..=0xFF53,
    0xFF55..=0xFF55,
    0xFF57..=0xFF57,
    0xFF5C..=0xFF60,
    0xFF63..=0xFF64,
    TILE_PART..=TILE_PART,
];

/// What the size segment of the codestream says.
#[derive(Debug, Clone, Copy)]
struct Header {
    size: Size,
    components: u16,
    tiles: u64,
    high_throughput: bool,
}

/// Reads size and resolution.
pub(super) fn inspect(data: &[u8]) -> Result<FilePage, Reject> {
    let header = Header::read(data).ok_or_else(no_codestream)?;
    Ok(FilePage { size: header.size, dpi: dpi(data) })
}

/// Decodes the picture.
pub(super) fn page(data: &[u8], limits: &Limits) -> Result<Raster, Reject> {
    let header = Header::read(data).ok_or_else(no_codestream)?;
    check_size(Format::Jpeg2000, header.size, limits)?;
    // The wavelet needs some nine bytes for each sample of each component, three times as much as other formats.
    let (samples, limit) = (header.size.pixels() * u64::from(header.components), limits.max_pixels / 10 * 7);
    if samples > limit {
        return Err(Reject::file(
            RejectReason::TooManyPixels,
            format!(
                "The page of the JPEG 2000 file has {samples} samples ({} components), more than the limit of {limit}: \
                 export it at a lower resolution or as TIFF.",
                header.components
            ),
        ));
    }
    if header.tiles > 65_535 {
        return Err(damaged(
            Format::Jpeg2000,
            format_args!("it states {} tiles, at most 65535 can exist", header.tiles),
        ));
    }
    if header.high_throughput {
        return Err(unsupported(Format::Jpeg2000, "high-throughput coding (HTJ2K)"));
    }
    let dpi = dpi(data);
    decode(data, header.size, true)
        .or_else(|_| {
            let raster = decode(data, header.size, false).map_err(|reject| stray_marker(data).unwrap_or(reject))?;
            Ok(Raster { damaged: !is_sound(data, header.size), ..raster })
        })
        .map(|raster| Raster { dpi, ..raster })
}

/// Says whether the codestream by itself is complete and correct: wrong lengths of the boxes around it do no harm.
fn is_sound(data: &[u8], size: Size) -> bool {
    let Some(codestream) = codestream(data) else { return false };
    let tail = codestream.len().saturating_sub(64);
    let end = codestream[tail..].windows(2).rposition(|pair| pair == END).map(|at| tail + at + 2);
    end.is_some_and(|end| decode(&codestream[..end], size, true).is_ok())
}

fn decode(data: &[u8], size: Size, strict: bool) -> Result<Raster, Reject> {
    let settings = DecodeSettings { strict, ..DecodeSettings::default() };
    let image = Image::new(data, &settings).map_err(|error| damaged(Format::Jpeg2000, error))?;
    if image.width() > size.width || image.height() > size.height {
        return Err(damaged(Format::Jpeg2000, "it states two different sizes"));
    }
    let size = Size { width: image.width(), height: image.height() };
    let stated = usize::from(image.color_space().num_channels());
    let may_be_ink = matches!(image.color_space(), ColorSpace::CMYK | ColorSpace::Icc { .. });
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|error| damaged(Format::Jpeg2000, error))?;
    let expected = size.pixels() as usize;
    // Some writers promise an alpha channel that is not there, or leave out colours.
    let stored = decoded.components().len();
    let bare = data.starts_with(&CODESTREAM);
    let colors = match stated.min(stored) {
        1 | 2 => 1,
        3 => 3,
        // A bare codestream does not say what its components are; programs that write four mean opacity.
        4 if bare => 3,
        4 if may_be_ink => 4,
        other => return Err(unsupported(Format::Jpeg2000, format_args!("{other} colour channels"))),
    };
    let channels = if colors == 1 { 1 } else { 3 };
    if decoded.components().iter().any(|component| component.samples().len() != expected) {
        return Err(damaged(Format::Jpeg2000, "its components differ in size"));
    }
    let alpha_at = ((image.has_alpha() || bare) && stored > colors).then_some(stored - 1);
    let samples = decoded.data_u8();
    let mut pixels = Vec::with_capacity(expected * channels);
    for pixel in samples.chunks_exact(stored) {
        let light = match colors {
            4 => color::ink_to_rgb([pixel[0], pixel[1], pixel[2], pixel[3]]),
            3 => [pixel[0], pixel[1], pixel[2]],
            _ => [pixel[0]; 3],
        };
        let alpha = alpha_at.map_or(255, |at| pixel[at]);
        pixels.extend(light[..channels].iter().map(|sample| color::over_white(*sample, alpha)));
    }
    let image = color::image(size, channels, pixels)
        .ok_or_else(|| damaged(Format::Jpeg2000, "its size contradicts its samples"))?;
    Ok(Raster { image, dpi: None, bilevel: false, damaged: false })
}

/// Says where the main header goes on with what cannot be there; the decoder itself tells only that there is something.
fn stray_marker(data: &[u8]) -> Option<Reject> {
    let start = data.len() - codestream(data)?.len();
    let mut at = start + 2;
    // Each turn passes over a marker of 2 bytes at least.
    loop {
        let marker = u16::from_be_bytes(*data.get(at..)?.first_chunk()?);
        if !MAIN_HEADER.iter().any(|known| known.contains(&marker)) {
            let place =
                format!("at byte {at} its main header goes on with {marker:04X}, which no header can have there");
            return Some(damaged(Format::Jpeg2000, place));
        }
        at += match marker {
            TILE_PART => return None,
            0xFF30..=0xFF3F => 2,
            _ => 2 + usize::from(u16::from_be_bytes(*data.get(at + 2..)?.first_chunk()?)),
        };
    }
}

fn no_codestream() -> Reject {
    damaged(Format::Jpeg2000, "it has no readable codestream")
}

/// Finds the codestream: the whole of a bare one, else the content of the box that holds it.
fn codestream(data: &[u8]) -> Option<&[u8]> {
    let mut rest = data;
    // Each turn passes over a box header of 8 bytes at least.
    while !rest.starts_with(&CODESTREAM) {
        let (length, kind) = (u32::from_be_bytes(*rest.first_chunk()?), rest.get(4..8)?);
        let (header, length) = match length {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(*rest.get(8..)?.first_chunk()?)).ok()?),
            length => (8, length as usize),
        };
        if kind == b"jp2c" {
            return rest.get(header..).filter(|content| content.starts_with(&CODESTREAM));
        }
        rest = rest.get(length.max(header)..)?;
    }
    Some(rest)
}

impl Header {
    fn read(data: &[u8]) -> Option<Self> {
        let segment = codestream(data)?.get(6..)?;
        let (capabilities, body) = segment.split_first_chunk::<2>()?;
        let high_throughput = u16::from_be_bytes(*capabilities) & 0x4000 != 0;
        let u32 = |at: usize| body.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        let (right, bottom, left, top) = (u32(0)?, u32(4)?, u32(8)?, u32(12)?);
        let (tile_width, tile_height, tile_left, tile_top) = (u32(16)?, u32(20)?, u32(24)?, u32(28)?);
        let components = u16::from_be_bytes(body.get(32..34)?.try_into().ok()?);
        // Where every component is sub-sampled alike, the picture is that much smaller than its grid.
        let mut steps = body.get(34..)?.chunks_exact(3).take(usize::from(components)).map(|step| (step[1], step[2]));
        let first = steps.next()?;
        let (step_across, step_down) = if steps.all(|step| step == first) { first } else { (1, 1) };
        let side = |end: u32, start: u32, step: u8| {
            let step = u32::from(step.max(1));
            end.div_ceil(step).saturating_sub(start.div_ceil(step))
        };
        let size = Size { width: side(right, left, step_across), height: side(bottom, top, step_down) };
        if tile_width == 0 || tile_height == 0 {
            return None;
        }
        let across = u64::from(right.saturating_sub(tile_left).div_ceil(tile_width));
        let down = u64::from(bottom.saturating_sub(tile_top).div_ceil(tile_height));
        Some(Self { size, components, tiles: across * down, high_throughput })
    }
}

/// Reads the capture resolution of a JP2 file, or else the one it asks to be shown at.
fn dpi(data: &[u8]) -> Option<(f32, f32)> {
    let find = |name: &[u8; 4]| {
        let header = &data[..data.len().min(64 * 1024)];
        let at = header.windows(4).position(|window| window == name)?;
        let body: &[u8; 10] = header.get(at + 4..)?.first_chunk()?;
        let number = |at: usize| f64::from(u16::from_be_bytes([body[at], body[at + 1]]));
        let exponent = |at: usize| 10f64.powi(i32::from(body[at].cast_signed()));
        let down = number(0) / number(2) * exponent(8);
        let across = number(4) / number(6) * exponent(9);
        density::per_metre(across, down)
    };
    find(b"resc").or_else(|| find(b"resd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A size segment: grid of 10 x 8 from (2, 0), tiles of 4 x 4, two components sub-sampled by 2.
    fn size_segment(capabilities: u16) -> Vec<u8> {
        let mut data = CODESTREAM.to_vec();
        data.extend([0, 44]);
        data.extend(capabilities.to_be_bytes());
        data.extend([10u32, 8, 2, 0, 4, 4, 0, 0].iter().flat_map(|value| value.to_be_bytes()));
        data.extend([0, 2, 7, 2, 2, 7, 2, 2]);
        data
    }

    #[test]
    fn the_size_is_that_of_the_components() {
        let header = Header::read(&size_segment(0)).unwrap();
        assert_eq!((header.size, header.components, header.tiles), (Size { width: 4, height: 4 }, 2, 6));
        let reject = page(&size_segment(0x4000), &Limits::default()).unwrap_err();
        assert_eq!(reject.reason, RejectReason::UnsupportedFeature);
    }

    #[test]
    fn the_codestream_is_found_through_the_boxes_only() {
        let segment = size_segment(0);
        let boxed = [&[0, 0, 0, 12][..], b"free\0\0\0\0", &[0, 0, 0, 0], b"jp2c", &segment].concat();
        assert_eq!(codestream(&boxed), Some(segment.as_slice()));
        assert_eq!(codestream(&boxed[..12]), None);
        let broken = [&[0, 0, 0, 99][..], b"free", &segment].concat();
        assert_eq!(codestream(&broken), None);
    }

    #[test]
    fn the_capture_resolution_is_in_dots_per_metre() {
        let mut data = b"resc".to_vec();
        data.extend([0x2E, 0x23, 0, 1, 0x17, 0x11, 0, 1, 0, 0]);
        assert_eq!(dpi(&data).map(|(across, down)| (across.round(), down.round())), Some((150.0, 300.0)));
    }
}
