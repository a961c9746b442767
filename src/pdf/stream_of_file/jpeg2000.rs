//! JPEG 2000 (ITU-T T.800): a JP2 file goes through whole; a bare codestream is given the boxes of a JP2 file.

use super::{u16_at, u32_at};
use crate::chart::Size;
use crate::pdf::image_stream::{ColorSpace, ImageStream, StreamFilter};

/// Most boxes at one level.
const MAX_BOXES: usize = 1024;

/// Returns the image of a JP2 file, if its colours are gray, sRGB or defined by a profile and nothing else is with them.
///
/// Palettes, transparency, luma and chroma, reduced chroma and other depths than 8 bits are left to the caller: PDF/A-2
/// restricts them, and viewers differ.
pub(super) fn file(data: &[u8]) -> Option<ImageStream> {
    let mut color = None;
    let mut frame = None;
    for part in boxes(data)? {
        match &part.kind {
            b"jp2h" => color = Some(header(part.body)?),
            b"jp2c" if frame.is_none() => frame = Some(Frame::read(part.body)?),
            _ => {}
        }
    }
    let (color, frame) = (color?, frame?);
    (color.components() == frame.components).then(|| stream(data.to_vec(), frame.size, color))
}

/// Returns the image of a bare codestream: gray for one component, sRGB for three.
pub(super) fn codestream(data: &[u8]) -> Option<ImageStream> {
    let frame = Frame::read(data)?;
    let (color, number) = match frame.components {
        1 => (ColorSpace::Gray, 17_u32),
        3 => (ColorSpace::Rgb, 16),
        _ => return None,
    };
    let mut image = Vec::new();
    image.extend_from_slice(&frame.size.height.to_be_bytes());
    image.extend_from_slice(&frame.size.width.to_be_bytes());
    image.extend_from_slice(&u16::from(frame.components).to_be_bytes());
    // 8 bits, the one compression there is, known colours, no rights.
    image.extend_from_slice(&[7, 7, 0, 0]);
    let mut colr = vec![1, 0, 0];
    colr.extend_from_slice(&number.to_be_bytes());
    let header = [boxed(b"ihdr", &image)?, boxed(b"colr", &colr)?].concat();
    let wrapped = [
        boxed(b"jP  ", &[0x0D, 0x0A, 0x87, 0x0A])?,
        boxed(b"ftyp", b"jp2 \0\0\0\0jp2 ")?,
        boxed(b"jp2h", &header)?,
        boxed(b"jp2c", data)?,
    ]
    .concat();
    Some(stream(wrapped, frame.size, color))
}

fn stream(data: Vec<u8>, size: Size, color: ColorSpace) -> ImageStream {
    ImageStream { filter: StreamFilter::Jpx, size, bits_per_component: 8, color, data, decode_inverted: false }
}

/// Size and components of a codestream, from its SIZ segment.
struct Frame {
    size: Size,
    components: u8,
}

impl Frame {
    fn read(data: &[u8]) -> Option<Self> {
        if u32_at(data, 0)? != 0xFF4F_FF51 {
            return None;
        }
        // Extensions (part 2) and high throughput (part 15): PDF knows part 1 only.
        if u16_at(data, 6)? & 0xC000 != 0 {
            return None;
        }
        let size = Size {
            width: u32_at(data, 8)?.checked_sub(u32_at(data, 16)?)?,
            height: u32_at(data, 12)?.checked_sub(u32_at(data, 20)?)?,
        };
        let components = u8::try_from(u16_at(data, 40)?).ok()?;
        // Depth 8 without sign, and no component at less than full size.
        let plain = data.get(42..42 + 3 * usize::from(components))?.chunks(3).all(|component| component == [7, 1, 1]);
        (plain && components > 0 && size.pixels() > 0).then_some(Self { size, components })
    }
}

/// Reads the colour out of a `jp2h` box.
fn header(body: &[u8]) -> Option<ColorSpace> {
    let mut color = None;
    for part in boxes(body)? {
        match &part.kind {
            b"pclr" | b"cmap" | b"cdef" | b"bpcc" => return None,
            b"colr" if color.is_none() => {
                color = Some(match *part.body.first()? {
                    1 => match u32_at(part.body, 3)? {
                        16 => ColorSpace::Rgb,
                        17 => ColorSpace::Gray,
                        _ => return None,
                    },
                    2 | 3 => {
                        let profile = part.body.get(3..)?;
                        let (components, plain) = match profile.get(16..20)? {
                            b"GRAY" => (1, ColorSpace::Gray),
                            b"RGB " => (3, ColorSpace::Rgb),
                            _ => return None,
                        };
                        match super::jpeg::usable_profile(Some(profile.to_vec()), components.into()) {
                            Some(profile) => ColorSpace::Icc { profile, components },
                            None => plain,
                        }
                    }
                    _ => return None,
                });
            }
            _ => {}
        }
    }
    color
}

struct Part<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

fn boxes(data: &[u8]) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < data.len() && parts.len() < MAX_BOXES {
        let kind = data.get(at + 4..at + 8)?.try_into().ok()?;
        let (head, length) = match u32_at(data, at)? {
            0 => (8, data.len() - at),
            1 => (
                16,
                usize::try_from((u64::from(u32_at(data, at + 8)?) << 32) | u64::from(u32_at(data, at + 12)?)).ok()?,
            ),
            length => (8, length as usize),
        };
        let end = at.checked_add(length)?;
        parts.push(Part { kind, body: data.get(at + head..end)? });
        at = end;
    }
    Some(parts)
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(body.len() + 8).ok()?;
    Some([length.to_be_bytes().as_slice(), kind, body].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn siz(components: &[[u8; 3]]) -> Vec<u8> {
        let mut data = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 0, 0, 0];
        for value in [30_u32, 20, 0, 0, 30, 20, 0, 0] {
            data.extend_from_slice(&value.to_be_bytes());
        }
        data.extend_from_slice(&(components.len() as u16).to_be_bytes());
        data.extend(components.iter().flatten());
        data
    }

    #[test]
    fn a_bare_codestream_is_wrapped_and_reads_back_as_a_file() {
        let bare = siz(&[[7, 1, 1]; 3]);
        let wrapped = codestream(&bare).expect("carried");
        assert_eq!((wrapped.size, &wrapped.color), (Size { width: 30, height: 20 }, &ColorSpace::Rgb));
        assert!(wrapped.data.ends_with(&bare));
        assert_eq!(file(&wrapped.data).expect("a file").data, wrapped.data);
        for length in 0..wrapped.data.len() {
            let _ = file(&wrapped.data[..length]);
        }
    }

    #[test]
    fn reduced_chroma_and_other_depths_are_refused() {
        assert_eq!(codestream(&siz(&[[7, 1, 1], [7, 2, 2], [7, 2, 2]])), None);
        assert_eq!(codestream(&siz(&[[15, 1, 1]])), None);
        assert_eq!(codestream(&siz(&[[7, 1, 1]; 4])), None);
        let mut high_throughput = siz(&[[7, 1, 1]]);
        high_throughput[6] = 0x40;
        assert_eq!(codestream(&high_throughput), None);
    }
}
