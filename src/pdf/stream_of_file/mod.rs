//! Takes the encoded image out of a raster file, so that a PDF can carry it without encoding it anew.
//!
//! What comes back is the file's own coding: a whole JPEG or JP2 file, the strip of a fax TIFF, the segments of a JBIG2
//! page. Only wrappings change, and each change keeps every pixel:
//!
//! - TIFF fill order 2: the bits of each byte are reversed.
//! - TIFF fax images in several strips: each strip is coded on its own, and PDF has no such thing. Showing the strips as
//!   several images leaves hairlines between them in many viewers, so the rows are decoded and encoded again as one
//!   Group 4 image, which is decoded with another decoder and compared row by row.
//! - JPEG in TIFF: the shared tables are put back into the stream.
//! - A bare JPEG 2000 codestream is given the boxes of a JP2 file.
//! - JBIG2: file header, end-of-page and end-of-file segments go, and the page number becomes 1.
//!
//! `None` means that there is no such way, and the caller has the page packed from its pixels. A file that the decoder
//! called damaged is better packed from pixels too: viewers differ in what they make of it.

mod jbig2;
mod jpeg;
mod jpeg2000;
mod tiff;
mod tiff_directory;

use crate::chart::PageNumber;

use super::image_stream::PlacedImage;

/// Returns the encoded image of a page of a raster file, or `None` when PDF cannot carry its coding.
///
/// [`PlacedImage::orientation`] is the EXIF or TIFF orientation. Nothing is stripped from a JPEG or JP2 file.
pub fn placed_image(data: &[u8], page: PageNumber) -> Option<PlacedImage> {
    let first = page == PageNumber::FIRST;
    match data {
        [0xFF, 0xD8, 0xFF, ..] if first => jpeg::placed(data),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] if first => jpeg2000::file(data).map(PlacedImage::upright),
        [0xFF, 0x4F, 0xFF, 0x51, ..] if first => jpeg2000::codestream(data).map(PlacedImage::upright),
        [b'I', b'I', ..] | [b'M', b'M', ..] => tiff::placed(data, page),
        [0x97, b'J', b'B', b'2', ..] => jbig2::page(data, page).map(PlacedImage::upright),
        _ => None,
    }
}

/// Reads a big-endian number of two bytes.
fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

/// Reads a big-endian number of four bytes.
fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
