//! JPEG: baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK; EXIF orientation applied. What the decoder in Rust
//! cannot
//! read (arithmetic coding, some damage) goes to libjpeg.

use image::metadata::Orientation;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{FilePage, Format, check_size, color, damaged, density, exif_data, leptonica, oriented_dpi, oriented_size};
use crate::chart::{Reject, Size};
use crate::imaging::{Limits, Raster};

/// The samples of a JPEG frame: 1 channel grey, 3 RGB, 4 ink (255 = full ink).
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) size: Size,
    pub(super) channels: usize,
    pub(super) samples: Vec<u8>,
    /// Whether the decoder found nothing wrong.
    pub(super) complete: bool,
}

/// What the components of a frame inside of another format are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Luminance and chrominance.
    YCbCr,
    /// The samples themselves: grey, RGB, ink.
    Direct,
}

/// What the segments before the first scan say.
#[derive(Debug, Default)]
struct Header<'a> {
    size: Option<Size>,
    jfif_dpi: Option<(f32, f32)>,
    exif: Option<&'a [u8]>,
    adobe: bool,
    /// Where the first scan begins: without one there is nothing to decode.
    scan: Option<usize>,
}

/// Reads size, resolution and orientation.
pub(super) fn inspect(data: &[u8]) -> Result<FilePage, Reject> {
    let header = Header::read(data);
    let size = header.size.ok_or_else(no_frame)?;
    let orientation = header.orientation();
    Ok(FilePage { size: oriented_size(size, orientation), dpi: oriented_dpi(header.dpi(), orientation) })
}

/// Decodes the picture.
pub(super) fn page(data: &[u8], limits: &Limits) -> Result<Raster, Reject> {
    let header = Header::read(data);
    let size = header.size.ok_or_else(no_frame)?;
    check_size(Format::Jpeg, size, limits)?;
    let orientation = header.orientation();
    let dpi = oriented_dpi(header.dpi(), orientation);
    let mut raster = match decode(data, size) {
        Some(frame) => {
            let (channels, samples) = match frame.channels {
                4 => (3, light(&frame.samples, header.adobe)),
                other => (other, frame.samples),
            };
            let image = color::image(frame.size, channels, samples)
                .ok_or_else(|| damaged(Format::Jpeg, "its size contradicts its samples"))?;
            Raster { image, dpi, bilevel: false, damaged: !frame.complete }
        }
        None if header.scan.is_none() => return Err(damaged(Format::Jpeg, "it ends before its picture data")),
        None => leptonica::jpeg(data, limits)
            .map(|raster| Raster { dpi, ..raster })
            .ok_or_else(|| damaged(Format::Jpeg, "its picture data cannot be decoded"))?,
    };
    raster.image.apply_orientation(orientation);
    Ok(raster)
}

/// Decodes a frame whose tables may be stored elsewhere (TIFF); `None` when nothing can be decoded or it exceeds
/// `limit`.
pub(super) fn abbreviated(data: &[u8], tables: &[u8], coding: Coding, limit: Size) -> Option<Frame> {
    let body = data.strip_prefix(&[0xFF, 0xD8])?;
    let tables = tables.strip_prefix(&[0xFF, 0xD8]).unwrap_or_default();
    let tables = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables);
    // The Adobe segment is how a decoder is told what the components are.
    let transform = if coding == Coding::YCbCr { 1 } else { 0 };
    let mut whole = vec![0xFF, 0xD8, 0xFF, 0xEE, 0, 14];
    whole.extend_from_slice(b"Adobe\0\x64\0\0\0\0");
    whole.push(transform);
    whole.extend_from_slice(tables);
    whole.extend_from_slice(body);
    let size = Header::read(&whole).size?;
    if size.width > limit.width || size.height > limit.height.max(16) {
        return None;
    }
    decode(&whole, size)
}

/// Decodes strictly, and if that fails, as far as possible.
fn decode(data: &[u8], size: Size) -> Option<Frame> {
    [true, false].into_iter().find_map(|strict| {
        let (channels, samples) = decode_once(data, size, strict)?;
        let complete = strict && has_end(data);
        (samples.len() == size.pixels() as usize * channels).then_some(Frame { size, channels, samples, complete })
    })
}

fn decode_once(data: &[u8], size: Size, strict: bool) -> Option<(usize, Vec<u8>)> {
    let options = DecoderOptions::default().set_strict_mode(strict).set_max_width(65_535).set_max_height(65_535);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
    decoder.decode_headers().ok()?;
    if decoder.dimensions()? != (size.width as usize, size.height as usize) {
        return None;
    }
    let input = decoder.input_colorspace()?;
    let (output, channels) = match input {
        ColorSpace::Luma => (ColorSpace::Luma, 1),
        ColorSpace::YCbCr | ColorSpace::RGB => (ColorSpace::RGB, 3),
        ColorSpace::CMYK => (ColorSpace::CMYK, 4),
        ColorSpace::YCCK => (ColorSpace::YCCK, 4),
        _ => return None,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(output));
    let mut samples = decoder.decode().ok()?;
    if input == ColorSpace::YCCK {
        for pixel in samples.chunks_exact_mut(4) {
            let [red, green, blue] = color::ycc_to_rgb(pixel[0], pixel[1], pixel[2]);
            pixel[..3].copy_from_slice(&[255 - red, 255 - green, 255 - blue]);
        }
    }
    Some((channels, samples))
}

/// A camera or scanner that was interrupted leaves no end marker. Thumbnails, which have one too, precede the first
/// scan.
fn has_end(data: &[u8]) -> bool {
    let scans = Header::read(data).scan.and_then(|start| data.get(start..)).unwrap_or_default();
    scans.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).is_some()
}

/// Programs that write the Adobe segment store ink inverted.
fn light(ink: &[u8], inverted: bool) -> Vec<u8> {
    let turn = if inverted { 255 } else { 0 };
    ink.chunks_exact(4).flat_map(|ink| color::ink_to_rgb([0, 1, 2, 3].map(|index| ink[index] ^ turn))).collect()
}

fn no_frame() -> Reject {
    damaged(Format::Jpeg, "it has no frame header")
}

impl<'a> Header<'a> {
    /// Reads the segments up to the first scan or the first error.
    fn read(data: &'a [u8]) -> Self {
        let mut header = Self::default();
        let mut rest = data.get(2..).unwrap_or_default();
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF);
        // Anything between segments is skipped, as decoders do.
        while let Some(start) = rest.windows(2).position(is_marker) {
            let marker = rest[start + 1];
            rest = &rest[start + 2..];
            if matches!(marker, 0x01 | 0xD0..=0xD8) {
                continue;
            }
            let Some((length, _)) = rest.split_first_chunk::<2>() else { break };
            let length = usize::from(u16::from_be_bytes(*length));
            header.scan = (marker == 0xDA).then_some(data.len() - rest.len());
            if matches!(marker, 0xD9 | 0xDA) || length < 2 {
                break;
            }
            let body = rest.get(2..length).unwrap_or_default();
            header.take(marker, body);
            rest = rest.get(length..).unwrap_or_default();
        }
        header
    }

    fn take(&mut self, marker: u8, body: &'a [u8]) {
        match (marker, body) {
            (0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF, [_, h0, h1, w0, w1, ..]) if self.size.is_none() => {
                let side = |high: &u8, low: &u8| u32::from(u16::from_be_bytes([*high, *low]));
                self.size = Some(Size { width: side(w0, w1), height: side(h0, h1) });
            }
            (0xE0, [b'J', b'F', b'I', b'F', 0, _, _, unit, x0, x1, y0, y1, ..]) => {
                let density = |high: &u8, low: &u8| f64::from(u16::from_be_bytes([*high, *low]));
                let (across, down) = (density(x0, x1), density(y0, y1));
                self.jfif_dpi = match unit {
                    1 => density::believable(across, down),
                    2 => density::per_centimetre(across, down),
                    _ => None,
                };
            }
            (0xE1, [b'E', b'x', b'i', b'f', 0, _, exif @ ..]) if self.exif.is_none() => self.exif = Some(exif),
            (0xEE, [b'A', b'd', b'o', b'b', b'e', ..]) => self.adobe = true,
            _ => {}
        }
    }

    fn orientation(&self) -> Orientation {
        self.exif.map_or(Orientation::NoTransforms, exif_data::orientation)
    }

    fn dpi(&self) -> Option<(f32, f32)> {
        self.jfif_dpi.or_else(|| self.exif.and_then(exif_data::dpi))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_stored_inverted_where_the_adobe_segment_is() {
        assert_eq!(light(&[0, 0, 0, 255, 0, 0, 0, 0], false), [0, 0, 0, 255, 255, 255]);
        assert_eq!(light(&[255, 255, 255, 0, 255, 255, 255, 255], true), [0, 0, 0, 255, 255, 255]);
    }

    #[test]
    fn the_header_states_size_and_resolution() {
        let mut data = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 16];
        data.extend(b"JFIF\0\x01\x01\x02\x00\x76\x00\x4f\0\0");
        data.extend([0xFF, 0xFF, 0xC2, 0, 11, 8, 0x01, 0x00, 0x02, 0x00, 1, 0, 0, 0]);
        let page = inspect(&data).unwrap();
        assert_eq!(page.size, Size { width: 512, height: 256 });
        assert_eq!(page.dpi.map(|(across, down)| (across.round(), down.round())), Some((300.0, 201.0)));
        let reject = super::page(&data, &Limits::default()).unwrap_err();
        assert!(reject.message.contains("picture data"), "{}", reject.message);
    }

    #[test]
    fn a_stream_without_its_own_tables_uses_those_of_the_page() {
        let mut whole = Vec::new();
        let samples: Vec<u8> = (0..64 * 3).map(|index| (index * 4 % 256) as u8).collect();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut whole, 95);
        image::ImageEncoder::write_image(encoder, &samples, 8, 8, image::ExtendedColorType::Rgb8).unwrap();
        // Moves the quantisation and Huffman tables out of the stream.
        let (mut tables, mut stream) = (vec![0xFF, 0xD8], vec![0xFF, 0xD8]);
        let mut at = 2;
        while whole[at + 1] != 0xDA {
            let end = at + 2 + usize::from(u16::from_be_bytes([whole[at + 2], whole[at + 3]]));
            let target = if matches!(whole[at + 1], 0xDB | 0xC4) { &mut tables } else { &mut stream };
            target.extend_from_slice(&whole[at..end]);
            at = end;
        }
        stream.extend_from_slice(&whole[at..]);
        tables.extend([0xFF, 0xD9]);
        let limit = Size { width: 8, height: 8 };
        assert!(abbreviated(&stream, &[], Coding::YCbCr, limit).is_none_or(|frame| !frame.complete));
        let frame = abbreviated(&stream, &tables, Coding::YCbCr, limit).unwrap();
        assert!(frame.complete && frame.channels == 3);
        assert_eq!(frame.samples, decode(&whole, limit).unwrap().samples);
        assert!(abbreviated(&stream, &tables, Coding::YCbCr, Size { width: 4, height: 8 }).is_none());
    }
}
