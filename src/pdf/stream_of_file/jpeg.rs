//! JPEG files (ITU-T T.81): the whole file becomes the stream.

use std::io::Cursor;

use image::metadata::Orientation;

use super::u16_at;
use crate::chart::Size;
use crate::pdf::image_stream::{ColorSpace, ImageStream, PlacedImage, StreamFilter};

/// Most marker segments before the first scan.
const MAX_SEGMENTS: usize = 4096;

/// An Adobe segment that says: the three components are red, green and blue.
const ADOBE_RGB: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0];

/// Returns the image of a JPEG file with its EXIF orientation.
pub(super) fn placed(data: &[u8]) -> Option<PlacedImage> {
    let stream = stream(data.to_vec(), None)?;
    Some(PlacedImage { stream, orientation: exif_orientation(data) })
}

/// Makes the stream of JPEG `data`.
///
/// `rgb` says whether three components are red, green and blue (true) or luma and chroma (false) where the container
/// knows; without it the file's own marks decide.
pub(super) fn stream(mut data: Vec<u8>, rgb: Option<bool>) -> Option<ImageStream> {
    let header = Header::read(&data)?;
    let color = match (header.components.as_slice(), usable_profile(header.profile(), header.components.len())) {
        ([_] | [_, _, _] | [_, _, _, _], Some(profile)) => {
            ColorSpace::Icc { profile, components: header.components.len() as u8 }
        }
        ([_], None) => ColorSpace::Gray,
        ([_, _, _], None) => ColorSpace::Rgb,
        // Adobe's programs write full ink as 0, and mark the file.
        ([_, _, _, _], None) => ColorSpace::Cmyk { inverted: header.adobe.is_some() },
        _ => return None,
    };
    let decode_inverted =
        matches!(color, ColorSpace::Icc { .. }) && header.components.len() == 4 && header.adobe.is_some();
    let names_rgb = header.components == *b"RGB" && !header.jfif;
    if header.components.len() == 3 && header.adobe.is_none() && rgb.unwrap_or(names_rgb) {
        // PDF takes three components for luma and chroma unless an Adobe segment says otherwise.
        data.splice(2..2, ADOBE_RGB);
    }
    Some(ImageStream {
        filter: StreamFilter::Jpeg,
        size: header.size,
        bits_per_component: 8,
        color,
        data,
        decode_inverted,
    })
}

/// What the segments before the first scan say.
struct Header {
    size: Size,
    /// Component identifiers.
    components: Vec<u8>,
    /// The transform of the Adobe segment.
    adobe: Option<u8>,
    jfif: bool,
    /// Pieces of the ICC profile with their numbers.
    pieces: Vec<(u8, Vec<u8>)>,
}

impl Header {
    /// Reads on to the first scan. `None` for what PDF's `DCTDecode` cannot show: lossless, hierarchical, arithmetic coding,
    /// other than 8 bits, a height that comes after the scan, or a file that is cut off.
    fn read(data: &[u8]) -> Option<Self> {
        let mut header = Self {
            size: Size { width: 0, height: 0 },
            components: Vec::new(),
            adobe: None,
            jfif: false,
            pieces: Vec::new(),
        };
        let mut at = 2;
        for _ in 0..MAX_SEGMENTS {
            if *data.get(at)? != 0xFF {
                return None;
            }
            let marker = *data.get(at + 1)?;
            // Fill bytes.
            if marker == 0xFF {
                at += 1;
                continue;
            }
            let length = usize::from(u16_at(data, at + 2)?);
            let body = data.get(at + 4..(at + 2).checked_add(length)?)?;
            match marker {
                0xC0..=0xC2 => header.frame(body)?,
                // Huffman tables and arithmetic conditioning are the only others in this range that are no frames.
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return None,
                0xDA => return (!header.components.is_empty() && ends(&data[at..])).then_some(header),
                0xD8 | 0xD9 => return None,
                0xE0 if body.starts_with(b"JFIF\0") => header.jfif = true,
                0xE2 if body.starts_with(b"ICC_PROFILE\0") => {
                    header.pieces.push((*body.get(12)?, body.get(14..)?.to_vec()));
                }
                0xEE if body.starts_with(b"Adobe") => header.adobe = Some(*body.get(11)?),
                _ => {}
            }
            at += 2 + length;
        }
        None
    }

    fn frame(&mut self, body: &[u8]) -> Option<()> {
        let (height, width) = (u16_at(body, 1)?, u16_at(body, 3)?);
        let count = usize::from(*body.get(5)?);
        let components = body.get(6..6 + 3 * count)?;
        if body[0] != 8 || height == 0 || width == 0 || !self.components.is_empty() {
            return None;
        }
        self.size = Size { width: width.into(), height: height.into() };
        self.components = components.chunks(3).map(|component| component[0]).collect();
        Some(())
    }

    fn profile(&self) -> Option<Vec<u8>> {
        let mut pieces: Vec<_> = self.pieces.iter().collect();
        pieces.sort_by_key(|(number, _)| *number);
        let profile: Vec<u8> = pieces.into_iter().flat_map(|(_, piece)| piece).copied().collect();
        (!profile.is_empty()).then_some(profile)
    }
}

/// Keeps a profile that PDF/A allows and that says more than sRGB, which is what the components mean without one.
pub(super) fn usable_profile(profile: Option<Vec<u8>>, components: usize) -> Option<Vec<u8>> {
    let profile = profile?;
    let space: &[u8] = match components {
        1 => b"GRAY",
        3 => b"RGB ",
        4 => b"CMYK",
        _ => return None,
    };
    let sized = super::u32_at(&profile, 0)? as usize == profile.len() && profile.len() > 132;
    let classes: [&[u8]; 4] = [b"scnr", b"mntr", b"prtr", b"spac"];
    let valid = sized
        && matches!(profile[8], 2 | 4)
        && classes.contains(&&profile[12..16])
        && &profile[16..20] == space
        && &profile[36..40] == b"acsp";
    let is_srgb = profile.windows(4).any(|text| text == b"sRGB");
    (valid && !is_srgb).then_some(profile)
}

/// Says whether the end-of-image marker is there.
fn ends(scan: &[u8]) -> bool {
    scan.windows(2).rev().any(|pair| pair == [0xFF, 0xD9])
}

fn exif_orientation(data: &[u8]) -> Orientation {
    exif::Reader::new()
        .read_from_container(&mut Cursor::new(data))
        .ok()
        .and_then(|exif| exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?.value.get_uint(0))
        .and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?))
        .unwrap_or(Orientation::NoTransforms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg() -> Vec<u8> {
        let mut data = Vec::new();
        let image = image::RgbImage::from_fn(16, 8, |x, y| image::Rgb([x as u8 * 10, y as u8 * 20, 90]));
        image::codecs::jpeg::JpegEncoder::new(&mut data).encode_image(&image).expect("encodes");
        data
    }

    #[test]
    fn a_whole_file_goes_through_unchanged() {
        let data = jpeg();
        let placed = placed(&data).expect("carried");
        assert_eq!(placed.stream.data, data);
        assert_eq!(placed.stream.size, Size { width: 16, height: 8 });
        assert_eq!(placed.stream.color, ColorSpace::Rgb);
    }

    #[test]
    fn what_pdf_cannot_show_and_what_is_cut_off_is_refused() {
        let data = jpeg();
        assert_eq!(placed(&data[..data.len() - 2]), None);
        let frame = data.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("baseline");
        let mut arithmetic = data.clone();
        arithmetic[frame + 1] = 0xC9;
        assert_eq!(placed(&arithmetic), None);
        let mut twelve_bits = data.clone();
        twelve_bits[frame + 4] = 12;
        assert_eq!(placed(&twelve_bits), None);
        for length in 0..data.len() {
            let _ = placed(&data[..length]);
        }
    }

    #[test]
    fn four_components_of_adobe_are_inverted() {
        // A frame of four components and an Adobe segment; the scan is never looked into.
        let mut data = vec![0xFF, 0xD8];
        data.extend_from_slice(&ADOBE_RGB);
        data.extend_from_slice(&[0xFF, 0xC0, 0, 20, 8, 0, 1, 0, 1, 4]);
        data.extend_from_slice(&[1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]);
        data.extend_from_slice(&[0xFF, 0xDA, 0, 2, 0, 0xFF, 0xD9]);
        assert_eq!(placed(&data).expect("carried").stream.color, ColorSpace::Cmyk { inverted: true });
        data.drain(2..2 + ADOBE_RGB.len());
        assert_eq!(placed(&data).expect("carried").stream.color, ColorSpace::Cmyk { inverted: false });
    }
}
