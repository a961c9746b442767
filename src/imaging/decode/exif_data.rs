//! What EXIF data says about a picture: how to turn it, and its resolution.

use exif::{In, Reader, Tag, Value};
use image::metadata::Orientation;

use super::density;

/// Returns how the stored picture is turned to be shown.
pub(super) fn orientation(data: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(bare(data)).unwrap_or(Orientation::NoTransforms)
}

/// Returns the resolution before any turn.
pub(super) fn dpi(data: &[u8]) -> Option<(f32, f32)> {
    let exif = Reader::new().read_raw(bare(data).to_vec()).ok()?;
    let number = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => values.first().map(|value| value.to_f64()),
        _ => None,
    };
    let (across, down) = (number(Tag::XResolution)?, number(Tag::YResolution)?);
    match exif.get_field(Tag::ResolutionUnit, In::PRIMARY).and_then(|field| field.value.get_uint(0)) {
        Some(3) => density::per_centimetre(across, down),
        _ => density::believable(across, down),
    }
}

/// WebP and PNG hold the bare data; many programs write the mark of JPEG in front of it all the same.
fn bare(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"Exif\0\0").unwrap_or(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Orientation 8, 300 dots per inch across and 200 down.
    fn sample() -> Vec<u8> {
        let mut data = b"II\x2a\0\x08\0\0\0\x03\0".to_vec();
        data.extend([0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
        data.extend([0x1A, 1, 5, 0, 1, 0, 0, 0, 50, 0, 0, 0]);
        data.extend([0x1B, 1, 5, 0, 1, 0, 0, 0, 58, 0, 0, 0]);
        data.extend([0; 4]);
        data.extend([300u32, 1, 400, 2].iter().flat_map(|value| value.to_le_bytes()));
        data
    }

    #[test]
    fn orientation_and_resolution_are_read_with_and_without_the_mark() {
        let marked = [b"Exif\0\0".as_slice(), &sample()].concat();
        for data in [sample(), marked] {
            assert_eq!(orientation(&data), Orientation::Rotate270);
            assert_eq!(dpi(&data), Some((300.0, 200.0)));
        }
        assert_eq!(orientation(b"no EXIF data"), Orientation::NoTransforms);
        assert_eq!(dpi(b"no EXIF data"), None);
    }
}
